//! What came of each release of a run, for programs.

use serde::Serialize;

use crate::executor::{ObservedState, Outcome, OutcomeKind, ReleaseResult};
use crate::release::Release;
use crate::report::plan::document::Facts;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct ResultOfDocument {
    pub(in crate::report) namespace: String,
    pub(in crate::report) name: String,
    #[serde(flatten)]
    pub(in crate::report) facts: Facts,
    pub(in crate::report) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) cause: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_behind: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) seconds: Option<f64>,
    attempts: u32,
    afterwards: &'static str,
}

impl ResultOfDocument {
    /// Nothing has become of it.
    pub(in crate::report) fn not_begun(release: &Release) -> Self {
        Self {
            namespace: release.id.namespace.to_string(),
            name: release.id.name.to_string(),
            facts: Facts::of(release),
            outcome: OutcomeKind::NotStarted.as_str(),
            class: None,
            message: None,
            cause: None,
            left_behind: Vec::new(),
            remarks: Vec::new(),
            seconds: None,
            attempts: 0,
            afterwards: "unknown",
        }
    }

    pub(in crate::report) fn of(result: &ReleaseResult) -> Self {
        let mut document = Self {
            outcome: result.outcome.kind().as_str(),
            seconds: result.took.map(|took| took.as_secs_f64()),
            attempts: result.attempts,
            afterwards: match result.afterwards {
                ObservedState::Unknown => "unknown",
                ObservedState::Gone => "gone",
                ObservedState::Listed { .. } => "listed",
                ObservedState::Kept => "kept",
                ObservedState::Unreadable => "unreadable",
            },
            ..Self::not_begun(&result.release)
        };
        document.describe(&result.outcome);
        document
    }

    fn describe(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Purged { left_behind, remarks } => {
                self.left_behind.clone_from(left_behind);
                self.remarks.clone_from(remarks);
            }
            Outcome::Failed(failure) => {
                self.class = Some(failure.class.as_str());
                self.message = Some(failure.message.error.clone());
                self.cause.clone_from(&failure.message.cause);
            }
            Outcome::Changed(what) => self.message = Some(what.clone()),
            Outcome::NotStarted(reason) => self.message = Some(reason.as_str().to_owned()),
            Outcome::StillNeeded { by } => self.message = Some(format!("still needed by {by}")),
            Outcome::Restored { remarks } => self.remarks.clone_from(remarks),
            Outcome::AlreadyGone => {}
        }
    }
}
