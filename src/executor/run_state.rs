//! What is known about every release while the run goes on: each ends in exactly one outcome.

#[cfg(test)]
#[path = "run_state_test.rs"]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::event::Progress;
use super::outcome::{NotStarted, ObservedState, Outcome, ReleaseResult, Uncertainty, outcome_of, revoked};
use super::task::{Task, WorkerId};
use super::worker::Answer;
use crate::clock::{Clock, Stopwatch};
use crate::helm::{Failure, ReleaseAttempt};
use crate::release::{Release, ReleaseId};

pub(super) struct RunState {
    tasks: Arc<Vec<Task>>,
    releases: Vec<ReleaseProgress>,
    /// Counted as the releases change, because every event has them.
    done: usize,
    failed: usize,
    /// The releases that have failed and are to be tried again.
    to_retry: BTreeSet<usize>,
    /// For each worker the release that it has in progress.
    in_progress: Vec<Option<usize>>,
    started: Stopwatch,
}

/// What is known about one release. It may be tried several times and have no outcome after any try except the last.
#[derive(Debug, Clone, Default)]
struct ReleaseProgress {
    outcome: Option<Outcome>,
    uncertainty: Option<Uncertainty>,
    /// All attempts together.
    took: Option<Duration>,
    attempts: u32,
    /// The failure after which it was to be tried again.
    failure: Option<Failure>,
}

impl RunState {
    pub(super) fn new(tasks: Arc<Vec<Task>>, workers: usize, clock: Clock) -> Self {
        let releases = vec![ReleaseProgress::default(); tasks.len()];
        let (to_retry, in_progress, started) = (BTreeSet::new(), vec![None; workers], clock.start());
        Self { tasks, releases, done: 0, failed: 0, to_retry, in_progress, started }
    }

    pub(super) fn id(&self, index: usize) -> &ReleaseId {
        &self.tasks[index].release.id
    }

    /// A worker has this release in progress from now on.
    pub(super) fn start(&mut self, worker: WorkerId, index: usize) {
        self.in_progress[worker.0] = Some(index);
    }

    /// A worker no longer has this release in progress. Returns whether it had.
    pub(super) fn stop(&mut self, worker: WorkerId, index: usize) -> bool {
        self.in_progress[worker.0].take_if(|current| *current == index).is_some()
    }

    /// A release has ended.
    pub(super) fn end(&mut self, index: usize, answer: Answer, took: Duration) {
        let before = &self.releases[index];
        let state = match answer {
            Answer::Changed(what) => before.changed(what),
            Answer::NotChecked(failure) => before.ended(Outcome::Failed(failure), None).tried(None),
            Answer::Attempted(ReleaseAttempt::NotStarted) => {
                before.ended(Outcome::NotStarted(NotStarted::Interrupted), None)
            }
            Answer::Attempted(attempt) => {
                let (outcome, uncertainty) = outcome_of(attempt, NotStarted::Interrupted);
                before.ended(outcome, uncertainty).tried(Some(took))
            }
        };
        self.set(index, state);
    }

    /// A release has failed and is to be tried again.
    pub(super) fn defer(&mut self, index: usize, answer: &Answer, took: Duration) {
        let took = matches!(answer, Answer::Attempted(_)).then_some(took);
        if let Some(failure) = answer.failure() {
            let state = self.releases[index].failed_for_now(failure.clone()).tried(took);
            self.set(index, state);
        }
    }

    pub(super) fn to_retry(&self) -> impl Iterator<Item = usize> {
        self.to_retry.iter().copied()
    }

    /// Which of these helm was given before.
    pub(super) fn given_before(&self, indexes: &[usize]) -> BTreeSet<usize> {
        indexes.iter().copied().filter(|index| self.releases[*index].was_given()).collect()
    }

    /// The last failure of a release that has no outcome yet.
    pub(super) fn last_failure(&self, index: usize) -> Option<&Failure> {
        let state = &self.releases[index];
        state.failure.as_ref().filter(|_| state.outcome.is_none())
    }

    pub(super) fn attempts(&self, index: usize) -> u32 {
        self.releases[index].attempts
    }

    pub(super) fn outcome(&self, index: usize) -> Option<&Outcome> {
        self.releases[index].outcome.as_ref()
    }

    /// What was reported about these releases proves nothing any more.
    pub(super) fn revoke(&mut self, indexes: &[usize], failure: &Failure) {
        for index in indexes {
            let Some(reported) = self.releases[*index].outcome.clone() else { continue };
            let (outcome, uncertainty) = revoked(reported, failure.clone());
            self.set(*index, self.releases[*index].with_outcome(outcome, uncertainty));
        }
    }

