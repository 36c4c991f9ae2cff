//! Compares a saved plan with today's plan: only releases that both purge, unchanged, are purged. Pure.
//!
//! A person has agreed to the saved plan, and today's plan knows the cluster as it is.

use std::collections::{BTreeMap, BTreeSet};

use super::build::is_requested;
use super::model::{Decision, Filters, Plan, Subject};
use super::reason::Reason;
use crate::inventory::{Found, Listing};
use crate::release::{Release, ReleaseId};

/// The releases of a saved plan that are not purged today.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SavedPlanDiff {
    /// Releases that have changed, or that today's plan keeps: as they were planned, and what differs.
    pub changed: Vec<(Release, String)>,
    /// As they were planned.
    pub gone: Vec<Release>,
    /// How many releases only today's plan purges.
    pub not_planned: usize,
}

/// Keeps every release that the saved plan does not purge, or that has changed since.
pub(crate) fn only_saved(plan: &mut Plan, saved: &[Release], listing: &Listing, filters: &Filters) -> SavedPlanDiff {
    let saved = saved.iter().map(|release| (&release.id, release)).collect::<BTreeMap<_, _>>();
    let mut since = SavedPlanDiff::default();
    let mut accounted = BTreeSet::new();
    for entry in &mut plan.entries {
        let Subject::Release(now) = &entry.subject else { continue };
        let planned = saved.get(&now.id);
        let spared = match (entry.decision(), planned) {
            (Decision::Keep, None) => None,
            (Decision::Purge, None) => {
                since.not_planned += 1;
                Some(Reason::NotPlanned)
            }
            (decision, Some(planned)) => {
                accounted.insert(now.id.clone());
                let change = planned.difference(now);
                let kept = || (decision == Decision::Keep).then(|| kept_by(&entry.reasons));
                since.changed.extend(change.clone().or_else(kept).map(|what| ((*planned).clone(), what)));
                change.filter(|_| decision == Decision::Purge).map(Reason::ChangedSince)
            }
        };
        if let Some(reason) = spared {
            entry.keep(reason);
        }
    }
    let unseen = saved.into_iter().filter(|(id, _)| !accounted.contains(*id));
    // Other shards report their own.
    for (id, planned) in unseen.filter(|(id, _)| filters.shard_holds(&id.namespace)) {
        since.add_unseen(id, planned, listing, filters);
    }
    since
}

fn kept_by(reasons: &[Reason]) -> String {
    reasons.first().map_or_else(|| "kept now".to_owned(), |reason| format!("kept now: {reason}"))
}

