//! From the records' metadata to releases: of each release the record with the highest revision. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::{Record, StorageDriver, SupersededRevisions};
use crate::inventory::{Listing, Unreadable};
use crate::release::{Known, Namespace, Release, ReleaseId, ReleaseName, Revision, Status};

/// The releases whose newest revision is marked as replaced: what an interrupted command of Helm's leaves
/// behind. Their records are not among those that were listed.
pub(super) fn replaced_in_front(
    records: &[Record],
    replaced: &[(Namespace, SupersededRevisions)],
) -> BTreeMap<Namespace, Vec<String>> {
    let mut newest: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for record in records {
        if let (Some(release), Some(revision)) = (&record.release, record.revision) {
            let known = newest.entry((&record.namespace, release)).or_default();
            *known = revision.max(*known);
        }
    }
    let mut found = BTreeMap::new();
    for (namespace, replaced) in replaced {
        // A name that no release can have is never asked for: the API server refuses such a question.
        let is_in_front = |(name, revision): &(&String, &u32)| {
            newest.get(&(namespace.as_str(), name.as_str())) < Some(*revision) && name.parse::<ReleaseName>().is_ok()
        };
        let names = replaced.newest.iter().filter(is_in_front).map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if !names.is_empty() {
            found.insert(namespace.clone(), names);
        }
    }
    found
}

/// Groups records by release. The same record may be among them more than once.
///
/// One that contradicts itself, be it old or new, leaves a doubt about which revision helm would act on: the whole
/// release is not understood then.
pub(in crate::inventory) fn listing(records: Vec<Record>) -> Listing {
    let mut seen = BTreeSet::new();
    let mut heads: BTreeMap<Key, Vec<Record>> = BTreeMap::new();
    let mut doubts: BTreeMap<Key, String> = BTreeMap::new();
    for record in records {
        if !seen.insert((record.namespace.clone(), record.object.clone())) {
            continue;
        }
        let why = contradiction(&record);
        for name in names(&record) {
            let key = (record.namespace.clone(), name);
            match &why {
                Some(why) => drop(doubts.insert(key, why.clone())),
                None => keep_newest(heads.entry(key).or_default(), &record),
            }
        }
    }
    let mut releases = Vec::new();
    for (key, head) in heads {
        if doubts.contains_key(&key) {
            continue;
        }
        match release(&key.1, &head) {
            Ok(release) => releases.push(release),
            Err(why) => drop(doubts.insert(key, why)),
        }
    }
    let entry = |((namespace, name), why): (Key, String)| Unreadable { namespace: namespace.parse().ok(), name, why };
    let mut unreadable = doubts.into_iter().map(entry).collect::<Vec<_>>();
    unreadable.sort();
    Listing { releases, unreadable, ..Listing::default() }
}

/// Namespace and name. Foreign text.
type Key = (String, String);

/// The releases that a record may be of: by its label and by its object's name, which say the same of an honest one.
fn names(record: &Record) -> BTreeSet<String> {
    let by_object = record.object.strip_prefix("sh.helm.release.v1.").and_then(|rest| rest.rsplit_once(".v"));
    let names = record.release.iter().cloned().chain(by_object.map(|(name, _)| name.to_owned()));
    let names = names.collect::<BTreeSet<_>>();
    if names.is_empty() { [record.object.clone()].into() } else { names }
}

fn contradiction(record: &Record) -> Option<String> {
    let (Some(release), Some(revision)) = (&record.release, record.revision.filter(|number| *number > 0)) else {
        return Some("its labels do not say which release and revision it is of".to_owned());
    };
    let expected = StorageDriver::object_name(release, revision);
    (record.object != expected).then(|| {
        let object = &record.object;
        format!("a record is called {object:?}, and its labels say release {release}, revision {revision}")
    })
}

fn keep_newest(head: &mut Vec<Record>, record: &Record) {
    let newest = head.first().and_then(|record| record.revision);
    if record.revision > newest {
        head.clear();
    }
    if record.revision >= newest {
        head.push(record.clone());
    }
}

