//! The totals of the whole scope, also if the filters include only a part of it: how many releases each entry of `keep`
//! and each opt-out names. Pure, and one release after the other, because there may be many.

use std::collections::BTreeSet;

use super::decide::{Decider, PolicyScopes, names};
use super::model::{KeepHits, KeepState, keep_state};
use super::opt_out::{OptOutDecision, OptOutMatcher, OptOutState};
use super::reason::Source;
use crate::inventory::OptOut;
use crate::policy::{KeepCondition, KeepEntry, SelectorMatch};
use crate::release::{Known, Namespace, Release, Status};

/// The counts so far.
pub(super) struct PlanTotals<'a> {
    decider: &'a Decider<'a>,
    /// Each entry of `keep` with the index of its policy, or `None` for a flag, which counts for all policies.
    keeps: Vec<(Option<usize>, &'a KeepEntry, KeepHits)>,
    /// Each request, and whether it names a release.
    requested: Vec<(&'a KeepEntry, bool)>,
    /// Whether `-l` selects a release.
    is_selected: bool,
    /// How many releases have unknown labels, if there is `-l`.
    pub(super) unknown_labels: usize,
    /// How many releases each of the opt-outs names, by its index.
    opt_out_hits: Vec<usize>,
    by_label: Vec<OptOutDecision>,
    pub(super) releases: usize,
    /// For each policy, by its index.
    pub(super) releases_of_policies: Vec<usize>,
    pub(super) namespaces: BTreeSet<Namespace>,
}

impl<'a> PlanTotals<'a> {
    pub(super) fn new(decider: &'a Decider<'a>) -> Self {
        let of_policy = |(index, entry): (usize, &'a KeepEntry)| {
            let (source, state) = (Source::Policy(entry.place.clone()), keep_state(entry, decider.facts.now));
            (Some(index), entry, no_hits(entry, source, state, entry.condition))
        };
        let of_flag = |entry: &'a KeepEntry| {
            let source = Source::Flag("--skip");
            (None, entry, no_hits(entry, source, KeepState::InForce, KeepCondition::Optional))
        };
        let policies = decider.policies.iter().enumerate();
        let entries = policies.flat_map(|(index, policy)| policy.keep.iter().map(move |entry| (index, entry)));
        Self {
            keeps: entries.map(of_policy).chain(decider.filters.skip.iter().map(of_flag)).collect(),
            requested: decider.filters.requested.iter().map(|entry| (entry, false)).collect(),
            is_selected: false,
            unknown_labels: 0,
            opt_out_hits: vec![0; decider.opt_outs().len()],
            by_label: Vec::new(),
            releases: 0,
            releases_of_policies: vec![0; decider.policies.len()],
            namespaces: BTreeSet::new(),
            decider,
        }
    }

    /// Counts a release in scope.
    pub(super) fn count(&mut self, release: &Release, scopes: &PolicyScopes<'_>) {
        self.releases += 1;
        if release.status != Status::Uninstalled {
            self.count_for_policies(scopes);
        }
        if !self.namespaces.contains(&release.id.namespace) {
            self.namespaces.insert(release.id.namespace.clone());
        }
        for (policy, entry, kept) in &mut self.keeps {
            let is_concerned = policy.is_none_or(|policy| scopes.concern(policy));
            kept.hits += usize::from(is_concerned && names(entry, release) == SelectorMatch::Yes);
        }
        for (entry, is_matched) in &mut self.requested {
            *is_matched |= names(entry, release) == SelectorMatch::Yes;
        }
        if let Some(selector) = &self.decider.filters.selector {
            self.is_selected |= selector.selects(release.labels.as_ref());
            self.unknown_labels += usize::from(release.labels == Known::Unknown);
        }
        for (index, read) in self.decider.opt_outs_of(&release.id.namespace) {
            self.opt_out_hits[index] += usize::from(read.names(&release.id.name));
        }
        if let Known::Is(Some(opt_out)) = OptOut::by_label(release) {
            self.by_label.extend(self.decision(&OptOutMatcher::new(&opt_out), scopes, 1));
        }
    }

    /// Counts a release for each policy whose scope certainly holds it. One of which only the history is left is not
    /// running, and would only make the share smaller.
    pub(super) fn count_for_policies(&mut self, scopes: &PolicyScopes<'_>) {
        for (policy, _) in &scopes.inside {
            self.releases_of_policies[*policy] += 1;
        }
    }

    /// One for each entry of `keep`, those of flags last.
    pub(super) fn keep_hits(&self) -> Vec<KeepHits> {
        self.keeps.iter().map(|(.., hits)| hits.clone()).collect()
    }

    /// The requests that name no release: those without a wildcard, and the others, with `-l` if it selects none.
    pub(super) fn unmatched(&self) -> (Vec<String>, Vec<String>) {
        let unmatched = self.requested.iter().filter(|(_, is_matched)| !is_matched).map(|(entry, _)| *entry);
        let (exact, globs): (Vec<_>, Vec<_>) = unmatched.partition(|entry| entry.is_exact());
        let texts =
            |entries: Vec<&KeepEntry>| entries.iter().map(|entry| entry.as_str().to_owned()).collect::<Vec<_>>();
        let selector = self.decider.filters.selector.as_ref().filter(|_| !self.is_selected);
        let globs = texts(globs).into_iter().chain(selector.map(|selector| format!("-l {selector}")));
        (texts(exact), globs.collect())
    }

    /// Those in scope, long ones first: a forgotten opt-out must not stay forever.
    pub(super) fn opt_outs(&self) -> Vec<OptOutDecision> {
        let read = self.decider.opt_outs().iter().zip(&self.opt_out_hits);
        let decisions = read.filter_map(|(read, hits)| {
            let scopes = self.decider.scopes(&read.opt_out.namespace);
            self.decision(read, &scopes, *hits)
        });
        let mut decisions = decisions.chain(self.by_label.iter().cloned()).collect::<Vec<_>>();
        let rank = |state| match state {
            OptOutState::Long => 0,
            OptOutState::InForce => 1,
            OptOutState::Over => 2,
        };
        decisions.sort_by(|left, right| (rank(left.state), &left.opt_out).cmp(&(rank(right.state), &right.opt_out)));
        decisions
    }

    fn decision(&self, read: &OptOutMatcher<'_>, scopes: &PolicyScopes<'_>, hits: usize) -> Option<OptOutDecision> {
        let (_, policy) = scopes.inside.first().or(scopes.unknown.first())?;
        Some(read.note(policy, hits, self.decider.facts.now))
    }
}

fn no_hits(entry: &KeepEntry, source: Source, state: KeepState, requirement: KeepCondition) -> KeepHits {
    KeepHits { entry: entry.as_str().to_owned(), source, hits: 0, state, requirement }
}