impl SavedPlanDiff {
    /// Adds a release that is not in today's plan.
    fn add_unseen(&mut self, id: &ReleaseId, planned: &Release, listing: &Listing, filters: &Filters) {
        let what = match listing.find(id) {
            Found::Nothing => {
                self.gone.push(planned.clone());
                return;
            }
            // Today's filters exclude it.
            Found::Release(now) if !is_requested(now, filters) => return,
            Found::Release(_) => "it is out of scope now".to_owned(),
            Found::Unreadable(entry) => entry.why.clone(),
            Found::Unlisted(entry) => entry.why.clone(),
        };
        self.changed.push((planned.clone(), what));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::NamespaceFacts;
    use crate::inventory::{Contents, Protection, read};
    use crate::plan::{ClusterState, build};
    use crate::policy::{KeepEntry, Policy};
    use crate::release::Content;

    /// `name revision`, all in one namespace.
    fn list_of(releases: &[&str]) -> Listing {
        let entry = |text: &&str| {
            let (name, revision) = text.split_once(' ').expect("a name and a revision");
            format!(
                r#"{{"name":"{name}","namespace":"dev-a","revision":"{revision}","updated":"2026-11-20T10:00:00Z","status":"deployed","chart":"web-1.0.0"}}"#
            )
        };
        let entries = releases.iter().map(entry).collect::<Vec<_>>().join(",");
        read(format!("[{entries}]").as_bytes()).expect("a list")
    }

    /// What goes, what has changed, what is gone, how many were not planned.
    fn held_against(saved: &[&str], now: &[&str], flag: Option<(&str, &str)>) -> (String, String, String, usize) {
        let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                    namespaces: ['dev-*']\nkeep: [{releases: ['*-kept']}]\n";
        let policies = [Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))];
        let entry = |wanted: &str| {
            let found = flag.filter(|(name, _)| *name == wanted);
            found.map(|(name, text)| KeepEntry::from_flag(name, text).expect("a pattern")).into_iter().collect()
        };
        let filters = Filters {
            requested: entry("RELEASE"),
            skip: entry("--skip"),
            without_opt_outs: true,
            ..Filters::default()
        };
        let listing = list_of(now);
        let content = |release: &Release| (release.id.clone(), Ok(Content::of_chart(release.chart.clone())));
        let contents: Contents = listing.releases.iter().map(content).collect();
        let namespaces = [("dev-a".parse().expect("a legal name"), Ok(NamespaceFacts::default()))];
        let protection = Protection::of(namespaces.into(), Vec::new(), Vec::new(), Ok(Vec::new()), Ok(Vec::new()));
        let now = "2026-11-24T10:00:00Z".parse().expect("a time");
        let facts = ClusterState { listing: &listing, contents: &contents, protection: &protection, now };
        let mut plan = build(&policies, facts, &filters);
        let before = plan.chosen().map(|release| release.id.clone()).collect::<BTreeSet<_>>();
        let since = only_saved(&mut plan, &list_of(saved).releases, &listing, &filters);
        assert!(plan.chosen().all(|release| before.contains(&release.id)), "nothing is widened");
        assert_eq!(plan.selected().count(), plan.chosen().count());
        let name = |release: &Release| release.id.name.to_string();
        let goes = plan.chosen().map(name).collect::<Vec<_>>().join(" ");
        let changed = since.changed.iter().map(|(release, what)| format!("{}: {what}", name(release)));
        let gone = since.gone.iter().map(name).collect::<Vec<_>>().join(" ");
        (goes, changed.collect::<Vec<_>>().join("; "), gone, since.not_planned)
    }

    fn expected(goes: &str, changed: &str, gone: &str, not_planned: usize) -> (String, String, String, usize) {
        (goes.to_owned(), changed.to_owned(), gone.to_owned(), not_planned)
    }

    #[test]
    fn what_goes_is_what_both_choose_unchanged_and_the_rest_is_accounted_for() {
        assert_eq!(held_against(&["a 1", "b 1"], &["a 1", "b 1"], None), expected("a b", "", "", 0));
        assert_eq!(held_against(&["a 1", "c 1"], &["a 1", "b 1"], None), expected("a", "", "c", 1));
        let upgraded = "b: now revision 2, deployed; was revision 1, deployed";
        assert_eq!(held_against(&["a 1", "b 1"], &["a 1", "b 2"], None), expected("a", upgraded, "", 0));
        assert_eq!(held_against(&[], &["a 1", "b-kept 1"], None), expected("", "", "", 1));
    }

    #[test]
    fn what_is_kept_since_has_changed_and_what_today_does_not_select_is_left_out() {
        let keep = Some(("--skip", "dev-a/b"));
        assert_eq!(held_against(&["a 1", "b 1"], &["a 1", "b 1"], keep), expected("a", "b: kept now: dev-a/b", "", 0));
        let only = Some(("RELEASE", "dev-a/a"));
        assert_eq!(held_against(&["a 1", "b 1"], &["a 1", "b 1"], only), expected("a", "", "", 0));
        let by_file = "b-kept: kept now: releases *-kept";
        assert_eq!(held_against(&["a 1", "b-kept 1"], &["a 1", "b-kept 1"], None), expected("a", by_file, "", 0));
    }

    #[test]
    fn what_cannot_be_understood_any_more_has_changed() {
        let (goes, changed, gone, _) = held_against(&["a 1", "b 1"], &["a 1", "b x"], None);
        assert_eq!((goes.as_str(), gone.as_str()), ("a", ""));
        assert!(changed.starts_with("b: its revision is"), "{changed}");
    }
}
