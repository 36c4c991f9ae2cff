//! A restore as a document for programs. Its fields are a contract, like those of a plan.

use serde::Serialize;

use super::plan::{RestoreView, decision};
use super::summary::RestoreReport;
use crate::executor::OutcomeKind;
use crate::report::plan_document::{ClusterOfDocument, PolicyOfDocument};
use crate::report::run_document::{ResultOfDocument, VerificationOfDocument};
use crate::undo::RestoreEntry;

/// `kind: RestorePlan`, or `RestoreReport` once it is carried out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoreDocument {
    api_version: &'static str,
    kind: &'static str,
    created: String,
    policies: Vec<PolicyOfDocument>,
    cluster: ClusterOfDocument,
    helm: String,
    /// The runs that are taken back.
    runs: Vec<String>,
    /// What other runs have left.
    other_runs: Vec<OtherRun>,
    totals: Totals,
    releases: Vec<EntryOfDocument>,
    unreadable: Vec<Unreadable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
}

#[derive(Debug, Serialize)]
struct OtherRun {
    run: String,
    releases: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    restore: usize,
    finish: usize,
    leave: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryOfDocument {
    namespace: String,
    name: String,
    revision: u32,
    run: String,
    policy: String,
    decision: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    why: String,
    phase: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    losses: Vec<String>,
    /// Objects that are still being deleted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    leaving: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Unreadable {
    what: String,
    why: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    seconds: f64,
    workers: usize,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted_by_signal: Option<i32>,
    verified: VerificationOfDocument,
    totals: ReportTotals,
    releases: Vec<ResultOfDocument>,
    /// Marked records that should have gone and are still there.
    records_left: Vec<Unreadable>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportTotals {
    planned: usize,
    restored: usize,
    failed: usize,
    changed: usize,
    not_started: usize,
}

impl RestoreDocument {
    /// What would be done.
    pub fn of_plan(view: &RestoreView<'_>) -> Self {
        let plan = view.plan;
        let other =
            |(run, releases): (&crate::run_id::RunId, &usize)| OtherRun { run: run.to_string(), releases: *releases };
        Self {
            api_version: "helm-purge/v1",
            kind: "RestorePlan",
            created: view.now.to_string(),
            policies: PolicyOfDocument::of(view.policies),
            cluster: ClusterOfDocument::new(view.connection, view.identity),
            helm: view.helm.version().to_string(),
            runs: plan.runs.iter().map(ToString::to_string).collect(),
            other_runs: plan.others.iter().map(other).collect(),
            totals: Totals {
                restore: plan.going().count(),
                finish: plan.finished().count(),
                leave: plan.left_alone().count(),
            },
            releases: plan.entries.iter().map(EntryOfDocument::of).collect(),
            unreadable: unreadable(plan.unreadable.iter().map(|(what, why)| (what.clone(), why))),
            report: None,
        }
    }

    /// What was done, and how the program ends.
    pub fn of_run(view: &RestoreView<'_>, report: &RestoreReport<'_>, exit_code: u8) -> Self {
        let run = report.run;
        let report = Report {
            seconds: run.took.as_secs_f64(),
            workers: run.workers,
            exit_code,
            interrupted_by_signal: run.interruption.map(|interruption| interruption.signal),
            verified: VerificationOfDocument::of_restore(report.settled),
            totals: ReportTotals {
                planned: run.results.len(),
                restored: run.count(OutcomeKind::Restored),
                failed: run.count(OutcomeKind::Failed),
                changed: run.count(OutcomeKind::Changed),
                not_started: run.count(OutcomeKind::NotStarted),
            },
            releases: run.results.iter().map(ResultOfDocument::of).collect(),
            records_left: unreadable(report.left.iter().map(|(id, why)| (id.to_string(), why))),
        };
        Self { kind: "RestoreReport", report: Some(report), ..Self::of_plan(view) }
    }
}

fn unreadable<'a>(entries: impl Iterator<Item = (String, &'a String)>) -> Vec<Unreadable> {
    entries.map(|(what, why)| Unreadable { what, why: why.clone() }).collect()
}

impl EntryOfDocument {
    fn of(entry: &RestoreEntry) -> Self {
        let candidate = &entry.candidate;
        let losses = if entry.is_left_alone() { Vec::new() } else { candidate.content.losses() };
        Self {
            namespace: candidate.kept.id.namespace.to_string(),
            name: candidate.kept.id.name.to_string(),
            revision: candidate.kept.revision.0,
            run: candidate.mark.run.to_string(),
            policy: candidate.mark.policy.clone(),
            decision: decision(entry),
            why: candidate.verdict.to_string(),
            phase: entry.phase.as_str(),
            losses: losses.iter().map(ToString::to_string).collect(),
            leaving: entry.leaving.iter().map(ToString::to_string).collect(),
        }
    }
}
