//! Releases whose newest revision is superseded: an interrupted command of Helm leaves them behind.
//!
//! Records of superseded revisions are most of what a cluster holds, so the list leaves them out, but their labels alone
//! decide that. So the names of all of them are read as well, which come without their namespaces, in three steps:
//! 1. [`doubtful_namespaces`]: if every release of a name is newer than every superseded revision of that name, no release
//!    hides behind one. Only the other namespaces are read.
//! 2. [`superseded_in_front`]: of these, the releases whose newest revision is superseded. Their records are listed, too.
//! 3. [`odd_names`]: a record whose name does not say what it is of could be of any release; it is listed as unreadable.
//!
//! Everything here is pure.

use std::collections::{BTreeMap, BTreeSet};

use super::UnreadableRelease;
use crate::cluster::{ReleaseRecord, SupersededNames};
use crate::release::{Namespace, ReleaseName};

/// The newest listed revision, by release name and namespace.
fn newest_revisions(records: &[ReleaseRecord]) -> BTreeMap<&str, BTreeMap<&str, u32>> {
    let mut newest: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for record in records {
        if let (Some(release), Some(revision)) = (&record.release, record.revision) {
            let known = newest.entry(release).or_default().entry(&record.namespace).or_default();
            *known = revision.max(*known);
        }
    }
    newest
}

/// Of the given namespaces those that may hold a release whose newest revision is superseded.
pub(super) fn doubtful_namespaces(
    records: &[ReleaseRecord],
    names: &SupersededNames,
    namespaces: Vec<Namespace>,
) -> Vec<Namespace> {
    let newest = newest_revisions(records);
    // A superseded revision that no release accounts for lies in some namespace, and it could be any. If there are fewer of
    // them than releases that could hold one, histories were cut, and it is not known which ones.
    let is_unaccounted = |(name, counts): (&String, &BTreeMap<u32, usize>)| {
        let releases = newest.get(name.as_str());
        let newer = |revision: u32| {
            releases.map_or(0, |releases| releases.values().filter(|newest| **newest > revision).count())
        };
        counts.iter().any(|(revision, count)| *count != newer(*revision))
    };
    if !names.odd.is_empty() || names.counts.iter().any(is_unaccounted) {
        return namespaces;
    }
    // From the names to their namespaces: the other way round each namespace would go through all names.
    let mut doubtful = BTreeSet::new();
    for (name, highest) in names.newest() {
        let releases = newest.get(name.as_str()).into_iter().flatten();
        doubtful.extend(releases.filter(|(_, newest)| **newest <= highest).map(|(namespace, _)| *namespace));
    }
    namespaces.into_iter().filter(|namespace| doubtful.contains(namespace.as_str())).collect()
}

/// The releases whose newest revision is superseded, by namespace. Their records are not among those that were listed.
pub(super) fn superseded_in_front(
    records: &[ReleaseRecord],
    superseded: &[(Namespace, SupersededNames)],
) -> BTreeMap<Namespace, Vec<String>> {
    let newest = newest_revisions(records);
    let in_front = superseded.iter().map(|(namespace, found)| {
        // The API server refuses a request with a name that no release can have.
        let is_in_front = |(name, revision): &(&String, u32)| {
            let listed = newest.get(name.as_str()).and_then(|namespaces| namespaces.get(namespace.as_str()));
            listed < Some(revision) && name.parse::<ReleaseName>().is_ok()
        };
        (namespace.clone(), found.newest().filter(is_in_front).map(|(name, _)| name.clone()).collect::<Vec<_>>())
    });
    in_front.filter(|(_, names)| !names.is_empty()).collect()
}

/// Superseded records whose names do not say which release they are of.
pub(super) fn odd_names(superseded: &[(Namespace, SupersededNames)]) -> impl Iterator<Item = UnreadableRelease> {
    superseded.iter().flat_map(|(namespace, found)| {
        found.odd.iter().map(move |name| UnreadableRelease {
            namespace: Some(namespace.clone()),
            name: name.clone(),
            why: "its name does not contain a release and a revision".to_owned(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::StorageDriver;
    use crate::release::ObjectVersion;

    fn record((namespace, name, revision): &(&str, &str, u32)) -> ReleaseRecord {
        ReleaseRecord {
            namespace: (*namespace).to_owned(),
            object: StorageDriver::object_name(name, *revision),
            object_version: ObjectVersion { uid: "".into(), version: "".into() },
            release: Some((*name).to_owned()),
            revision: Some(*revision),
            status: None,
            created: None,
            labels: BTreeMap::new(),
        }
    }

    fn doubtful(listed: &[(&str, &str, u32)], replaced: &[(&str, u32, usize)]) -> Vec<String> {
        let mut names = SupersededNames::default();
        for (name, revision, count) in replaced {
            names.counts.entry((*name).to_owned()).or_default().insert(*revision, *count);
        }
        let namespaces = ["a", "b", "c"].map(|name| name.parse().expect("a legal name")).to_vec();
        let records = listed.iter().map(record).collect::<Vec<_>>();
        doubtful_namespaces(&records, &names, namespaces).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn if_every_release_is_newer_than_what_was_replaced_nothing_has_to_be_queried() {
        let listed = [("a", "web", 5), ("b", "web", 5), ("a", "redis", 1)];
        assert!(doubtful(&listed, &[("web", 1, 2), ("web", 4, 2)]).is_empty());
        assert!(doubtful(&listed, &[]).is_empty());
    }

    #[test]
    fn a_release_that_is_older_than_what_was_replaced_somewhere_is_checked() {
        let listed = [("a", "web", 9), ("b", "web", 3), ("c", "web", 10)];
        assert_eq!(doubtful(&listed, &[("web", 8, 2), ("web", 2, 3)]), ["b"]);
        assert_eq!(doubtful(&[("a", "web", 9), ("b", "web", 8)], &[("web", 8, 1)]), ["b"]);
        // A history that was cut could have made room for another one's.
        assert_eq!(doubtful(&[("a", "web", 9), ("b", "web", 9)], &[("web", 5, 1)]), ["a", "b", "c"]);
    }

    #[test]
    fn what_no_release_accounts_for_may_lie_anywhere() {
        let everywhere = ["a", "b", "c"];
        assert_eq!(doubtful(&[("a", "web", 2)], &[("redis", 1, 1)]), everywhere);
        assert_eq!(doubtful(&[("a", "web", 2)], &[("web", 1, 2)]), everywhere);
        assert_eq!(doubtful(&[("a", "web", 2)], &[("web", 2, 1)]), everywhere);
    }

    #[test]
    fn a_replaced_revision_counts_where_it_is_in_front() {
        let counts = [("a", 2), ("b", 4), ("c", 1)].map(|(name, newest)| (name.to_owned(), [(newest, 1)].into()));
        let replaced = SupersededNames { counts: counts.into(), odd: Vec::new() };
        let namespace: Namespace = "dev-a".parse().expect("a legal name");
        let records = [record(&("dev-a", "a", 3)), record(&("dev-a", "b", 3))];
        let found = superseded_in_front(&records, &[(namespace.clone(), replaced)]);
        assert_eq!(found, BTreeMap::from([(namespace, vec!["b".to_owned(), "c".to_owned()])]));
    }
}
