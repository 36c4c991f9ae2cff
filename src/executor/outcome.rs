//! How each release of a run ended. Every one ends in exactly one outcome.

use std::time::Duration;

use serde::Serialize;

use crate::helm::{Failure, FailureClass, ReleaseAttempt};
use crate::release::{Release, ReleaseId, Revision, Status};
use crate::signal::Interruption;

/// How one release ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Helm uninstalled it.
    Purged {
        /// Objects that Helm left because of `helm.sh/resource-policy: keep`, as `[Kind] name`.
        left_behind: Vec<String>,
        /// Anything else that Helm printed.
        remarks: Vec<String>,
    },
    /// Helm rolled it back to what a purge had removed.
    Restored {
        remarks: Vec<String>,
    },
    /// Another process uninstalled it first.
    AlreadyGone,
    /// It has changed since the plan, and was not touched.
    Changed(String),
    Failed(Failure),
    /// It was not started: this release of an earlier phase, or an object of it, still exists and may need it.
    StillNeeded {
        by: ReleaseId,
    },
    NotStarted(NotStarted),
}

/// The kinds of outcome, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeKind {
    Purged,
    Restored,
    AlreadyGone,
    Changed,
    Failed,
    StillNeeded,
    NotStarted,
}

/// An outcome in the words of documents, logs and journals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutcomeSummary {
    /// Its kind.
    pub outcome: &'static str,
    /// The class of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<&'static str>,
    /// The message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What Helm hides behind the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// See [`Outcome::Purged`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<String>,
    /// See [`Outcome::Purged`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// Why a release was never started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotStarted {
    /// Another release failed, under `--fail-fast`.
    FailFast,
    Interrupted,
    /// It might not have been done by the deadline.
    Deadline,
    ServerGone,
    LoginGone,
    /// The journal could not record the start.
    JournalRefused,
}

/// The state of a release in the list after the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObservedState {
    /// There was no list, or it failed.
    Unknown,
    Gone,
    Listed {
        /// The newest.
        revision: Revision,
        status: Status,
    },
    /// It is uninstalled, and its record has the history tag of this run: it can be restored.
    Kept,
    /// It is listed, and its entry cannot be understood.
    Unreadable,
}

/// One release of the plan and everything that is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseResult {
    /// The release as the plan saw it.
    pub release: Release,
    pub outcome: Outcome,
    /// How long helm worked on it, if it did: all attempts together.
    pub took: Option<Duration>,
    /// An attempt whose recheck failed counts as well.
    pub attempts: u32,
    /// What only the list after the run can decide, if anything.
    pub uncertainty: Option<Uncertainty>,
    pub afterwards: ObservedState,
}

/// A run that is over: a result for every planned release, in the order of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub results: Vec<ReleaseResult>,
    /// Wall clock, from the first start to the last result.
    pub took: Duration,
    pub workers: usize,
    /// The signal that ended it, if one did.
    pub interruption: Option<Interruption>,
    /// The reporter panicked over an event and got no further ones.
    pub reporter_panicked: bool,
}

/// The other outcomes that a release may have. The outcome without it is the careful one, and it stands if there is no
/// list after the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncertainty {
    /// Its outcome if it is not listed any more.
    pub if_gone: Box<Outcome>,
    /// Its failure if the list shows that helm started it although it should not have.
    pub if_started: Option<Failure>,
}

impl OutcomeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            OutcomeKind::Purged => "purged",
            OutcomeKind::Restored => "restored",
            OutcomeKind::AlreadyGone => "already-gone",
            OutcomeKind::Changed => "changed",
            OutcomeKind::Failed => "failed",
            OutcomeKind::StillNeeded => "still-needed",
            OutcomeKind::NotStarted => "not-started",
        }
    }
}

impl Outcome {
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Outcome::Purged { .. } => OutcomeKind::Purged,
            Outcome::Restored { .. } => OutcomeKind::Restored,
            Outcome::AlreadyGone => OutcomeKind::AlreadyGone,
            Outcome::Changed(_) => OutcomeKind::Changed,
            Outcome::Failed(_) => OutcomeKind::Failed,
            Outcome::StillNeeded { .. } => OutcomeKind::StillNeeded,
            Outcome::NotStarted(_) => OutcomeKind::NotStarted,
        }
    }

    /// Whether helm or another process has uninstalled it.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Outcome::Purged { .. } | Outcome::AlreadyGone)
    }

    /// Whether a person has to act.
    pub fn is_failure(&self) -> bool {
        self.kind() == OutcomeKind::Failed
    }
}

impl OutcomeSummary {
    /// Nothing but its kind.
    pub(crate) fn new(kind: OutcomeKind) -> Self {
        Self { outcome: kind.as_str(), ..Self::default() }
    }
}

