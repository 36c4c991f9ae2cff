//! The loop: feeds the pool, one job per completion, and never queues the plan: a queue of the pool cannot be
//! emptied, so stopping means not to feed.

mod between;
mod breaker;
mod recording;
mod retrying;
mod stopping;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use threadpool::ThreadPool;

use super::accounts::{Accounts, InHand};
use super::deadline::Deadline;
use super::event::{Event, Listener};
use super::execution::{ExecutorConfig, FailureHandling};
use super::journal::Journal;
use super::outcome::{NotStarted, Run};
use super::phase::PhaseEnd;
use super::planned::Task;
use super::schedule::{Batch, Demand, Lane, Pause, Schedule};
use super::worker::{self, Ended, Message, WorkerContext};
use crate::signal::{CancelLevel, Interrupts};
use between::Next;
use recording::Recorded;

/// How often the loop looks up when no worker has news.
const TICK: Duration = Duration::from_millis(100);

/// The state of a run that is under way.
pub(super) struct Drive<'a> {
    accounts: Accounts,
    schedule: Schedule,
    failures: FailureHandling,
    journal: Arc<dyn Journal>,
    interrupts: &'a Interrupts,
    listener: Listener<'a>,
    workers: usize,
    /// Why nothing more is begun, where nothing is.
    draining: Option<NotStarted>,
    /// What has been said about signals.
    announced: (bool, CancelLevel),
    deadline: Deadline,
    /// Whether it was said that the deadline is near.
    at_deadline: bool,
    /// What is waited for between two phases.
    phase_end: Option<PhaseEnd>,
    told_waiting: bool,
    /// What was last said of a time in which nothing is begun.
    told_pause: Option<Pause>,
}

impl<'a> Drive<'a> {
    pub(super) fn new(
        plan: Arc<Vec<Task>>,
        execution: ExecutorConfig,
        journal: Arc<dyn Journal>,
        interrupts: &'a Interrupts,
        on_event: &'a mut dyn FnMut(&Event<'_>),
    ) -> Self {
        let ExecutorConfig { workers, batch, failures, deadline, patience, clock } = execution;
        Self {
            schedule: Schedule::new(plan.iter().map(Demand::from), workers, batch, patience),
            accounts: Accounts::new(plan, workers, clock),
            failures,
            interrupts,
            listener: Listener::new(Arc::clone(&journal), on_event),
            journal,
            workers,
            draining: None,
            announced: (false, CancelLevel::Run),
            deadline: Deadline::new(deadline, Instant::now()),
            at_deadline: false,
            phase_end: None,
            told_waiting: false,
            told_pause: None,
        }
    }

    /// Nothing in this loop may leave it early: every message has to be taken until nothing runs any more.
    pub(super) fn drive(mut self, pool: &ThreadPool, tools: &WorkerContext, receiver: &Receiver<Message>) -> Run {
        let progress = self.accounts.progress();
        self.listener.tell(&Event::Started { lanes: self.workers, progress });
        loop {
            self.obey_signals();
            self.obey_deadline();
            self.obey_breaker();
            self.end_retries();
            self.feed(pool, tools);
            if self.schedule.running() == 0 {
                match self.go_on(pool, tools) {
                    Next::Phase => continue,
                    Next::Wait => {}
                    Next::Nothing => return self.into_run(),
                }
            }
            let message = receiver.recv_timeout(TICK);
            // Before anything is shown: after a signal the terminal may be somebody else's.
            self.obey_signals();
            match message {
                Ok(message) => self.on_message(message),
                Err(RecvTimeoutError::Timeout) => self.listener.tell(&Event::Tick(self.accounts.progress())),
                // Not possible while `tools` holds a sender; without workers nothing more can come.
                Err(RecvTimeoutError::Disconnected) => return self.into_run(),
            }
        }
    }

    fn feed(&mut self, pool: &ThreadPool, tools: &WorkerContext) {
        while let Some((lane, batch)) = self.next() {
            let Some(first) = batch.releases.first().copied() else { continue };
            if self.record(lane, &batch) == Recorded::No {
                continue;
            }
            self.take_up(lane, first);
            let stop = self.stop_for(&self.accounts.plan()[first].options, &tools.stop);
            let tools = WorkerContext { stop, ..tools.clone() };
            let tried = self.accounts.given_before(&batch.releases);
            pool.execute(move || worker::work(&tools, lane, &batch, &tried));
        }
    }

    fn next(&mut self) -> Option<(Lane, Batch)> {
        let in_time = self.in_time();
        self.schedule.next(in_time)
    }

    fn on_message(&mut self, message: Message) {
        match message {
            Message::Ended(ended) => self.on_ended(ended),
            Message::NotBegun(lane, places) => {
                for place in &places {
                    self.put_down(lane, *place);
                }
                self.schedule.put_back(&places);
            }
            Message::Unseen(lane, place, if_started) => {
                let why = self.why_not(&self.accounts.plan()[place].options);
                self.accounts.leave_in_doubt(place, if_started, why);
                self.put_down(lane, place);
            }
            Message::Revoked(places, failure) => {
                self.accounts.revoke(&places, &failure);
                self.drain_after_failure();
            }
            Message::Looked(seen) => self.on_looked(seen),
            Message::Free(lane) => self.schedule.finished(lane),
        }
    }

    fn on_ended(&mut self, ended: Ended) {
        self.learn(&ended);
        let (lane, next) = (ended.lane, ended.next);
        let had_it = match self.retry_of(&ended) {
            Some(retry) => self.put_off(ended, retry),
            None => self.end(ended),
        };
        if let Some(next) = next.filter(|_| had_it == InHand::Was) {
            self.take_up(lane, next);
        }
    }

    fn end(&mut self, ended: Ended) -> InHand {
        let Ended { lane, place, answer, took, .. } = ended;
        let had_it = self.accounts.end(lane, place, answer, took);
        let progress = self.accounts.progress();
        if let Some(outcome) = self.accounts.outcome(place) {
            let (release, attempts) = (self.accounts.id(place), self.accounts.attempts(place));
            self.listener.tell(&Event::ReleaseFinished { lane, release, outcome, attempts, took, progress });
            if outcome.is_failure() {
                self.drain_after_failure();
            }
        }
        had_it
    }

    fn take_up(&mut self, lane: Lane, place: usize) {
        self.accounts.take_up(lane, place);
        let (release, progress) = (self.accounts.id(place), self.accounts.progress());
        self.listener.tell(&Event::ReleaseStarted { lane, release, progress });
    }

    fn put_down(&mut self, lane: Lane, place: usize) {
        if self.accounts.put_down(lane, place) == InHand::Was {
            let (release, progress) = (self.accounts.id(place), self.accounts.progress());
            self.listener.tell(&Event::ReleaseReturned { lane, release, progress });
        }
    }

    fn into_run(mut self) -> Run {
        let progress = self.accounts.progress();
        self.listener.tell(&Event::Finished(progress));
        let why = self.why();
        Run {
            results: self.accounts.into_results(why),
            took: progress.elapsed,
            workers: self.workers,
            interruption: self.interrupts.interruption(),
            telling: self.listener.telling(),
        }
    }
}
