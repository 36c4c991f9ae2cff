//! What `plan` and `run` share: everything up to the plan. A dry run is the same plan, not carried out.

use std::path::PathBuf;

use super::look_around::{Looked, look_around};
use super::narrow::{find_scope, narrowing};
use super::{Stopped, Surroundings};
use crate::cli::{ConnectionArguments, RunArguments, SelectionArguments};
use crate::cluster::{Connection, Identity, LookError, RecordStore};
use crate::guard::{self, Attendance, ClusterFacts, Hours, Refusal, Scope};
use crate::helm::Helm;
use crate::inventory::{AnyWay, Contents, Inventory, InventoryError};
use crate::plan::{self, Facts, Narrowing, Plan};
use crate::policy::{Policies, Policy};
use crate::report::PlanView;
use crate::settings::{ConnectionWish, Environment, KubeconfigFiles};
use crate::visible;

/// The policy's file where none is named.
pub(super) const USUAL_FILE: &str = "helm-purge.yaml";

/// A plan, and everything that is needed to show it and to carry it out.
pub(super) struct Prepared {
    pub(super) policies: Policies,
    pub(super) connection: Connection,
    pub(super) identity: Option<Identity>,
    pub(super) helm: Helm,
    pub(super) inventory: AnyWay,
    pub(super) plan: Plan,
    pub(super) refusals: Vec<Refusal>,
    pub(super) scope: Scope,
    pub(super) now: jiff::Timestamp,
    /// The first end of an open window.
    pub(super) deadline: Option<jiff::Timestamp>,
}

/// What the environment and the command line say about the connection; a flag wins.
pub(super) fn connection_wish(environment: &Environment, arguments: &ConnectionArguments) -> ConnectionWish {
    let mut wish = environment.connection.clone();
    if let Some(file) = &arguments.kubeconfig {
        wish.kubeconfig = KubeconfigFiles::Flag(file.clone());
    }
    if let Some(context) = &arguments.context {
        wish.context = Some(context.clone());
    }
    wish
}

/// From the command line to the plan.
pub(super) fn prepare(
    selection: &SelectionArguments,
    wish: &ConnectionWish,
    attendance: Attendance,
    surroundings: &mut Surroundings,
) -> Result<Prepared, Stopped> {
    let policies = read_policies(&selection.files)?;
    let narrowing = narrowing(selection, &surroundings.environment)?;
    let connection = Connection::resolve(wish)?;
    let store = record_store(surroundings.environment.helm_driver.as_deref())?;
    surroundings.listen()?;
    let looked = look(policies, connection, store, narrowing, selection, attendance, surroundings);
    surroundings.unless_interrupted(looked)
}

/// The part that asks helm and the cluster. What does not depend on each other is asked side by side.
fn look(
    policies: Policies,
    connection: Connection,
    store: RecordStore,
    mut narrowing: Narrowing,
    selection: &SelectionArguments,
    attendance: Attendance,
    surroundings: &mut Surroundings,
) -> Result<Prepared, Stopped> {
    let fence = policies.outer_fence();
    let Looked { helm, identity, listing, inventory, cluster_wide } =
        look_around(fence, &connection, store, surroundings)?;
    let identity = identity.map_err(|error| note_no_identity(&error, &policies, surroundings)).ok();
    let attendance = if connection.is_in_cluster() { Attendance::InPod } else { attendance };
    let facts = ClusterFacts { connection: &connection, identity: identity.as_ref() };
    let other_cluster = |policy| guard::cluster(policy, &facts, attendance).err();
    let refusals = policies.iter().filter_map(other_cluster).collect::<Vec<_>>();
    if !refusals.is_empty() {
        return Err(Stopped::Refused(refusals));
    }
    let scope = find_scope(selection, &connection, surroundings)?;
    if let Scope::Only(namespace) = &scope {
        narrowing.namespace = Some(namespace.clone());
    }
    let listing = inventory.begin(listing)?;
    note_way(&inventory, surroundings);
    let protection = inventory.protection(cluster_wide, &listing);
    let now = jiff::Timestamp::now();
    let unread = Facts { listing: &listing, contents: &Contents::new(), protection: &protection, now };
    let contents = inventory.contents(&plan::to_read(policies.as_slice(), unread, &narrowing))?;
    let facts = Facts { contents: &contents, ..unread };
    let plan = plan::build(policies.as_slice(), facts, &narrowing);
    let Hours { deadline, mut refusals } = guard::windows(policies.as_slice(), now);
    refusals.extend(guard::required_keeps(&plan));
    refusals.extend(guard::unseen_opt_outs(&plan, &protection, narrowing.unseen_opt_outs));
    refusals.extend(guard::limits(&plan, policies.as_slice(), selection.max_releases));
    Ok(Prepared { policies, connection, identity, helm, inventory, plan, refusals, scope, now, deadline })
}

