//! The list of releases from the metadata of Helm's records, through the API.
//!
//! `helm list` downloads and decodes every revision of every release; this reads labels and times, in the whole cluster or,
//! if the account cannot, namespace by namespace of the scope.

use std::collections::{BTreeMap, BTreeSet};

use super::superseded::{doubtful_namespaces, odd_names, superseded_in_front};
use super::{Listing, SkippedNamespace, UnreadableRelease};
use crate::cluster::{ApiError, Client, NamespaceFacts, PerNamespace, RecordFilter, ReleaseRecord, StorageDriver};
use crate::parallel::join;
use crate::policy::PolicyScope;
use crate::release::{Known, Namespace, Release, ReleaseId, ReleaseName, Revision, Status};

/// Lists every release that the account may see. All requests that need no answer of another are made at the same time.
pub(super) fn list(client: &Client, driver: StorageDriver, scope: &PolicyScope) -> Result<Listing, ApiError> {
    let with_names =
        || join(|| client.superseded_names(driver), || client.records(driver, None, RecordFilter::NotSuperseded));
    let (namespaces, (names, records)) = join(|| namespaces(client, scope), with_names);
    let (records, namespaces) = (unless_forbidden(records)?, unless_forbidden(namespaces)?);
    let to_ask = match (&namespaces, &records) {
        (Ok(namespaces), _) => namespaces.keys().cloned().collect(),
        (Err(_), Ok(records)) => namespaces_of(records, scope),
        (Err(_), Err(why)) => literal(scope, why)?,
    };
    let (mut records, skipped, to_ask) = match records {
        Ok(records) => {
            let doubtful = doubtful_namespaces(&records, &names?, to_ask);
            (records, Vec::new(), doubtful)
        }
        Err(_) => one_by_one(client, driver, to_ask)?,
    };
    let superseded = client.superseded_names_in(driver, to_ask)?;
    for (namespace, names) in superseded_in_front(&records, &superseded) {
        records.extend(client.records(driver, Some(namespace), RecordFilter::Releases(names))?);
    }
    let mut listing = Listing { unlisted: skipped, namespaces: namespaces.unwrap_or_default(), ..releases_of(records) };
    listing.unreadable.extend(odd_names(&superseded));
    listing.unreadable.sort();
    Ok(listing)
}

/// An answer, or the API server's words if it refused.
fn unless_forbidden<T>(answer: Result<T, ApiError>) -> Result<Result<T, String>, ApiError> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(ApiError::Forbidden(why)) => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

/// The namespaces of the scope.
fn namespaces(client: &Client, scope: &PolicyScope) -> Result<BTreeMap<Namespace, NamespaceFacts>, ApiError> {
    let mut namespaces = client.namespaces()?;
    namespaces.retain(|namespace, _| scope.matches(namespace).is_some());
    Ok(namespaces)
}

fn namespaces_of(records: &[ReleaseRecord], scope: &PolicyScope) -> Vec<Namespace> {
    let mut names = records.iter().filter_map(|record| record.namespace.parse().ok()).collect::<BTreeSet<_>>();
    names.retain(|namespace| scope.matches(namespace).is_some());
    names.into_iter().collect()
}

/// The names in the scope. Without the right to list namespaces, this program cannot know what a glob matches.
fn literal(scope: &PolicyScope, why: &str) -> Result<Vec<Namespace>, ApiError> {
    let names = scope.patterns.iter().map(|pattern| {
        pattern.as_str().parse().map_err(|_| {
            let pattern = pattern.as_str();
            ApiError::Forbidden(format!(
                "{why}; listing namespaces is not allowed either, so it is not known which ones `{pattern}` matches"
            ))
        })
    });
    names.collect()
}

/// The records of some namespaces, the namespaces that refused, and the others. It is an error if all refuse.
type SomeRecords = (Vec<ReleaseRecord>, Vec<SkippedNamespace>, Vec<Namespace>);

fn one_by_one(client: &Client, driver: StorageDriver, namespaces: Vec<Namespace>) -> Result<SomeRecords, ApiError> {
    let (records, skipped, seen) = sort_out(client.records_in(driver, namespaces, RecordFilter::NotSuperseded)?)?;
    match skipped.first() {
        Some(first) if seen.is_empty() => Err(ApiError::Forbidden(first.why.clone())),
        _ => Ok((records, skipped, seen)),
    }
}

