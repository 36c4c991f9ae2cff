//! The loop: feeds the pool one job per free worker. It never queues the plan in the pool: the queue of a pool cannot be
//! emptied, so stopping means not to feed.

mod phases;
mod shutdown;

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use threadpool::ThreadPool;

use super::config::{ExecutorConfig, RunDeadline};
use super::event::{Event, Progress, Reporter};
use super::outcome::{NotStarted, Outcome, Run};
use super::phase_end::PhaseCleanup;
use super::ports::Backends;
use super::run_state::RunState;
use super::schedule::{Pause, Retry, Schedule};
use super::task::{Task, WorkerId};
use super::worker::{EndedRelease, Message, WorkerContext, work};
use crate::parallel::can_spawn;
use crate::signal::{CancelLevel, Interrupts};
use crate::uninstall_options::UninstallOptions;

/// How long the loop waits for a message of a worker.
const TICK: Duration = Duration::from_millis(100);

/// The threads of the pool could not be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot start {workers} worker threads; nothing was started")]
pub struct PoolError {
    /// How many were requested.
    pub workers: usize,
}

/// The state of a run.
struct Driver<'a> {
    state: RunState,
    schedule: Schedule,
    pool: ThreadPool,
    context: WorkerContext,
    interrupts: &'a Interrupts,
    reporter: Reporter<'a>,
    fail_fast: bool,
    /// Why nothing more is started, if so.
    draining: Option<NotStarted>,
    /// Whether a signal was reported, and the highest level that was.
    reported_signals: (bool, CancelLevel),
    deadline: RunDeadline,
    /// Whether it was reported that the deadline is near.
    at_deadline: bool,
    /// What is awaited between two phases.
    cleanup: Option<PhaseCleanup>,
    reported_waiting: bool,
    reported_pause: Option<Pause>,
}

/// What to do when nothing runs and nothing can start.
enum NextStep {
    /// Another phase has started.
    Phase,
    /// Wait for the time, or for objects to be gone.
    Wait,
    Finish,
}

