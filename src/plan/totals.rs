//! What is counted over the whole fence, whoever asks for which part: how much each entry of `keep` and each opt-out
//! names. Pure, and one release after the other: there may be many.

use std::collections::BTreeSet;

use super::decide::{Decider, Fences, names};
use super::model::{KeepHits, KeepState, keep_state};
use super::opt_out::{OptOutDecision, OptOutMatcher, OptOutState};
use super::reason::Source;
use crate::inventory::OptOut;
use crate::policy::{KeepCondition, KeepEntry, SelectorMatch};
use crate::release::{Known, Namespace, Release};

/// What was counted so far.
pub(super) struct PlanTotals<'a> {
    cases: &'a Decider<'a>,
    keeps: Vec<Counted<'a>>,
    /// How many releases each of the opt-outs names, by its place.
    opt_out_hits: Vec<usize>,
    by_label: Vec<OptOutDecision>,
    pub(super) releases: usize,
    pub(super) namespaces: BTreeSet<Namespace>,
}

/// An entry of `keep`.
struct Counted<'a> {
    entry: &'a KeepEntry,
    /// The policy it stands in, by its place; none where it is a flag, which is for all.
    policy: Option<usize>,
    hits: usize,
}

impl<'a> PlanTotals<'a> {
    pub(super) fn new(cases: &'a Decider<'a>) -> Self {
        let counted = |policy, entry| Counted { entry, policy, hits: 0 };
        let of_policies = cases.policies.iter().enumerate();
        let of_policies = of_policies.flat_map(|(index, policy)| policy.keep.iter().map(move |entry| (index, entry)));
        let of_policies = of_policies.map(|(index, entry)| counted(Some(index), entry));
        let flags = cases.filters.keep.iter().map(|entry| counted(None, entry));
        Self {
            keeps: of_policies.chain(flags).collect(),
            opt_out_hits: vec![0; cases.opt_outs().len()],
            by_label: Vec::new(),
            releases: 0,
            namespaces: BTreeSet::new(),
            cases,
        }
    }

    /// Takes in a release of the fence.
    pub(super) fn count(&mut self, release: &Release, fences: &Fences<'_>) {
        self.releases += 1;
        if !self.namespaces.contains(&release.id.namespace) {
            self.namespaces.insert(release.id.namespace.clone());
        }
        for kept in &mut self.keeps {
            let concerned = kept.policy.is_none_or(|policy| fences.concern(policy));
            kept.hits += usize::from(concerned && names(kept.entry, release) == SelectorMatch::Yes);
        }
        for (place, read) in self.cases.opt_outs_of(&release.id.namespace) {
            self.opt_out_hits[place] += usize::from(read.names(&release.id.name));
        }
        if let Known::Is(Some(opt_out)) = OptOut::by_label(release) {
            self.by_label.extend(self.note(&OptOutMatcher::new(&opt_out), fences, 1));
        }
    }

    /// One for each entry of `keep`, those of flags last.
    pub(super) fn keep_hits(&self) -> Vec<KeepHits> {
        let of_policy = |entry: &KeepEntry| {
            let state = keep_state(entry, self.cases.facts.now);
            (Source::Policy(entry.place.clone()), state, entry.condition)
        };
        let hits = |kept: &Counted<'_>| {
            let flag = || (Source::Flag("--keep"), KeepState::InForce, KeepCondition::Optional);
            let (source, state, requirement) = kept.policy.map_or_else(flag, |_| of_policy(kept.entry));
            KeepHits { entry: kept.entry.as_str().to_owned(), source, hits: kept.hits, state, requirement }
        };
        self.keeps.iter().map(hits).collect()
    }

    /// Those of the fence, long ones first: what nobody looks at any more lasts for ever.
    pub(super) fn opt_outs(&self) -> Vec<OptOutDecision> {
        let read = self.cases.opt_outs().iter().zip(&self.opt_out_hits);
        let notes = read.filter_map(|(read, hits)| {
            let fences = self.cases.fences(&read.opt_out.namespace);
            self.note(read, &fences, *hits)
        });
        let mut notes = notes.chain(self.by_label.iter().cloned()).collect::<Vec<_>>();
        let rank = |state| match state {
            OptOutState::Long => 0,
            OptOutState::InForce => 1,
            OptOutState::Over => 2,
        };
        notes.sort_by(|left, right| (rank(left.state), &left.opt_out).cmp(&(rank(right.state), &right.opt_out)));
        notes
    }

    fn note(&self, read: &OptOutMatcher<'_>, fences: &Fences<'_>, hits: usize) -> Option<OptOutDecision> {
        let (_, policy) = fences.inside.first().or(fences.unknown.first())?;
        Some(read.note(policy, hits, self.cases.facts.now))
    }
}
