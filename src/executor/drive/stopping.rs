//! What ends a run early: signals, a failure under `--fail-fast`, the deadline, an API server that is gone.

use std::time::Instant;

use super::Drive;
use crate::executor::event::Event;
use crate::executor::execution::FailureHandling;
use crate::executor::outcome::NotStarted;
use crate::options::UninstallOptions;
use crate::signal::{CancelLevel, CancelToken};

impl Drive<'_> {
    pub(super) fn obey_signals(&mut self) {
        let (told, urgency) = (self.interrupts.interruption().is_some(), self.interrupts.stop().urgency());
        // Workers give back what they have not begun; it must not be handed out again, whoever raised the word.
        let must_drain = told || (urgency > CancelLevel::Run && self.draining.is_none());
        if must_drain && !self.announced.0 {
            self.announced.0 = true;
            self.drain(NotStarted::Interrupted);
        }
        if urgency >= CancelLevel::Terminate && urgency > self.announced.1 {
            self.announced.1 = urgency;
            let progress = self.accounts.progress();
            let event =
                if urgency == CancelLevel::Kill { Event::Killing(progress) } else { Event::Terminating(progress) };
            self.listener.tell(&event);
        }
    }

    pub(super) fn drain_after_failure(&mut self) {
        if self.failures == FailureHandling::FailFast {
            self.drain(NotStarted::FailFast);
        }
    }

    pub(super) fn drain(&mut self, because: NotStarted) {
        let is_news = self.draining != Some(because);
        self.schedule.drain();
        self.draining.get_or_insert(because);
        // Children that have several releases begin no more of them either.
        self.interrupts.stop().raise(CancelLevel::Drain);
        if is_news {
            self.listener.tell(&Event::Draining { because, progress: self.accounts.progress() });
        }
    }

    /// Says once that what waits would go beyond the deadline. What runs is told so by its own signal.
    pub(super) fn obey_deadline(&mut self) {
        if self.schedule.waiting() > 0 && !self.schedule.may_begin(self.in_time()) {
            self.stop_at_the_deadline();
        }
    }

    pub(super) fn stop_at_the_deadline(&mut self) {
        if !self.at_deadline && self.draining.is_none() {
            self.at_deadline = true;
            let progress = self.accounts.progress();
            self.listener.tell(&Event::Draining { because: NotStarted::Deadline, progress });
        }
    }

    /// With which options a release may still be started now.
    pub(super) fn in_time(&self) -> impl Fn(&UninstallOptions) -> bool + use<> {
        let (deadline, now) = (self.deadline, Instant::now());
        move |options| deadline.allows(options.timeout, now)
    }

    /// What a batch listens to that goes in this options: between two of its releases, too, it may become too late.
    pub(super) fn stop_for(&self, options: &UninstallOptions, stop: &CancelToken) -> CancelToken {
        let last = self.deadline.last_start(options.timeout);
        last.map_or_else(|| stop.clone(), |last| stop.draining_from(last))
    }

    /// Why a release was not begun that was to go in this options.
    pub(super) fn why_not(&self, options: &UninstallOptions) -> NotStarted {
        if self.in_time()(options) { self.why() } else { self.draining.unwrap_or(NotStarted::Deadline) }
    }

    /// Why what has no outcome was not begun.
    pub(super) fn why(&self) -> NotStarted {
        self.draining.unwrap_or(if self.at_deadline { NotStarted::Deadline } else { NotStarted::Interrupted })
    }
}
