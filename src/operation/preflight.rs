//! What `plan`, `run`, `restore`, `forget` and `explain` begin with: they read the policies, find helm, make sure that the
//! policies mean this cluster, and list the releases.

use std::path::PathBuf;

use jiff::SignedDuration;

use crate::app::{App, CommandError, nothing_done};
use crate::cli::ConnectionArguments;
use crate::clock::{Clock, MAX_CLOCK_DIFFERENCE};
use crate::cluster::{ApiError, Client, Connection, Identity, StorageDriver};
use crate::exit_code::ExitCode;
use crate::guard::{self, ClusterFacts, Interactivity, Scope, clocks_text};
use crate::helm::{Helm, LIST_DEADLINE};
use crate::inventory::{HelmInventory, InventoryError, Listing, Protection, ReleaseSource, record_store};
use crate::journal::OperationKind;
use crate::parallel::join;
use crate::policy::{Policy, PolicyScope, PolicySet};
use crate::settings::{ConnectionOptions, Environment, KubeconfigFiles};
use crate::shard::Shard;
use crate::target::{Snapshot, Target};

/// The policy's file if none is named.
pub(crate) const DEFAULT_FILE: &str = "helm-purge.yaml";

/// The cluster to query, and the policies.
pub(crate) struct PreflightRequest {
    pub(crate) policies: PolicySet,
    pub(crate) connection: Connection,
    pub(crate) interactivity: Interactivity,
    pub(crate) shard: Option<Shard>,
}

/// The connection options of the environment, replaced by those of the command line.
pub(crate) fn connection_options(environment: &Environment, arguments: &ConnectionArguments) -> ConnectionOptions {
    let mut options = environment.connection.clone();
    if let Some(file) = &arguments.kubeconfig {
        options.kubeconfig = KubeconfigFiles::Flag(file.clone());
    }
    if let Some(context) = &arguments.context {
        options.context = Some(context.clone());
    }
    options
}

/// Reads the policies that were named, or the default one.
pub(crate) fn read_policies(files: &[PathBuf]) -> Result<PolicySet, CommandError> {
    let default = [PathBuf::from(DEFAULT_FILE)];
    let files = if files.is_empty() { &default } else { files };
    let policies = Policy::read_all(files).map_err(CommandError::Policies)?;
    PolicySet::new(policies).ok_or_else(|| CommandError::internal("no policy was read".to_owned()))
}

/// Lists the releases, after checking that the policies name this cluster. The caller sets the scope of the target.
pub(crate) fn take_snapshot(request: PreflightRequest, app: &App) -> Result<(Target, Snapshot), CommandError> {
    let PreflightRequest { policies, connection, interactivity, shard } = request;
    let store = record_store(app.environment.helm_driver.as_deref())?;
    let QueryAnswers { helm, identity, clock_difference, api, first, by_helm } =
        query_cluster(policies.outer_scope(), &connection, store, app)?;
    let unconnected = identity.as_ref().err().filter(|error| error.is_connection()).map(ToString::to_string);
    let identity = identity.map_err(|error| note_no_identity(&error, &policies, app)).ok();
    let interactivity = if connection.is_in_cluster { Interactivity::InPod } else { interactivity };
    let facts = ClusterFacts { connection: &connection, identity: identity.as_ref() };
    if let Some(why) = unconnected.filter(|_| policies.iter().any(|policy| guard::needs_identity(policy, &facts))) {
        let text =
            format!("cannot tell whether the policy names this cluster, because the API server is not reached: {why}");
        let hint = "check the address and the proxy in the kubeconfig; `kubectl version` must work with it";
        return Err(CommandError::preflight(text, Some(hint.to_owned())));
    }
    let other_cluster = |policy| guard::cluster(policy, &facts, interactivity).err();
    let refusals = policies.iter().filter_map(other_cluster).collect::<Vec<_>>();
    let refusals = refusals.into_iter().chain(guard::clocks(clock_difference, interactivity)).collect::<Vec<_>>();
    if !refusals.is_empty() {
        return Err(CommandError::Refused(refusals));
    }
    if !clock_difference.is_zero() {
        let text = format!("{}; ages and end dates count by the clock that is behind", clocks_text(clock_difference));
        app.printer.warn(text);
    }
    let (inventory, listing, protection) = ReleaseSource::open(api, by_helm, first)?;
    if let Some(why) = inventory.why_helm() {
        let what = "no direct API access, so `helm list` is used and changes during the run are not detected";
        app.printer.note(format_args!("{what}: {why}"));
    }
    // Commands with `-n` and `-A` replace it.
    let scope = Scope::Whole;
    let now = app.environment.clock.now();
    let mut target = Target { policies, connection, identity, helm, inventory, scope, shard, now, clock_difference };
    target.now -= target.ahead();
    Ok((target, Snapshot { listing, protection }))
}

