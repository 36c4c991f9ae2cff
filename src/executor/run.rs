//! The loop: feeds the pool, one job per completion, and never queues the plan: a queue of the pool cannot be
//! emptied, so stopping means not to feed.

use std::fmt;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use threadpool::ThreadPool;

use super::event::{Event, Progress};
use super::outcome::{Afterwards, NotStarted, Outcome, ReleaseResult, Run};
use super::schedule::Schedule;
use super::worker::{self, Finished, Message, Tools};
use crate::helm::Uninstall;
use crate::release::Release;
use crate::signal::{Interrupts, Urgency};

/// How often the loop looks up when no worker has news.
const TICK: Duration = Duration::from_millis(100);

/// How a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Execution {
    /// Helm processes at the same time, from 1.
    pub workers: usize,
    /// What a failure means for the releases that wait.
    pub failures: FailureHandling,
}

/// What a failure means for the releases that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureHandling {
    /// Nothing: a release's failure is its own.
    GoOn,
    /// They are not begun.
    FailFast,
}

/// The threads of the pool could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolError {
    /// How many were wanted.
    pub workers: usize,
}

/// Carries out a plan and waits for everything that was begun.
///
/// # Errors
/// Where the pool cannot be built; nothing has been begun then. Once something has, there is a result for
/// every release, whatever happens.
pub fn execute(
    plan: Vec<Release>,
    execution: Execution,
    uninstall: Arc<dyn Uninstall>,
    interrupts: &Interrupts,
    on_event: &mut dyn FnMut(&Event<'_>),
) -> Result<Run, PoolError> {
    let workers = execution.workers.clamp(1, plan.len().max(1));
    let pool = build_pool(workers)?;
    let (sender, receiver) = channel();
    let plan = Arc::new(plan);
    let tools = Tools { plan: Arc::clone(&plan), uninstall, stop: interrupts.stop().clone(), messages: sender };
    let drive = Drive::new(plan, workers, execution.failures, interrupts, on_event);
    Ok(drive.drive(&pool, &tools, &receiver))
}

/// A thread that cannot be had makes the pool panic.
fn build_pool(workers: usize) -> Result<ThreadPool, PoolError> {
    let build = || threadpool::Builder::new().num_threads(workers).thread_name("purge".to_owned()).build();
    catch_unwind(build).map_err(|_| PoolError { workers })
}

/// The state of a run that is under way.
struct Drive<'a> {
    plan: Arc<Vec<Release>>,
    outcomes: Vec<Option<(Outcome, Duration)>>,
    schedule: Schedule,
    failures: FailureHandling,
    interrupts: &'a Interrupts,
    on_event: &'a mut dyn FnMut(&Event<'_>),
    started: Instant,
    workers: usize,
    running: usize,
    failed: usize,
    done: usize,
    announced: Urgency,
}

impl<'a> Drive<'a> {
    fn new(
        plan: Arc<Vec<Release>>,
        workers: usize,
        failures: FailureHandling,
        interrupts: &'a Interrupts,
        on_event: &'a mut dyn FnMut(&Event<'_>),
    ) -> Self {
        Self {
            outcomes: vec![None; plan.len()],
            schedule: Schedule::new(plan.len(), workers),
            plan,
            failures,
            interrupts,
            on_event,
            started: Instant::now(),
            workers,
            running: 0,
            failed: 0,
            done: 0,
            announced: Urgency::Run,
        }
    }

    /// Nothing in this loop may leave it early: every message has to be taken until nothing runs any more.
    fn drive(mut self, pool: &ThreadPool, tools: &Tools, receiver: &Receiver<Message>) -> Run {
        let progress = self.progress();
        (self.on_event)(&Event::Started { lanes: self.workers, progress });
        loop {
            self.obey_signals();
            self.feed(pool, tools);
            if self.schedule.running() == 0 {
                return self.into_run();
            }
            let message = receiver.recv_timeout(TICK);
            // Before anything is shown: after a signal the terminal may be somebody else's.
            self.obey_signals();
            match message {
                Ok(Message::Finished(finished)) => self.on_finished(finished),
                Ok(Message::Free(lane)) => self.schedule.finished(lane),
                Err(RecvTimeoutError::Timeout) => self.tick(),
                // Not possible while `tools` holds a sender; without workers nothing more can come.
                Err(RecvTimeoutError::Disconnected) => return self.into_run(),
            }
        }
    }

    fn feed(&mut self, pool: &ThreadPool, tools: &Tools) {
        while let Some((lane, batch)) = self.schedule.next() {
            self.running += batch.releases.len();
            let progress = self.progress();
            for place in &batch.releases {
                (self.on_event)(&Event::ReleaseStarted { lane, release: &self.plan[*place].id, progress });
            }
            let tools = tools.clone();
            pool.execute(move || worker::work(&tools, lane, &batch));
        }
    }

    fn on_finished(&mut self, finished: Finished) {
        let Finished { lane, place, attempt, took } = finished;
        let outcome = Outcome::from(attempt);
        self.done += 1;
        self.running -= 1;
        self.failed += usize::from(outcome.is_failure());
        let progress = self.progress();
        let release = &self.plan[place].id;
        (self.on_event)(&Event::ReleaseFinished { lane, release, outcome: &outcome, took, progress });
        let ends_the_run = outcome.is_failure() && self.failures == FailureHandling::FailFast;
        self.outcomes[place] = Some((outcome, took));
        if ends_the_run {
            self.drain(true);
        }
    }

    fn obey_signals(&mut self) {
        if self.interrupts.interruption().is_some() {
            self.drain(false);
        }
        let urgency = self.interrupts.stop().urgency();
        if urgency > self.announced {
            self.announced = urgency;
            let progress = self.progress();
            let event = if urgency == Urgency::Kill { Event::Killing(progress) } else { Event::Terminating(progress) };
            (self.on_event)(&event);
        }
    }

    fn tick(&mut self) {
        let progress = self.progress();
        (self.on_event)(&Event::Tick(progress));
    }

    fn drain(&mut self, because_of_failure: bool) {
        if !self.schedule.is_draining() {
            self.schedule.drain();
            let progress = self.progress();
            (self.on_event)(&Event::Draining { because_of_failure, progress });
        }
    }

    fn progress(&self) -> Progress {
        Progress {
            total: self.plan.len(),
            done: self.done,
            failed: self.failed,
            running: self.running,
            elapsed: self.started.elapsed(),
        }
    }

    fn into_run(self) -> Run {
        let progress = self.progress();
        (self.on_event)(&Event::Finished(progress));
        let interruption = self.interrupts.interruption();
        let reason = if interruption.is_some() { NotStarted::Interrupted } else { NotStarted::FailFast };
        let results = self.plan.iter().zip(self.outcomes).map(|(release, outcome)| {
            let (outcome, took) = match outcome {
                Some((outcome, took)) => (outcome, Some(took)),
                None => (Outcome::NotStarted(reason), None),
            };
            ReleaseResult { release: release.clone(), outcome, took, afterwards: Afterwards::Unknown }
        });
        Run { results: results.collect(), took: progress.elapsed, workers: self.workers, interruption }
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} worker threads could not be had; nothing was purged", self.workers)
    }
}

impl std::error::Error for PoolError {}
