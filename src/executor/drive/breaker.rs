//! The API server may go away in the middle of a run: what is said about that, and when it ends the run.

use std::time::Instant;

use super::Drive;
use crate::executor::event::Event;
use crate::executor::outcome::NotStarted;
use crate::executor::schedule::{Gone, Sign};
use crate::executor::worker::{Answer, Ended};
use crate::helm::{ErrorScope, Failure, ReleaseAttempt};

impl Drive<'_> {
    /// Takes what the end of a release says about the API server.
    pub(super) fn learn(&mut self, ended: &Ended) {
        self.schedule.learn(ended.lane, sign_of(&ended.answer), Instant::now());
    }

    /// Goes with the time; says when nothing is begun because the API server is gone, and when it is back; ends the
    /// run where it does not come back.
    pub(super) fn obey_breaker(&mut self) {
        self.schedule.advance(Instant::now());
        if self.draining.is_some() {
            return;
        }
        if let Some(gone) = self.schedule.tripped() {
            return self.drain(because(gone));
        }
        let pause = self.schedule.pause();
        let before = std::mem::replace(&mut self.told_pause, pause);
        let progress = self.accounts.progress();
        match pause {
            Some(pause) if before != Some(pause) => {
                let (because, wait) = (because(pause.gone), pause.wait);
                self.listener.tell(&Event::Paused { because, wait, progress });
            }
            None if before.is_some() => self.listener.tell(&Event::Resumed(progress)),
            Some(_) | None => {}
        }
    }
}

fn because(gone: Gone) -> NotStarted {
    match gone {
        Gone::Server => NotStarted::ServerGone,
        Gone::Login => NotStarted::LoginGone,
    }
}

fn sign_of(answer: &Answer) -> Sign {
    match answer {
        Answer::Attempted(ReleaseAttempt::Uninstalled { .. } | ReleaseAttempt::RolledBack) => Sign::There,
        Answer::Attempted(ReleaseAttempt::Failed(failure) | ReleaseAttempt::Unclear(failure))
        | Answer::NotTold(failure) => sign_of_failure(failure),
        Answer::Attempted(ReleaseAttempt::NotStarted | ReleaseAttempt::Unobserved { .. }) | Answer::Changed(_) => {
            Sign::Nothing
        }
    }
}

fn sign_of_failure(failure: &Failure) -> Sign {
    match failure.class.scope() {
        ErrorScope::Release => Sign::There,
        ErrorScope::Server => Sign::Gone(Gone::Server),
        ErrorScope::Login => Sign::Gone(Gone::Login),
        ErrorScope::Unknown => Sign::Nothing,
    }
}
