//! A finished run as a document for programs. Its fields are a contract, like those of the plan.

use serde::Serialize;

use super::plan_document::{ClusterOfDocument, Facts, PolicyOfDocument};
use super::plan_table::PlanView;
use super::run_note::RunNote;
use crate::executor::{Afterwards, Outcome, OutcomeKind, ReleaseResult, Run, Settled};

/// `kind: PurgeReport`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunDocument {
    api_version: &'static str,
    kind: &'static str,
    run: RunNote,
    started: String,
    seconds: f64,
    policies: Vec<PolicyOfDocument>,
    cluster: ClusterOfDocument,
    helm: String,
    workers: usize,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted_by_signal: Option<i32>,
    verified: VerificationOfDocument,
    totals: Totals,
    releases: Vec<ResultOfDocument>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct VerificationOfDocument {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    planned: usize,
    purged: usize,
    failed: usize,
    already_gone: usize,
    changed: usize,
    not_started: usize,
    still_needed: usize,
    kept: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOfDocument {
    namespace: String,
    name: String,
    #[serde(flatten)]
    facts: Facts,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_behind: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
    afterwards: &'static str,
}

impl RunDocument {
    /// A run, the plan it carried out, and how the program ends.
    pub fn of(view: &PlanView<'_>, run: &Run, settled: &Settled, journal: &RunNote, exit_code: u8) -> Self {
        Self {
            api_version: "helm-purge/v1",
            kind: "PurgeReport",
            run: journal.clone(),
            started: view.now.to_string(),
            seconds: run.took.as_secs_f64(),
            policies: PolicyOfDocument::all(view),
            cluster: ClusterOfDocument::of(view),
            helm: view.helm.version().to_string(),
            workers: run.workers,
            exit_code,
            interrupted_by_signal: run.interruption.map(|interruption| interruption.signal),
            verified: VerificationOfDocument::of(settled),
            totals: Totals {
                planned: run.results.len(),
                purged: run.count(OutcomeKind::Purged),
                failed: run.count(OutcomeKind::Failed),
                already_gone: run.count(OutcomeKind::AlreadyGone),
                changed: run.count(OutcomeKind::Changed),
                not_started: run.count(OutcomeKind::NotStarted),
                still_needed: run.count(OutcomeKind::StillNeeded),
                kept: view.plan.kept(),
            },
            releases: run.results.iter().map(ResultOfDocument::of).collect(),
        }
    }
}

impl VerificationOfDocument {
    fn of(settled: &Settled) -> Self {
        match settled {
            Settled::Verified { gone, .. } => Self { state: "verified", gone: Some(*gone), why: None },
            Settled::NotVerified(why) => Self { state: "not-verified", gone: None, why: Some(why.clone()) },
            Settled::NothingToVerify => Self { state: "nothing-to-verify", gone: None, why: None },
        }
    }
}

impl ResultOfDocument {
    fn of(result: &ReleaseResult) -> Self {
        let mut document = Self {
            namespace: result.release.id.namespace.to_string(),
            name: result.release.id.name.to_string(),
            facts: Facts::of(&result.release),
            outcome: result.outcome.kind().as_str(),
            class: None,
            message: None,
            cause: None,
            left_behind: Vec::new(),
            remarks: Vec::new(),
            seconds: result.took.map(|took| took.as_secs_f64()),
            afterwards: match result.afterwards {
                Afterwards::Unknown => "unknown",
                Afterwards::Gone => "gone",
                Afterwards::Listed { .. } => "listed",
                Afterwards::Unreadable => "unreadable",
            },
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
                self.message = Some(failure.words.error.clone());
                self.cause.clone_from(&failure.words.cause);
            }
            Outcome::Changed(what) => self.message = Some(what.clone()),
            Outcome::NotStarted(reason) => self.message = Some(reason.as_str().to_owned()),
            Outcome::StillNeeded { by } => self.message = Some(format!("still needed by {by}")),
            Outcome::AlreadyGone => {}
        }
    }
}
