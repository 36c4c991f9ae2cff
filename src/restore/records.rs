//! Removes records that purges have left, if they have not changed since they were listed.

use std::collections::BTreeMap;

use crate::cluster::ReleaseRecord;
use crate::inventory::HistoryStore;
use crate::release::{Release, ReleaseId};

/// Removes these records. Returns the releases whose records still exist, and why.
pub(crate) fn remove_records(records: &HistoryStore, purged: &[&Release]) -> BTreeMap<ReleaseId, String> {
    let (found, mut failed) = find_as_seen(records, purged);
    let removed = records.remove(&found);
    for (record, removed) in found.iter().zip(removed) {
        let is_it = |release: &&&Release| {
            release.id.namespace.as_str() == record.namespace
                && record.release.as_deref() == Some(release.id.name.as_str())
        };
        if let (Err(error), Some(release)) = (removed, purged.iter().find(is_it)) {
            failed.insert(release.id.clone(), error.to_string());
        }
    }
    failed
}

/// Removes whole histories, the older records first: without the `uninstalled` record, helm would list them as a release.
pub(crate) fn remove_histories(records: &HistoryStore, purged: &[&Release]) -> BTreeMap<ReleaseId, String> {
    let mut failed = records.remove_older(purged, "it has changed since the plan");
    let whole = purged.iter().filter(|release| !failed.contains_key(&release.id)).copied().collect::<Vec<_>>();
    failed.extend(remove_records(records, &whole));
    failed
}

/// The records that are as they were seen, and the releases with another record of the same revision. A record that is gone is
/// in neither.
fn find_as_seen(records: &HistoryStore, purged: &[&Release]) -> (Vec<ReleaseRecord>, BTreeMap<ReleaseId, String>) {
    let histories = records.histories(&purged.iter().map(|release| &release.id).collect::<Vec<_>>());
    let (mut found, mut failed) = (Vec::new(), BTreeMap::new());
    for release in purged {
        let why = match histories.get(&release.id) {
            Some(Ok(history)) => match history.iter().find(|record| record.revision == Some(release.revision.0)) {
                Some(record) if is_as_seen(release, record) => {
                    found.push(record.clone());
                    continue;
                }
                Some(_) => "it was changed".to_owned(),
                None => continue,
            },
            Some(Err(error)) => error.to_string(),
            None => "its release records could not be read".to_owned(),
        };
        failed.insert(release.id.clone(), why);
    }
    (found, failed)
}

/// Whether it is the very record that was seen. A record that has only been superseded since is the same: a rollback that fails
/// does that to the record that it came from, even if the next attempt succeeds.
fn is_as_seen(release: &Release, record: &ReleaseRecord) -> bool {
    let Some(seen) = release.record.as_known() else { return false };
    let superseded = seen.uid == record.object_version.uid && record.status.as_deref() == Some("superseded");
    *seen == record.object_version || superseded
}