impl From<&Outcome> for OutcomeSummary {
    fn from(outcome: &Outcome) -> Self {
        let mut summary = Self::new(outcome.kind());
        match outcome {
            Outcome::AlreadyGone => {}
            Outcome::Purged { left_behind, remarks } => {
                summary.left_behind.clone_from(left_behind);
                summary.remarks.clone_from(remarks);
            }
            Outcome::Restored { remarks } => summary.remarks.clone_from(remarks),
            Outcome::Changed(what) => summary.message = Some(what.clone()),
            Outcome::Failed(failure) => {
                summary.class = Some(failure.class.as_str());
                summary.message = Some(failure.message.error.clone());
                summary.cause.clone_from(&failure.message.cause);
            }
            Outcome::StillNeeded { by } => summary.message = Some(format!("still needed by {by}")),
            Outcome::NotStarted(reason) => summary.message = Some(reason.as_str().to_owned()),
        }
        summary
    }
}

impl NotStarted {
    pub fn as_str(self) -> &'static str {
        match self {
            NotStarted::FailFast => "another release failed (--fail-fast)",
            NotStarted::Interrupted => "the run was interrupted",
            NotStarted::Deadline => "it might not have finished before the deadline",
            NotStarted::ServerGone => "the API server could no longer be reached",
            NotStarted::LoginGone => "the login was no longer accepted",
            NotStarted::JournalRefused => "the journal could not be written",
        }
    }
}

impl Run {
    /// How many results are of this kind.
    pub fn count(&self, kind: OutcomeKind) -> usize {
        self.results.iter().filter(|result| result.outcome.kind() == kind).count()
    }
}

impl Uncertainty {
    fn only_if_gone(outcome: Outcome) -> Self {
        Self { if_gone: Box::new(outcome), if_started: None }
    }

    /// The outcome that the list shows, if it is another one.
    pub(super) fn resolve(self, planned: &Release, afterwards: ObservedState) -> Option<Outcome> {
        match afterwards {
            ObservedState::Gone | ObservedState::Kept => Some(*self.if_gone),
            // Helm sets this status before it deletes anything.
            ObservedState::Listed { revision, status: Status::Uninstalling }
                if revision == planned.revision && planned.status != Status::Uninstalling =>
            {
                self.if_started.map(Outcome::Failed)
            }
            ObservedState::Listed { .. } | ObservedState::Unreadable | ObservedState::Unknown => None,
        }
    }
}

/// The outcome of an attempt, and what is uncertain about it. A release that helm could not find counts as gone. `why` is
/// for a release that was not started.
pub(super) fn outcome_of(attempt: ReleaseAttempt, why: NotStarted) -> (Outcome, Option<Uncertainty>) {
    match attempt {
        ReleaseAttempt::Uninstalled { left_behind, remarks } => (Outcome::Purged { left_behind, remarks }, None),
        ReleaseAttempt::RolledBack => (Outcome::Restored { remarks: Vec::new() }, None),
        ReleaseAttempt::Failed(failure) | ReleaseAttempt::Unclear(failure) if failure.class == FailureClass::Gone => {
            (Outcome::AlreadyGone, None)
        }
        ReleaseAttempt::Failed(failure) => (Outcome::Failed(failure), None),
        ReleaseAttempt::Unclear(failure) => {
            let if_gone = purged_after_all(Vec::new(), Vec::new(), &failure);
            (Outcome::Failed(failure), Some(Uncertainty::only_if_gone(if_gone)))
        }
        ReleaseAttempt::NotStarted => (Outcome::NotStarted(why), None),
        ReleaseAttempt::Unobserved { if_started } => {
            let if_gone = Box::new(Outcome::Purged { left_behind: Vec::new(), remarks: Vec::new() });
            (Outcome::NotStarted(why), Some(Uncertainty { if_gone, if_started: Some(if_started) }))
        }
    }
}

/// The outcome of a release that was reported as purged when nothing proves that any more.
pub(super) fn revoked(reported: Outcome, failure: Failure) -> (Outcome, Option<Uncertainty>) {
    match reported {
        Outcome::Purged { left_behind, remarks } => {
            let if_gone = purged_after_all(left_behind, remarks, &failure);
            (Outcome::Failed(failure), Some(Uncertainty::only_if_gone(if_gone)))
        }
        other => (other, None),
    }
}

/// Purged, with a remark why only the list could show that.
fn purged_after_all(left_behind: Vec<String>, mut remarks: Vec<String>, failure: &Failure) -> Outcome {
    remarks.push(format!("no longer listed, although helm failed: {}", failure.message.error));
    Outcome::Purged { left_behind, remarks }
}

#[cfg(test)]
#[path = "outcome_test.rs"]
mod tests;
