//! The first looks: which helm, which cluster, which releases. None needs another, so all are made at the same time.

use crate::cluster::{ApiError, Client, Connection, Identity, StorageDriver};
use crate::command::{App, CommandError};
use crate::helm::{Helm, LIST_DEADLINE};
use crate::inventory::{AnyWay, ClusterWide, HelmInventory, Inventory, InventoryError, Listing, MetadataInventory};
use crate::parallel::join;
use crate::policy::PolicyScope;
use crate::settings::Environment;

/// What the first looks brought.
pub(in crate::command) struct Looked {
    pub(in crate::command) helm: Helm,
    pub(in crate::command) identity: Result<Identity, ApiError>,
    /// What the API said; helm is asked only when everything else is in order.
    pub(in crate::command) listing: Result<Listing, InventoryError>,
    pub(in crate::command) inventory: AnyWay,
    /// What protects releases, as far as it could be asked before any was known.
    pub(in crate::command) cluster_wide: ClusterWide,
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
    let metadata = MetadataInventory::new(client.clone(), store, fence);
    let find_helm = || find_helm(connection, app);
    let with_protection = || join(|| metadata.ask_cluster_wide(), find_helm);
    let with_listing = || join(|| metadata.list(), with_protection);
    let (identity, (listing, (cluster_wide, helm))) = join(|| client.identity(), with_listing);
    let panicked = || ApiError::Failed("a look at the cluster panicked".to_owned());
    let identity = identity.unwrap_or_else(|_| Err(panicked()));
    let listing = listing.unwrap_or_else(|_| Err(InventoryError::Look(panicked())));
    let cluster_wide = cluster_wide.unwrap_or_else(|_| ClusterWide::unanswered());
    let helm = helm?;
    let (deadline, connection) = (LIST_DEADLINE, connection.clone());
    let by_helm = HelmInventory { helm: helm.clone(), connection, deadline, stop };
    let inventory = AnyWay::new(metadata, by_helm);
    Ok(Looked { helm, identity, listing, inventory, cluster_wide })
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
