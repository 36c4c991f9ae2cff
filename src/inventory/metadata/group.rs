//! From the records' metadata to releases: of each release the record with the highest revision. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::{Record, RecordStore, ReplacedRevisions};
use crate::inventory::{Listing, Unreadable};
use crate::release::{Known, Namespace, Release, ReleaseId, ReleaseName, Revision, Status};

/// The releases whose newest revision is marked as replaced: what an interrupted command of Helm's leaves
/// behind. Their records are not among those that were listed.
pub(super) fn replaced_in_front(
    records: &[Record],
    replaced: &[(Namespace, ReplacedRevisions)],
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
        let is_in_front =
            |(name, revision): &(&String, &u32)| newest.get(&(namespace.as_str(), name.as_str())) < Some(*revision);
        let names = replaced.newest.iter().filter(is_in_front).map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if !names.is_empty() {
            found.insert(namespace.clone(), names);
        }
    }
    found
}

/// Groups records by release. The same record may be among them more than once.
pub(in crate::inventory) fn listing(records: Vec<Record>) -> Listing {
    let mut seen = BTreeSet::new();
    let mut heads: BTreeMap<(String, String), Vec<Record>> = BTreeMap::new();
    let mut unreadable = Vec::new();
    for record in records {
        if !seen.insert((record.namespace.clone(), record.object.clone())) {
            continue;
        }
        let (Some(release), Some(revision)) = (record.release.clone(), record.revision.filter(|number| *number > 0))
        else {
            unreadable.push(entry(
                &record,
                &record.object,
                "its labels do not say which release and revision it is of",
            ));
            continue;
        };
        let head = heads.entry((record.namespace.clone(), release)).or_default();
        let newest = head.first().and_then(|record| record.revision).unwrap_or_default();
        if revision > newest {
            head.clear();
        }
        if revision >= newest {
            head.push(record);
        }
    }
    let mut releases = Vec::new();
    for ((_, name), head) in heads {
        match release(&name, &head) {
            Ok(release) => releases.push(release),
            Err(why) => unreadable.extend(head.first().map(|record| entry(record, &name, &why))),
        }
    }
    unreadable.sort();
    Listing { releases, unreadable, ..Listing::default() }
}

fn release(name: &str, head: &[Record]) -> Result<Release, String> {
    let [record] = head else { return Err("two records claim to be its newest revision".to_owned()) };
    let namespace = record.namespace.parse::<Namespace>().map_err(|error| format!("its namespace: {error}"))?;
    let id = name.parse::<ReleaseName>().map_err(|error| format!("its name cannot be a release's: {error}"))?;
    let revision = record.revision.unwrap_or_default();
    let status = record.status.as_deref().unwrap_or_default();
    let status = status.parse::<Status>().map_err(|_| format!("its status is {status:?}"))?;
    if record.object != RecordStore::object_name(name, revision) {
        return Err(format!("its record is called {:?}, by which helm would not find it", record.object));
    }
    Ok(Release {
        id: ReleaseId { namespace, name: id },
        revision: Revision(revision),
        status,
        chart: Known::Unknown,
        updated: record.created.map_or(Known::Unknown, Known::Is),
        record: if record.uid.0.is_empty() { Known::Unknown } else { Known::Is(record.uid.clone()) },
    })
}

fn entry(record: &Record, name: &str, why: &str) -> Unreadable {
    Unreadable { namespace: record.namespace.parse().ok(), name: name.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::RecordUid;

    fn record(name: &str, revision: u32, status: &str) -> Record {
        let object = RecordStore::object_name(name, revision);
        Record {
            namespace: "dev-a".to_owned(),
            uid: RecordUid(object.clone()),
            object,
            release: Some(name.to_owned()),
            revision: Some(revision),
            status: Some(status.to_owned()),
            created: Some(jiff::Timestamp::UNIX_EPOCH),
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
            assert_eq!((listing.releases.len(), listing.unreadable.len()), (1, 1), "{odd:?}");
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
        let replaced = ReplacedRevisions {
            newest: BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 4), ("c".to_owned(), 1)]),
            odd: Vec::new(),
        };
        let namespace: Namespace = "dev-a".parse().expect("a legal name");
        let records = [record("a", 3, "deployed"), record("b", 3, "failed")];
        let found = replaced_in_front(&records, &[(namespace.clone(), replaced)]);
        assert_eq!(found, BTreeMap::from([(namespace, vec!["b".to_owned(), "c".to_owned()])]));
    }
}
