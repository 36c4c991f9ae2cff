//! Release histories: the records that an uninstall with `keepHistory` leaves, and how to delete some of them.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::query_contents;
use super::list::{releases_of, sort_out};
use super::{Listing, ObjectLists};
use crate::cluster::{ApiError, Client, RecordFilter, ReleaseRecord, StorageDriver};
use crate::release::{Namespace, Release, ReleaseId, Revision};

/// Reads and deletes release records, through the API alone.
#[derive(Debug, Clone)]
pub struct HistoryStore {
    client: Client,
    driver: StorageDriver,
}

/// The records of each release, the oldest first, or why they are unknown.
type Histories = BTreeMap<ReleaseId, Result<Vec<ReleaseRecord>, ApiError>>;

impl HistoryStore {
    pub(super) fn new(client: Client, driver: StorageDriver) -> Self {
        Self { client, driver }
    }

    /// Of each release the newest record with the status `uninstalled`, even if newer records exist. If the account cannot
    /// see all namespaces, those of the given ones; the list names a namespace that refuses.
    ///
    /// # Errors
    /// If nothing could be listed.
    pub fn uninstalled(&self, namespaces: &BTreeSet<Namespace>) -> Result<Listing, ApiError> {
        match self.client.records(self.driver, None, RecordFilter::Uninstalled) {
            Ok(records) => Ok(releases_of(records)),
            Err(ApiError::Forbidden(_)) => {
                let namespaces = namespaces.iter().cloned().collect();
                let answers = self.client.records_in(self.driver, namespaces, RecordFilter::Uninstalled)?;
                let (records, unlisted, _) = sort_out(answers)?;
                Ok(Listing { unlisted, ..releases_of(records) })
            }
            Err(error) => Err(error),
        }
    }

    /// All records of some releases, except those that contradict themselves.
    pub fn histories(&self, releases: &[&ReleaseId]) -> Histories {
        let mut by_namespace = BTreeMap::<&Namespace, Vec<&ReleaseId>>::new();
        for id in releases {
            by_namespace.entry(&id.namespace).or_default().push(id);
        }
        let mut histories = Histories::new();
        for (namespace, ids) in by_namespace {
            let names = ids.iter().map(|id| id.name.to_string()).collect::<Vec<_>>();
            let listed = self.client.histories(self.driver, namespace, &names);
            for id in ids {
                histories.insert(id.clone(), listed.as_ref().map(|all| history_of(id, all)).map_err(Clone::clone));
            }
        }
        histories
    }

    /// The description in a record, if it can be read.
    pub fn description(&self, record: &ReleaseRecord) -> Option<String> {
        let release = single(record)?;
        let mut contents = query_contents(&self.client, self.driver, &[&release], ObjectLists::NotWanted).ok()?;
        Some(contents.remove(&release.id)?.ok()?.description)
    }

    /// Deletes what is older than these very records. Returns the releases of which something is left, with the reason;
    /// `changed` is the reason for a release whose newest record is another one now.
    pub fn remove_older(&self, newest: &[&Release], changed: &str) -> BTreeMap<ReleaseId, String> {
        let histories = self.histories(&newest.iter().map(|release| &release.id).collect::<Vec<_>>());
        let (mut doomed, mut failed) = (Vec::new(), BTreeMap::new());
        for release in newest {
            match histories.get(&release.id) {
                Some(Ok(history)) => match older(release, history) {
                    Some(older) => doomed.extend(older.into_iter().map(|record| (&release.id, record))),
                    None => drop(failed.insert(release.id.clone(), changed.to_owned())),
                },
                Some(Err(error)) => drop(failed.insert(release.id.clone(), error.to_string())),
                None => drop(failed.insert(release.id.clone(), "its release records could not be read".to_owned())),
            }
        }
        let (ids, doomed): (Vec<_>, Vec<_>) = doomed.into_iter().unzip();
        for (id, removed) in ids.into_iter().zip(self.remove(&doomed)) {
            if let Err(error) = removed {
                failed.insert(id.clone(), error.to_string());
            }
        }
        failed
    }

