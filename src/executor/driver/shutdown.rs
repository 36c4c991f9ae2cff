//! What ends a run early: signals, a failure under `--fail-fast`, the deadline, an API server that is gone.

use super::Driver;
use crate::executor::event::Event;
use crate::executor::outcome::NotStarted;
use crate::executor::worker::{Answer, EndedRelease};
use crate::helm::{ErrorScope, ReleaseAttempt};
use crate::signal::{CancelLevel, CancelToken};
use crate::uninstall_options::UninstallOptions;

impl Driver<'_> {
    pub(super) fn check_signals(&mut self) {
        let (signalled, level) = (self.interrupts.interruption().is_some(), self.interrupts.stop().level());
        // Workers return what they have not started. It must not be scheduled again, whatever raised the level.
        let must_drain = signalled || (level > CancelLevel::Run && self.draining.is_none());
        if must_drain && !self.reported_signals.0 {
            self.reported_signals.0 = true;
            self.drain(NotStarted::Interrupted);
        }
        if level >= CancelLevel::Terminate && level > self.reported_signals.1 {
            self.reported_signals.1 = level;
            let event = if level == CancelLevel::Kill { Event::Killing } else { Event::Terminating };
            self.reporter.report(&event, self.state.progress());
        }
    }

    pub(super) fn drain_after_failure(&mut self) {
        if self.fail_fast {
            self.drain(NotStarted::FailFast);
        }
    }

    pub(super) fn drain(&mut self, because: NotStarted) {
        let is_new = self.draining != Some(because);
        self.draining.get_or_insert(because);
        // Children with several releases start no more of them either.
        self.interrupts.stop().raise(CancelLevel::Drain);
        if is_new {
            self.reporter.report(&Event::Draining { because }, self.state.progress());
        }
    }

    /// Reports once that what waits could exceed the deadline. What runs has its own cancel token for that.
    pub(super) fn check_deadline(&mut self) {
        if self.schedule.waiting() > 0 && !self.schedule.may_start(self.in_time()) {
            self.stop_at_the_deadline();
        }
    }

    pub(super) fn stop_at_the_deadline(&mut self) {
        if !self.at_deadline && self.draining.is_none() {
            self.at_deadline = true;
            self.reporter.report(&Event::Draining { because: NotStarted::Deadline }, self.state.progress());
        }
    }

    /// With which options a release may still start now.
    pub(super) fn in_time(&self) -> impl Fn(&UninstallOptions) -> bool + use<> {
        let (deadline, now) = (self.deadline, self.context.clock.instant());
        move |options| deadline.allows(options.timeout, now)
    }

    /// For the batch of this release: between two of its releases, too, it may become too late.
    pub(super) fn stop_token(&self, index: usize) -> CancelToken {
        let last = self.deadline.last_start(self.context.tasks[index].options.timeout);
        last.map_or_else(|| self.context.stop.clone(), |last| self.context.stop.draining_from(last, self.context.clock))
    }

    /// Why this release was not started.
    pub(super) fn why_not_started(&self, index: usize) -> NotStarted {
        if self.in_time()(&self.context.tasks[index].options) {
            self.why_nothing_starts()
        } else {
            self.draining.unwrap_or(NotStarted::Deadline)
        }
    }

    /// Why releases without an outcome were not started.
    pub(super) fn why_nothing_starts(&self) -> NotStarted {
        self.draining.unwrap_or(if self.at_deadline { NotStarted::Deadline } else { NotStarted::Interrupted })
    }

    /// Updates the breaker: the end of a release shows the state of the API server.
    pub(super) fn learn(&mut self, ended: &EndedRelease) {
        let scope = match &ended.answer {
            Answer::Attempted(ReleaseAttempt::Uninstalled { .. } | ReleaseAttempt::RolledBack) => ErrorScope::Release,
            Answer::Attempted(ReleaseAttempt::Failed(failure) | ReleaseAttempt::Unclear(failure))
            | Answer::NotChecked(failure) => failure.class.scope(),
            Answer::Attempted(ReleaseAttempt::NotStarted | ReleaseAttempt::Unobserved { .. }) | Answer::Changed(_) => {
                ErrorScope::Unknown
            }
        };
        self.schedule.breaker.learn(ended.worker, scope, self.context.clock.instant());
    }

    /// Reports when nothing is started because the API server is gone, and when it is back. Ends the run if it does not
    /// come back.
    pub(super) fn check_breaker(&mut self) {
        self.schedule.advance(self.context.clock.instant());
        if self.draining.is_some() {
            return;
        }
        if let Some(outage) = self.schedule.breaker.tripped() {
            return self.drain(outage);
        }
        let pause = self.schedule.breaker.pause();
        let before = std::mem::replace(&mut self.reported_pause, pause);
        let event = match pause {
            Some(pause) if before != Some(pause) => Event::Paused { because: pause.outage, wait: pause.wait },
            None if before.is_some() => Event::Resumed,
            Some(_) | None => return,
        };
        self.reporter.report(&event, self.state.progress());
    }
}
