//! What happens in a run, for whoever wants to show it.

use std::time::Duration;

use super::outcome::{NotStarted, Outcome};
use super::schedule::Lane;
use crate::release::ReleaseId;

/// Where a run stands. Every event that changes it carries it, so that nobody has to count along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Planned releases.
    pub total: usize,
    /// Releases with an outcome.
    pub done: usize,
    /// Those of them that failed.
    pub failed: usize,
    /// Releases being worked on.
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
    /// A worker takes up a release.
    ReleaseStarted {
        /// Which worker.
        lane: Lane,
        /// Which release.
        release: &'a ReleaseId,
        /// Including it.
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
        /// How long it took.
        took: Duration,
        /// Including it.
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
