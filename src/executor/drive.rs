//! The loop: feeds the pool, one job per completion, and never queues the plan: a queue of the pool cannot be
//! emptied, so stopping means not to feed.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use threadpool::ThreadPool;

use super::accounts::{Accounts, InHand};
use super::event::{Event, Listener};
use super::execution::{Execution, FailureHandling};
use super::outcome::{NotStarted, Run};
use super::schedule::{Lane, Schedule};
use super::worker::{self, Ended, Message, Tools};
use crate::release::Release;
use crate::signal::{Interrupts, Urgency};

/// How often the loop looks up when no worker has news.
const TICK: Duration = Duration::from_millis(100);

/// The state of a run that is under way.
pub(super) struct Drive<'a> {
    accounts: Accounts,
    schedule: Schedule,
    failures: FailureHandling,
    interrupts: &'a Interrupts,
    listener: Listener<'a>,
    workers: usize,
    /// Why nothing more is begun, where nothing is.
    draining: Option<NotStarted>,
    /// What has been said about signals.
    announced: (bool, Urgency),
}

impl<'a> Drive<'a> {
    pub(super) fn new(
        plan: Arc<Vec<Release>>,
        execution: Execution,
        interrupts: &'a Interrupts,
        on_event: &'a mut dyn FnMut(&Event<'_>),
    ) -> Self {
        let Execution { workers, batch, failures } = execution;
        Self {
            schedule: Schedule::new(plan.iter().map(|release| &release.id.namespace), workers, batch),
            accounts: Accounts::new(plan, workers),
            failures,
            interrupts,
            listener: Listener::new(on_event),
            workers,
            draining: None,
            announced: (false, Urgency::Run),
        }
    }

    /// Nothing in this loop may leave it early: every message has to be taken until nothing runs any more.
    pub(super) fn drive(mut self, pool: &ThreadPool, tools: Tools, receiver: &Receiver<Message>) -> Run {
        let progress = self.accounts.progress();
        self.listener.tell(&Event::Started { lanes: self.workers, progress });
        loop {
            self.obey_signals();
            self.feed(pool, &tools);
            if self.schedule.running() == 0 {
                // Jobs end when they have said their last word; then the plan is nobody else's.
                drop(tools);
                pool.join();
                return self.into_run();
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

    fn feed(&mut self, pool: &ThreadPool, tools: &Tools) {
        while let Some((lane, batch)) = self.schedule.next() {
            if let Some(first) = batch.releases.first() {
                self.take_up(lane, *first);
            }
            let tools = tools.clone();
            pool.execute(move || worker::work(&tools, lane, &batch));
        }
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
            Message::Unseen(lane, place, if_begun) => {
                self.accounts.leave_in_doubt(place, if_begun, self.why());
                self.put_down(lane, place);
            }
            Message::Revoked(places, failure) => {
                self.accounts.revoke(&places, &failure);
                self.drain_after_failure();
            }
            Message::Free(lane) => self.schedule.finished(lane),
        }
    }

    fn on_ended(&mut self, ended: Ended) {
        let Ended { lane, place, answer, took, next } = ended;
        let had_it = self.accounts.end(lane, place, answer, took);
        let progress = self.accounts.progress();
        if let Some(outcome) = self.accounts.outcome(place) {
            let release = self.accounts.id(place);
            self.listener.tell(&Event::ReleaseFinished { lane, release, outcome, took, progress });
            if outcome.is_failure() {
                self.drain_after_failure();
            }
        }
        if let Some(next) = next.filter(|_| had_it == InHand::Was) {
            self.take_up(lane, next);
        }
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

    fn obey_signals(&mut self) {
        let (told, urgency) = (self.interrupts.interruption().is_some(), self.interrupts.stop().urgency());
        // Workers give back what they have not begun; it must not be handed out again, whoever raised the word.
        let must_drain = told || (urgency > Urgency::Run && self.draining.is_none());
        if must_drain && !self.announced.0 {
            self.announced.0 = true;
            self.drain(NotStarted::Interrupted);
        }
        if urgency >= Urgency::Terminate && urgency > self.announced.1 {
            self.announced.1 = urgency;
            let progress = self.accounts.progress();
            let event = if urgency == Urgency::Kill { Event::Killing(progress) } else { Event::Terminating(progress) };
            self.listener.tell(&event);
        }
    }

    fn drain_after_failure(&mut self) {
        if self.failures == FailureHandling::FailFast {
            self.drain(NotStarted::FailFast);
        }
    }

    fn drain(&mut self, because: NotStarted) {
        let is_news = self.draining != Some(because);
        self.schedule.drain();
        self.draining.get_or_insert(because);
        // Children that have several releases begin no more of them either.
        self.interrupts.stop().raise(Urgency::Drain);
        if is_news {
            self.listener.tell(&Event::Draining { because, progress: self.accounts.progress() });
        }
    }

    fn why(&self) -> NotStarted {
        self.draining.unwrap_or(NotStarted::Interrupted)
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
