//! Selects the releases that a restore brings back, of those that purges have removed. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{RestorableRelease, RestoreEntry, RestorePlan};
use super::run_history::RunHistory;
use crate::history_tag::HistoryTag;
use crate::policy::{KeepEntry, Phase, PolicySet, SelectorInput, SelectorMatch};
use crate::release::Dependents;
use crate::run_id::RunId;

/// The runs and releases that the command line names.
#[derive(Debug, Clone, Default)]
pub(crate) struct RestoreRequest {
    /// The runs that removed the releases.
    pub runs: Vec<RunId>,
    /// Globs of releases; none means all.
    pub releases: Vec<KeepEntry>,
}

/// The selected runs.
enum RunSelection {
    /// All runs that have removed the releases that were named.
    All,
    /// These, of any policy.
    Named(BTreeSet<RunId>),
    /// These of each policy.
    Last(BTreeMap<String, BTreeSet<RunId>>),
}

/// Selects. If neither runs nor releases are named, the last purge of each policy is selected, even if nothing is left of it:
/// what the purges before it have left returns only by name. If releases are named, all runs are selected that removed them.
pub(crate) fn select(
    candidates: Vec<RestorableRelease>,
    policies: &PolicySet,
    history: &RunHistory,
    request: &RestoreRequest,
) -> RestorePlan {
    let selection = RunSelection::of(&candidates, policies, history, request);
    let last =
        policies.iter().filter_map(|policy| history.last(&policy.name, &tagged(&candidates, &policy.name))).max();
    let named = candidates.into_iter().filter(|candidate| is_named(candidate, request)).collect::<Vec<_>>();
    let (chosen, others): (Vec<_>, Vec<_>) = named.into_iter().partition(|found| selection.has(&found.tag));
    let runs = selection.runs(&chosen);
    let later = last.filter(|last| !request.runs.is_empty() && runs.iter().all(|run| run < last));
    let mut count = BTreeMap::new();
    for other in others {
        *count.entry(other.tag.run).or_default() += 1;
    }
    let mut entries = chosen.into_iter().map(|candidate| entry(candidate, policies)).collect::<Vec<_>>();
    move_definitions_last(&mut entries);
    entries.sort_by(|left, right| left.candidate.purged.id.cmp(&right.candidate.purged.id));
    RestorePlan {
        entries,
        unfinished: selection.unfinished(history),
        runs: runs.into_iter().rev().collect(),
        later,
        others: count,
        unreadable: Vec::new(),
    }
}

impl RunSelection {
    fn of(
        candidates: &[RestorableRelease],
        policies: &PolicySet,
        history: &RunHistory,
        request: &RestoreRequest,
    ) -> Self {
        if !request.runs.is_empty() {
            return RunSelection::Named(request.runs.iter().cloned().collect());
        }
        if !request.releases.is_empty() {
            return RunSelection::All;
        }
        let of_policy = |name: &String| (name.clone(), history.last_session(name, &tagged(candidates, name)));
        RunSelection::Last(policies.iter().map(|policy| of_policy(&policy.name)).collect())
    }

    fn has(&self, tag: &HistoryTag) -> bool {
        match self {
            RunSelection::All => true,
            RunSelection::Named(runs) => runs.contains(&tag.run),
            RunSelection::Last(of_policies) => of_policies.get(&tag.policy).is_some_and(|runs| runs.contains(&tag.run)),
        }
    }

    fn runs(&self, chosen: &[RestorableRelease]) -> BTreeSet<RunId> {
        match self {
            RunSelection::All => chosen.iter().map(|candidate| candidate.tag.run.clone()).collect(),
            RunSelection::Named(runs) => runs.clone(),
            RunSelection::Last(of_policies) => of_policies.values().flatten().cloned().collect(),
        }
    }

    /// Those that the last one of each policy went on from.
    fn unfinished(&self, history: &RunHistory) -> BTreeSet<RunId> {
        let RunSelection::Last(of_policies) = self else { return BTreeSet::new() };
        let before = of_policies.values().flat_map(|runs| runs.iter().rev().skip(1));
        before.filter(|run| history.is_unfinished(run)).cloned().collect()
    }
}

/// The runs of a policy that have left tagged records.
fn tagged(candidates: &[RestorableRelease], policy: &str) -> BTreeSet<RunId> {
    let of_policy = candidates.iter().filter(|candidate| candidate.tag.policy == policy);
    of_policy.map(|candidate| candidate.tag.run.clone()).collect()
}

fn is_named(candidate: &RestorableRelease, request: &RestoreRequest) -> bool {
    let names = |entry: &KeepEntry| entry.matches(selector_input(candidate)) == SelectorMatch::Yes;
    request.releases.is_empty() || request.releases.iter().any(names)
}

fn selector_input(candidate: &RestorableRelease) -> SelectorInput<'_> {
    SelectorInput { chart: candidate.content.chart.as_ref(), ..SelectorInput::of(&candidate.purged) }
}

fn entry(candidate: RestorableRelease, policies: &PolicySet) -> RestoreEntry {
    let policy = policies.iter().find(|policy| policy.name == candidate.tag.policy);
    let phase = policy.map_or(Phase::Middle, |policy| policy.order.phase(selector_input(&candidate)));
    RestoreEntry { candidate, phase, terminating: Vec::new() }
}