fn release(name: &str, head: &[Record]) -> Result<Release, String> {
    let [record] = head else { return Err("two records claim to be its newest revision".to_owned()) };
    let namespace = record.namespace.parse::<Namespace>().map_err(|error| format!("its namespace: {error}"))?;
    let id = name.parse::<ReleaseName>().map_err(|error| format!("its name cannot be a release's: {error}"))?;
    let status = record.status.as_deref().unwrap_or_default();
    let status = status.parse::<Status>().map_err(|_| format!("its status is {status:?}"))?;
    Ok(Release {
        id: ReleaseId { namespace, name: id },
        revision: Revision(record.revision.unwrap_or_default()),
        status,
        chart: Known::Unknown,
        updated: record.created.map_or(Known::Unknown, Known::Is),
        record: if record.mark.uid.is_empty() { Known::Unknown } else { Known::Is(record.mark.clone()) },
        keep_label: Known::Is(record.keep_label.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::ObjectVersion;

    fn record(name: &str, revision: u32, status: &str) -> Record {
        let object = StorageDriver::object_name(name, revision);
        Record {
            namespace: "dev-a".to_owned(),
            mark: ObjectVersion { uid: object.as_str().into(), version: "1".into() },
            object,
            release: Some(name.to_owned()),
            revision: Some(revision),
            status: Some(status.to_owned()),
            created: Some(jiff::Timestamp::UNIX_EPOCH),
            keep_label: None,
        }
    }

    #[test]
    fn the_highest_revision_is_the_release_in_whatever_order_they_come() {
        let mut records = vec![record("a", 9, "deployed"), record("a", 10, "failed"), record("a", 2, "uninstalled")];
        for _ in 0..records.len() {
            records.rotate_left(1);
            let listing = listing(records.clone());
            assert_eq!(listing.releases.len(), 1);
            assert_eq!((listing.releases[0].revision, listing.releases[0].status), (Revision(10), Status::Failed));
        }
    }

    #[test]
    fn what_its_labels_do_not_explain_is_named_and_spoils_no_other() {
        let odd = [
            Record { revision: None, ..record("b", 1, "deployed") },
            Record { release: None, ..record("c", 1, "deployed") },
            Record { status: Some("asleep".to_owned()), ..record("d", 1, "deployed") },
            Record { release: Some("--no-hooks".to_owned()), ..record("e", 1, "deployed") },
            Record { object: "mine".to_owned(), ..record("f", 1, "deployed") },
            Record { revision: Some(0), ..record("g", 1, "deployed") },
        ];
        for odd in odd {
            let listing = listing(vec![odd.clone(), record("a", 1, "deployed")]);
            assert_eq!(listing.releases.len(), 1, "{odd:?}");
            assert!(!listing.unreadable.is_empty(), "{odd:?}");
        }
    }

    #[test]
    fn a_record_that_contradicts_itself_spoils_its_release_whichever_revision_it_is() {
        for odd in [
            Record { revision: None, ..record("a", 5, "deployed") },
            Record { revision: Some(1), ..record("a", 5, "deployed") },
            Record { release: Some("b".to_owned()), ..record("a", 5, "deployed") },
            Record { object: "mine".to_owned(), ..record("a", 1, "deployed") },
        ] {
            let listing = listing(vec![odd.clone(), record("a", 4, "superseded")]);
            assert!(listing.releases.is_empty() && listing.unreadable.iter().any(|entry| entry.name == "a"), "{odd:?}");
        }
    }

    #[test]
    fn two_records_of_one_revision_are_not_understood_and_one_seen_twice_is_one() {
        let twin = Record { object: "twin".to_owned(), ..record("a", 1, "deployed") };
        let twins = listing(vec![record("a", 1, "deployed"), twin]);
        assert_eq!((twins.releases.len(), twins.unreadable.len()), (0, 1));
        let same = listing(vec![record("a", 1, "deployed"), record("a", 1, "deployed")]);
        assert_eq!((same.releases.len(), same.unreadable.len()), (1, 0));
    }

    #[test]
    fn a_replaced_revision_counts_where_it_is_in_front() {
        let replaced = SupersededRevisions {
            newest: BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 4), ("c".to_owned(), 1)]),
            odd: Vec::new(),
        };
        let namespace: Namespace = "dev-a".parse().expect("a legal name");
        let records = [record("a", 3, "deployed"), record("b", 3, "failed")];
        let found = replaced_in_front(&records, &[(namespace.clone(), replaced)]);
        assert_eq!(found, BTreeMap::from([(namespace, vec!["b".to_owned(), "c".to_owned()])]));
    }
}