/// Handles all tasks and waits for everything that was started.
///
/// # Errors
/// If the pool cannot be built; then nothing was started. Otherwise there is a result for every release, whatever
/// happens.
pub fn execute(
    tasks: Vec<Task>,
    config: ExecutorConfig,
    backends: Backends,
    interrupts: &Interrupts,
    on_event: &mut dyn FnMut(&Event<'_>, Progress),
) -> Result<Run, PoolError> {
    let ExecutorConfig { batch, fail_fast, deadline, retry_policy, clock, .. } = config;
    let workers = config.workers.clamp(1, tasks.len().max(1));
    let pool = build_pool(workers)?;
    let (messages, receiver) = channel();
    let tasks = Arc::new(tasks);
    let driver = Driver {
        state: RunState::new(Arc::clone(&tasks), workers, clock),
        schedule: Schedule::new(&tasks, workers, batch, retry_policy),
        pool,
        reporter: Reporter::new(Arc::clone(&backends.journal), on_event),
        context: WorkerContext { tasks, backends, stop: interrupts.stop().clone(), messages, clock },
        interrupts,
        fail_fast,
        draining: None,
        reported_signals: (false, CancelLevel::Run),
        deadline: RunDeadline::new(deadline, clock.instant()),
        at_deadline: false,
        cleanup: None,
        reported_waiting: false,
        reported_pause: None,
    };
    Ok(driver.run(&receiver))
}

/// A thread that cannot be started makes the pool panic and print. So it is tried before whether the threads can be
/// started.
fn build_pool(workers: usize) -> Result<ThreadPool, PoolError> {
    let build = || threadpool::Builder::new().num_threads(workers).thread_name("purge".to_owned()).build();
    let pool = can_spawn(workers).then(|| catch_unwind(build).ok()).flatten();
    pool.ok_or(PoolError { workers })
}

impl Driver<'_> {
    /// Nothing may leave this loop early: every message has to be received until nothing runs any more.
    fn run(mut self, receiver: &Receiver<Message>) -> Run {
        self.reporter.report(&Event::Started { workers: self.pool.max_count() }, self.state.progress());
        loop {
            self.check_signals();
            self.check_deadline();
            self.check_breaker();
            self.end_retries();
            self.feed();
            if self.schedule.running() == 0 {
                match self.advance_phase() {
                    NextStep::Phase => continue,
                    NextStep::Wait => {}
                    NextStep::Finish => return self.into_run(),
                }
            }
            let message = receiver.recv_timeout(TICK);
            // Before anything is printed: after a signal the shell may own the terminal.
            self.check_signals();
            match message {
                Ok(message) => self.on_message(message),
                Err(RecvTimeoutError::Timeout) => self.reporter.report(&Event::Tick, self.state.progress()),
                // Not possible while `context` holds a sender; without workers nothing more can come.
                Err(RecvTimeoutError::Disconnected) => return self.into_run(),
            }
        }
    }

    fn feed(&mut self) {
        while self.draining.is_none()
            && let Some((worker, batch)) = self.schedule.next(self.in_time())
        {
            let Some(first) = batch.first().copied() else { continue };
            if self.record_start(worker, &batch) {
                self.start(worker, first);
                let stop = self.stop_token(first);
                let context = WorkerContext { stop, ..self.context.clone() };
                let tried = self.state.given_before(&batch);
                self.pool.execute(move || work(&context, worker, &batch, &tried));
            }
        }
    }

    /// Nothing starts that the journal has not recorded: otherwise the batch waits again, and nothing more is started.
    fn record_start(&mut self, worker: WorkerId, batch: &[usize]) -> bool {
        let releases = batch.iter().map(|index| self.state.id(*index)).collect::<Vec<_>>();
        let Err(why) = self.reporter.record_start(&releases) else { return true };
        self.schedule.requeue(batch);
        self.schedule.finish(worker);
        self.reporter.report(&Event::NotRecorded { why: &why }, self.state.progress());
        self.drain(NotStarted::JournalRefused);
        false
    }

    fn on_message(&mut self, message: Message) {
        match message {
            Message::Ended(ended) => self.on_ended(ended),
            Message::NotStarted(worker, indexes) => {
                for index in &indexes {
                    self.give_back(worker, *index);
                }
                self.schedule.requeue(&indexes);
            }
            Message::Unobserved(worker, index, if_started) => {
                let why = self.why_not_started(index);
                self.state.leave_uncertain(index, if_started, why);
                self.give_back(worker, index);
            }
            Message::Revoked(indexes, failure) => {
                self.state.revoke(&indexes, &failure);
                self.drain_after_failure();
            }
            Message::Probed(answers) => self.on_probed(answers),
            Message::Free(worker) => self.schedule.finish(worker),
        }
    }

    fn on_ended(&mut self, ended: EndedRelease) {
        self.learn(&ended);
        let (worker, index, next) = (ended.worker, ended.index, ended.next);
        let was_in_progress = self.state.stop(worker, index);
        match self.retry_of(&ended) {
            Some(retry) => self.defer(&ended, retry),
            None => self.end(ended),
        }
        if let Some(next) = next.filter(|_| was_in_progress) {
            self.start(worker, next);
        }
    }

    fn end(&mut self, ended: EndedRelease) {
        let EndedRelease { worker, index, answer, took, .. } = ended;
        self.state.end(index, answer, took);
        let (release, attempts) = (self.state.id(index), self.state.attempts(index));
        if let Some(outcome) = self.state.outcome(index) {
            let event = Event::ReleaseFinished { worker, release, outcome, attempts, took };
            self.reporter.report(&event, self.state.progress());
            if outcome.is_failure() {
                self.drain_after_failure();
            }
        }
    }

    fn start(&mut self, worker: WorkerId, index: usize) {
        self.state.start(worker, index);
        let event = Event::ReleaseStarted { worker, release: self.state.id(index) };
        self.reporter.report(&event, self.state.progress());
    }

    fn give_back(&mut self, worker: WorkerId, index: usize) {
        if self.state.stop(worker, index) {
            let event = Event::ReleaseReturned { worker, release: self.state.id(index) };
            self.reporter.report(&event, self.state.progress());
        }
    }

    /// Whether a release that has ended is tried again, and when.
    fn retry_of(&mut self, ended: &EndedRelease) -> Option<Retry> {
        ended.answer.failure().filter(|failure| failure.class.is_retryable())?;
        if self.draining.is_some() {
            return None;
        }
        let (deadline, retries) = (self.deadline, self.context.tasks[ended.index].retries);
        let in_time = |options: &UninstallOptions, at| deadline.allows(options.timeout, at);
        self.schedule.defer(ended.index, retries, fastrand::f64(), self.context.clock.instant(), in_time)
    }

    /// The release has no outcome until it is tried again.
    fn defer(&mut self, ended: &EndedRelease, retry: Retry) {
        let EndedRelease { worker, index, .. } = *ended;
        self.state.defer(index, &ended.answer, ended.took);
        let (release, attempts) = (self.state.id(index), self.state.attempts(index));
        if let Some(failure) = self.state.last_failure(index) {
            let wait = match retry {
                Retry::After(wait) => Some(wait),
                Retry::WhenBack => None,
            };
            let event = Event::ReleaseWaits { worker, release, failure, attempts, wait };
            self.reporter.report(&event, self.state.progress());
        }
    }

    /// A release that waits for a retry and will not get it has failed with its last failure.
    fn end_retries(&mut self) {
        let in_time = self.in_time();
        let is_over = |index: &usize| self.draining.is_some() || !in_time(&self.context.tasks[*index].options);
        let over = self.state.to_retry().filter(is_over).filter(|index| self.schedule.holds(*index));
        for index in over.collect::<Vec<_>>() {
            self.schedule.withdraw(index);
            if let Some(failure) = self.state.last_failure(index).cloned() {
                self.judge(index, Outcome::Failed(failure));
                self.drain_after_failure();
            }
        }
    }

    /// Sets and reports the outcome of a release that no worker has.
    fn judge(&mut self, index: usize, outcome: Outcome) {
        self.state.judge(index, outcome);
        let (release, attempts) = (self.state.id(index), self.state.attempts(index));
        if let Some(outcome) = self.state.outcome(index) {
            self.reporter.report(&Event::ReleaseVerified { release, outcome, attempts }, self.state.progress());
        }
    }

    fn into_run(mut self) -> Run {
        let progress = self.state.progress();
        self.reporter.report(&Event::Finished, progress);
        let why = self.why_nothing_starts();
        Run {
            results: self.state.into_results(why),
            took: progress.elapsed,
            workers: self.pool.max_count(),
            interruption: self.interrupts.interruption(),
            reporter_panicked: self.reporter.has_panicked,
        }
    }
}