fn read_policies(files: &[PathBuf]) -> Result<Policies, Stopped> {
    let usual = [PathBuf::from(USUAL_FILE)];
    let files = if files.is_empty() { &usual } else { files };
    let policies = files.iter().map(|file| Policy::read_named(file)).collect::<Result<Vec<_>, _>>()?;
    Policies::new(policies).ok_or_else(|| Stopped::internal("no policy was read".to_owned()))
}

impl Prepared {
    /// The plan as it is shown.
    pub(super) fn view<'a>(&'a self, workers: usize, scope: &'a str) -> PlanView<'a> {
        PlanView {
            policies: &self.policies,
            connection: &self.connection,
            identity: self.identity.as_ref(),
            helm: &self.helm,
            plan: &self.plan,
            refusals: &self.refusals,
            now: self.now,
            workers,
            scope,
        }
    }

    /// How many workers there are: the flag's, or the policy's.
    pub(super) fn workers(&self, arguments: &RunArguments) -> usize {
        arguments.workers.map_or_else(|| self.policies.workers(), usize::from)
    }

    /// The scope in words, where there is something to say about it.
    pub(super) fn scope_note(&self) -> String {
        match &self.scope {
            Scope::WholeFence => String::new(),
            Scope::Only(namespace) if self.policies.outer_fence().matches(namespace).is_none() => {
                format!("only the namespace {namespace}, which is outside the fence of this policy")
            }
            Scope::Only(namespace) => format!("only the namespace {namespace}"),
            Scope::CannotTell => {
                "the whole fence; whether -n was given cannot be told, helm keeps it for itself".to_owned()
            }
        }
    }
}

/// Where helm will look for releases, too: its children inherit the variable.
pub(super) fn record_store(driver: Option<&str>) -> Result<RecordStore, InventoryError> {
    match driver {
        None | Some("secret" | "secrets") => Ok(RecordStore::Secrets),
        Some("configmap" | "configmaps") => Ok(RecordStore::ConfigMaps),
        Some(other) => Err(InventoryError::Driver(other.to_owned())),
    }
}

/// Where the identity cannot be read, the policy may still name the cluster by its server; what helm can do
/// that the client cannot, the listing will show.
fn note_no_identity(error: &LookError, policies: &Policies, surroundings: &mut Surroundings) {
    if *error == LookError::Interrupted {
        return;
    }
    let error = visible::sentence(&error.to_string());
    let note = format!("note: the uid of namespace kube-system could not be read: {error}");
    let matters = policies.iter().flat_map(|policy| &policy.clusters).any(|entry| entry.uid().is_some());
    if matters {
        surroundings.printer.say(&note);
    } else {
        surroundings.printer.whisper(&note);
    }
}

fn note_way(inventory: &AnyWay, surroundings: &mut Surroundings) {
    if let Some(why) = inventory.why_helm() {
        let why = visible::sentence(why);
        let what = "helm makes the lists, and nothing is watched while releases go, for the API could not be asked";
        surroundings.printer.say(&format!("note: {what}: {why}"));
    }
}
