//! What kinds there are, looked up once before the first delete, for all helms of a run.
//!
//! A release with an object of a kind whose definition is gone cannot be uninstalled, unless helm still knows the kind. So
//! the kinds of all releases that go are looked up while they are all there, and where that cannot be done, helm does it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crate::command::prepare::Prepared;
use crate::helm;
use crate::release::ReleaseId;
use crate::signal::StopSignal;

/// Helm does it as well, only more often.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where helms find out what kinds there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::command) enum KnownKinds {
    /// In a folder of this run, which holds all that it needs.
    InFolder(PathBuf),
    /// Where they find it whenever they are started.
    AsUsual,
}

/// Looks up the kinds of all releases that go. Where these are not all known and offered, helm does as usual: it may
/// remember one that is not offered any more. It looks them up now, by way of the first release, where kinds are at stake.
pub(super) fn look_up_kinds(prepared: &Prepared, first: &ReleaseId, stop: &StopSignal) -> KnownKinds {
    if let Some(folder) = in_folder(prepared, stop) {
        return KnownKinds::InFolder(folder);
    }
    // What other shards take along, nobody here knows.
    if prepared.plan.takes_kinds_along() || prepared.narrowing.shard.is_some() {
        helm::warm(&prepared.helm, &prepared.connection, first, stop);
    }
    KnownKinds::AsUsual
}

fn in_folder(prepared: &Prepared, stop: &StopSignal) -> Option<PathBuf> {
    let client = prepared.inventory.client()?.listening_to(stop.clone(), PATIENCE);
    let mut wanted = BTreeMap::<&str, BTreeSet<&str>>::new();
    for kind in prepared.kinds.as_known()? {
        wanted.entry(&kind.api_version).or_default().insert(&kind.kind);
    }
    let offered = client.offered(wanted.keys().map(|version| (*version).to_owned()).collect()).ok()?;
    let has_all = |(version, kinds): (&&str, &BTreeSet<&str>)| {
        let offered = offered.iter().find(|offered| offered.api_version == *version);
        offered.is_some_and(|offered| kinds.iter().all(|kind| offered.has(kind)))
    };
    if !wanted.iter().all(has_all) {
        return None;
    }
    let folder = prepared.connection.folder().join("kinds");
    helm::remember_kinds(&folder, prepared.connection.server(), &offered).ok()?;
    Some(folder)
}
