//! What can be done about what was found: it is spoken of, held against the cluster once more, and removed as it was seen.

use std::collections::BTreeMap;

use super::look::LookedBack;
use crate::cluster::{ApiError, Record};
use crate::command::purge::check_again::cannot_be_told;
use crate::command::undertaking::Undertaking;
use crate::command::{App, CommandError};
use crate::guard::{self, Scope};
use crate::journal::OperationKind;
use crate::release::{Release, ReleaseId};
use crate::run_id::RunId;

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
                    let as_seen = of_revision.filter(|record| is_as_seen(release, record));
                    match (of_revision, as_seen) {
                        (_, Some(record)) => records.push(record.clone()),
                        (Some(_), None) => drop(missing.insert(release.id.clone(), "it was written again".to_owned())),
                        (None, None) => {}
                    }
                }
                Some(Err(error)) => drop(missing.insert(release.id.clone(), error.to_string())),
                None => drop(missing.insert(release.id.clone(), "nobody could look at its records".to_owned())),
            }
        }
        (records, missing)
    }

    /// Removes these kept records. Gives those that are still there, and why.
    pub(super) fn remove(&self, kept: &[&Release]) -> BTreeMap<ReleaseId, String> {
        let (records, mut failed) = self.records_of(kept);
        let removed: Vec<Result<(), ApiError>> = self.records.remove(&records);
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

    /// For the lock and the journal: what is done to these.
    pub(super) fn undertaking<'a>(
        &'a self,
        operation: OperationKind,
        releases: Vec<&'a Release>,
        takes_back: &'a [RunId],
    ) -> Undertaking<'a> {
        Undertaking {
            operation,
            policies: &self.policies,
            connection: &self.connection,
            identity: self.gathered.identity.as_ref(),
            shard: self.shard,
            client: self.gathered.inventory.client(),
            releases,
            takes_back,
        }
    }

    /// Right before anything is changed, whether it is still the cluster that was looked at: connects anew, and compares
    /// its identity with that of the plan, where it could be read. Where it could not, each record is compared by its
    /// own, which is in no other cluster.
    pub(super) fn same_cluster(&self, operation: OperationKind, app: &App) -> Result<(), CommandError> {
        let client = self.gathered.inventory.reconnected();
        let Some(planned) = &self.gathered.identity else { return Ok(()) };
        let now = app.unless_interrupted(client.identity().map_err(|error| cannot_be_told(&error, operation)))?;
        guard::same_cluster(planned, &now).map_err(|refusal| CommandError::Refused(vec![refusal]))
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

/// Whether it is the very record that was seen. One that has only been replaced since is: a rollback that fails does that
/// with the record that it came from, also where the next try succeeds.
fn is_as_seen(release: &Release, record: &Record) -> bool {
    let Some(seen) = release.record.as_known() else { return false };
    let replaced = seen.uid == record.mark.uid && record.status.as_deref() == Some("superseded");
    *seen == record.mark || replaced
}
