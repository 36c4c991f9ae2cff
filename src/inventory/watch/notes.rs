//! What a watch has told of the releases that were planned. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::Freshness;
use crate::cluster::{Record, WatchNews};
use crate::release::{Release, Status};

/// By namespace and name.
type Key = (String, String);

/// The planned releases, and what has changed about them.
#[derive(Debug)]
pub(super) struct Notes {
    planned: BTreeMap<Key, Release>,
    changed: BTreeMap<Key, String>,
    /// Those whose record says that an uninstall of them was begun, and nothing else.
    begun: BTreeMap<Key, String>,
    /// Those whose record was deleted: they are gone, or an older revision is what is left.
    deleted: BTreeSet<Key>,
    /// Whether everything that happens is told.
    live: bool,
}

impl Notes {
    /// Knows nothing until the watch is live.
    pub(super) fn new(planned: &[Release]) -> Self {
        let planned = planned.iter().map(|release| (key(release), release.clone())).collect();
        Self { planned, changed: BTreeMap::new(), begun: BTreeMap::new(), deleted: BTreeSet::new(), live: false }
    }

    pub(super) fn take(&mut self, news: &WatchNews<Record>) {
        match news {
            WatchNews::Live => self.live = true,
            WatchNews::Lost => self.live = false,
            WatchNews::Written(record) => self.on_written(record),
            WatchNews::Listed(records) => records.iter().for_each(|record| self.on_written(record)),
            WatchNews::Deleted(record) => self.on_deleted(record),
        }
    }

    /// How the releases stand, where that is known.
    pub(super) fn standings(&self, releases: &[&Release]) -> Option<Vec<Freshness>> {
        let standing = |release: &&Release| match (self.changed.get(&key(release)), self.begun.get(&key(release))) {
            (Some(why), _) => Freshness::Changed(why.clone()),
            (None, Some(how)) => Freshness::Begun(how.clone()),
            (None, None) => Freshness::AlwaysFresh,
        };
        let has_changed = |release: &&Release| self.changed.contains_key(&key(release));
        // What is known to have changed needs no second look, whether or not the watch is still there.
        let is_deleted = |release: &&Release| self.deleted.contains(&key(release));
        let is_known = self.live && !releases.iter().any(is_deleted);
        (is_known || releases.iter().all(has_changed)).then(|| releases.iter().map(standing).collect())
    }

    fn on_deleted(&mut self, record: &Record) {
        let Some(name) = &record.release else { return };
        let key = (record.namespace.clone(), name.clone());
        let is_it = |planned: &Release| planned.record.as_known().is_none_or(|mark| mark.uid == record.mark.uid);
        if self.planned.get(&key).is_some_and(is_it) {
            self.deleted.insert(key);
        }
    }

    fn on_written(&mut self, record: &Record) {
        let Some(name) = &record.release else { return };
        let key = (record.namespace.clone(), name.clone());
        let Some(planned) = self.planned.get(&key) else { return };
        if let Some(change) = change(planned, record) {
            let notes = if is_begun(planned, record) { &mut self.begun } else { &mut self.changed };
            notes.insert(key, change);
        }
    }
}

fn key(release: &Release) -> Key {
    (release.id.namespace.to_string(), release.id.name.to_string())
}

/// What a record that was just written says against a planned release.
fn change(planned: &Release, record: &Record) -> Option<String> {
    let status = record.status.as_deref().unwrap_or("without a status");
    let Some(revision) = record.revision else {
        return Some("a record of it was written that does not say its revision".to_owned());
    };
    let before = planned.revision.0;
    let is_same_object = planned.record.as_known().is_none_or(|mark| mark.uid == record.mark.uid);
    if revision == before && is_same_object && status == planned.status.as_str() {
        let is_same_writing = planned.record.as_known().is_none_or(|mark| *mark == record.mark);
        return (!is_same_writing).then(|| "its record was written again, in the same state".to_owned());
    }
    // A later revision marks the older ones; that one is told as well.
    if revision < before && status == Status::Superseded.as_str() {
        return None;
    }
    let again = if revision <= before && !is_same_object { ", deployed again" } else { "" };
    Some(format!("now revision {revision}, {status}{again}; was revision {before}, {}", planned.status))
}

