//! One job of the pool: one batch, and exactly one answer for each of its releases, whatever happens.

use std::any::Any;
use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::ports::Backends;
use super::task::{Task, WorkerId};
use crate::clock::{Clock, Stopwatch};
use crate::cluster::{ApiError, ObjectPresence};
use crate::helm::{BatchResult, Failure, FailureClass, HelmMessage, ReleaseAttempt};
use crate::inventory::Freshness;
use crate::signal::{CancelLevel, CancelToken};

/// From a worker to the loop.
pub(super) enum Message {
    Ended(EndedRelease),
    /// Helm did not start these releases, and they may be scheduled again.
    NotStarted(WorkerId, Vec<usize>),
    /// Helm probably did not start this release; if it did, it has this failure.
    Unobserved(WorkerId, usize, Failure),
    /// The reports about these releases do not prove anything any more.
    Revoked(Vec<usize>, Failure),
    /// The answers about the objects for which the loop started a probe.
    Probed(Vec<ObjectPresence>),
    /// The batch is over, in whatever way.
    Free(WorkerId),
}

pub(super) struct EndedRelease {
    pub(super) worker: WorkerId,
    /// Its index among the tasks.
    pub(super) index: usize,
    pub(super) answer: Answer,
    pub(super) took: Duration,
    /// The release that the worker has in progress now.
    pub(super) next: Option<usize>,
}

pub(super) enum Answer {
    /// The release is not as planned any more, and was left alone.
    Changed(String),
    /// The recheck failed, and the release was left alone for that.
    NotChecked(Failure),
    /// Helm was given the release.
    Attempted(ReleaseAttempt),
}

/// What every job needs.
#[derive(Clone)]
pub(super) struct WorkerContext {
    pub(super) tasks: Arc<Vec<Task>>,
    pub(super) backends: Backends,
    pub(super) stop: CancelToken,
    pub(super) messages: Sender<Message>,
    pub(super) clock: Clock,
}

/// The releases of a batch without an answer, in order. When it is dropped, each gets one, even if the worker panicked.
struct BatchGuard<'a> {
    context: &'a WorkerContext,
    worker: WorkerId,
    /// The first one is in progress.
    waiting: VecDeque<usize>,
    /// The releases that were reported while helm ran.
    reported: Vec<usize>,
    answered: usize,
    since: Stopwatch,
}

/// Works through a batch. If one of the releases that were `tried` before is being uninstalled, this run started it.
pub(super) fn work(context: &WorkerContext, worker: WorkerId, batch: &[usize], tried: &BTreeSet<usize>) {
    let mut guard = BatchGuard::new(context, worker, batch);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        if context.stop.level() > CancelLevel::Run {
            return guard.return_waiting();
        }
        leave_out_changed(context, tried, &mut guard);
        act(context, &mut guard);
    }));
    if let Err(panic) = outcome {
        guard.end(ReleaseAttempt::Failed(failure_of_panic(panic.as_ref())));
    }
}

/// A recheck without an answer means unknown, and what is unknown is kept.
fn leave_out_changed(context: &WorkerContext, tried: &BTreeSet<usize>, guard: &mut BatchGuard<'_>) {
    let indexes = guard.waiting.iter().copied().collect::<Vec<_>>();
    let releases = indexes.iter().map(|index| &context.tasks[*index].release).collect::<Vec<_>>();
    let rechecked = catch_unwind(AssertUnwindSafe(|| context.backends.recheck.recheck(&releases)));
    let (answers, why) = match rechecked {
        Ok(answers) => (answers, "cannot check whether it has changed since the plan: no answer".to_owned()),
        Err(panic) => (Vec::new(), failure_of_panic(panic.as_ref()).message.error),
    };
    let answers = answers.into_iter().map(Some).chain(std::iter::repeat(None));
    let not_checked = |class, why| Answer::NotChecked(Failure::new(class, why));
    // The first one last: then the next release in progress is one that is really started.
    for (index, answer) in indexes.into_iter().zip(answers).collect::<Vec<_>>().into_iter().rev() {
        let answer = match answer {
            Some(Freshness::AsPlanned) => continue,
            Some(Freshness::Started(_)) if tried.contains(&index) => continue,
            Some(Freshness::Changed(how) | Freshness::Started(how)) => Answer::Changed(how),
            Some(Freshness::NotYet(why)) => not_checked(FailureClass::Leftovers, why),
            Some(Freshness::Unknown(error)) => match class_of_api_error(&error) {
                Some(class) => {
                    not_checked(class, format!("cannot check whether it has changed since the plan: {error}"))
                }
                None => Answer::Attempted(ReleaseAttempt::NotStarted),
            },
            None => not_checked(FailureClass::Internal, why.clone()),
        };
        guard.leave_out(index, answer);
    }
}

/// The class of a failed recheck, by the same texts as helm's. A recheck that was cancelled has none: its release was
/// just not started.
fn class_of_api_error(error: &ApiError) -> Option<FailureClass> {
    let by_text = |text: &String| HelmMessage { error: text.clone(), cause: None }.class();
    Some(match error {
        ApiError::Cancelled => return None,
        ApiError::Forbidden(_) => FailureClass::Rbac,
        ApiError::NoAnswer(_) => FailureClass::Unreachable,
        ApiError::Unsupported(_) => FailureClass::Other,
        ApiError::NoConnection(text) => match by_text(text) {
            class @ (FailureClass::Login | FailureClass::Kubeconfig) => class,
            _ => FailureClass::Unreachable,
        },
        ApiError::Failed(text) => match by_text(text) {
            class @ (FailureClass::Login | FailureClass::Unreachable) => class,
            _ => FailureClass::Transient,
        },
    })
}

