//! What is known of every planned release while the run goes on: each ends in exactly one outcome.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::doubt::{Doubt, outcome_of, revoked};
use super::event::Progress;
use super::outcome::{Afterwards, NotStarted, Outcome, ReleaseResult};
use super::planned::Planned;
use super::schedule::Lane;
use super::worker::Answer;
use crate::helm::{Attempt, Failure};
use crate::release::ReleaseId;

/// The books of a run.
pub(super) struct Accounts {
    plan: Arc<Vec<Planned>>,
    entries: Vec<Entry>,
    /// For each lane the release that it has in hand.
    in_hand: Vec<Option<usize>>,
    started: Instant,
}

/// Whether a lane had a release in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InHand {
    /// It had.
    Was,
    /// It had another one, or none.
    WasNot,
}

#[derive(Debug, Clone, Default)]
struct Entry {
    outcome: Option<Outcome>,
    took: Option<Duration>,
    doubt: Option<Doubt>,
}

impl Accounts {
    pub(super) fn new(plan: Arc<Vec<Planned>>, lanes: usize) -> Self {
        let entries = vec![Entry::default(); plan.len()];
        Self { plan, entries, in_hand: vec![None; lanes], started: Instant::now() }
    }

    pub(super) fn id(&self, place: usize) -> &ReleaseId {
        &self.plan[place].release.id
    }

    /// A lane has this release in hand from now on.
    pub(super) fn take_up(&mut self, lane: Lane, place: usize) {
        self.in_hand[lane.0] = Some(place);
    }

    /// A release has ended, and its lane no longer has it in hand.
    pub(super) fn end(&mut self, lane: Lane, place: usize, answer: Answer, took: Duration) -> InHand {
        let (outcome, doubt, took) = match answer {
            Answer::Changed(what) => (Outcome::Changed(what), None, None),
            Answer::NotTold(failure) => (Outcome::Failed(failure), None, None),
            Answer::Attempted(attempt) => {
                let (outcome, doubt) = outcome_of(attempt, NotStarted::Interrupted);
                (outcome, doubt, Some(took))
            }
        };
        self.entries[place] = Entry { outcome: Some(outcome), took, doubt };
        self.put_down(lane, place)
    }

    /// What a release came to, where it has come to anything.
    pub(super) fn outcome(&self, place: usize) -> Option<&Outcome> {
        self.entries[place].outcome.as_ref()
    }

    /// What was told of these proves nothing any more.
    pub(super) fn revoke(&mut self, places: &[usize], failure: &Failure) {
        for place in places {
            let entry = &mut self.entries[*place];
            if let Some(told) = entry.outcome.take() {
                let (outcome, doubt) = revoked(told, failure.clone());
                (entry.outcome, entry.doubt) = (Some(outcome), doubt);
            }
        }
    }

    /// A lane no longer has this release in hand, where it had.
    pub(super) fn put_down(&mut self, lane: Lane, place: usize) -> InHand {
        if self.in_hand[lane.0] != Some(place) {
            return InHand::WasNot;
        }
        self.in_hand[lane.0] = None;
        InHand::Was
    }

    /// A release was probably not begun, and must not be begun again before somebody has looked.
    pub(super) fn leave_in_doubt(&mut self, place: usize, if_begun: Failure, why: NotStarted) {
        let (outcome, doubt) = outcome_of(Attempt::Unseen { if_begun }, why);
        self.entries[place] = Entry { outcome: Some(outcome), took: None, doubt };
    }

    pub(super) fn progress(&self) -> Progress {
        let ended = self.entries.iter().filter_map(|entry| entry.outcome.as_ref());
        let begun = ended.clone().filter(|outcome| !matches!(outcome, Outcome::NotStarted(_)));
        Progress {
            total: self.entries.len(),
            done: begun.count(),
            failed: ended.filter(|outcome| outcome.is_failure()).count(),
            running: self.in_hand.iter().flatten().count(),
            elapsed: self.started.elapsed(),
        }
    }

    /// A result for every release; `why` is for those that have no outcome.
    pub(super) fn into_results(self, why: NotStarted) -> Vec<ReleaseResult> {
        let result = |(planned, entry): (&Planned, Entry)| ReleaseResult {
            release: planned.release.clone(),
            outcome: entry.outcome.unwrap_or(Outcome::NotStarted(why)),
            took: entry.took,
            doubt: entry.doubt,
            afterwards: Afterwards::Unknown,
        };
        self.plan.iter().zip(self.entries).map(result).collect()
    }
}
