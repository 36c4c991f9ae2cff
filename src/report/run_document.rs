//! A finished run as a document for programs. Its fields are a contract, like those of the plan.

use serde::Serialize;

use super::plan_document::{ClusterOfDocument, Facts, PolicyOfDocument};
use super::plan_table::PlanView;
use super::run_note::RunNote;
use crate::executor::{Afterwards, Outcome, OutcomeKind, ReleaseResult, Run, Settled};
use crate::plan::{Subject, Verdict};
use crate::release::ReleaseId;

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
pub(super) struct VerificationOfDocument {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed: Option<usize>,
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
    restorable: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultOfDocument {
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
    attempts: u32,
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
            policies: PolicyOfDocument::of(view.policies),
            cluster: ClusterOfDocument::new(view.connection, view.identity),
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
                kept: kept(view, run),
                restorable: run.results.iter().filter(|result| result.afterwards == Afterwards::Kept).count(),
            },
            releases: run.results.iter().map(ResultOfDocument::of).collect(),
        }
    }
}

/// What was planned at some time and stays after all has an outcome, and is not counted twice.
fn kept(view: &PlanView<'_>, run: &Run) -> usize {
    let has_outcome = |id: &ReleaseId| run.results.binary_search_by(|result| result.release.id.cmp(id)).is_ok();
    let entries = view.plan.entries.iter().filter(|entry| entry.decision.verdict == Verdict::Keep);
    entries.filter(|entry| !matches!(&entry.subject, Subject::Release(release) if has_outcome(&release.id))).count()
}

impl VerificationOfDocument {
    fn of(settled: &Settled) -> Self {
        let (state, gone, why) = match settled {
            Settled::Verified { gone, .. } => ("verified", Some(*gone), None),
            Settled::NotVerified(why) => ("not-verified", None, Some(why.clone())),
            Settled::NothingToVerify => ("nothing-to-verify", None, None),
        };
        Self { state, deployed: None, gone, why }
    }

    /// The same, where releases have to be there and not gone.
    pub(super) fn of_restore(settled: &Settled) -> Self {
        let verification = Self::of(settled);
        Self { deployed: verification.gone, gone: None, ..verification }
    }
}

impl ResultOfDocument {
    pub(super) fn of(result: &ReleaseResult) -> Self {
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
            attempts: result.attempts,
            afterwards: match result.afterwards {
                Afterwards::Unknown => "unknown",
                Afterwards::Gone => "gone",
                Afterwards::Listed { .. } => "listed",
                Afterwards::Kept => "kept",
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
            Outcome::Restored { remarks } => self.remarks.clone_from(remarks),
            Outcome::AlreadyGone => {}
        }
    }
}
