//! What `plan` and `run` share: everything up to the plan. A dry run is the same plan, not carried out.

use std::path::{Path, PathBuf};

use super::{Stopped, Surroundings};
use crate::cli::{ConnectionArguments, SelectionArguments};
use crate::cluster::{Client, Connection, ConnectionWish, Identity, KubeconfigFiles, LookError};
use crate::guard::{self, Attendance, ClusterFacts, Refusal, Scope, ScopeFacts};
use crate::helm::Helm;
use crate::inventory::{HelmInventory, Inventory, InventoryError};
use crate::plan::{self, Narrowing, Plan};
use crate::policy::{KeepEntry, Policy};
use crate::release::ReleaseId;
use crate::report::PlanView;
use crate::settings::{Environment, parent_command_line};
use crate::visible;

/// The policy's file where none is named.
const USUAL_FILE: &str = "helm-purge.yaml";

/// A plan, and everything that is needed to show it and to carry it out.
pub(super) struct Prepared {
    pub(super) policy: Policy,
    pub(super) connection: Connection,
    pub(super) identity: Option<Identity>,
    pub(super) helm: Helm,
    pub(super) inventory: HelmInventory,
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
    let policy = read_policy(selection.file.as_deref())?;
    let mut narrowing = narrowing(selection, &surroundings.environment)?;
    let connection = Connection::resolve(wish)?;
    check_driver(surroundings.environment.helm_driver.as_deref())?;
    let helm = find_helm(&connection, surroundings)?;
    let identity = look_at_identity(&connection, surroundings)?;
    let attendance = if connection.is_in_cluster() { Attendance::InPod } else { attendance };
    let facts = ClusterFacts { connection: &connection, identity: identity.as_ref() };
    guard::cluster(&policy, &facts, attendance).map_err(|refusal| Stopped::Refused(vec![refusal]))?;
    let scope = find_scope(selection, &connection, surroundings)?;
    if let Scope::Only(namespace) = &scope {
        narrowing.namespace = Some(namespace.clone());
    }
    let stop = surroundings.interrupts.stop().clone();
    let inventory = HelmInventory { helm: helm.clone(), connection: connection.clone(), stop };
    let listing = inventory.list().map_err(|error| interrupted_or(error, surroundings))?;
    let now = jiff::Timestamp::now();
    let plan = plan::build(&policy, &listing, &narrowing);
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

fn read_policy(file: Option<&Path>) -> Result<Policy, Stopped> {
    let file = file.unwrap_or(Path::new(USUAL_FILE));
    let policy =
        if file == Path::new("-") { Policy::read_from("-", std::io::stdin()) } else { Policy::read_file(file) };
    Ok(policy?)
}

fn narrowing(selection: &SelectionArguments, environment: &Environment) -> Result<Narrowing, Stopped> {
    let own_release = environment.own_release.as_deref().map(own_release).transpose()?;
    let entries = |flag: &'static str, texts: &[String]| {
        texts.iter().map(|text| KeepEntry::from_flag(flag, text).map_err(Stopped::flag)).collect::<Result<Vec<_>, _>>()
    };
    let only = entries("--only", &selection.only)?;
    Ok(Narrowing { namespace: None, only, keep: entries("--keep", &selection.keep)?, own_release })
}

/// A value that cannot be understood would leave this program's own release unprotected.
fn own_release(text: &str) -> Result<ReleaseId, Stopped> {
    let parse = || {
        let (namespace, name) = text.split_once('/')?;
        Some(ReleaseId { namespace: namespace.parse().ok()?, name: name.parse().ok()? })
    };
    parse().ok_or_else(|| {
        Stopped::usage(
            format!("HELM_PURGE_SELF is {}, which names no release", visible::quoted(text)),
            "write it as NAMESPACE/RELEASE",
        )
    })
}

fn check_driver(driver: Option<&str>) -> Result<(), Stopped> {
    match driver {
        None | Some("secret" | "secrets" | "configmap" | "configmaps") => Ok(()),
        Some(other) => Err(InventoryError::Driver(other.to_owned()).into()),
    }
}

/// A cache of our own where the usual one cannot be written to: without any, helm would fetch what kinds there
/// are several times for each release.
fn find_helm(connection: &Connection, surroundings: &Surroundings) -> Result<Helm, Stopped> {
    let environment = &surroundings.environment;
    let cache = (!usual_cache_is_writable(environment)).then(|| connection.folder().join("cache"));
    Helm::find(environment.helm_bin.as_deref(), cache, surroundings.interrupts.stop()).map_err(Stopped::from)
}

fn usual_cache_is_writable(environment: &Environment) -> bool {
    let usual = || environment.home.as_ref().map(|home| home.join(".kube").join("cache"));
    let Some(folder) = environment.kube_cache.clone().or_else(usual) else { return false };
    std::fs::create_dir_all(&folder).is_ok() && tempfile::tempfile_in(&folder).is_ok()
}

/// Where the identity cannot be read, the policy may still name the cluster by its server; what helm can do
/// that the client cannot, the listing will show.
fn look_at_identity(connection: &Connection, surroundings: &mut Surroundings) -> Result<Option<Identity>, Stopped> {
    let stop = surroundings.interrupts.stop().clone();
    match Client::new(connection, stop).and_then(|client| client.identity()) {
        Ok(identity) => Ok(Some(identity)),
        Err(LookError::Interrupted) => match surroundings.interrupts.interruption() {
            Some(interruption) => Err(Stopped::Interrupted(interruption)),
            None => Ok(None),
        },
        Err(error) => {
            let text = visible::sentence(&error.to_string());
            surroundings.printer.say(&format!("note: the uid of namespace kube-system could not be read: {text}"));
            Ok(None)
        }
    }
}

fn find_scope(
    selection: &SelectionArguments,
    connection: &Connection,
    surroundings: &Surroundings,
) -> Result<Scope, Stopped> {
    let environment = &surroundings.environment;
    let parent = parent_command_line();
    let scope = guard::scope(&ScopeFacts {
        front_door: surroundings.front_door,
        namespace_flag: selection.namespace.as_deref(),
        all_namespaces: selection.all_namespaces,
        helm_namespace: environment.helm_namespace.as_deref(),
        default_namespace: connection.default_namespace(),
        parent: parent.as_deref(),
        plugin_name: environment.helm_plugin_name.as_deref(),
    })?;
    Ok(scope)
}

fn interrupted_or(error: InventoryError, surroundings: &Surroundings) -> Stopped {
    surroundings.interrupts.interruption().map_or_else(|| error.into(), Stopped::Interrupted)
}

/// The file a selection means, for messages.
pub(super) fn policy_file(selection: &SelectionArguments) -> PathBuf {
    selection.file.clone().unwrap_or_else(|| PathBuf::from(USUAL_FILE))
}
