//! What a run lets helm do with releases (Helm's own word is action): a purge uninstalls, a restore rolls back.

use super::failure_message::Failure;
use crate::release::ReleaseId;
use crate::signal::CancelToken;
use crate::uninstall_options::UninstallOptions;

/// The result of one attempt at one release. It is not the outcome: that needs the list that is taken after the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleaseAttempt {
    /// According to Helm it is uninstalled.
    Uninstalled {
        /// Objects that Helm left because of `helm.sh/resource-policy: keep`, as `[Kind] name`.
        left_behind: Vec<String>,
        /// Anything else that Helm printed on stdout.
        remarks: Vec<String>,
    },
    /// According to Helm it is rolled back.
    RolledBack,
    /// Helm did not start it: another release ended the batch before, or the run was cancelled.
    NotStarted,
    /// Helm probably did not start it, but its output was not read any more.
    Unobserved {
        /// The failure that it is if the cluster shows that helm started it.
        if_started: Failure,
    },
    /// Unknown. Without another list it counts as this failure.
    Unclear(Failure),
    Failed(Failure),
}

/// The result of a batch, beyond what was reported while it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchResult {
    /// The reports while it ran do not prove anything any more. Without another list each of these releases counts as
    /// this failure.
    pub revoked: Option<Failure>,
    /// One for each release that was not reported while the batch ran, in the order of the batch.
    pub rest: Vec<ReleaseAttempt>,
}

/// Carries out an action on releases: helm, or a stand-in in tests.
pub trait Action: Send + Sync {
    /// Handles releases of one namespace one after the other, all with the same options, and reports each when it ends.
    /// Stops at the first that fails, and before the next if the run is cancelled. Never panics on anything helm does.
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        stop: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult;
}

impl BatchResult {
    /// What was reported while it ran, if anything, is still valid.
    pub fn of(rest: Vec<ReleaseAttempt>) -> Self {
        Self { revoked: None, rest }
    }
}
