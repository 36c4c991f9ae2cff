//! Reads the releases of a batch right before they start: whether they are still as planned, and what protects their
//! namespace at that time.
//!
//! A user who deploys, or opts out, in the tenth minute of a run keeps the release. All requests about a batch are made
//! side by side, so that a batch starts one round trip later than without them.

use std::collections::BTreeMap;

use super::list::releases_of;
use super::{Found, Listing, Protection};
use crate::cluster::{
    ApiError, Client, NamespaceFacts, NamespaceNow, NamespaceRequest, OptOutConfigMap, ReleaseRecord, StorageDriver,
};
use crate::release::{Namespace, Release};

/// Whether a release is still as planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// It is, or it is gone.
    AsPlanned,
    /// It is, except that an uninstall or a rollback has started since: this is the present state of its record.
    Started(String),
    /// It is not, for this reason.
    Changed(String),
    /// It is, but it is too early for it, for this reason.
    NotYet(String),
    /// The cluster did not answer, for this reason.
    Unknown(ApiError),
}

/// The answer of the cluster about some releases of one namespace.
#[derive(Debug)]
pub struct Rechecked {
    /// Whether each release is still as planned, in their order.
    pub freshness: Vec<Freshness>,
    /// What protects that namespace now: its opt-outs and its labels. What could not be read when the plan was checked
    /// counts as unreadable here as well.
    pub protection: Result<Protection, ApiError>,
}

/// Rechecks planned releases, batch by batch.
#[derive(Debug)]
pub struct BatchRecheck {
    client: Client,
    driver: StorageDriver,
    /// The namespaces of the planned releases.
    checked: BTreeMap<Namespace, CheckedNamespace>,
}

/// What was known of a namespace when the whole plan was last checked.
#[derive(Debug)]
struct CheckedNamespace {
    facts: Option<NamespaceFacts>,
    /// Whether to list its opt-outs again.
    opt_outs: bool,
    /// How to read its metadata again, if at all.
    metadata: Option<NamespaceRequest>,
}

impl BatchRecheck {
    /// For planned releases that were just checked against a list and what protects its releases.
    ///
    /// A recheck does not request what the account could not read then. Opt-outs that existed then do not keep any of the
    /// planned releases, and will not do so later, unless a user changes them.
    pub fn new(
        client: Client,
        driver: StorageDriver,
        planned: &[Release],
        listing: &Listing,
        protection: &Protection,
    ) -> Self {
        let checked = |namespace: &Namespace| {
            let facts = protection.facts(namespace).ok().cloned();
            let is_listed = listing.namespaces.contains_key(namespace);
            let request = if is_listed { NamespaceRequest::List } else { NamespaceRequest::Get };
            let opt_outs = !protection.unreadable_config_maps.contains(namespace);
            let metadata = facts.is_some().then_some(request);
            (namespace.clone(), CheckedNamespace { facts, opt_outs, metadata })
        };
        let checked = planned.iter().map(|release| checked(&release.id.namespace)).collect();
        Self { client, driver, checked }
    }

    /// Rechecks some releases of one namespace. Takes the time of a request.
    pub fn recheck(&self, releases: &[&Release]) -> Rechecked {
        self.answer(releases).unwrap_or_else(|error| Rechecked {
            freshness: vec![Freshness::Unknown(error.clone()); releases.len()],
            protection: Err(error),
        })
    }

    fn answer(&self, releases: &[&Release]) -> Result<Rechecked, ApiError> {
        let first = releases.first().ok_or_else(|| ApiError::Failed("no release was given".to_owned()))?;
        let namespace = &first.id.namespace;
        let unchecked = || ApiError::Failed(format!("the plan was not checked in {namespace}"));
        let checked = self.checked.get(namespace).ok_or_else(unchecked)?;
        let names = releases.iter().map(|release| release.id.name.to_string()).collect::<Vec<_>>();
        let CheckedNamespace { opt_outs, metadata, .. } = *checked;
        let now = self.client.namespace_now(self.driver, namespace, &names, opt_outs, metadata)?;
        let NamespaceNow { records, opt_outs, facts } = now;
        let protection = protection(namespace, checked, opt_outs, facts);
        Ok(Rechecked { freshness: freshness(records, releases), protection })
    }
}

fn freshness(records: Result<Vec<ReleaseRecord>, ApiError>, releases: &[&Release]) -> Vec<Freshness> {
    match records.map(releases_of) {
        Ok(now) => releases.iter().map(|planned| freshness_of(&now, planned)).collect(),
        Err(error) => vec![Freshness::Unknown(error); releases.len()],
    }
}

fn freshness_of(now: &Listing, planned: &Release) -> Freshness {
    match (now.change_of(planned), now.find(&planned.id)) {
        (None, _) => Freshness::AsPlanned,
        (Some(change), Found::Release(found)) if planned.is_started_as(found) => Freshness::Started(change),
        (Some(change), _) => Freshness::Changed(change),
    }
}