/// The results of the first queries.
struct QueryAnswers {
    helm: Helm,
    identity: Result<Identity, ApiError>,
    /// Zero if the API server's clock could not be read.
    clock_difference: SignedDuration,
    api: ReleaseSource,
    /// The API's answer. Helm lists the releases only if the API does not and all other checks have passed.
    first: Result<(Listing, Protection), InventoryError>,
    by_helm: HelmInventory,
}

/// Reads helm's version, the cluster's identity and its releases, all at the same time because none needs another.
fn query_cluster(
    scope: PolicyScope,
    connection: &Connection,
    store: StorageDriver,
    app: &App,
) -> Result<QueryAnswers, CommandError> {
    let stop = app.interrupts.stop().clone();
    let client = Client::new(connection, stop.clone())?;
    let api = ReleaseSource::new(client.clone(), store, scope);
    let with_helm = || join(|| api.list_with_protection(), || find_helm(connection, app));
    let clock = app.environment.clock;
    let with_time = || join(|| client.identity(), || clock_difference(&client, clock));
    let ((identity, clock_difference), (first, helm)) = join(with_time, with_helm);
    let (helm, connection) = (helm?, connection.clone());
    let by_helm = HelmInventory { helm: helm.clone(), connection, deadline: LIST_DEADLINE, stop };
    Ok(QueryAnswers { helm, identity, clock_difference, api, first, by_helm })
}

/// How far the own clock is ahead of the API server's. Zero if they agree, or if the API server's cannot be read.
fn clock_difference(client: &Client, clock: Clock) -> SignedDuration {
    let server = Some(client).filter(|_| clock.is_comparable()).and_then(|client| client.server_time().ok());
    let difference = server.map_or(SignedDuration::ZERO, |server| clock.now().duration_since(server));
    if difference.abs() <= MAX_CLOCK_DIFFERENCE { SignedDuration::ZERO } else { difference }
}

/// Gets a cache folder of its own if helm's usual one cannot be written to: without any, helm would fetch the kinds of the
/// cluster several times for each release.
pub(crate) fn find_helm(connection: &Connection, app: &App) -> Result<Helm, CommandError> {
    let environment = &app.environment;
    let cache = (!usual_cache_is_writable(environment)).then(|| connection.folder().join("cache"));
    Ok(Helm::find(environment.helm_bin.as_deref(), cache, app.interrupts.stop())?)
}

fn usual_cache_is_writable(environment: &Environment) -> bool {
    let usual = || environment.home.as_ref().map(|home| home.join(".kube").join("cache"));
    let Some(folder) = environment.kube_cache.clone().or_else(usual) else { return false };
    std::fs::create_dir_all(&folder).is_ok() && tempfile::tempfile_in(&folder).is_ok()
}

/// If the identity cannot be read, the policy may still name the cluster by its server; whether helm can do what the client
/// cannot, the listing will show.
fn note_no_identity(error: &ApiError, policies: &PolicySet, app: &App) {
    if *error == ApiError::Cancelled {
        return;
    }
    let note = format!("cannot read the uid of namespace kube-system: {error}");
    let matters = policies.iter().flat_map(|policy| &policy.clusters).any(|entry| entry.uid.is_some());
    if matters { app.printer.note(note) } else { app.printer.verbose_note(note) }
}

/// Makes sure that the cluster is still the one of the plan, if the plan knows its identity. If not, the UID of each record
/// identifies the cluster: no other cluster has it.
pub(crate) fn recheck_identity(target: &Target, client: &Client, operation: OperationKind) -> Result<(), CommandError> {
    let Some(planned) = &target.identity else { return Ok(()) };
    let now = client.identity().map_err(|error| {
        let error = format!("cannot check that this is still the same cluster: {error}");
        let hint = format!("{}; run it again", nothing_done(operation));
        CommandError::with_hint(ExitCode::Preflight, Box::from(error), hint)
    })?;
    guard::same_cluster(planned, &now).map_err(CommandError::refused)
}