    /// Helm probably did not start a release, and must not start it before the next list.
    pub(super) fn leave_uncertain(&mut self, index: usize, if_started: Failure, why: NotStarted) {
        let (outcome, uncertainty) = outcome_of(ReleaseAttempt::Unobserved { if_started }, why);
        self.set(index, self.releases[index].ended(outcome, uncertainty));
    }

    /// Sets the outcome of a release that no worker has. The time that helm spent on it stays.
    pub(super) fn judge(&mut self, index: usize, outcome: Outcome) {
        self.set(index, self.releases[index].with_outcome(outcome, None));
    }

    /// The only way in which the state of a release changes.
    fn set(&mut self, index: usize, state: ReleaseProgress) {
        if state.outcome.is_none() && state.failure.is_some() {
            self.to_retry.insert(index);
        } else {
            self.to_retry.remove(&index);
        }
        let (done, failed) = state.counts();
        let (done_before, failed_before) = std::mem::replace(&mut self.releases[index], state).counts();
        (self.done, self.failed) = (self.done + done - done_before, self.failed + failed - failed_before);
    }

    pub(super) fn progress(&self) -> Progress {
        Progress {
            total: self.releases.len(),
            done: self.done,
            failed: self.failed,
            running: self.in_progress.iter().flatten().count(),
            elapsed: self.started.elapsed(),
        }
    }

    /// A result for every release; `why` is for those that were never tried and have no outcome.
    pub(super) fn into_results(self, why: NotStarted) -> Vec<ReleaseResult> {
        let results = self.tasks.iter().zip(self.releases);
        results.map(|(task, state)| state.into_result(task.release.clone(), why)).collect()
    }
}

impl ReleaseProgress {
    /// If helm does not find the release after an attempt of this run, that attempt uninstalled it. A release that is not
    /// started again keeps its failure.
    fn ended(&self, outcome: Outcome, uncertainty: Option<Uncertainty>) -> Self {
        let outcome = match (outcome, &self.failure) {
            (Outcome::AlreadyGone, Some(_)) if self.was_given() => {
                let remarks = vec!["gone when it was retried; objects of the first attempt may remain".to_owned()];
                Outcome::Purged { left_behind: Vec::new(), remarks }
            }
            (Outcome::NotStarted(_), Some(failure)) => Outcome::Failed(failure.clone()),
            (outcome, _) => outcome,
        };
        self.with_outcome(outcome, uncertainty)
    }

    /// The release is not as planned any more. If it was tried before, it may be half uninstalled, and the user has to
    /// know that.
    fn changed(&self, what: String) -> Self {
        let Some(mut failure) = self.failure.clone() else { return self.with_outcome(Outcome::Changed(what), None) };
        failure.message.error.push_str("\nnot retried: ");
        failure.message.error.push_str(&what);
        self.with_outcome(Outcome::Failed(failure), None)
    }

    fn with_outcome(&self, outcome: Outcome, uncertainty: Option<Uncertainty>) -> Self {
        Self { outcome: Some(outcome), uncertainty, ..self.clone() }
    }

    /// It has failed, and will be tried again.
    fn failed_for_now(&self, failure: Failure) -> Self {
        Self { outcome: None, uncertainty: None, failure: Some(failure), ..self.clone() }
    }

    /// After one more attempt; `took` is the time that helm spent on it, if it was given the release.
    fn tried(self, took: Option<Duration>) -> Self {
        let took = self.took.into_iter().chain(took).reduce(|before, took| before + took);
        Self { took, attempts: self.attempts + 1, ..self }
    }

    /// Whether helm was given the release.
    fn was_given(&self) -> bool {
        self.took.is_some()
    }

    /// Whether it is done and whether it failed, as numbers. A release that was not started is not done.
    fn counts(&self) -> (usize, usize) {
        let is = |what: fn(&Outcome) -> bool| usize::from(self.outcome.as_ref().is_some_and(what));
        (is(|outcome| !matches!(outcome, Outcome::NotStarted(_))), is(Outcome::is_failure))
    }

    fn into_result(self, release: Release, why: NotStarted) -> ReleaseResult {
        let Self { outcome, uncertainty, took, attempts, failure } = self;
        let outcome = outcome.unwrap_or_else(|| failure.map_or(Outcome::NotStarted(why), Outcome::Failed));
        ReleaseResult { release, outcome, took, attempts, uncertainty, afterwards: ObservedState::Unknown }
    }
}
