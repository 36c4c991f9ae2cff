//! How each release of a plan ended. Every one ends in exactly one outcome.

use std::time::Duration;

use serde::Serialize;

use super::doubt::Uncertainty;
use crate::helm::Failure;
use crate::release::{Release, ReleaseId, Revision, Status};
use crate::signal::Interruption;

/// How one release ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Helm uninstalled it.
    Purged {
        /// Objects that Helm left because of `helm.sh/resource-policy: keep`, as `[Kind] name`.
        left_behind: Vec<String>,
        /// Anything else Helm had to say.
        remarks: Vec<String>,
    },
    /// Helm rolled it back to what a purge had removed.
    Restored {
        /// What there is to say about it besides.
        remarks: Vec<String>,
    },
    /// Somebody else uninstalled it first.
    AlreadyGone,
    /// It was changed between the plan and the run, and was not touched.
    Changed(String),
    /// It did not work.
    Failed(Failure),
    /// It was spared: this release of an earlier phase is still there, or objects of it are, and may need it.
    StillNeeded {
        /// The first of those that may.
        by: ReleaseId,
    },
    /// It was never begun.
    NotStarted(NotStarted),
}

/// The kinds of outcome, without what belongs to each: what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeKind {
    /// See [`Outcome::Purged`].
    Purged,
    /// See [`Outcome::Restored`].
    Restored,
    /// See [`Outcome::AlreadyGone`].
    AlreadyGone,
    /// See [`Outcome::Changed`].
    Changed,
    /// See [`Outcome::Failed`].
    Failed,
    /// See [`Outcome::StillNeeded`].
    StillNeeded,
    /// See [`Outcome::NotStarted`].
    NotStarted,
}

/// An outcome in the words of documents, logs and journals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeSummary {
    /// Its kind.
    pub outcome: &'static str,
    /// The class of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<&'static str>,
    /// What was said about it.
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

/// Whether whoever wanted to see what happens got to see all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReporterHealth {
    /// All of it.
    Whole,
    /// It panicked over an event and was told nothing more.
    Lost,
}

/// Why a release was never begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotStarted {
    /// Another one failed, and the run was to end with the first failure.
    FailFast,
    /// A signal ended the run.
    Interrupted,
    /// It might not have been done by the deadline.
    Deadline,
    /// The API server could not be reached any more.
    ServerGone,
    /// The login was not accepted any more.
    LoginGone,
    /// The journal could not take down any more what was begun.
    JournalRefused,
}

/// What the cluster says of a release after the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObservedState {
    /// Nobody looked, or the look failed.
    Unknown,
    /// It is not listed any more.
    Gone,
    /// It is listed.
    Listed {
        /// With this newest revision.
        revision: Revision,
        /// In this state.
        status: Status,
    },
    /// It is uninstalled, and its record carries the mark of this run: it can be restored.
    Kept,
    /// It is listed, and its entry cannot be understood.
    Unreadable,
}

/// One release of the plan and all there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseResult {
    /// The release as the plan saw it.
    pub release: Release,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it was worked on, where it was: all tries together.
    pub took: Option<Duration>,
    /// How often it was tried; where it was not even known whether it is still as planned, that counts as well.
    pub attempts: u32,
    /// What only the cluster can tell about it, where something is left that it can.
    pub doubt: Option<Uncertainty>,
    /// What the cluster said afterwards.
    pub afterwards: ObservedState,
}

/// A run that is over: a result for every planned release, in the order of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// One for each planned release.
    pub results: Vec<ReleaseResult>,
    /// From the first feed to the last result, wall clock.
    pub took: Duration,
    /// How many workers there were.
    pub workers: usize,
    /// The signal that ended it, where one did.
    pub interruption: Option<Interruption>,
    /// Whether all of it was told.
    pub telling: ReporterHealth,
}

impl OutcomeKind {
    /// The word that reports use for it.
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
    /// Which kind it is.
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

    /// Whether helm has uninstalled it, or somebody else has.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Outcome::Purged { .. } | Outcome::AlreadyGone)
    }

    /// Whether a person has to look at it.
    pub fn is_failure(&self) -> bool {
        self.kind() == OutcomeKind::Failed
    }
}

impl OutcomeSummary {
    /// Nothing but its kind.
    pub fn new(kind: OutcomeKind) -> Self {
        let (left_behind, remarks) = (Vec::new(), Vec::new());
        Self { outcome: kind.as_str(), class: None, message: None, cause: None, left_behind, remarks }
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
    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            NotStarted::FailFast => "another release failed, and --fail-fast was given",
            NotStarted::Interrupted => "the run was interrupted",
            NotStarted::Deadline => "it might not have been done by the deadline",
            NotStarted::ServerGone => "the API server could not be reached any more",
            NotStarted::LoginGone => "the login was not accepted any more",
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
