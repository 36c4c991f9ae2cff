//! What `plan` and `run` share: everything up to the plan. A dry run is the same plan, not carried out.

use std::path::Path;

use super::look_around::{Looked, look_around};
use super::narrow::{find_scope, narrowing};
use super::{Stopped, Surroundings};
use crate::cli::{ConnectionArguments, RunArguments, SelectionArguments};
use crate::cluster::{Connection, Identity, LookError, RecordStore};
use crate::guard::{self, Attendance, ClusterFacts, Refusal, Scope};
use crate::helm::Helm;
use crate::inventory::{AnyWay, Inventory, InventoryError, ObjectLists};
use crate::plan::{self, Narrowing, Plan};
use crate::policy::Policy;
use crate::report::PlanView;
use crate::settings::{ConnectionWish, Environment, KubeconfigFiles};
use crate::visible;

/// The policy's file where none is named.
pub(super) const USUAL_FILE: &str = "helm-purge.yaml";

/// A plan, and everything that is needed to show it and to carry it out.
pub(super) struct Prepared {
    pub(super) policy: Policy,
    pub(super) connection: Connection,
    pub(super) identity: Option<Identity>,
    pub(super) helm: Helm,
    pub(super) inventory: AnyWay,
    pub(super) plan: Plan,
    pub(super) refusals: Vec<Refusal>,
    pub(super) scope: Scope,
    pub(super) now: jiff::Timestamp,
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
    let policy = Policy::read_named(selection.file.as_deref().unwrap_or(Path::new(USUAL_FILE)))?;
    let narrowing = narrowing(selection, &surroundings.environment)?;
    let connection = Connection::resolve(wish)?;
    let store = record_store(surroundings.environment.helm_driver.as_deref())?;
    surroundings.listen()?;
    let looked = look(policy, connection, store, narrowing, selection, attendance, surroundings);
    surroundings.unless_interrupted(looked)
}

/// The part that asks helm and the cluster. What does not depend on each other is asked side by side.
fn look(
    policy: Policy,
    connection: Connection,
    store: RecordStore,
    mut narrowing: Narrowing,
    selection: &SelectionArguments,
    attendance: Attendance,
    surroundings: &mut Surroundings,
) -> Result<Prepared, Stopped> {
    let Looked { helm, identity, listing, inventory } = look_around(&policy, &connection, store, surroundings)?;
    let identity = identity.map_err(|error| note_no_identity(&error, &policy, surroundings)).ok();
    let attendance = if connection.is_in_cluster() { Attendance::InPod } else { attendance };
    let facts = ClusterFacts { connection: &connection, identity: identity.as_ref() };
    guard::cluster(&policy, &facts, attendance).map_err(|refusal| Stopped::Refused(vec![refusal]))?;
    let scope = find_scope(selection, &connection, surroundings)?;
    if let Scope::Only(namespace) = &scope {
        narrowing.namespace = Some(namespace.clone());
    }
    let listing = inventory.begin(listing)?;
    note_way(&inventory, surroundings);
    let contents = inventory.contents(&plan::to_read(&policy, &listing, &narrowing), ObjectLists::NotWanted)?;
    let now = jiff::Timestamp::now();
    let plan = plan::build(&policy, &listing, &contents, &narrowing);
    let refusals = guard::limits(&plan, &policy.limits, selection.max_releases);
    Ok(Prepared { policy, connection, identity, helm, inventory, plan, refusals, scope, now })
}

impl Prepared {
    /// The plan as it is shown.
    pub(super) fn view<'a>(&'a self, workers: usize, scope: &'a str) -> PlanView<'a> {
        PlanView {
            policy: &self.policy,
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
        arguments.workers.map_or_else(|| self.policy.workers.get(), usize::from)
    }

    /// The scope in words, where there is something to say about it.
    pub(super) fn scope_note(&self) -> String {
        match &self.scope {
            Scope::WholeFence => String::new(),
            Scope::Only(namespace) if self.policy.namespaces.matches(namespace).is_none() => {
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
fn record_store(driver: Option<&str>) -> Result<RecordStore, InventoryError> {
    match driver {
        None | Some("secret" | "secrets") => Ok(RecordStore::Secrets),
        Some("configmap" | "configmaps") => Ok(RecordStore::ConfigMaps),
        Some(other) => Err(InventoryError::Driver(other.to_owned())),
    }
}

/// Where the identity cannot be read, the policy may still name the cluster by its server; what helm can do
/// that the client cannot, the listing will show.
fn note_no_identity(error: &LookError, policy: &Policy, surroundings: &mut Surroundings) {
    if *error == LookError::Interrupted {
        return;
    }
    let error = visible::sentence(&error.to_string());
    let note = format!("note: the uid of namespace kube-system could not be read: {error}");
    let matters = policy.clusters.iter().any(|entry| entry.uid().is_some());
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
