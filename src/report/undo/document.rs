//! A restore as a document for programs. Its fields are a contract, like those of a plan.

use serde::Serialize;

use super::plan::{RestoreView, decision};
use super::summary::RestoreReport;
use crate::executor::OutcomeKind;
use crate::report::plan::document::{ClusterOfDocument, PolicyOfDocument};
use crate::report::run::document::{ResultOfDocument, VerificationOfDocument};
use crate::report::run::note::JournalRef;
use crate::report::sheet::EarlyExit;
use crate::restore::RestoreEntry;

/// `kind: RestorePlan`, or `RestoreReport` once it is carried out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoreDocument {
    api_version: &'static str,
    kind: &'static str,
    /// The restore itself, once it is carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) run: Option<JournalRef>,
    pub(in crate::report) created: String,
    pub(in crate::report) policies: Vec<PolicyOfDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) cluster: Option<ClusterOfDocument>,
    /// Which part of the fence, where several share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) helm: Option<String>,
    /// The runs that are taken back.
    pub(in crate::report) runs: Vec<String>,
    /// Those of them that did not end well, and that the next one went on from.
    unfinished_runs: Vec<String>,
    /// The last purge of the policy, where that is known to be another and later one.
    #[serde(skip_serializing_if = "Option::is_none")]
    later_run: Option<String>,
    /// What other runs have left.
    other_runs: Vec<OtherRun>,
    pub(in crate::report) totals: Totals,
    pub(in crate::report) releases: Vec<EntryOfDocument>,
    unreadable: Vec<Unreadable>,
    /// Why nothing was begun, where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) stopped: Option<EarlyExit>,
    /// Where it is a report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) exit_code: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) report: Option<Report>,
}

#[derive(Debug, Serialize)]
struct OtherRun {
    run: String,
    releases: usize,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Totals {
    pub(in crate::report) restore: usize,
    pub(in crate::report) finish: usize,
    pub(in crate::report) leave: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct EntryOfDocument {
    pub(in crate::report) namespace: String,
    pub(in crate::report) name: String,
    revision: u32,
    run: String,
    policy: String,
    pub(in crate::report) decision: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(in crate::report) why: String,
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
pub(in crate::report) struct Report {
    pub(in crate::report) seconds: f64,
    workers: usize,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted_by_signal: Option<i32>,
    pub(in crate::report) verified: VerificationOfDocument,
    pub(in crate::report) totals: ReportTotals,
    pub(in crate::report) releases: Vec<ResultOfDocument>,
    /// Marked records that should have gone and are still there.
    records_left: Vec<Unreadable>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct ReportTotals {
    planned: usize,
    pub(in crate::report) restored: usize,
    pub(in crate::report) failed: usize,
    pub(in crate::report) changed: usize,
    pub(in crate::report) not_started: usize,
}

impl RestoreDocument {
    /// What would be done.
    pub fn of_plan(view: &RestoreView<'_>) -> Self {
        let plan = view.plan;
        let other =
            |(run, releases): (&crate::run_id::RunId, &usize)| OtherRun { run: run.to_string(), releases: *releases };
        Self {
            policies: PolicyOfDocument::of(view.policies),
            cluster: Some(ClusterOfDocument::new(view.connection, view.identity)),
            shard: view.shard.map(|shard| shard.to_string()),
            helm: Some(view.helm.version().to_string()),
            runs: plan.runs.iter().map(ToString::to_string).collect(),
            unfinished_runs: plan.unfinished.iter().map(ToString::to_string).collect(),
            later_run: plan.later.as_ref().map(ToString::to_string),
            other_runs: plan.others.iter().map(other).collect(),
            totals: Totals {
                restore: plan.going().count(),
                finish: plan.finished().count(),
                leave: plan.left_alone().count(),
            },
            releases: plan.entries.iter().map(EntryOfDocument::of).collect(),
            unreadable: unreadable(plan.unreadable.iter().map(|(what, why)| (what.clone(), why))),
            ..Self::of_nothing(view.now)
        }
    }

    /// What has not got as far as to a plan.
    pub(in crate::report) fn of_nothing(created: jiff::Timestamp) -> Self {
        Self {
            api_version: "helm-purge/v1",
            kind: "RestorePlan",
            run: None,
            created: created.to_string(),
            policies: Vec::new(),
            cluster: None,
            shard: None,
            helm: None,
            runs: Vec::new(),
            unfinished_runs: Vec::new(),
            later_run: None,
            other_runs: Vec::new(),
            totals: Totals::default(),
            releases: Vec::new(),
            unreadable: Vec::new(),
            stopped: None,
            exit_code: None,
            report: None,
        }
    }

    /// Says how the program ends.
    pub(in crate::report) fn end(&mut self, exit_code: u8, early: Option<EarlyExit>) {
        self.kind = "RestoreReport";
        self.exit_code = Some(exit_code);
        self.stopped = early.or(self.stopped.take());
    }

    /// The same, with why nothing of it was begun.
    #[must_use]
    pub fn stopped(self, why: EarlyExit) -> Self {
        Self { stopped: Some(why), ..self }
    }

    /// What was done, and how the program ends.
    pub fn of_run(view: &RestoreView<'_>, report: &RestoreReport<'_>, exit_code: u8) -> Self {
        let (run, note) = (report.run, report.journal.clone());
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
        let exit_code = Some(exit_code);
        Self { kind: "RestoreReport", run: Some(note), exit_code, report: Some(report), ..Self::of_plan(view) }
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