fn protection(
    namespace: &Namespace,
    checked: &CheckedNamespace,
    config_maps: Result<Vec<OptOutConfigMap>, ApiError>,
    facts: Result<Option<NamespaceFacts>, ApiError>,
) -> Result<Protection, ApiError> {
    let config_maps = config_maps?;
    // If the namespace is gone, so are its releases, and nothing new protects them.
    let facts = facts?.or_else(|| checked.facts.clone());
    let facts = facts.ok_or_else(|| "it could not be read when the plan was made".to_owned());
    let controllers = || "controllers are not checked again".to_owned();
    let namespaces = [(namespace.clone(), facts)].into();
    Ok(Protection::of(namespaces, config_maps, Vec::new(), Err(controllers()), Err(controllers())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::ObjectVersion;

    fn listing(revision: u32, updated: &str, status: &str) -> Listing {
        let json = format!(
            r#"[{{"name":"web","namespace":"dev-a","revision":"{revision}","updated":"{updated}","status":"{status}","chart":"web-1.0.0"}}]"#
        );
        crate::inventory::read(json.as_bytes()).expect("a list")
    }

    #[test]
    fn a_list_tells_an_uninstall_that_was_started_from_every_other_change() {
        let planned = listing(1, "2026-11-20T10:00:00Z", "deployed").releases.remove(0);
        let after = |revision, updated, status| freshness_of(&listing(revision, updated, status), &planned);
        let now = "2026-11-20T10:00:00Z";
        assert_eq!(after(1, now, "deployed"), Freshness::AsPlanned);
        assert_eq!(freshness_of(&Listing::default(), &planned), Freshness::AsPlanned);
        assert!(matches!(after(1, now, "uninstalling"), Freshness::Started(_)));
        for changed in [
            after(1, "2026-11-20T11:00:00Z", "uninstalling"),
            after(2, now, "uninstalling"),
            after(1, now, "uninstalled"),
            after(1, now, "pending-upgrade"),
        ] {
            assert!(matches!(changed, Freshness::Changed(_)), "{changed:?}");
        }
    }

    fn record(revision: u32, uid: &str, version: &str, status: &str) -> ReleaseRecord {
        ReleaseRecord {
            namespace: "dev-a".to_owned(),
            object: StorageDriver::object_name("web", revision),
            object_version: ObjectVersion { uid: uid.into(), version: version.into() },
            release: Some("web".to_owned()),
            revision: Some(revision),
            status: Some(status.to_owned()),
            created: None,
            labels: BTreeMap::new(),
        }
    }

    /// How fresh the release of revision 3 is if these are its records now.
    fn after(records: Vec<ReleaseRecord>) -> Freshness {
        let planned = releases_of(vec![record(3, "u3", "1", "deployed")]).releases.remove(0);
        freshness(Ok(records), &[&planned]).remove(0)
    }

    #[test]
    fn the_records_of_a_release_tell_what_has_changed() {
        let same = || record(3, "u3", "1", "deployed");
        let changed = |how: &str| Freshness::Changed(how.to_owned());
        let old = record(2, "u2", "9", "superseded");
        assert_eq!(after(vec![old, same()]), Freshness::AsPlanned);
        assert_eq!(after(Vec::new()), Freshness::AsPlanned, "it is gone");
        assert_eq!(
            after(vec![record(3, "u3", "2", "superseded"), record(4, "u4", "1", "pending-upgrade")]),
            changed("now revision 4, pending-upgrade; was revision 3, deployed")
        );
        assert_eq!(
            after(vec![record(1, "new", "1", "deployed")]),
            changed("now revision 1, deployed; was revision 3, deployed")
        );
        for again in [record(3, "new", "1", "deployed"), record(3, "u3", "2", "deployed")] {
            assert_eq!(after(vec![again]), changed("its release record was written again with the same status"));
        }
        let begun = "now revision 3, uninstalling; was revision 3, deployed";
        assert_eq!(after(vec![record(3, "u3", "2", "uninstalling")]), Freshness::Started(begun.to_owned()));
        assert_eq!(after(vec![record(3, "new", "1", "uninstalling")]), changed(begun));
        let odd = ReleaseRecord { revision: None, ..record(4, "x", "1", "deployed") };
        assert!(matches!(after(vec![same(), odd]), Freshness::Changed(_)));
        let refused = || ApiError::Forbidden("no".to_owned());
        let planned = releases_of(vec![same()]).releases.remove(0);
        assert_eq!(freshness(Err(refused()), &[&planned]), [Freshness::Unknown(refused())]);
    }

    #[test]
    fn a_namespace_protects_by_what_it_says_now_and_what_could_not_be_read_then_stays_unread() {
        let namespace: Namespace = "dev-a".parse().expect("a legal name");
        let facts = |env: &str| NamespaceFacts {
            labels: [("env".to_owned(), env.to_owned())].into(),
            ..NamespaceFacts::default()
        };
        let checked = |facts: Option<NamespaceFacts>| CheckedNamespace { facts, opt_outs: true, metadata: None };
        let config_map =
            || OptOutConfigMap { namespace: "dev-a".to_owned(), name: "mine".to_owned(), annotations: [].into() };
        let known = checked(Some(facts("dev")));
        let now =
            protection(&namespace, &known, Ok(vec![config_map()]), Ok(Some(facts("prod")))).expect("all was seen");
        assert_eq!(now.opt_outs.len(), 1);
        assert_eq!(now.facts(&namespace), Ok(&facts("prod")));
        let gone = protection(&namespace, &known, Ok(Vec::new()), Ok(None)).expect("all was seen");
        assert_eq!(gone.facts(&namespace), Ok(&facts("dev")));
        let never = protection(&namespace, &checked(None), Ok(Vec::new()), Ok(None)).expect("nothing was refused");
        assert_eq!(never.facts(&namespace), Err("it could not be read when the plan was made"));
        let refused = || ApiError::Forbidden("no".to_owned());
        assert_eq!(protection(&namespace, &known, Err(refused()), Ok(None)), Err(refused()));
        assert_eq!(protection(&namespace, &known, Ok(Vec::new()), Err(refused())), Err(refused()));
    }
}
