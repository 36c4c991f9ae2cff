//! The loop: feeds the pool, one job per completion, and never queues the plan: a queue of the pool cannot be
//! emptied, so stopping means not to feed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use threadpool::ThreadPool;

use super::event::{Event, Progress};
use super::execution::FailureHandling;
use super::outcome::{Afterwards, NotStarted, Outcome, ReleaseResult, Run, Telling};
use super::schedule::Schedule;
use super::worker::{self, Finished, Message, Tools};
use crate::release::Release;
use crate::signal::{Interrupts, Urgency};

/// How often the loop looks up when no worker has news.
const TICK: Duration = Duration::from_millis(100);

/// The state of a run that is under way.
pub(super) struct Drive<'a> {
    plan: Arc<Vec<Release>>,
    outcomes: Vec<Option<(Outcome, Duration)>>,
    schedule: Schedule,
    failures: FailureHandling,
    interrupts: &'a Interrupts,
    listener: Listener<'a>,
    started: Instant,
    workers: usize,
    running: usize,
    failed: usize,
    done: usize,
    /// Why nothing more is begun, where nothing is.
    draining: Option<NotStarted>,
    /// What has been said about signals.
    announced: (bool, Urgency),
}

impl<'a> Drive<'a> {
    pub(super) fn new(
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
            listener: Listener { on_event, telling: Telling::Whole },
            started: Instant::now(),
            workers,
            running: 0,
            failed: 0,
            done: 0,
            draining: None,
            announced: (false, Urgency::Run),
        }
    }

    /// Nothing in this loop may leave it early: every message has to be taken until nothing runs any more.
    pub(super) fn drive(mut self, pool: &ThreadPool, tools: &Tools, receiver: &Receiver<Message>) -> Run {
        let progress = self.progress();
        self.listener.tell(&Event::Started { lanes: self.workers, progress });
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
                Err(RecvTimeoutError::Timeout) => self.listener.tell(&Event::Tick(self.progress())),
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
                self.listener.tell(&Event::ReleaseStarted { lane, release: &self.plan[*place].id, progress });
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
        self.listener.tell(&Event::ReleaseFinished { lane, release, outcome: &outcome, took, progress });
        let ends_the_run = outcome.is_failure() && self.failures == FailureHandling::FailFast;
        self.outcomes[place] = Some((outcome, took));
        if ends_the_run {
            self.drain(NotStarted::FailFast);
        }
    }

    fn obey_signals(&mut self) {
        let (told, urgency) = (self.interrupts.interruption().is_some(), self.interrupts.stop().urgency());
        if told && !self.announced.0 {
            self.announced.0 = true;
            self.drain(NotStarted::Interrupted);
        }
        if urgency >= Urgency::Terminate && urgency > self.announced.1 {
            self.announced.1 = urgency;
            let progress = self.progress();
            let event = if urgency == Urgency::Kill { Event::Killing(progress) } else { Event::Terminating(progress) };
            self.listener.tell(&event);
        }
    }

    fn drain(&mut self, because: NotStarted) {
        let is_news = self.draining != Some(because);
        self.schedule.drain();
        self.draining.get_or_insert(because);
        if is_news {
            self.listener.tell(&Event::Draining { because, progress: self.progress() });
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

    fn into_run(mut self) -> Run {
        let progress = self.progress();
        self.listener.tell(&Event::Finished(progress));
        let reason = self.draining.unwrap_or(NotStarted::Interrupted);
        let results = self.plan.iter().zip(self.outcomes).map(|(release, outcome)| {
            let (outcome, took) = match outcome {
                Some((outcome @ Outcome::NotStarted(_), _)) => (outcome, None),
                Some((outcome, took)) => (outcome, Some(took)),
                None => (Outcome::NotStarted(reason), None),
            };
            ReleaseResult { release: release.clone(), outcome, took, afterwards: Afterwards::Unknown }
        });
        Run {
            results: results.collect(),
            took: progress.elapsed,
            workers: self.workers,
            interruption: self.interrupts.interruption(),
            telling: self.listener.telling,
        }
    }
}

/// Whoever is told what happens. Its panic is its own: the run goes on, and says so by its exit code.
struct Listener<'a> {
    on_event: &'a mut dyn FnMut(&Event<'_>),
    telling: Telling,
}

impl Listener<'_> {
    fn tell(&mut self, event: &Event<'_>) {
        let told = self.telling == Telling::Whole && catch_unwind(AssertUnwindSafe(|| (self.on_event)(event))).is_ok();
        if !told {
            self.telling = Telling::Lost;
        }
    }
}
