//! What happens in a run: the journal gets each event first, then the reporter.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use super::outcome::{NotStarted, Outcome};
use super::task::WorkerId;
use crate::helm::Failure;
use crate::release::ReleaseId;

/// The state of a run after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Planned releases.
    pub total: usize,
    /// Releases with an outcome, without those that will not be started.
    pub done: usize,
    /// How many of them failed.
    pub failed: usize,
    /// Releases in progress: one for each busy worker, however many wait behind it in its batch.
    pub running: usize,
    /// Since the start of the run.
    pub elapsed: Duration,
}

#[derive(Debug)]
pub enum Event<'a> {
    /// The run starts.
    Started { workers: usize },
    /// A worker starts a release: the first of its batch, or the next when the one before it has ended.
    ReleaseStarted { worker: WorkerId, release: &'a ReleaseId },
    /// A worker returns a release that it has not started.
    ReleaseReturned { worker: WorkerId, release: &'a ReleaseId },
    /// A release has its outcome, except for what the final list may show.
    ReleaseFinished {
        worker: WorkerId,
        release: &'a ReleaseId,
        outcome: &'a Outcome,
        attempts: u32,
        /// How long the last attempt took.
        took: Duration,
    },
    /// A release has failed in a way in which another try may help, and waits for it. It counts as not started.
    ReleaseWaits {
        worker: WorkerId,
        release: &'a ReleaseId,
        failure: &'a Failure,
        attempts: u32,
        /// How long it waits; `None` if it waits for the API server.
        wait: Option<Duration>,
    },
    /// Nothing is started for this time, because the API server or the login is gone. Then one release is, as a probe.
    Paused {
        /// Why the releases that wait are not started if the API server does not come back.
        because: NotStarted,
        wait: Duration,
    },
    /// The API server is back, and everything goes on.
    Resumed,
    /// Helm has finished a phase, and the next one starts when these objects are gone.
    Waiting {
        /// How many objects still exist.
        objects: usize,
        /// The first release that some of them belong to.
        release: &'a ReleaseId,
        /// How many other releases have such objects.
        others: usize,
    },
    /// The outcome of a release that no worker has: its objects stayed, another release may need it, or it is not tried
    /// again after all.
    ReleaseVerified { release: &'a ReleaseId, outcome: &'a Outcome, attempts: u32 },
    /// The journal could not record these starts, and therefore the releases were not started.
    NotRecorded { why: &'a str },
    /// Nothing new is started any more.
    Draining { because: NotStarted },
    /// The helm processes were sent TERM.
    Terminating,
    /// The helm processes were sent KILL.
    Killing,
    /// Some time has passed.
    Tick,
    /// The run is over.
    Finished,
}

/// The record of a run that outlives it, which distinguishes a killed run from a finished one.
///
/// Called from the one thread of the loop, in the order of events.
pub trait Journal: Send + Sync {
    /// Durably records that these releases are about to be passed to a helm process.
    ///
    /// # Errors
    /// Why it cannot. Then they are not started, and nothing after them.
    fn starting(&self, releases: &[&ReleaseId]) -> Result<(), String>;

    /// Records an event. A failure is returned by the next [`Journal::starting`].
    fn happened(&self, event: &Event<'_>);
}

/// Records nothing and allows everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoJournal;

/// Passes events on. A panic of the reporter does not stop the run: the exit code shows it.
pub(super) struct Reporter<'a> {
    journal: Arc<dyn Journal>,
    on_event: &'a mut dyn FnMut(&Event<'_>, Progress),
    pub(super) has_panicked: bool,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(journal: Arc<dyn Journal>, on_event: &'a mut dyn FnMut(&Event<'_>, Progress)) -> Self {
        Self { journal, on_event, has_panicked: false }
    }

    pub(super) fn report(&mut self, event: &Event<'_>, progress: Progress) {
        // A journal that panicked refuses the next start.
        let _ = catch_unwind(AssertUnwindSafe(|| self.journal.happened(event)));
        if !self.has_panicked {
            self.has_panicked = catch_unwind(AssertUnwindSafe(|| (self.on_event)(event, progress))).is_err();
        }
    }

    /// Whether these releases may be started.
    pub(super) fn record_start(&self, releases: &[&ReleaseId]) -> Result<(), String> {
        let recorded = catch_unwind(AssertUnwindSafe(|| self.journal.starting(releases)));
        recorded.unwrap_or_else(|_| Err("it panicked".to_owned()))
    }
}

impl Journal for NoJournal {
    fn starting(&self, _: &[&ReleaseId]) -> Result<(), String> {
        Ok(())
    }

    fn happened(&self, _: &Event<'_>) {}
}
