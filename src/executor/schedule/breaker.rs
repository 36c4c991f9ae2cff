//! Whether the API server still answers. If it does not, every release would fail in the same way, one after the other.
//! So nothing is started any more except one release now and then, as a probe. Pure; the driver passes the time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::executor::config::RetryPolicy;
use crate::executor::outcome::NotStarted;
use crate::executor::task::WorkerId;
use crate::helm::ErrorScope;

/// How many helm processes in a row must find it gone, without one that got an answer in between. One or two can be an
/// accident of the network; if it were the number of workers, as many releases would have failed.
const MOST: usize = 3;

/// What may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    All,
    /// Only one release.
    Probe,
    Nothing,
}

/// A time in which nothing is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::executor) struct Pause {
    /// Why releases are not started if it does not end.
    pub(in crate::executor) outage: NotStarted,
    since: Instant,
    /// Until the next probe.
    pub(in crate::executor) wait: Duration,
    /// The time of the next probe.
    pub(in crate::executor) until: Instant,
}

#[derive(Debug)]
pub(in crate::executor) struct Breaker {
    retry_policy: RetryPolicy,
    state: BreakerState,
    /// Workers whose helm process has been counted: it counts once, not once for each of its releases.
    counted: BTreeSet<WorkerId>,
}

#[derive(Debug, Clone, Copy)]
enum BreakerState {
    Closed { failures: usize },
    Paused(Pause),
    Probing(Pause, WorkerId),
    Tripped(NotStarted),
}

impl Breaker {
    pub(super) fn new(retry_policy: RetryPolicy) -> Self {
        Self { retry_policy, state: BreakerState::Closed { failures: 0 }, counted: BTreeSet::new() }
    }

    pub(super) fn admits(&self, now: Instant) -> Admission {
        match self.state {
            BreakerState::Closed { .. } => Admission::All,
            BreakerState::Paused(pause) if pause.until <= now => Admission::Probe,
            BreakerState::Paused(_) | BreakerState::Probing(..) | BreakerState::Tripped(_) => Admission::Nothing,
        }
    }

    /// A worker has a batch.
    pub(super) fn start(&mut self, worker: WorkerId) {
        self.counted.remove(&worker);
        if let BreakerState::Paused(pause) = self.state {
            self.state = BreakerState::Probing(pause, worker);
        }
    }

    /// A release has ended on a worker. During a pause only the probe counts: the others are from before.
    pub(in crate::executor) fn learn(&mut self, worker: WorkerId, scope: ErrorScope, now: Instant) {
        let outage = match scope {
            ErrorScope::Release => None,
            ErrorScope::Server => Some(NotStarted::ServerGone),
            ErrorScope::Login => Some(NotStarted::LoginGone),
            ErrorScope::Unknown => return,
        };
        self.state = match (self.state, outage) {
            (BreakerState::Closed { .. }, None) => BreakerState::Closed { failures: 0 },
            (BreakerState::Closed { failures }, Some(outage)) if self.counted.insert(worker) => {
                if failures + 1 < MOST {
                    BreakerState::Closed { failures: failures + 1 }
                } else {
                    let wait = self.retry_policy.first_probe;
                    BreakerState::Paused(Pause { outage, since: now, wait, until: now + wait })
                }
            }
            (BreakerState::Probing(_, prober), None) if prober == worker => BreakerState::Closed { failures: 0 },
            // A login that is gone does not come back by waiting: what renews it has done so by the first probe, or
            // will not.
            (BreakerState::Probing(pause, prober), Some(NotStarted::LoginGone))
                if prober == worker && pause.outage == NotStarted::LoginGone =>
            {
                BreakerState::Tripped(pause.outage)
            }
            (BreakerState::Probing(pause, prober), Some(outage)) if prober == worker => {
                self.wait_again(pause, outage, now)
            }
            (state, _) => state,
        };
    }

    /// A worker is free. A probe without a result has failed.
    pub(super) fn finish(&mut self, worker: WorkerId, now: Instant) {
        if let BreakerState::Probing(pause, prober) = self.state
            && prober == worker
        {
            self.state = self.wait_again(pause, pause.outage, now);
        }
    }

    fn wait_again(&self, pause: Pause, outage: NotStarted, now: Instant) -> BreakerState {
        let end = pause.since + self.retry_policy.probing;
        if now >= end {
            return BreakerState::Tripped(outage);
        }
        let wait = (pause.wait * 2).min(self.retry_policy.longest_probe).min(end - now);
        BreakerState::Paused(Pause { outage, wait, until: now + wait, ..pause })
    }

    /// The pause, while it lasts.
    pub(in crate::executor) fn pause(&self) -> Option<Pause> {
        match self.state {
            BreakerState::Paused(pause) | BreakerState::Probing(pause, _) => Some(pause),
            BreakerState::Closed { .. } | BreakerState::Tripped(_) => None,
        }
    }

    /// Why nothing is started for the rest of the run, if so.
    pub(in crate::executor) fn tripped(&self) -> Option<NotStarted> {
        match self.state {
            BreakerState::Tripped(outage) => Some(outage),
            BreakerState::Closed { .. } | BreakerState::Paused(_) | BreakerState::Probing(..) => None,
        }
    }
}