/// As in a purge: a release that defines kinds that another one uses went last, so it comes first.
fn move_definitions_last(entries: &mut [RestoreEntry]) {
    let usages = entries.iter().map(|entry| &entry.candidate.content.crd_usage).enumerate().collect::<Vec<_>>();
    let users = Dependents::of(usages.iter().copied());
    let last = usages.iter().filter(|(index, own)| users.need(index, own)).map(|(index, _)| *index).collect::<Vec<_>>();
    for index in last {
        entries[index].phase = Phase::Last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::read;
    use crate::policy::Policy;
    use crate::release::{Content, CrdUsage, GroupKind, Known};
    use crate::restore::RestoreVerdict;

    const MONDAY: &str = "20261123-190342-3f9a1c";
    const TUESDAY: &str = "20261124-190342-3f9a1c";

    fn candidate(name: &str, run: &str) -> RestorableRelease {
        let json = format!(
            r#"[{{"name":"{name}","namespace":"dev-a","revision":"3","updated":"2026-11-20T10:00:00Z","status":"uninstalled","chart":"web-1.0.0"}}]"#
        );
        let purged = read(json.as_bytes()).expect("a list").releases.remove(0);
        let tag = HistoryTag::parse(&format!("helm-purge {run} x")).expect("a tag");
        let content = Content::of_chart(purged.chart.clone());
        RestorableRelease { now: purged.clone(), purged, content, tag, verdict: RestoreVerdict::Restore }
    }

    fn policies() -> PolicySet {
        let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                    namespaces: ['dev-*']\norder: {first: [{releases: [load]}], last: [{releases: [base]}]}\n";
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        PolicySet::new(vec![policy]).expect("one is enough")
    }

    fn chosen(wanted: &RestoreRequest) -> (Vec<String>, usize) {
        let candidates = vec![candidate("web", TUESDAY), candidate("old", MONDAY), candidate("db", TUESDAY)];
        let plan = select(candidates, &policies(), &RunHistory::default(), wanted);
        let names = plan.entries.iter().map(|entry| entry.candidate.purged.id.name.to_string()).collect();
        (names, plan.others.values().sum())
    }

    #[test]
    fn without_arguments_the_last_run_is_meant_and_a_named_release_whichever_run_removed_it() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let entry = |text: &str| KeepEntry::from_flag("RELEASE", text).expect("a glob");
        assert_eq!(chosen(&RestoreRequest::default()), (names(&["db", "web"]), 1));
        let monday = RestoreRequest { runs: vec![MONDAY.parse().expect("a run")], releases: Vec::new() };
        assert_eq!(chosen(&monday), (names(&["old"]), 2));
        let by_name = RestoreRequest { runs: Vec::new(), releases: vec![entry("dev-a/old"), entry("dev-a/d*")] };
        assert_eq!(chosen(&by_name), (names(&["db", "old"]), 0));
        let both = RestoreRequest { releases: vec![entry("dev-a/web")], ..monday };
        assert_eq!(chosen(&both), (names(&[]), 1));
    }

    #[test]
    fn what_an_earlier_purge_has_left_does_not_return_on_its_own_once_the_last_one_is_restored() {
        let mut known = RunHistory::default();
        known.add_purge(TUESDAY.parse().expect("a run"), BTreeSet::from(["x".to_owned()]), None, true);
        let left = || vec![candidate("old", MONDAY)];
        let plan = select(left(), &policies(), &known, &RestoreRequest::default());
        assert_eq!((plan.entries.len(), plan.runs[0].as_str(), plan.others.len()), (0, TUESDAY, 1));
        assert_eq!(plan.later, None);
        let by_run = RestoreRequest { runs: vec![MONDAY.parse().expect("a run")], releases: Vec::new() };
        let plan = select(left(), &policies(), &known, &by_run);
        assert_eq!((plan.entries.len(), plan.later), (1, TUESDAY.parse().ok()));
    }

    #[test]
    fn a_purge_that_was_killed_and_run_again_is_restored_as_one() {
        const AGAIN: &str = "20261124-191000-3f9a1c";
        let mut known = RunHistory::default();
        known.add_purge(TUESDAY.parse().expect("a run"), BTreeSet::from(["x".to_owned()]), None, false);
        let candidates = vec![candidate("web", TUESDAY), candidate("db", AGAIN), candidate("old", MONDAY)];
        let plan = select(candidates, &policies(), &known, &RestoreRequest::default());
        let runs = plan.runs.iter().map(RunId::as_str).collect::<Vec<_>>();
        assert_eq!((plan.entries.len(), runs), (2, vec![AGAIN, TUESDAY]));
        assert_eq!(plan.unfinished, BTreeSet::from([TUESDAY.parse().expect("a run")]));
    }

    #[test]
    fn phases_are_those_of_the_purge_and_what_defines_a_kind_that_is_used_was_last() {
        let kind = || Known::Is(BTreeSet::from([GroupKind::new("example.com", "Widget")]));
        let mut candidates = vec![candidate("load", MONDAY), candidate("operator", MONDAY), candidate("base", MONDAY)];
        candidates[1].content.crd_usage = CrdUsage { defines: kind(), ..CrdUsage::default() };
        candidates.push(candidate("widget", MONDAY));
        candidates[3].content.crd_usage = CrdUsage { uses: kind(), ..CrdUsage::default() };
        let plan = select(candidates, &policies(), &RunHistory::default(), &RestoreRequest::default());
        let phases = plan.entries.iter().map(|entry| (entry.candidate.purged.id.name.as_str(), entry.phase));
        let expected =
            [("base", Phase::Last), ("load", Phase::First), ("operator", Phase::Last), ("widget", Phase::Middle)];
        assert_eq!(phases.collect::<Vec<_>>(), expected);
    }
}
