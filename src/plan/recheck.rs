//! The plan once more, from a fresh list: what is not the same any more is left alone. Pure.
//!
//! A person may think about a plan for an hour. Whoever deploys meanwhile keeps the release, also when the new
//! one looks like the old one but for its chart or its age.

use std::collections::BTreeMap;

use super::decision::Plan;
use crate::inventory::Listing;
use crate::release::ReleaseId;

/// The releases that were to go and have changed since, with what changed. A release that is gone has not: helm
/// will not find it, which is an outcome of its own.
pub fn recheck(before: &Plan, now: &Listing) -> BTreeMap<ReleaseId, String> {
    before.chosen().filter_map(|planned| Some((planned.id.clone(), now.change_of(planned)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::NamespaceFacts;
    use crate::inventory::{Protection, Unreadable, read};
    use crate::plan::{Facts, Narrowing, UnseenOptOuts, build};
    use crate::policy::Policy;
    use crate::release::Content;

    fn listing(chart: &str, revision: u32, updated: &str) -> Listing {
        let json = format!(
            r#"[{{"name":"web","namespace":"dev-a","revision":"{revision}","updated":"{updated}","status":"deployed","chart":"{chart}"}}]"#
        );
        read(json.as_bytes()).expect("a list")
    }

    fn changes(now: &Listing) -> Vec<String> {
        let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                    namespaces: ['dev-*']\nkeep: [{charts: [precious]}]\n";
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        let before = listing("web-1.0.0", 1, "2026-11-20T10:00:00Z");
        let contents =
            before.releases.iter().map(|release| (release.id.clone(), Ok(Content::of_chart(release.chart.clone()))));
        let contents = contents.collect();
        let protection = Protection {
            namespaces: [("dev-a".parse().expect("a legal name"), Ok(NamespaceFacts::default()))].into(),
            opt_outs: Vec::new(),
            unseen_opt_outs: Vec::new(),
            flux: Ok(Vec::new()),
            argo: Ok(Vec::new()),
        };
        let moment = "2026-11-24T10:00:00Z".parse().expect("a time");
        let facts = Facts { listing: &before, contents: &contents, protection: &protection, now: moment };
        let without_labels = Narrowing { unseen_opt_outs: UnseenOptOuts::GoWithout, ..Narrowing::default() };
        let plan = build(&[policy], facts, &without_labels);
        recheck(&plan, now).into_values().collect()
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
            unreadable: vec![Unreadable {
                namespace: "dev-a".parse().ok(),
                name: "web".to_owned(),
                why: "its revision is missing".to_owned(),
            }],
            ..Listing::default()
        };
        assert_eq!(changes(&now), ["its revision is missing"]);
    }
}
