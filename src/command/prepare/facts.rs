//! The facts of a cluster that plans and explanations are made from.

use jiff::Timestamp;

use super::look_around::{Looked, look_around};
use crate::cluster::{ApiError, Connection, Identity, StorageDriver};
use crate::command::{App, CommandError};
use crate::guard::{self, ClusterFacts, Interactivity};
use crate::helm::Helm;
use crate::inventory::{Contents, Found, InventoryError, Listing, ObjectLists, Protection, ReleaseSource};
use crate::plan::ClusterState;
use crate::policy::PolicySet;
use crate::release::ReleaseId;

/// Which cluster, for which policies, and who looks.
#[derive(Clone, Copy)]
pub(in crate::command) struct Asked<'a> {
    pub(in crate::command) policies: &'a PolicySet,
    pub(in crate::command) connection: &'a Connection,
    pub(in crate::command) attendance: Interactivity,
}

/// What is known before any release's record is read.
pub(in crate::command) struct Gathered {
    pub(in crate::command) helm: Helm,
    pub(in crate::command) identity: Option<Identity>,
    pub(in crate::command) inventory: ReleaseSource,
    pub(in crate::command) listing: Listing,
    pub(in crate::command) protection: Protection,
    /// The moment that all of it is of.
    pub(in crate::command) now: Timestamp,
}

/// Looks at the cluster, once it is clear that the policies mean it.
pub(in crate::command) fn gather(asked: Asked<'_>, app: &mut App) -> Result<Gathered, CommandError> {
    let Asked { policies, connection, attendance } = asked;
    let store = record_store(app.environment.helm_driver.as_deref())?;
    let looked = look_around(policies.outer_fence(), connection, store, app)?;
    let Looked { helm, identity, api, first, by_helm } = looked;
    let identity = identity.map_err(|error| note_no_identity(&error, policies, app)).ok();
    let attendance = if connection.is_in_cluster() { Interactivity::InPod } else { attendance };
    let facts = ClusterFacts { connection, identity: identity.as_ref() };
    let other_cluster = |policy| guard::cluster(policy, &facts, attendance).err();
    let refusals = policies.iter().filter_map(other_cluster).collect::<Vec<_>>();
    if !refusals.is_empty() {
        return Err(CommandError::Refused(refusals));
    }
    let (inventory, listing, protection) = ReleaseSource::open(api, by_helm, first)?;
    note_way(&inventory, app);
    Ok(Gathered { helm, identity, inventory, listing, protection, now: app.environment.clock.now() })
}

impl Gathered {
    /// With what was read of releases.
    pub(in crate::command) fn facts<'a>(&'a self, contents: &'a Contents) -> ClusterState<'a> {
        ClusterState { listing: &self.listing, contents, protection: &self.protection, now: self.now }
    }

    /// What one release holds, where it is there.
    pub(in crate::command) fn contents_of(&self, id: &ReleaseId) -> Result<Contents, CommandError> {
        match self.listing.find(id) {
            Found::Release(release) => Ok(self.inventory.contents(&[release], ObjectLists::NotWanted)?),
            Found::Unreadable(_) | Found::Unlisted(_) | Found::Nothing => Ok(Contents::new()),
        }
    }
}

/// Reads `NAMESPACE/RELEASE`.
pub(in crate::command) fn release_id(text: &str) -> Option<ReleaseId> {
    let (namespace, name) = text.split_once('/')?;
    Some(ReleaseId { namespace: namespace.parse().ok()?, name: name.parse().ok()? })
}

/// Where helm will look for releases, too: its children inherit the variable.
pub(in crate::command) fn record_store(driver: Option<&str>) -> Result<StorageDriver, InventoryError> {
    match driver {
        None | Some("secret" | "secrets") => Ok(StorageDriver::Secrets),
        Some("configmap" | "configmaps") => Ok(StorageDriver::ConfigMaps),
        Some(other) => Err(InventoryError::Driver(other.to_owned())),
    }
}

/// Where the identity cannot be read, the policy may still name the cluster by its server; what helm can do
/// that the client cannot, the listing will show.
fn note_no_identity(error: &ApiError, policies: &PolicySet, app: &mut App) {
    if *error == ApiError::Cancelled {
        return;
    }
    let note = format!("the uid of namespace kube-system could not be read: {error}");
    let matters = policies.iter().flat_map(|policy| &policy.clusters).any(|entry| entry.uid().is_some());
    if matters {
        app.printer.note(note);
    } else {
        app.printer.verbose_note(note);
    }
}

fn note_way(inventory: &ReleaseSource, app: &mut App) {
    if let Some(why) = inventory.why_helm() {
        let what =
            "helm makes the lists, and nothing is checked again while releases go, for the API could not be asked";
        app.printer.note(format_args!("{what}: {why}"));
    }
}
