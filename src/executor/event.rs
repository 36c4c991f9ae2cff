//! What happens in a run, for whoever wants to show it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::journal::Journal;
use super::outcome::{NotStarted, Outcome, ReporterHealth};
use super::schedule::Lane;
use crate::helm::Failure;
use crate::release::ReleaseId;

/// Where a run stands. Every event that changes it carries it, so that nobody has to count along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Planned releases.
    pub total: usize,
    /// Releases with an outcome, those that will not be begun left out.
    pub done: usize,
    /// Those of them that failed.
    pub failed: usize,
    /// Releases that a worker has in hand: one for each that is busy, however many wait behind it in its batch.
    pub running: usize,
    /// Since the start of the run.
    pub elapsed: Duration,
}

/// Something that happened, in the order in which it did.
#[derive(Debug)]
pub enum Event<'a> {
    /// The run begins.
    Started {
        /// How many releases at a time.
        lanes: usize,
        /// Nothing is done yet.
        progress: Progress,
    },
    /// A worker takes up a release: the first of its batch, or the next when the one before it has ended.
    ReleaseStarted {
        /// Which worker.
        lane: Lane,
        /// Which release.
        release: &'a ReleaseId,
        /// Including it.
        progress: Progress,
    },
    /// A worker gives a release back that it has not begun.
    ReleaseReturned {
        /// Which worker.
        lane: Lane,
        /// Which release.
        release: &'a ReleaseId,
        /// Without it.
        progress: Progress,
    },
    /// A release has its outcome, but for what the final list may say.
    ReleaseFinished {
        /// Which worker had it.
        lane: Lane,
        /// Which release.
        release: &'a ReleaseId,
        /// How it ended.
        outcome: &'a Outcome,
        /// How often it was tried.
        attempts: u32,
        /// How long it took, the last time.
        took: Duration,
        /// Including it.
        progress: Progress,
    },
    /// A release has failed in a way in which another try may help, and waits for it. It counts as not begun.
    ReleaseWaits {
        /// Which worker had it.
        lane: Lane,
        /// Which release.
        release: &'a ReleaseId,
        /// What it failed with.
        failure: &'a Failure,
        /// How often it was tried.
        attempts: u32,
        /// How long it waits; nothing where it waits for the API server.
        wait: Option<Duration>,
        /// Without it.
        progress: Progress,
    },
    /// Nothing is begun for this time, because the API server or the login is gone; then one release is, to see whether
    /// it is back.
    Paused {
        /// What becomes of what waits, where it is not.
        because: NotStarted,
        /// How long.
        wait: Duration,
        /// What is still running.
        progress: Progress,
    },
    /// The API server is back, and everything goes on.
    Resumed(Progress),
    /// A phase has ended for helm, and the next one begins when these objects are gone.
    Waiting {
        /// How many objects there still are.
        objects: usize,
        /// The first release that some of them are of.
        release: &'a ReleaseId,
        /// How many other releases the rest of them are of.
        others: usize,
        /// Nothing runs.
        progress: Progress,
    },
    /// What became of a release that no worker has: objects of it have stayed, it is spared because of another one, or it
    /// is not tried again after all.
    ReleaseJudged {
        /// Which release.
        release: &'a ReleaseId,
        /// How it ended.
        outcome: &'a Outcome,
        /// How often it was tried.
        attempts: u32,
        /// Including it.
        progress: Progress,
    },
    /// The journal could not take down what was about to begin, which was not begun for that.
    NotRecorded {
        /// In its own words.
        why: &'a str,
        /// What is still running, and how much is left.
        progress: Progress,
    },
    /// Nothing new is begun any more.
    Draining {
        /// Why.
        because: NotStarted,
        /// What is still running, and how much is left.
        progress: Progress,
    },
    /// What runs was told to end.
    Terminating(Progress),
    /// What runs was ended.
    Killing(Progress),
    /// Time has passed.
    Tick(Progress),
    /// The run is over.
    Finished(Progress),
}

/// Whoever is told what happens, after the journal. Its panic is its own: the run goes on, and says so by its exit code.
pub(super) struct Listener<'a> {
    journal: Arc<dyn Journal>,
    on_event: &'a mut dyn FnMut(&Event<'_>),
    telling: ReporterHealth,
}

impl<'a> Listener<'a> {
    pub(super) fn new(journal: Arc<dyn Journal>, on_event: &'a mut dyn FnMut(&Event<'_>)) -> Self {
        Self { journal, on_event, telling: ReporterHealth::Whole }
    }

    pub(super) fn tell(&mut self, event: &Event<'_>) {
        // It says so itself when it is asked whether something may begin.
        let _ = catch_unwind(AssertUnwindSafe(|| self.journal.happened(event)));
        let told =
            self.telling == ReporterHealth::Whole && catch_unwind(AssertUnwindSafe(|| (self.on_event)(event))).is_ok();
        if !told {
            self.telling = ReporterHealth::Lost;
        }
    }

    pub(super) fn telling(&self) -> ReporterHealth {
        self.telling
    }
}