/// Whether a record says nothing but that helm has begun to uninstall the release. Helm does so more than once.
fn is_begun(planned: &Release, record: &Record) -> bool {
    record.revision == Some(planned.revision.0)
        && record.status.as_deref() == Some(Status::Uninstalling.as_str())
        && planned.record.as_known().is_none_or(|mark| mark.uid == record.mark.uid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::StorageDriver;
    use crate::release::{Chart, Known, ObjectVersion, ReleaseId, Revision};

    fn mark(uid: &str) -> ObjectVersion {
        ObjectVersion { uid: uid.into(), version: "1".into() }
    }

    fn planned() -> Release {
        Release {
            id: ReleaseId {
                namespace: "dev-a".parse().expect("a legal name"),
                name: "web".parse().expect("a legal name"),
            },
            revision: Revision(3),
            status: Status::Deployed,
            chart: Known::<Chart>::Unknown,
            updated: Known::Unknown,
            record: Known::Is(mark("u3")),
            keep_label: Known::Is(None),
        }
    }

    fn record(revision: u32, uid: &str, status: &str) -> Record {
        Record {
            namespace: "dev-a".to_owned(),
            object: StorageDriver::object_name("web", revision),
            mark: mark(uid),
            release: Some("web".to_owned()),
            revision: Some(revision),
            status: Some(status.to_owned()),
            created: None,
            keep_label: None,
        }
    }

    fn after(records: &[Record]) -> Freshness {
        let mut notes = Notes::new(&[planned()]);
        notes.take(&WatchNews::Live);
        for record in records {
            notes.take(&WatchNews::Written(record.clone()));
        }
        notes.standings(&[&planned()]).expect("the watch is live").remove(0)
    }

    #[test]
    fn what_does_not_concern_the_release_changes_nothing() {
        let other = Record { release: Some("redis".to_owned()), ..record(9, "x", "deployed") };
        assert_eq!(after(&[other, record(3, "u3", "deployed"), record(2, "u2", "superseded")]), Freshness::AlwaysFresh);
    }

    #[test]
    fn an_upgrade_a_new_install_and_another_state_are_changes() {
        for (record, said) in [
            (record(4, "u4", "pending-upgrade"), "now revision 4, pending-upgrade; was revision 3, deployed"),
            (
                record(3, "new", "uninstalling"),
                "now revision 3, uninstalling, deployed again; was revision 3, deployed",
            ),
            (record(1, "new", "deployed"), "now revision 1, deployed, deployed again; was revision 3, deployed"),
            (record(3, "new", "deployed"), "now revision 3, deployed, deployed again; was revision 3, deployed"),
        ] {
            assert_eq!(after(&[record]), Freshness::Changed(said.to_owned()));
        }
        let again = Record { mark: ObjectVersion { version: "2".into(), ..mark("u3") }, ..record(3, "u3", "deployed") };
        assert_eq!(after(&[again]), Freshness::Changed("its record was written again, in the same state".to_owned()));
        let odd = Record { revision: None, ..record(1, "x", "deployed") };
        assert!(matches!(after(&[odd]), Freshness::Changed(_)));
    }

    #[test]
    fn an_uninstall_that_was_begun_is_told_from_a_change_and_a_later_change_counts() {
        let begun = "now revision 3, uninstalling; was revision 3, deployed";
        let uninstalling = || record(3, "u3", "uninstalling");
        assert_eq!(after(&[uninstalling(), uninstalling()]), Freshness::Begun(begun.to_owned()));
        for later in [record(4, "u4", "pending-upgrade"), record(1, "new", "deployed"), record(3, "u3", "failed")] {
            assert!(matches!(after(&[uninstalling(), later]), Freshness::Changed(_)));
        }
    }

    #[test]
    fn a_watch_that_is_lost_knows_only_what_it_was_told() {
        let mut notes = Notes::new(&[planned()]);
        assert_eq!(notes.standings(&[&planned()]), None, "it is not there yet");
        notes.take(&WatchNews::Live);
        notes.take(&WatchNews::Deleted(record(2, "u2", "superseded")));
        assert!(notes.standings(&[&planned()]).is_some());
        notes.take(&WatchNews::Deleted(record(3, "u3", "deployed")));
        assert_eq!(notes.standings(&[&planned()]), None, "an older revision may be left");
        let mut notes = Notes::new(&[planned()]);
        notes.take(&WatchNews::Lost);
        assert_eq!(notes.standings(&[&planned()]), None);
        notes.take(&WatchNews::Written(record(4, "u4", "deployed")));
        assert!(notes.standings(&[&planned()]).is_some());
        let mut notes = Notes::new(&[planned()]);
        notes.take(&WatchNews::Lost);
        notes.take(&WatchNews::Live);
        assert_eq!(notes.standings(&[&planned()]), Some(vec![Freshness::AlwaysFresh]));
    }
}
