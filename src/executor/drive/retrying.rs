//! Releases that are tried again, and what they come to where they are not.

use std::time::Instant;

use super::Drive;
use crate::executor::accounts::InHand;
use crate::executor::event::Event;
use crate::executor::outcome::Outcome;
use crate::executor::schedule::Retry;
use crate::executor::worker::Ended;
use crate::options::UninstallOptions;

impl Drive<'_> {
    /// Whether a release that has ended is tried again, and when.
    pub(super) fn retry_of(&mut self, ended: &Ended) -> Option<Retry> {
        ended.answer.failure().filter(|failure| failure.class.is_retryable())?;
        if self.draining.is_some() {
            return None;
        }
        let (deadline, retries) = (self.deadline, self.accounts.plan()[ended.place].retries);
        let in_time = |options: &UninstallOptions, at| deadline.allows(options.timeout, at);
        self.schedule.put_off(ended.place, retries, fastrand::f64(), Instant::now(), in_time)
    }

    /// It waits for that; until then it has come to nothing.
    pub(super) fn put_off(&mut self, ended: Ended, retry: Retry) -> InHand {
        let Ended { lane, place, answer, took, .. } = ended;
        let had_it = self.accounts.put_off(lane, place, &answer, took);
        let (release, progress) = (self.accounts.id(place), self.accounts.progress());
        if let Some((failure, attempts)) = self.accounts.last_failure(place) {
            let wait = match retry {
                Retry::After(wait) => Some(wait),
                Retry::WhenBack => None,
            };
            self.listener.tell(&Event::ReleaseWaits { lane, release, failure, attempts, wait, progress });
        }
        had_it
    }

    /// What waits to be tried again and will not be has failed with what it last failed with.
    pub(super) fn end_retries(&mut self) {
        let in_time = self.in_time();
        let is_over = |place: &usize| self.draining.is_some() || !in_time(&self.accounts.plan()[*place].options);
        let over = self.accounts.to_be_tried_again().filter(is_over).filter(|place| self.schedule.holds(*place));
        for place in over.collect::<Vec<_>>() {
            self.schedule.withdraw(place);
            let Some((failure, _)) = self.accounts.last_failure(place) else { continue };
            let outcome = Outcome::Failed(failure.clone());
            self.enter(place, outcome);
            self.drain_after_failure();
        }
    }
}
