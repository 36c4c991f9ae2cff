//! Helm's list against the records it was made from.
//!
//! Helm leaves out a record that it cannot decode, without a word: the release then shows with an older
//! revision, with that one's state and chart, or not at all. Judged by that, a release would go that nobody has
//! understood. The records' labels say which revisions there are, so whatever does not fit is kept and named.
//! Pure.

use std::collections::BTreeMap;

use super::{Listing, Unreadable};
use crate::cluster::Record;
use crate::release::{Release, Status};

/// Takes every release out of a listing that the records do not bear out.
pub(super) fn cross_check(listing: Listing, records: &[Record]) -> Listing {
    let mut newest: BTreeMap<(String, String), u32> = BTreeMap::new();
    let mut unreadable = listing.unreadable;
    for record in records {
        match (&record.release, record.revision) {
            (Some(name), Some(revision)) => {
                let known = newest.entry((record.namespace.clone(), name.clone())).or_default();
                *known = revision.max(*known);
            }
            _ => unreadable.push(without_labels(record)),
        }
    }
    let mut releases = Vec::new();
    for release in listing.releases {
        let key = (release.id.namespace.to_string(), release.id.name.to_string());
        match doubt(&release, newest.remove(&key)) {
            None => releases.push(release),
            Some(why) => unreadable.push(of_release(&release, why)),
        }
    }
    // What is left was not listed at all. What could not be understood has been named already.
    for ((namespace, name), revision) in newest {
        let is_named = |entry: &Unreadable| {
            entry.name == name && entry.namespace.as_ref().is_some_and(|known| known.as_str() == namespace)
        };
        if !unreadable.iter().any(is_named) {
            let what = format!("its record of revision {revision} cannot be decoded, or is of another release");
            let why = format!("helm does not list it: {what}");
            unreadable.push(Unreadable { namespace: namespace.parse().ok(), name, why });
        }
    }
    unreadable.sort();
    Listing { releases, unreadable, unchecked: None }
}

/// Where the records cannot be seen: a newest revision that is `superseded` is what an undecodable newer one
/// leaves to be seen, more often than anything else.
pub(super) fn without_records(listing: Listing, why: String) -> Listing {
    let (doubtful, releases) =
        listing.releases.into_iter().partition::<Vec<_>, _>(|release| release.status == Status::Superseded);
    let mut unreadable = listing.unreadable;
    let reason = "its newest revision is superseded, and whether there is a newer one cannot be told";
    unreadable.extend(doubtful.iter().map(|release| of_release(release, reason.to_owned())));
    unreadable.sort();
    Listing { releases, unreadable, unchecked: Some(why) }
}

/// Why a release cannot be judged by what Helm lists of it. Records of replaced revisions are not looked at, so
/// a newest revision that is superseded has none.
fn doubt(release: &Release, newest: Option<u32>) -> Option<String> {
    let listed = release.revision.0;
    match newest {
        Some(newest) if newest == listed => None,
        Some(newest) if newest > listed => {
            Some(format!("its record of revision {newest} cannot be decoded; helm shows revision {listed}"))
        }
        Some(_) | None if release.status == Status::Superseded => None,
        Some(_) | None => Some(format!(
            "there is no record of revision {listed} in its namespace: it is stored elsewhere, or was just changed"
        )),
    }
}

fn of_release(release: &Release, why: String) -> Unreadable {
    Unreadable { namespace: Some(release.id.namespace.clone()), name: release.id.name.to_string(), why }
}

fn without_labels(record: &Record) -> Unreadable {
    let why = "its record does not say which release and revision it is of".to_owned();
    Unreadable { namespace: record.namespace.parse().ok(), name: record.object.clone(), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read;

    fn listing(releases: &[(&str, u32, &str)]) -> Listing {
        let entry = |(name, revision, status): &(&str, u32, &str)| {
            format!(
                r#"{{"name":"{name}","namespace":"dev-a","revision":"{revision}","updated":"2026-11-20T10:00:00Z","status":"{status}","chart":"c-1.0.0"}}"#
            )
        };
        let entries = releases.iter().map(entry).collect::<Vec<_>>().join(",");
        read(format!("[{entries}]").as_bytes()).expect("a list")
    }

    fn record(namespace: &str, name: &str, revision: u32) -> Record {
        let object = format!("sh.helm.release.v1.{name}.v{revision}");
        Record { namespace: namespace.to_owned(), object, release: Some(name.to_owned()), revision: Some(revision) }
    }

    fn kept(listing: &Listing) -> Vec<&str> {
        listing.unreadable.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn what_the_records_bear_out_stays_as_it_is() {
        let before = listing(&[("a", 3, "deployed"), ("b", 1, "failed"), ("c", 2, "superseded")]);
        let records = [record("dev-a", "a", 3), record("dev-a", "b", 1), record("dev-a", "a", 1)];
        assert_eq!(cross_check(before.clone(), &records), before);
    }

    #[test]
    fn a_release_behind_whose_back_there_is_a_newer_record_is_kept() {
        let before = listing(&[("a", 2, "superseded"), ("b", 1, "deployed")]);
        let after = cross_check(before, &[record("dev-a", "a", 3), record("dev-a", "b", 1), record("dev-a", "b", 2)]);
        assert!(after.releases.is_empty());
        assert_eq!(kept(&after), ["a", "b"]);
        assert!(after.unreadable[0].why.contains("its record of revision 3 cannot be decoded; helm shows revision 2"));
    }

    #[test]
    fn a_release_that_is_not_listed_at_all_is_named() {
        let after = cross_check(Listing::default(), &[record("dev-a", "lost", 4)]);
        assert_eq!(kept(&after), ["lost"]);
    }

    #[test]
    fn a_release_whose_record_lies_in_another_namespace_is_kept_and_both_are_named() {
        let after = cross_check(listing(&[("a", 1, "deployed")]), &[record("dev-b", "a", 1)]);
        assert!(after.releases.is_empty());
        assert_eq!(after.unreadable.len(), 2);
    }

    #[test]
    fn a_record_without_labels_is_named_by_its_object() {
        let record = Record { release: None, ..record("dev-a", "a", 1) };
        assert_eq!(kept(&cross_check(Listing::default(), &[record])), ["sh.helm.release.v1.a.v1"]);
    }

    #[test]
    fn where_records_cannot_be_seen_a_superseded_newest_revision_is_kept() {
        let after = without_records(listing(&[("a", 2, "superseded"), ("b", 1, "deployed")]), "forbidden".to_owned());
        assert_eq!((kept(&after), after.releases.len()), (vec!["a"], 1));
        assert_eq!(after.unchecked.as_deref(), Some("forbidden"));
    }
}
