//! Compares a plan with a fresh list: a release that has changed is left alone. Pure.
//!
//! A person may read a plan for an hour. If a release is deployed again during that time, it is kept, even if only its
//! chart or its age differs.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::decide::Decider;
use super::model::{ClusterState, Filters, Plan};
use crate::inventory::{Contents, Listing, Protection};
use crate::policy::Policy;
use crate::release::{Release, ReleaseId};

/// The planned releases that have changed since, or are protected now, and what changed. A release that is gone has not
/// changed: helm will not find it, which is an outcome of its own. Contents are not read again, because other contents
/// mean another record.
pub(crate) fn recheck(
    before: &Plan,
    policies: &[Policy],
    now: ClusterState<'_>,
    filters: &Filters,
) -> BTreeMap<ReleaseId, String> {
    let decider = Decider::new(policies, now, filters);
    let change = |planned: &Release| {
        let change = now.listing.change_of(planned);
        change.or_else(|| decider.protected_now(planned).map(|reason| reason.to_string()))
    };
    before.chosen().filter_map(|planned| Some((planned.id.clone(), change(planned)?))).collect()
}

/// What keeps a planned release now, if only the protection of its namespace was read again.
pub(crate) fn protected_now(
    planned: &Release,
    policies: &[Policy],
    protection: &Protection,
    now: Timestamp,
    filters: &Filters,
) -> Option<String> {
    let (listing, contents) = (Listing::default(), Contents::new());
    let facts = ClusterState { listing: &listing, contents: &contents, protection, now };
    Decider::new(policies, facts, filters).protected_now(planned).map(|reason| reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::NamespaceFacts;
    use crate::inventory::{Listing, OptOut, OptOutSource, Protection, UnreadableRelease, read};
    use crate::plan::{ClusterState, Filters, build};
    use crate::policy::Policy;
    use crate::release::Content;

    fn listing(chart: &str, revision: u32, updated: &str) -> Listing {
        let json = format!(
            r#"[{{"name":"web","namespace":"dev-a","revision":"{revision}","updated":"{updated}","status":"deployed","chart":"{chart}"}}]"#
        );
        read(json.as_bytes()).expect("a list")
    }

    fn nothing_protects() -> Protection {
        let namespaces = [("dev-a".parse().expect("a legal name"), Ok(NamespaceFacts::default()))];
        Protection::of(namespaces.into(), Vec::new(), Vec::new(), Ok(Vec::new()), Ok(Vec::new()))
    }

    fn changes(now: &Listing) -> Vec<String> {
        let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                    namespaces: ['dev-*']\nkeep: [{charts: [precious]}]\n";
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        let before = listing("web-1.0.0", 1, "2026-11-20T10:00:00Z");
        let contents =
            before.releases.iter().map(|release| (release.id.clone(), Ok(Content::of_chart(release.chart.clone()))));
        let contents = contents.collect();
        let protection = nothing_protects();
        let moment = "2026-11-24T10:00:00Z".parse().expect("a time");
        let facts = ClusterState { listing: &before, contents: &contents, protection: &protection, now: moment };
        let without_labels = Filters { without_opt_outs: true, ..Filters::default() };
        let policies = [policy];
        let plan = build(&policies, facts, &without_labels);
        recheck(&plan, &policies, ClusterState { listing: now, ..facts }, &without_labels).into_values().collect()
    }

    #[test]
    fn what_is_the_same_or_gone_has_not_changed() {
        assert!(changes(&listing("web-1.0.0", 1, "2026-11-20T10:00:00Z")).is_empty());
        assert!(changes(&Listing::default()).is_empty());
    }

    #[test]
    fn an_upgrade_a_new_install_and_another_chart_are_changes() {
        let upgraded = changes(&listing("web-1.0.0", 2, "2026-11-20T11:00:00Z"));
        assert_eq!(upgraded, ["now revision 2, deployed; was revision 1, deployed"]);
        let again = changes(&listing("web-1.0.0", 1, "2026-11-20T11:00:00Z"));
        assert_eq!(again, ["deployed again at 2026-11-20T11:00:00Z; was 2026-11-20T10:00:00Z"]);
        assert_eq!(
            changes(&listing("precious-9.9.9", 1, "2026-11-20T10:00:00Z")),
            ["now chart precious-9.9.9; was web-1.0.0"]
        );
    }

    #[test]
    fn an_entry_that_cannot_be_read_any_more_is_a_change() {
        let now = Listing {
            unreadable: vec![UnreadableRelease {
                namespace: "dev-a".parse().ok(),
                name: "web".to_owned(),
                why: "its revision is missing".to_owned(),
            }],
            ..Listing::default()
        };
        assert_eq!(changes(&now), ["its revision is missing"]);
    }

    #[test]
    fn what_came_to_be_protected_is_left_alone() {
        let before = listing("web-1.0.0", 1, "2026-11-20T10:00:00Z");
        let protected = |protection: Protection| {
            let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                        namespaces: ['dev-*']\n";
            let policies = [Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))];
            let contents = [(before.releases[0].id.clone(), Ok(Content::of_chart(before.releases[0].chart.clone())))];
            let (contents, moment) = (contents.into(), "2026-11-24T10:00:00Z".parse().expect("a time"));
            let filters = Filters { without_opt_outs: true, ..Filters::default() };
            let nothing = nothing_protects();
            let facts = ClusterState { listing: &before, contents: &contents, protection: &nothing, now: moment };
            let plan = build(&policies, facts, &filters);
            recheck(&plan, &policies, ClusterState { protection: &protection, ..facts }, &filters)
        };
        assert!(protected(nothing_protects()).is_empty());
        let opt_out = OptOut {
            namespace: "dev-a".parse().expect("a legal name"),
            releases: Vec::new(),
            until: None,
            reason: Some("a demo".to_owned()),
            source: OptOutSource::ConfigMap("mine".to_owned()),
            by: None,
        };
        let changed = protected(Protection { opt_outs: vec![opt_out], ..nothing_protects() });
        assert_eq!(
            changed.into_values().collect::<Vec<_>>(),
            ["opted out without an end date (ConfigMap mine): a demo"]
        );
    }

    #[test]
    fn a_namespace_that_was_checked_once_more_keeps_by_its_opt_outs_and_labels() {
        let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                    namespaces: ['dev-*']\nnamespaceSelector: {matchLabels: {env: dev}}\ntimeZone: Europe/Berlin\n";
        let policies = [Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))];
        let planned = listing("web-1.0.0", 1, "2026-11-20T10:00:00Z").releases.remove(0);
        let filters = Filters { without_opt_outs: true, ..Filters::default() };
        let namespace = planned.id.namespace.clone();
        let kept = |env: &str, annotations: &[(&str, &str)], now: &str| {
            let annotations = annotations.iter().map(|(key, text)| (format!("helm-purge/{key}"), (*text).to_owned()));
            let facts = NamespaceFacts {
                labels: [("env".to_owned(), env.to_owned())].into(),
                annotations: annotations.collect(),
            };
            let namespaces = [(namespace.clone(), Ok(facts))].into();
            let protection = Protection::of(namespaces, Vec::new(), Vec::new(), Ok(Vec::new()), Ok(Vec::new()));
            protected_now(&planned, &policies, &protection, now.parse().expect("a time"), &filters)
        };
        let until = [("keep-until", "2026-12-01")];
        assert_eq!(kept("dev", &[], "2026-12-01T22:30:00Z"), None);
        let opted_out = "opted out until 2026-12-01 (annotation helm-purge/keep-until)";
        assert_eq!(kept("dev", &until, "2026-12-01T22:30:00Z").as_deref(), Some(opted_out));
        assert_eq!(kept("dev", &until, "2026-12-01T23:30:00Z"), None, "the day is over where the policy is at home");
        assert_eq!(kept("prod", &[], "2026-12-01T22:30:00Z").as_deref(), Some("no rule selects it"));
    }
}
