//! The releases of one batch on its way through a worker: each gets an answer, once, even if the worker is lost.

use std::collections::VecDeque;

use super::{Answer, Ended, Message, WorkerContext};
use crate::clock::Stopwatch;
use crate::executor::schedule::{Batch, Lane};
use crate::helm::{BatchResult, EarlyResults, Failure, FailureClass, ReleaseAttempt};
use crate::signal::CancelLevel;

/// What is still to be answered, in order: the first is in hand.
pub(super) struct Ledger<'a> {
    tools: &'a WorkerContext,
    lane: Lane,
    waiting: VecDeque<usize>,
    /// Those of which something was told while their helm ran.
    told: Vec<usize>,
    answered: usize,
    since: Stopwatch,
}

impl<'a> Ledger<'a> {
    pub(super) fn open(tools: &'a WorkerContext, lane: Lane, batch: &Batch) -> Self {
        let waiting = batch.releases.iter().copied().collect();
        Self { tools, lane, waiting, told: Vec::new(), answered: 0, since: tools.clock.start() }
    }

    /// The places that are still to be answered.
    pub(super) fn waiting(&mut self) -> &[usize] {
        self.waiting.make_contiguous()
    }

    /// From here on time counts for the release in hand.
    pub(super) fn begin(&mut self) {
        self.since = self.tools.clock.start();
    }

    /// The release in hand has ended, and the next one is in hand.
    pub(super) fn go_on(&mut self, attempt: ReleaseAttempt) {
        if let Some(place) = self.waiting.pop_front() {
            self.told.push(place);
            let next = self.waiting.front().copied();
            self.send_end(place, Answer::Attempted(attempt), next);
        }
    }

    /// The first release that is still to be answered has ended, and no other is in hand.
    pub(super) fn end(&mut self, attempt: ReleaseAttempt) {
        if let Some(place) = self.waiting.pop_front() {
            self.send_end(place, Answer::Attempted(attempt), None);
        }
    }

    /// A release has ended before anything was begun. Where it was the first, another one is the first now.
    pub(super) fn leave_out(&mut self, place: usize, answer: Answer) {
        self.waiting.retain(|waiting| *waiting != place);
        let next = self.waiting.front().copied();
        self.send_end(place, answer, next);
    }

    /// Nothing is to be begun any more.
    pub(super) fn give_back(&mut self) {
        let rest = std::mem::take(&mut self.waiting);
        self.send(Message::NotBegun(self.lane, rest.into()));
    }

    /// Takes what came of a batch. Where nothing of it was begun although nothing stood in the way, the first
    /// release has failed: it would come back for ever.
    pub(super) fn settle(&mut self, verdict: BatchResult) {
        let may_come_back = self.tools.stop.urgency() > CancelLevel::Run;
        if let EarlyResults::Revoked(failure) = verdict.early {
            let told = std::mem::take(&mut self.told);
            self.send(Message::Revoked(told, failure));
        }
        let mut not_begun = Vec::new();
        for attempt in verdict.rest {
            match attempt {
                ReleaseAttempt::NotStarted if self.answered == 0 && not_begun.is_empty() && !may_come_back => {
                    let failure = Failure::new(FailureClass::Internal, "it was not begun, for no reason");
                    self.end(ReleaseAttempt::Failed(failure));
                }
                ReleaseAttempt::NotStarted => not_begun.extend(self.waiting.pop_front()),
                ReleaseAttempt::Unobserved { if_started } => {
                    if let Some(place) = self.waiting.pop_front() {
                        self.send(Message::Unseen(self.lane, place, if_started));
                    }
                }
                attempt => self.end(attempt),
            }
        }
        self.send(Message::NotBegun(self.lane, not_begun));
        // Nobody said anything about these.
        self.end(without_a_result());
    }

    fn send_end(&mut self, place: usize, answer: Answer, next: Option<usize>) {
        self.answered += 1;
        let took = self.since.elapsed();
        self.since = self.tools.clock.start();
        self.send(Message::Ended(Ended { lane: self.lane, place, answer, took, next }));
    }

    fn send(&self, message: Message) {
        // The loop waits for every message; without it there is nobody to tell.
        let _ = self.tools.messages.send(message);
    }
}

/// The last thing a worker says: whatever was left open, and that its lane is free.
impl Drop for Ledger<'_> {
    fn drop(&mut self) {
        if self.answered == 0 {
            self.end(without_a_result());
        }
        self.give_back();
        self.send(Message::Free(self.lane));
    }
}

fn without_a_result() -> ReleaseAttempt {
    ReleaseAttempt::Failed(Failure::new(FailureClass::Internal, "a worker ended without a result"))
}
