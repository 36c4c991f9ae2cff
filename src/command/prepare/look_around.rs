//! The first looks: which helm, which cluster, which releases. None needs another, so all are made at the same time.

use crate::cluster::{ApiError, Client, Connection, Identity, StorageDriver};
use crate::command::{App, CommandError};
use crate::helm::{Helm, LIST_DEADLINE};
use crate::inventory::{ApiInventory, HelmInventory, InventoryError, Listing, Protection};
use crate::parallel::both;
use crate::policy::PolicyScope;
use crate::settings::Environment;

/// What the first looks brought.
pub(in crate::command) struct Looked {
    pub(in crate::command) helm: Helm,
    pub(in crate::command) identity: Result<Identity, ApiError>,
    pub(in crate::command) api: ApiInventory,
    /// What the API answered; helm is asked only when everything else is in order.
    pub(in crate::command) first: Result<(Listing, Protection), InventoryError>,
    pub(in crate::command) by_helm: HelmInventory,
}

/// Helm's version, the cluster's identity and its releases, at the same time.
pub(in crate::command) fn look_around(
    fence: PolicyScope,
    connection: &Connection,
    store: StorageDriver,
    app: &App,
) -> Result<Looked, CommandError> {
    let stop = app.interrupts.stop().clone();
    let client = Client::new(connection, stop.clone())?;
    let api = ApiInventory::new(client.clone(), store, fence);
    let with_helm = || both(|| api.list_with_protection(), || find_helm(connection, app));
    let (identity, (first, helm)) = both(|| client.identity(), with_helm);
    let helm = helm?;
    let (deadline, connection) = (LIST_DEADLINE, connection.clone());
    let by_helm = HelmInventory { helm: helm.clone(), connection, deadline, stop };
    Ok(Looked { helm, identity, api, first, by_helm })
}

/// A cache of our own where the usual one cannot be written to: without any, helm would fetch what kinds there
/// are several times for each release.
pub(in crate::command) fn find_helm(connection: &Connection, app: &App) -> Result<Helm, CommandError> {
    let environment = &app.environment;
    let cache = (!usual_cache_is_writable(environment)).then(|| connection.folder().join("cache"));
    Helm::find(environment.helm_bin.as_deref(), cache, app.interrupts.stop()).map_err(CommandError::from)
}

fn usual_cache_is_writable(environment: &Environment) -> bool {
    let usual = || environment.home.as_ref().map(|home| home.join(".kube").join("cache"));
    let Some(folder) = environment.kube_cache.clone().or_else(usual) else { return false };
    std::fs::create_dir_all(&folder).is_ok() && tempfile::tempfile_in(&folder).is_ok()
}
