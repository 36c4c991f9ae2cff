//! Helm's discovery cache, filled once before the first delete for all helm processes of a run.
//!
//! A run must not fail because of it: if it cannot be filled, each helm process queries the kinds itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use super::plan::PreparedPurge;
use crate::helm;
use crate::parallel::join;
use crate::release::ReleaseId;
use crate::signal::CancelToken;

/// If there is no answer in this time, each helm process queries the kinds itself.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Queries the kinds of all chosen releases. Returns the folder of the cache.
///
/// Helm cannot uninstall a release that has an object of a kind whose definition is gone, nor any other object of it, unless
/// helm has the kind in its cache. So if definitions may be deleted, a helm process for the first release fills that cache as
/// well, for later runs.
pub(super) fn fill_discovery_cache(prepared: &PreparedPurge, first: &ReleaseId, stop: &CancelToken) -> Option<PathBuf> {
    // This process does not know which definitions other shards delete.
    let definitions_go = prepared.plan.takes_kinds_along() || prepared.filters.shard.is_some();
    let warm = || {
        if definitions_go {
            helm::warm(&prepared.target.helm, &prepared.target.connection, first, stop);
        }
    };
    join(|| shared_folder(prepared, stop), warm).0
}

/// A folder with all kinds, if all of them are known and served: helm may remember what a kind was that is not served. A login
/// program may keep its own files in helm's cache folder, and must find them there.
fn shared_folder(prepared: &PreparedPurge, stop: &CancelToken) -> Option<PathBuf> {
    let target = &prepared.target;
    if target.connection.logs_in_by_program() || !helm::uses_discovery_cache(&target.helm.version) {
        return None;
    }
    let client = target.client()?.with_cancel(stop.clone(), TIMEOUT);
    let mut required = BTreeMap::<&str, BTreeSet<&str>>::new();
    for kind in prepared.api_resources.as_known()? {
        required.entry(&kind.api_version).or_default().insert(&kind.kind);
    }
    let served = client.served_kinds(required.keys().map(|version| (*version).to_owned()).collect()).ok()?;
    let has_all = |(version, kinds): (&&str, &BTreeSet<&str>)| {
        let served = served.iter().find(|served| served.api_version == *version);
        served.is_some_and(|served| kinds.iter().all(|kind| served.has(kind)))
    };
    if required.is_empty() || !required.iter().all(has_all) {
        return None;
    }
    let folder = target.connection.folder().join("kinds");
    helm::write_discovery_cache(&folder, target.connection.pinned_server(), &served).ok()?;
    Some(folder)
}
