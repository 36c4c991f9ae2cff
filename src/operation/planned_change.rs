//! What is about to be done to a cluster: what a lock, a journal and the note about the previous run must know of it.

use crate::journal::OperationKind;
use crate::release::Release;
use crate::run_id::RunId;
use crate::target::Target;

/// A purge, a restore or a prune, before it begins.
pub(crate) struct PlannedChange<'a> {
    pub(crate) operation: OperationKind,
    pub(crate) target: &'a Target,
    /// The releases that change. Without any there is nothing to lock and nothing to write into a journal.
    pub(crate) releases: Vec<&'a Release>,
    /// The runs that a restore takes back.
    pub(crate) takes_back: &'a [RunId],
}

impl PlannedChange<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.releases.is_empty()
    }
}
