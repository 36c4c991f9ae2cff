//! Removes kept records as they were seen.

use std::collections::BTreeMap;

use super::look::LookedBack;
use crate::cluster::{LookError, Record};
use crate::guard::Scope;
use crate::release::{Release, ReleaseId};

impl LookedBack {
    /// Which of these kept records are still there, to be removed as they were seen: any that was written again is not
    /// among them, but is told.
    fn records_of(&self, kept: &[&Release]) -> (Vec<Record>, BTreeMap<ReleaseId, String>) {
        let histories = self.records.histories(&kept.iter().map(|release| &release.id).collect::<Vec<_>>());
        let (mut records, mut missing) = (Vec::new(), BTreeMap::new());
        for release in kept {
            match histories.get(&release.id) {
                Some(Ok(history)) => {
                    let of_revision = history.iter().find(|record| record.revision == Some(release.revision.0));
                    let as_seen = of_revision.filter(|record| release.record.as_known() == Some(&record.mark));
                    match (of_revision, as_seen) {
                        (_, Some(record)) => records.push(record.clone()),
                        (Some(_), None) => drop(missing.insert(release.id.clone(), "it was written again".to_owned())),
                        (None, None) => {}
                    }
                }
                Some(Err(error)) => drop(missing.insert(release.id.clone(), error.to_string())),
                None => {}
            }
        }
        (records, missing)
    }

    /// Removes these kept records. Gives those that are still there, and why.
    pub(super) fn remove(&self, kept: &[&Release]) -> BTreeMap<ReleaseId, String> {
        let (records, mut failed) = self.records_of(kept);
        let removed: Vec<Result<(), LookError>> = self.records.remove(&records);
        for (record, removed) in records.iter().zip(removed) {
            let is_it = |release: &&&Release| {
                release.id.namespace.as_str() == record.namespace
                    && record.release.as_deref() == Some(release.id.name.as_str())
            };
            if let (Err(error), Some(release)) = (removed, kept.iter().find(is_it)) {
                failed.insert(release.id.clone(), error.to_string());
            }
        }
        failed
    }

    /// The scope in words, where there is something to say about it.
    pub(super) fn scope_note(&self) -> String {
        let namespace = match &self.scope {
            Scope::Only(namespace) => Some(format!("only the namespace {namespace}")),
            Scope::WholeFence | Scope::CannotTell => None,
        };
        let shard = self.shard.map(|shard| format!("shard {shard}"));
        namespace.into_iter().chain(shard).collect::<Vec<_>>().join("\n")
    }
}
