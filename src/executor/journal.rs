//! What outlives a run: it is asked before anything is begun, and told of everything that happens.

use std::fmt;

use super::event::Event;
use crate::release::ReleaseId;

/// Whoever takes down what a run does, so that one that was killed can be told from one that has finished.
///
/// Called from the loop's one thread, in the order in which things happen.
pub trait Journal: Send + Sync {
    /// Takes down that these are about to be given to a helm, and makes sure that it stays.
    ///
    /// # Errors
    /// Where it cannot. They are not begun then, nor is anything after them.
    fn starting(&self, releases: &[&ReleaseId]) -> Result<(), NotRecorded>;

    /// Takes down what has happened. Where it cannot, it says so when it is asked next.
    fn happened(&self, event: &Event<'_>);
}

/// Why something was not taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRecorded(pub String);

/// Takes nothing down and stands in nobody's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn starting(&self, _: &[&ReleaseId]) -> Result<(), NotRecorded> {
        Ok(())
    }

    fn happened(&self, _: &Event<'_>) {}
}

impl fmt::Display for NotRecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotRecorded {}