    /// Deletes records, unless they were written since. Returns for each, in order, whether it is gone.
    pub fn remove(&self, records: &[ReleaseRecord]) -> Vec<Result<(), ApiError>> {
        self.client.delete_records(self.driver, records)
    }
}

/// Those of one release whose labels and names agree, the oldest first.
fn history_of(id: &ReleaseId, records: &[ReleaseRecord]) -> Vec<ReleaseRecord> {
    let is_its = |record: &&ReleaseRecord| {
        let name = id.name.as_str();
        let object = record.revision.map(|revision| StorageDriver::object_name(name, revision));
        record.namespace == id.namespace.as_str()
            && record.release.as_deref() == Some(name)
            && object.as_deref() == Some(record.object.as_str())
    };
    let mut records = records.iter().filter(is_its).cloned().collect::<Vec<_>>();
    records.sort_by_key(|record| record.revision);
    records
}

/// A record as a release, as if it had no other record.
pub(crate) fn single(record: &ReleaseRecord) -> Option<Release> {
    releases_of(vec![record.clone()]).releases.pop()
}

/// The records older than a release's newest one, if that is still the very record that was seen.
pub(crate) fn older(release: &Release, history: &[ReleaseRecord]) -> Option<Vec<ReleaseRecord>> {
    let (newest, older) = history.split_last()?;
    let is_it = newest.revision.map(Revision) == Some(release.revision)
        && release.record.as_known() == Some(&newest.object_version);
    is_it.then(|| older.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::{Known, ObjectVersion, Status};

    fn record(name: &str, revision: u32) -> ReleaseRecord {
        let object = StorageDriver::object_name(name, revision);
        ReleaseRecord {
            namespace: "dev-a".to_owned(),
            object_version: ObjectVersion { uid: object.as_str().into(), version: "1".into() },
            object,
            release: Some(name.to_owned()),
            revision: Some(revision),
            status: Some("superseded".to_owned()),
            created: Some(jiff::Timestamp::UNIX_EPOCH),
            labels: BTreeMap::new(),
        }
    }

    fn id() -> ReleaseId {
        ReleaseId { namespace: "dev-a".parse().expect("a legal name"), name: "web".parse().expect("a legal name") }
    }

    #[test]
    fn only_the_records_of_that_very_release_are_its_history() {
        let odd = [
            ReleaseRecord { namespace: "dev-b".to_owned(), ..record("web", 1) },
            ReleaseRecord { release: Some("web".to_owned()), ..record("other", 2) },
            ReleaseRecord { release: Some("other".to_owned()), ..record("web", 3) },
            ReleaseRecord { revision: Some(5), ..record("web", 4) },
            ReleaseRecord { revision: None, ..record("web", 6) },
        ];
        let all = [vec![record("web", 10), record("web", 9)], odd.to_vec()].concat();
        let revisions = history_of(&id(), &all).iter().filter_map(|record| record.revision).collect::<Vec<_>>();
        assert_eq!(revisions, [9, 10]);
    }

    #[test]
    fn older_records_are_reported_only_where_the_newest_is_the_one_that_was_seen() {
        let history = [record("web", 9), record("web", 10)];
        let release = |revision: u32, version: &str| {
            let written = ObjectVersion { version: version.into(), ..record("web", revision).object_version };
            let listing = releases_of(vec![record("web", revision)]);
            Release { record: Known::Is(written), status: Status::Uninstalled, ..listing.releases[0].clone() }
        };
        assert_eq!(older(&release(10, "1"), &history).map(|older| older.len()), Some(1));
        assert_eq!(older(&release(10, "2"), &history), None, "it was changed");
        assert_eq!(older(&release(9, "1"), &history), None, "a newer one has come");
        assert_eq!(older(&release(10, "1"), &[]), None);
    }
}
