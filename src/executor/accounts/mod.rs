//! What is known of every planned release while the run goes on: each ends in exactly one outcome.

#[cfg(test)]
mod accounts_test;
mod entry;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::doubt::{outcome_of, revoked};
use super::event::Progress;
use super::outcome::{NotStarted, Outcome, ReleaseResult};
use super::planned::Task;
use super::schedule::Lane;
use super::worker::Answer;
use crate::clock::{Clock, Stopwatch};
use crate::helm::{Failure, ReleaseAttempt};
use crate::release::ReleaseId;
use entry::Entry;

/// The books of a run.
pub(super) struct Accounts {
    plan: Arc<Vec<Task>>,
    entries: Vec<Entry>,
    /// Of the entries, counted as they change: it is asked for with every event.
    tally: Tally,
    /// Those that have failed and are to be tried again.
    again: BTreeSet<usize>,
    /// For each lane the release that it has in hand.
    in_hand: Vec<Option<usize>>,
    started: Stopwatch,
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

impl Accounts {
    pub(super) fn new(plan: Arc<Vec<Task>>, lanes: usize, clock: Clock) -> Self {
        let entries = vec![Entry::default(); plan.len()];
        let (tally, again, in_hand) = (Tally::default(), BTreeSet::new(), vec![None; lanes]);
        Self { plan, entries, tally, again, in_hand, started: clock.start() }
    }

    /// The plan, in its order.
    pub(super) fn plan(&self) -> &[Task] {
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
        let before = &self.entries[place];
        let entry = match answer {
            Answer::Changed(what) => before.changed(what),
            Answer::NotTold(failure) => before.told(Outcome::Failed(failure), None).tried(None),
            Answer::Attempted(ReleaseAttempt::NotStarted) => {
                before.told(Outcome::NotStarted(NotStarted::Interrupted), None)
            }
            Answer::Attempted(attempt) => {
                let (outcome, doubt) = outcome_of(attempt, NotStarted::Interrupted);
                before.told(outcome, doubt).tried(Some(took))
            }
        };
        self.enter(place, entry);
        self.put_down(lane, place)
    }

    /// A release has failed, its lane no longer has it in hand, and it is to be tried again.
    pub(super) fn put_off(&mut self, lane: Lane, place: usize, answer: &Answer, took: Duration) -> InHand {
        let took = matches!(answer, Answer::Attempted(_)).then_some(took);
        if let Some(failure) = answer.failure() {
            let entry = self.entries[place].failed_for_now(failure.clone()).tried(took);
            self.enter(place, entry);
        }
        self.put_down(lane, place)
    }

    /// Those that have failed and are to be tried again.
    pub(super) fn to_be_tried_again(&self) -> impl Iterator<Item = usize> {
        self.again.iter().copied()
    }

    /// Which of these helm was given before.
    pub(super) fn given_before(&self, places: &[usize]) -> BTreeSet<usize> {
        places.iter().copied().filter(|place| self.entries[*place].was_given()).collect()
    }

    /// What a release failed with last, where it did and has not come to anything, and how often it was tried.
    pub(super) fn last_failure(&self, place: usize) -> Option<(&Failure, u32)> {
        let entry = &self.entries[place];
        Some((entry.last_failure().filter(|_| entry.outcome.is_none())?, entry.attempts))
    }

    /// How often a release was tried.
    pub(super) fn attempts(&self, place: usize) -> u32 {
        self.entries[place].attempts
    }

    /// What a release came to, where it has come to anything.
    pub(super) fn outcome(&self, place: usize) -> Option<&Outcome> {
        self.entries[place].outcome.as_ref()
    }

    /// What was told of these proves nothing any more.
    pub(super) fn revoke(&mut self, places: &[usize], failure: &Failure) {
        for place in places {
            let entry = self.entries[*place].clone();
            let Some(told) = entry.outcome.clone() else { continue };
            let (outcome, doubt) = revoked(told, failure.clone());
            self.enter(*place, entry.settled(outcome, doubt));
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
    pub(super) fn leave_in_doubt(&mut self, place: usize, if_started: Failure, why: NotStarted) {
        let (outcome, doubt) = outcome_of(ReleaseAttempt::Unobserved { if_started }, why);
        let entry = self.entries[place].told(outcome, doubt);
        self.enter(place, entry);
    }

    /// What became of a release that no lane has. How long helm took for it, where it did, remains.
    pub(super) fn judge(&mut self, place: usize, outcome: Outcome) {
        let entry = self.entries[place].settled(outcome, None);
        self.enter(place, entry);
    }

    /// The only way in which an entry changes.
    fn enter(&mut self, place: usize, entry: Entry) {
        self.tally.add(&entry);
        if entry.outcome.is_none() && entry.last_failure().is_some() {
            self.again.insert(place);
        } else {
            self.again.remove(&place);
        }
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

    /// A result for every release; `why` is for those that were never tried and have no outcome.
    pub(super) fn into_results(self, why: NotStarted) -> Vec<ReleaseResult> {
        let results = self.plan.iter().zip(self.entries);
        results.map(|(planned, entry)| entry.into_result(planned.release.clone(), why)).collect()
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
