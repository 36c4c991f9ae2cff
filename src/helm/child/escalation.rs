//! TERM, a grace period, KILL: the way a child is ended.

use std::time::{Duration, Instant};

use super::Cause;
use super::session::Session;
use crate::signal::CancelLevel;

/// Where the ending of one child stands.
pub(super) struct Escalation {
    grace: Duration,
    cause: Option<Cause>,
    terminated: Option<Instant>,
    killed: Option<Instant>,
}

impl Escalation {
    pub(super) fn new(grace: Duration) -> Self {
        Self { grace, cause: None, terminated: None, killed: None }
    }

    /// The first reason there was to end the child.
    pub(super) fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// Time since KILL was sent.
    pub(super) fn killed_since(&self) -> Option<Duration> {
        self.killed.map(|at| at.elapsed())
    }

    /// Does what is due now. A reason once given stays: a child that is being ended is ended.
    pub(super) fn step(&mut self, reason: Option<Cause>, urgency: CancelLevel, session: &Session) {
        self.cause = self.cause.or(reason);
        let Some(cause) = self.cause else { return };
        if self.killed.is_some() {
            return;
        }
        // A stopped process does not act on TERM.
        let stopped = reason == Some(Cause::StoppedItself) || cause == Cause::StoppedItself;
        let out_of_grace = self.terminated.is_some_and(|at| at.elapsed() > self.grace);
        if stopped || out_of_grace || urgency == CancelLevel::Kill {
            session.kill();
            self.killed = Some(Instant::now());
        } else if self.terminated.is_none() {
            session.terminate();
            self.terminated = Some(Instant::now());
        }
    }
}