/// Puts together what the namespaces answered.
pub(super) fn sort_out(answers: Vec<PerNamespace<Vec<ReleaseRecord>>>) -> Result<SomeRecords, ApiError> {
    let (mut records, mut skipped, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for (namespace, listed) in answers {
        match unless_forbidden(listed)? {
            Ok(listed) => {
                records.extend(listed);
                seen.push(namespace);
            }
            Err(why) => skipped.push(SkippedNamespace { namespace, why }),
        }
    }
    skipped.sort();
    Ok((records, skipped, seen))
}

/// Groups records by release: of each release the record with the highest revision counts. The same record may be among
/// them more than once.
///
/// A record that contradicts itself, old or new, makes the whole release unreadable: it is not known which revision helm
/// would act on.
pub(super) fn releases_of(records: Vec<ReleaseRecord>) -> Listing {
    let mut seen = BTreeSet::new();
    let mut heads: BTreeMap<(String, String), Vec<ReleaseRecord>> = BTreeMap::new();
    let mut doubts: BTreeMap<(String, String), String> = BTreeMap::new();
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
    heads.retain(|key, _| !doubts.contains_key(key));
    let mut releases = Vec::new();
    for (key, head) in heads {
        match release(&key.1, &head) {
            Ok(release) => releases.push(release),
            Err(why) => drop(doubts.insert(key, why)),
        }
    }
    let unreadable = doubts.into_iter().map(|((namespace, name), why)| UnreadableRelease {
        namespace: namespace.parse().ok(),
        name,
        why,
    });
    let mut unreadable = unreadable.collect::<Vec<_>>();
    unreadable.sort();
    Listing { releases, unreadable, ..Listing::default() }
}

/// The releases that a record may be of: by its label and by its object's name, which agree in a record that Helm wrote.
fn names(record: &ReleaseRecord) -> BTreeSet<String> {
    let by_object = record.object.strip_prefix("sh.helm.release.v1.").and_then(|rest| rest.rsplit_once(".v"));
    let names = record.release.iter().cloned().chain(by_object.map(|(name, _)| name.to_owned()));
    let names = names.collect::<BTreeSet<_>>();
    if names.is_empty() { [record.object.clone()].into() } else { names }
}

fn contradiction(record: &ReleaseRecord) -> Option<String> {
    let (Some(release), Some(revision)) = (&record.release, record.revision.filter(|number| *number > 0)) else {
        return Some("its labels do not name a release and a revision".to_owned());
    };
    let (expected, object) = (StorageDriver::object_name(release, revision), &record.object);
    (*object != expected).then(|| {
        format!(
            "the name of a release record is {object:?}, but its labels name release {release}, revision {revision}"
        )
    })
}

fn keep_newest(head: &mut Vec<ReleaseRecord>, record: &ReleaseRecord) {
    let newest = head.first().and_then(|record| record.revision);
    if record.revision > newest {
        head.clear();
    }
    if record.revision >= newest {
        head.push(record.clone());
    }
}

fn release(name: &str, head: &[ReleaseRecord]) -> Result<Release, String> {
    let [record] = head else { return Err("two records claim to be its newest revision".to_owned()) };
    let namespace = record.namespace.parse::<Namespace>().map_err(|error| format!("its namespace: {error}"))?;
    let name = name.parse::<ReleaseName>().map_err(|error| format!("its name is not a valid release name: {error}"))?;
    let status = record.status.as_deref().unwrap_or_default();
    let status = Status::parse(status).ok_or_else(|| format!("its status is {status:?}"))?;
    Ok(Release {
        id: ReleaseId { namespace, name },
        revision: Revision(record.revision.unwrap_or_default()),
        status,
        chart: Known::Unknown,
        updated: record.created.into(),
        record: Some(record.object_version.clone()).filter(|version| !version.uid.is_empty()).into(),
        labels: Known::Is(record.labels.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::ObjectVersion;

    fn record(name: &str, revision: u32, status: &str) -> ReleaseRecord {
        let object = StorageDriver::object_name(name, revision);
        ReleaseRecord {
            namespace: "dev-a".to_owned(),
            object_version: ObjectVersion { uid: object.as_str().into(), version: "1".into() },
            object,
            release: Some(name.to_owned()),
            revision: Some(revision),
            status: Some(status.to_owned()),
            created: Some(jiff::Timestamp::UNIX_EPOCH),
            labels: BTreeMap::new(),
        }
    }

    #[test]
    fn the_highest_revision_is_the_release_in_whatever_order_they_come() {
        let mut records = vec![record("a", 9, "deployed"), record("a", 10, "failed"), record("a", 2, "uninstalled")];
        for _ in 0..records.len() {
            records.rotate_left(1);
            let listing = releases_of(records.clone());
            assert_eq!(listing.releases.len(), 1);
            assert_eq!((listing.releases[0].revision, listing.releases[0].status), (Revision(10), Status::Failed));
        }
    }

    #[test]
    fn what_its_labels_do_not_explain_is_named_and_spoils_no_other() {
        let odd = [
            ReleaseRecord { revision: None, ..record("b", 1, "deployed") },
            ReleaseRecord { release: None, ..record("c", 1, "deployed") },
            ReleaseRecord { status: Some("asleep".to_owned()), ..record("d", 1, "deployed") },
            ReleaseRecord { release: Some("--no-hooks".to_owned()), ..record("e", 1, "deployed") },
            ReleaseRecord { object: "mine".to_owned(), ..record("f", 1, "deployed") },
            ReleaseRecord { revision: Some(0), ..record("g", 1, "deployed") },
        ];
        for odd in odd {
            let listing = releases_of(vec![odd.clone(), record("a", 1, "deployed")]);
            assert_eq!(listing.releases.len(), 1, "{odd:?}");
            assert!(!listing.unreadable.is_empty(), "{odd:?}");
        }
    }

    #[test]
    fn a_record_that_contradicts_itself_spoils_its_release_whichever_revision_it_is() {
        for odd in [
            ReleaseRecord { revision: None, ..record("a", 5, "deployed") },
            ReleaseRecord { revision: Some(1), ..record("a", 5, "deployed") },
            ReleaseRecord { release: Some("b".to_owned()), ..record("a", 5, "deployed") },
            ReleaseRecord { object: "mine".to_owned(), ..record("a", 1, "deployed") },
        ] {
            let listing = releases_of(vec![odd.clone(), record("a", 4, "superseded")]);
            assert!(listing.releases.is_empty() && listing.unreadable.iter().any(|entry| entry.name == "a"), "{odd:?}");
        }
    }

    #[test]
    fn two_records_of_one_revision_are_not_understood_and_one_seen_twice_is_one() {
        let twin = ReleaseRecord { object: "twin".to_owned(), ..record("a", 1, "deployed") };
        let twins = releases_of(vec![record("a", 1, "deployed"), twin]);
        assert_eq!((twins.releases.len(), twins.unreadable.len()), (0, 1));
        let same = releases_of(vec![record("a", 1, "deployed"), record("a", 1, "deployed")]);
        assert_eq!((same.releases.len(), same.unreadable.len()), (1, 0));
    }
}
