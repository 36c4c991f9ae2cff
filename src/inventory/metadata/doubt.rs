//! Which namespaces may hold a release whose newest revision is marked as replaced. Pure.
//!
//! The names of replaced revisions come without their namespaces. Most of the time that is enough: where every release
//! of a name is newer than every replaced revision of that name, none of these is in front of any of those.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::{Record, SupersededNames};
use crate::release::Namespace;

/// Of the given namespaces those that have to be asked themselves.
pub(super) fn doubtful_namespaces(
    records: &[Record],
    names: &SupersededNames,
    namespaces: Vec<Namespace>,
) -> Vec<Namespace> {
    let mut newest: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for record in records {
        if let (Some(release), Some(revision)) = (&record.release, record.revision) {
            let known = newest.entry(release).or_default().entry(&record.namespace).or_default();
            *known = revision.max(*known);
        }
    }
    // One that no release accounts for lies somewhere, and it could be anywhere. Where there are fewer than releases
    // that could hold it, histories were cut, and which ones cannot be told.
    let is_unaccounted = |(name, counts): (&String, &BTreeMap<u32, usize>)| {
        let releases = newest.get(name.as_str());
        let newer = |revision: u32| {
            releases.map_or(0, |releases| releases.values().filter(|newest| **newest > revision).count())
        };
        counts.iter().any(|(revision, count)| *count != newer(*revision))
    };
    if names.odd > 0 || names.counts.iter().any(is_unaccounted) {
        return namespaces;
    }
    // From the names to their namespaces: the other way round each namespace would go through all names.
    let mut doubtful = BTreeSet::new();
    for (name, counts) in &names.counts {
        let highest = counts.last_key_value().map_or(0, |(revision, _)| *revision);
        let releases = newest.get(name.as_str()).into_iter().flatten();
        doubtful.extend(releases.filter(|(_, newest)| **newest <= highest).map(|(namespace, _)| *namespace));
    }
    namespaces.into_iter().filter(|namespace| doubtful.contains(namespace.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::StorageDriver;
    use crate::release::ObjectVersion;

    fn doubtful(listed: &[(&str, &str, u32)], replaced: &[(&str, u32, usize)]) -> Vec<String> {
        let record = |(namespace, name, revision): &(&str, &str, u32)| Record {
            namespace: (*namespace).to_owned(),
            object: StorageDriver::object_name(name, *revision),
            mark: ObjectVersion { uid: "".into(), version: "".into() },
            release: Some((*name).to_owned()),
            revision: Some(*revision),
            status: None,
            created: None,
            keep_label: None,
        };
        let mut names = SupersededNames::default();
        for (name, revision, count) in replaced {
            names.counts.entry((*name).to_owned()).or_default().insert(*revision, *count);
        }
        let namespaces = ["a", "b", "c"].map(|name| name.parse().expect("a legal name")).to_vec();
        let records = listed.iter().map(record).collect::<Vec<_>>();
        doubtful_namespaces(&records, &names, namespaces).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn where_every_release_is_newer_than_what_was_replaced_nobody_has_to_be_asked() {
        let listed = [("a", "web", 5), ("b", "web", 5), ("a", "redis", 1)];
        assert!(doubtful(&listed, &[("web", 1, 2), ("web", 4, 2)]).is_empty());
        assert!(doubtful(&listed, &[]).is_empty());
    }

    #[test]
    fn a_release_that_is_older_than_what_was_replaced_somewhere_is_looked_at() {
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
}
