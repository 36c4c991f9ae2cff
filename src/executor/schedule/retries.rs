//! What is tried again, and what is known of the API server meanwhile.

use std::time::{Duration, Instant};

use super::breaker::{Gone, Pause, Sign};
use super::later::Later;
use super::queues::{Lot, Queues};
use super::{Lane, Schedule};
use crate::options::UninstallOptions;

/// When a release is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::executor) enum Retry {
    /// After this time.
    After(Duration),
    /// When the API server is back.
    WhenBack,
}

impl Schedule {
    /// The time is this now: what it was waited for may go.
    pub(in crate::executor) fn advance(&mut self, now: Instant) {
        self.now = Some(now);
        // While nothing is begun they stay together, so that one of them can be the first to go.
        if self.breaker.pause().is_none() {
            let due = self.later.take_due(now);
            self.put_back(&due);
        }
    }

    /// What the end of a release on a lane says about the API server.
    pub(in crate::executor) fn learn(&mut self, lane: Lane, sign: Sign, now: Instant) {
        self.breaker.learn(lane, sign, now);
    }

    /// A release that was handed out has failed in a way in which another try may help. It gets one, and waits for it,
    /// where it has one left of so many `retries`; what fails while the API server is gone costs none, for there is an
    /// end to that as well. `in_time` says whether it may still be begun then.
    pub(in crate::executor) fn put_off(
        &mut self,
        release: usize,
        retries: u8,
        jitter: f64,
        now: Instant,
        in_time: impl Fn(&UninstallOptions, Instant) -> bool,
    ) -> Option<Retry> {
        let used = self.later.used(release);
        let is_gone = self.breaker.pause().is_some();
        if self.draining || retries == 0 || self.breaker.tripped().is_some() || (used >= retries && !is_gone) {
            return None;
        }
        let wait = if is_gone { Duration::ZERO } else { self.patience.before_retry(used, jitter) };
        if !in_time(&self.queues.lot_of(release).1.options, now + wait) {
            return None;
        }
        if !is_gone {
            self.later.use_one(release);
        }
        self.later.put_off(release, now + wait);
        Some(if is_gone { Retry::WhenBack } else { Retry::After(wait) })
    }

    /// Whether there is something that may be begun, and waits for nothing but the time.
    pub(in crate::executor) fn waits_for_time(&self, may_begin: impl Fn(&UninstallOptions) -> bool) -> bool {
        !self.later.is_empty() || (self.breaker.pause().is_some() && self.may_begin(may_begin))
    }

    /// Whether a release was not handed out and may still be.
    pub(in crate::executor) fn holds(&self, release: usize) -> bool {
        self.queues.hold(release) || self.later.holds(release)
    }

    /// The time in which nothing is begun because the API server is gone, while it lasts.
    pub(in crate::executor) fn pause(&self) -> Option<Pause> {
        self.breaker.pause()
    }

    /// What is gone for good, as far as this run is concerned.
    pub(in crate::executor) fn tripped(&self) -> Option<Gone> {
        self.breaker.tripped()
    }
}

/// One release to see whether the API server is back: rather one that was tried before, for it has less to lose.
pub(super) fn probe(
    queues: &mut Queues,
    later: &mut Later,
    may_go: impl Fn(&Lot) -> bool,
) -> Option<(usize, Vec<usize>)> {
    if let Some(release) = later.take_first(|release| may_go(queues.lot_of(release).1)) {
        return Some((queues.lot_of(release).0, vec![release]));
    }
    queues.take(may_go, |_| false, |_, _| 1)
}