fn act(context: &WorkerContext, guard: &mut BatchGuard<'_>) {
    let batch = guard.waiting.iter().map(|index| &context.tasks[*index]).collect::<Vec<_>>();
    let Some(options) = batch.first().map(|task| task.options) else { return };
    let releases = batch.iter().map(|task| &task.release.id).collect::<Vec<_>>();
    guard.since = context.clock.start();
    let on_release = &mut |attempt| guard.end_and_go_on(attempt);
    let result = context.backends.action.run(&releases, &options, &context.stop, on_release);
    guard.finish(result);
}

fn failure_of_panic(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    Failure::new(FailureClass::Internal, format!("a worker panicked: {}", text.unwrap_or_default()))
}

impl Answer {
    /// The failure, if it is certain.
    pub(super) fn failure(&self) -> Option<&Failure> {
        match self {
            Answer::NotChecked(failure) | Answer::Attempted(ReleaseAttempt::Failed(failure)) => Some(failure),
            Answer::Changed(_) | Answer::Attempted(_) => None,
        }
    }
}

impl<'a> BatchGuard<'a> {
    fn new(context: &'a WorkerContext, worker: WorkerId, batch: &[usize]) -> Self {
        let waiting = batch.iter().copied().collect();
        Self { context, worker, waiting, reported: Vec::new(), answered: 0, since: context.clock.start() }
    }

    /// The release in progress has ended, and the next one is in progress.
    fn end_and_go_on(&mut self, attempt: ReleaseAttempt) {
        if let Some(index) = self.waiting.pop_front() {
            self.reported.push(index);
            let next = self.waiting.front().copied();
            self.send_end(index, Answer::Attempted(attempt), next);
        }
    }

    /// The first release without an answer has ended, and no other is in progress.
    fn end(&mut self, attempt: ReleaseAttempt) {
        if let Some(index) = self.waiting.pop_front() {
            self.send_end(index, Answer::Attempted(attempt), None);
        }
    }

    /// A release has ended before helm was started. If it was the first, another one is the first now.
    fn leave_out(&mut self, index: usize, answer: Answer) {
        self.waiting.retain(|waiting| *waiting != index);
        let next = self.waiting.front().copied();
        self.send_end(index, answer, next);
    }

    fn return_waiting(&mut self) {
        let rest = std::mem::take(&mut self.waiting);
        self.send(Message::NotStarted(self.worker, rest.into()));
    }

    /// Takes the result of a batch. If helm started nothing although the run was not cancelled, the first release has
    /// failed: otherwise it would return forever.
    fn finish(&mut self, result: BatchResult) {
        let may_come_back = self.context.stop.level() > CancelLevel::Run;
        if let Some(failure) = result.revoked {
            let reported = std::mem::take(&mut self.reported);
            self.send(Message::Revoked(reported, failure));
        }
        let mut not_started = Vec::new();
        for attempt in result.rest {
            match attempt {
                ReleaseAttempt::NotStarted if self.answered == 0 && not_started.is_empty() && !may_come_back => {
                    let failure =
                        Failure::new(FailureClass::Internal, "it was not started, and no reason was recorded");
                    self.end(ReleaseAttempt::Failed(failure));
                }
                ReleaseAttempt::NotStarted => not_started.extend(self.waiting.pop_front()),
                ReleaseAttempt::Unobserved { if_started } => {
                    if let Some(index) = self.waiting.pop_front() {
                        self.send(Message::Unobserved(self.worker, index, if_started));
                    }
                }
                attempt => self.end(attempt),
            }
        }
        self.send(Message::NotStarted(self.worker, not_started));
        // The result does not mention these.
        self.end(without_a_result());
    }

    fn send_end(&mut self, index: usize, answer: Answer, next: Option<usize>) {
        self.answered += 1;
        let took = self.since.elapsed();
        self.since = self.context.clock.start();
        self.send(Message::Ended(EndedRelease { worker: self.worker, index, answer, took, next }));
    }

    fn send(&self, message: Message) {
        // The loop waits for every message; if it is gone, there is no receiver.
        let _ = self.context.messages.send(message);
    }
}

/// The last messages of a worker: an answer for each release without one, and that the worker is free.
impl Drop for BatchGuard<'_> {
    fn drop(&mut self) {
        if self.answered == 0 {
            self.end(without_a_result());
        }
        self.return_waiting();
        self.send(Message::Free(self.worker));
    }
}

fn without_a_result() -> ReleaseAttempt {
    ReleaseAttempt::Failed(Failure::new(FailureClass::Internal, "a worker stopped without a result"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_failed_is_of_the_class_that_helm_would_have_failed_with() {
        let text = |text: &str| text.to_owned();
        for (error, class) in [
            (ApiError::Cancelled, None),
            (ApiError::Forbidden(text("no")), Some(FailureClass::Rbac)),
            (ApiError::Unsupported(text("no")), Some(FailureClass::Other)),
            (ApiError::NoConnection(text("tcp connect error: Connection refused")), Some(FailureClass::Unreachable)),
            (ApiError::NoConnection(text("no answer within 15 s")), Some(FailureClass::Unreachable)),
            (ApiError::NoConnection(text("Unauthorized")), Some(FailureClass::Login)),
            (ApiError::NoConnection(text("invalid peer certificate: UnknownIssuer")), Some(FailureClass::Kubeconfig)),
            (ApiError::Failed(text("etcdserver: leader changed")), Some(FailureClass::Transient)),
            (ApiError::Failed(text("something new")), Some(FailureClass::Transient)),
        ] {
            assert_eq!(class_of_api_error(&error), class, "{error:?}");
        }
    }
}
