//! What is known of every planned release while the run goes on: each ends in exactly one outcome.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::doubt::{Doubt, outcome_of, revoked};
use super::event::Progress;
use super::outcome::{Afterwards, NotStarted, Outcome, ReleaseResult};
use super::schedule::Lane;
use super::worker::Answer;
use crate::helm::{Attempt, Failure};
use crate::release::{Release, ReleaseId};

/// The books of a run.
pub(super) struct Accounts {
    plan: Arc<Vec<Release>>,
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
    pub(super) fn new(plan: Arc<Vec<Release>>, lanes: usize) -> Self {
        let entries = vec![Entry::default(); plan.len()];
        Self { plan, entries, tally: Tally::default(), in_hand: vec![None; lanes], started: Instant::now() }
    }

    pub(super) fn id(&self, place: usize) -> &ReleaseId {
        &self.plan[place].id
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
        let result = |(release, entry): (Release, Entry)| ReleaseResult {
            release,
            outcome: entry.outcome.unwrap_or(Outcome::NotStarted(why)),
            took: entry.took,
            doubt: entry.doubt,
            afterwards: Afterwards::Unknown,
        };
        Arc::unwrap_or_clone(self.plan).into_iter().zip(self.entries).map(result).collect()
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
mod tests {
    use super::*;
    use crate::helm::FailureClass;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const PLANNED: usize = 5;

    fn failure() -> Failure {
        Failure::of_our_own(FailureClass::Other, "no luck")
    }

    fn planned() -> Vec<Release> {
        let release = crate::inventory::read(
            br#"[{"name":"web","namespace":"dev-a","revision":"1","updated":"-","status":"deployed","chart":"web-1.0.0"}]"#,
        );
        vec![release.expect("a list").releases.remove(0); PLANNED]
    }

    /// One of the things that may happen to a release, in whatever order messages come.
    fn happen(accounts: &mut Accounts, what: usize, place: usize) {
        let uninstalled = Attempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() };
        let answer = match what {
            0 => Answer::Attempted(uninstalled),
            1 => Answer::Attempted(Attempt::Failed(failure())),
            2 => Answer::Attempted(Attempt::NotBegun),
            3 => Answer::Changed("it is another one".to_owned()),
            4 => return accounts.revoke(&[place], &failure()),
            _ => return accounts.leave_in_doubt(place, failure(), NotStarted::Interrupted),
        };
        accounts.end(Lane(0), place, answer, Duration::ZERO);
    }

    proptest! {
        #[test]
        fn what_is_counted_on_the_way_is_what_the_results_say(events in vec((0_usize..6, 0..PLANNED), 0..40)) {
            let mut accounts = Accounts::new(Arc::new(planned()), 1);
            for (what, place) in events {
                happen(&mut accounts, what, place);
            }
            let Progress { done, failed, .. } = accounts.progress();
            let results = accounts.into_results(NotStarted::Interrupted);
            let counted = |is: fn(&Outcome) -> bool| results.iter().filter(|result| is(&result.outcome)).count();
            prop_assert_eq!(done, counted(|outcome| !matches!(outcome, Outcome::NotStarted(_))));
            prop_assert_eq!(failed, counted(Outcome::is_failure));
        }
    }
}
