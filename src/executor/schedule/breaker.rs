//! Whether the API server is still there: where it is not, every release would fail in the same way, one after the
//! other. So nothing is begun any more but one release now and then, to see whether it is back. Pure; it is told the time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::Lane;
use crate::executor::patience::RetryPolicy;

/// So many helms in a row that found it gone, without any that got an answer in between. One can be an accident of the
/// network, and so can two; with a workers' number of them as many releases would have failed.
const MOST: usize = 3;

/// What is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::executor) enum Gone {
    /// The API server, or the way to it.
    Server,
    /// The login.
    Login,
}

/// What the end of a release says about the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::executor) enum Sign {
    /// It was there, and answered.
    There,
    /// It was not.
    Gone(Gone),
    /// Nothing.
    Nothing,
}

/// What may be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// Anything.
    All,
    /// One release, alone.
    Probe,
    /// Nothing.
    Nothing,
}

/// A time in which nothing is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::executor) struct Pause {
    pub(in crate::executor) gone: Gone,
    /// Since when.
    since: Instant,
    /// Until the next look.
    pub(in crate::executor) wait: Duration,
    /// When that is.
    pub(in crate::executor) until: Instant,
}

#[derive(Debug)]
pub(super) struct Breaker {
    patience: RetryPolicy,
    state: State,
    /// Lanes whose helm has been counted: it speaks for itself, not for each of its releases.
    counted: BTreeSet<Lane>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: usize },
    Paused(Pause),
    Probing(Pause, Lane),
    Tripped(Gone),
}

impl Breaker {
    pub(super) fn new(patience: RetryPolicy) -> Self {
        Self { patience, state: State::Closed { failures: 0 }, counted: BTreeSet::new() }
    }

    pub(super) fn admits(&self, now: Instant) -> Admission {
        match self.state {
            State::Closed { .. } => Admission::All,
            State::Paused(pause) if pause.until <= now => Admission::Probe,
            State::Paused(_) | State::Probing(..) | State::Tripped(_) => Admission::Nothing,
        }
    }

    /// A lane has something to do.
    pub(super) fn begin(&mut self, lane: Lane) {
        self.counted.remove(&lane);
        if let State::Paused(pause) = self.state {
            self.state = State::Probing(pause, lane);
        }
    }

    /// A release has ended on a lane. While nothing is begun, only the one that looks has a say: the others say what was.
    pub(super) fn learn(&mut self, lane: Lane, sign: Sign, now: Instant) {
        self.state = match (self.state, sign) {
            (State::Closed { .. }, Sign::There) => State::Closed { failures: 0 },
            (State::Closed { failures }, Sign::Gone(gone)) if self.counted.insert(lane) => {
                if failures + 1 < MOST {
                    State::Closed { failures: failures + 1 }
                } else {
                    let wait = self.patience.first_probe;
                    State::Paused(Pause { gone, since: now, wait, until: now + wait })
                }
            }
            (State::Probing(_, prober), Sign::There) if prober == lane => State::Closed { failures: 0 },
            (State::Probing(pause, prober), Sign::Gone(gone)) if prober == lane => self.after_probe(pause, gone, now),
            (state, _) => state,
        };
    }

    /// A lane has nothing to do any more. A look that said nothing is one in vain.
    pub(super) fn finish(&mut self, lane: Lane, now: Instant) {
        if let State::Probing(pause, prober) = self.state
            && prober == lane
        {
            self.state = self.wait_again(pause, pause.gone, now);
        }
    }

    /// A login that is gone does not come back by waiting: what renews it has done so with the first look, or will not.
    fn after_probe(&self, pause: Pause, gone: Gone, now: Instant) -> State {
        if (pause.gone, gone) == (Gone::Login, Gone::Login) {
            return State::Tripped(gone);
        }
        self.wait_again(pause, gone, now)
    }

    fn wait_again(&self, pause: Pause, gone: Gone, now: Instant) -> State {
        let end = pause.since + self.patience.probing;
        if now >= end {
            return State::Tripped(gone);
        }
        let wait = (pause.wait * 2).min(self.patience.longest_probe).min(end - now);
        State::Paused(Pause { gone, wait, until: now + wait, ..pause })
    }

    /// The time in which nothing is begun, while it lasts.
    pub(super) fn pause(&self) -> Option<Pause> {
        match self.state {
            State::Paused(pause) | State::Probing(pause, _) => Some(pause),
            State::Closed { .. } | State::Tripped(_) => None,
        }
    }

    /// What is gone for good, as far as this run is concerned.
    pub(super) fn tripped(&self) -> Option<Gone> {
        match self.state {
            State::Tripped(gone) => Some(gone),
            State::Closed { .. } | State::Paused(_) | State::Probing(..) => None,
        }
    }
}
