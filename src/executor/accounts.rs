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
    /// Of the entries, counted as they change: it is asked for with every event.
    tally: Tally,
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

/// How many entries have come to something.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    done: usize,
    failed: usize,
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
        Self { plan, entries, tally: Tally::default(), in_hand: vec![None; lanes], started: Instant::now() }
    }

    /// The plan, in its order.
    pub(super) fn plan(&self) -> &[Planned] {
        &self.plan
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
        self.enter(place, Entry { outcome: Some(outcome), took, doubt });
        self.put_down(lane, place)
    }

    /// What a release came to, where it has come to anything.
    pub(super) fn outcome(&self, place: usize) -> Option<&Outcome> {
        self.entries[place].outcome.as_ref()
    }

    /// What was told of these proves nothing any more.
    pub(super) fn revoke(&mut self, places: &[usize], failure: &Failure) {
        for place in places {
            let Entry { outcome: Some(told), took, .. } = self.entries[*place].clone() else { continue };
            let (outcome, doubt) = revoked(told, failure.clone());
            self.enter(*place, Entry { outcome: Some(outcome), took, doubt });
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
        self.enter(place, Entry { outcome: Some(outcome), took: None, doubt });
    }

    /// What became of a release between two phases. How long helm took for it, where it did, remains.
    pub(super) fn judge(&mut self, place: usize, outcome: Outcome) {
        let took = self.entries[place].took;
        self.enter(place, Entry { outcome: Some(outcome), took, doubt: None });
    }

    /// The only way in which an entry changes.
    fn enter(&mut self, place: usize, entry: Entry) {
        self.tally.add(&entry);
        let before = std::mem::replace(&mut self.entries[place], entry);
        self.tally.take_away(&before);
    }

    pub(super) fn progress(&self) -> Progress {
        Progress {
            total: self.entries.len(),
            done: self.tally.done,
            failed: self.tally.failed,
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

impl Tally {
    fn add(&mut self, entry: &Entry) {
        let Self { done, failed } = Self::of(entry);
        (self.done, self.failed) = (self.done + done, self.failed + failed);
    }

    fn take_away(&mut self, entry: &Entry) {
        let Self { done, failed } = Self::of(entry);
        (self.done, self.failed) = (self.done - done, self.failed - failed);
    }

    /// One that was not started is not done, though it has its outcome.
    fn of(entry: &Entry) -> Self {
        let is = |what: fn(&Outcome) -> bool| usize::from(entry.outcome.as_ref().is_some_and(what));
        Self { done: is(|outcome| !matches!(outcome, Outcome::NotStarted(_))), failed: is(Outcome::is_failure) }
    }
}

#[cfg(test)]
#[path = "accounts_test.rs"]
mod tests;
