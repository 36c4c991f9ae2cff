//! What kinds there are, looked up once before the first delete, for all helms of a run.
//!
//! Must not stand in the way of a run: where anything about it is not as usual, helm does as usual.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use crate::command::prepare::Prepared;
use crate::helm::{self, Helm};
use crate::parallel::join;
use crate::release::ReleaseId;
use crate::signal::CancelToken;

/// Helm looks them up as well, only more often.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where helms find out what kinds there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::command) enum KnownKinds {
    /// In a folder of this run, which holds all that it needs.
    InFolder(PathBuf),
    /// Where they find it whenever they are started.
    AsUsual,
}

impl KnownKinds {
    /// A helm that finds them there.
    pub(super) fn given_to(self, helm: Helm) -> Helm {
        match self {
            Self::InFolder(folder) => helm.with_kinds_in(folder),
            Self::AsUsual => helm,
        }
    }
}

/// Looks up the kinds of all releases that go.
///
/// A release with an object of a kind whose definition is gone cannot be uninstalled, nor can anything else of it,
/// unless helm remembers the kind. So where kinds are at stake, helm looks them up as well, by way of the first
/// release: it remembers them for runs to come.
pub(super) fn look_up_kinds(prepared: &Prepared, first: &ReleaseId, stop: &CancelToken) -> KnownKinds {
    // What other shards take along, nobody here knows.
    let at_stake = prepared.plan.takes_kinds_along() || prepared.filters.shard.is_some();
    let (folder, ()) = join(
        || in_folder(prepared, stop),
        || {
            if at_stake {
                helm::warm(&prepared.helm, &prepared.connection, first, stop);
            }
        },
    );
    folder.ok().flatten().map_or(KnownKinds::AsUsual, KnownKinds::InFolder)
}

/// A folder with all of them, where all are known and offered: of one that is not offered, helm may remember what it
/// was. Where a program logs in, it may keep what it knows in the folder that helm keeps its own in, and has to find it
/// there.
fn in_folder(prepared: &Prepared, stop: &CancelToken) -> Option<PathBuf> {
    if prepared.connection.logs_in_by_program() || !prepared.helm.believes_its_memory() {
        return None;
    }
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
    if wanted.is_empty() || !wanted.iter().all(has_all) {
        return None;
    }
    let folder = prepared.connection.folder().join("kinds");
    helm::remember_kinds(&folder, prepared.connection.server(), &offered).ok()?;
    Some(folder)
}
