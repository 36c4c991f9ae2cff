//! One job on the pool: one batch, and a message for each of its releases, whatever happens.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::schedule::{Batch, Lane};
use crate::helm::{Attempt, Failure, FailureClass, Uninstall};
use crate::release::Release;
use crate::signal::StopSignal;

/// What a worker tells the loop.
pub(super) enum Message {
    /// A release has been worked on.
    Finished(Finished),
    /// The batch is over, however.
    Free(Lane),
}

/// What came of one release.
pub(super) struct Finished {
    pub(super) lane: Lane,
    /// The release's place in the plan.
    pub(super) place: usize,
    pub(super) attempt: Attempt,
    pub(super) took: Duration,
}

/// What every job needs.
#[derive(Clone)]
pub(super) struct Tools {
    pub(super) plan: Arc<Vec<Release>>,
    pub(super) uninstall: Arc<dyn Uninstall>,
    pub(super) stop: StopSignal,
    pub(super) messages: Sender<Message>,
}

/// Works through a batch.
pub(super) fn work(tools: &Tools, lane: Lane, batch: &Batch) {
    let _free = FreeOnDrop { tools, lane };
    for place in &batch.releases {
        let mut message = FinishOnDrop::new(tools, lane, *place);
        let release = &tools.plan[*place].id;
        let attempt = catch_unwind(AssertUnwindSafe(|| tools.uninstall.uninstall(release, &tools.stop)));
        message.attempt = Some(attempt.unwrap_or_else(|panic| Attempt::Failed(of_panic(panic.as_ref()))));
    }
}

/// Sends the result when it goes out of scope: a panic is an outcome of its release, never a run that waits
/// for ever.
struct FinishOnDrop<'a> {
    tools: &'a Tools,
    lane: Lane,
    place: usize,
    started: Instant,
    attempt: Option<Attempt>,
}

impl<'a> FinishOnDrop<'a> {
    fn new(tools: &'a Tools, lane: Lane, place: usize) -> Self {
        Self { tools, lane, place, started: Instant::now(), attempt: None }
    }
}

impl Drop for FinishOnDrop<'_> {
    fn drop(&mut self) {
        let lost = || Attempt::Failed(Failure::of_our_own(FailureClass::Internal, "a worker ended without a result"));
        let attempt = self.attempt.take().unwrap_or_else(lost);
        let finished = Finished { lane: self.lane, place: self.place, attempt, took: self.started.elapsed() };
        // The loop waits for every message; without it there is nobody to tell.
        let _ = self.tools.messages.send(Message::Finished(finished));
    }
}

/// Gives the lane back when the batch is over: the last thing a worker says.
struct FreeOnDrop<'a> {
    tools: &'a Tools,
    lane: Lane,
}

impl Drop for FreeOnDrop<'_> {
    fn drop(&mut self) {
        let _ = self.tools.messages.send(Message::Free(self.lane));
    }
}

fn of_panic(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Failure::of_our_own(FailureClass::Internal, format!("a worker panicked: {}", text.unwrap_or_default()))
}
