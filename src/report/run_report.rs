//! The one description of a run or a restore, however far it got. Its document, the report files, the termination message and
//! the last line of a log are made from it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::document::{JournalRef, JsonObject, with_reason};
use super::log_line::{Level, LogLine};
use super::plan_document::{PlanView, entry_name, release_object};
use super::plan_screen::why;
use super::restore::{RestoreView, plan_object, totals_object};
use super::run_summary::FinishedRun;
use crate::executor::{ObservedState, OutcomeKind, OutcomeSummary, ReleaseResult, Verification};
use crate::guard::Refusal;
use crate::journal::{ClusterRef, OperationKind, PolicyRef, RunTotals, verification_word};
use crate::plan::{Decision, PlanEntry};
use crate::release::{Release, ReleaseId};
use crate::restore::RestorePlan;
use crate::target::Target;

#[derive(Debug, Default)]
pub(crate) struct RunReport {
    pub(super) started: Timestamp,
    /// None if the command ended before it had a plan.
    pub(super) target: Option<ReportTarget>,
    /// The plan of a restore; none for a purge.
    pub(super) restore: Option<RestorePlan>,
    /// What the plan of a purge keeps, and why. Only for people, because programs have the plan.
    pub(super) kept: Vec<(String, String)>,
    /// Why nothing was started.
    pub(super) stopped: Option<EarlyExit>,
    /// None if nothing was started.
    pub(super) execution: Option<Execution>,
    /// The outcome of each release; a purge has all of them here before it starts.
    pub(super) results: Vec<ReleaseRow>,
    pub(super) totals: RunTotals,
    /// None before the end.
    pub(super) exit_code: Option<u8>,
}

#[derive(Debug)]
pub(super) struct ReportTarget {
    pub(super) policies: Vec<PolicyRef>,
    pub(super) cluster: ClusterRef,
    pub(super) shard: Option<String>,
    pub(super) helm: String,
    workers: usize,
}

#[derive(Debug)]
pub(super) struct Execution {
    pub(super) journal: JournalRef,
    pub(super) seconds: f64,
    pub(super) verification: Verification,
    signal: Option<i32>,
    /// As it was when the report was made.
    exit_code: u8,
    /// Of a restore: tagged records that should have been removed and still exist, and why.
    records_left: Vec<(String, String)>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct ReleaseRow {
    #[serde(flatten, serialize_with = "serialize_release")]
    pub(super) release: Release,
    #[serde(flatten)]
    pub(super) outcome: OutcomeSummary,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seconds: Option<f64>,
    attempts: u32,
    /// Its state in the list after the run, in a word.
    afterwards: &'static str,
}

/// Why a command ended before it had started anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct EarlyExit {
    /// `policy`, `usage`, `error`, `refused`, `declined`, `interrupted` or `dry-run`.
    pub(crate) why: &'static str,
    /// Each error of the policies, each refusal, or the error.
    pub(crate) messages: Vec<String>,
    /// How to go on, if there is one way for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    /// The guards that refused, in the order of their messages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) guards: Vec<&'static str>,
}

impl RunReport {
    /// Of a command that ended before it had a plan.
    pub(crate) fn nothing(operation: OperationKind, started: Timestamp) -> Self {
        let restore = (operation == OperationKind::Restore).then(RestorePlan::default);
        Self { started, restore, ..Self::default() }
    }

    /// A purge that has not started anything, and why, if that is known.
    pub(crate) fn planned_purge(view: &PlanView<'_>, stopped: Option<EarlyExit>) -> Self {
        let results = view.plan.chosen().map(ReleaseRow::not_started).collect::<Vec<_>>();
        let totals = RunTotals { planned: results.len(), not_started: results.len(), ..RunTotals::default() };
        let target = Some(ReportTarget::new(view.target, view.workers));
        let (started, kept) = (view.target.now, kept(view, &[]));
        Self { started, target, kept, stopped, results, totals, ..Self::default() }
    }

    /// A purge that is over, the plan it carried out, and how the program ends.
    pub(crate) fn purge(view: &PlanView<'_>, finished: &FinishedRun<'_>, exit_code: u8) -> Self {
        let planned = Self { kept: kept(view, &finished.run.results), ..Self::planned_purge(view, None) };
        planned.finished(finished, &BTreeMap::new(), exit_code)
    }

    /// What a restore would do, and why it does not, if that is known.
    pub(crate) fn planned_restore(view: &RestoreView<'_>, stopped: Option<EarlyExit>) -> Self {
        let target = Some(ReportTarget::new(view.target, view.workers));
        Self { started: view.target.now, target, restore: Some(view.plan.clone()), stopped, ..Self::default() }
    }

    /// A restore that is over, the tagged records that should have been removed and still exist, and how the program ends.
    pub(crate) fn restore(
        view: &RestoreView<'_>,
        finished: &FinishedRun<'_>,
        left: &BTreeMap<ReleaseId, String>,
        exit_code: u8,
    ) -> Self {
        Self::planned_restore(view, None).finished(finished, left, exit_code)
    }

    fn finished(self, finished: &FinishedRun<'_>, left: &BTreeMap<ReleaseId, String>, exit_code: u8) -> Self {
        let run = finished.run;
        let execution = Execution {
            journal: finished.journal.clone(),
            seconds: run.took.as_secs_f64(),
            verification: finished.verification.clone(),
            signal: run.interruption.map(|interruption| interruption.signal),
            exit_code,
            records_left: left.iter().map(|(id, why)| (id.to_string(), why.clone())).collect(),
        };
        Self {
            execution: Some(execution),
            results: run.results.iter().map(ReleaseRow::from).collect(),
            totals: RunTotals::of(run),
            exit_code: Some(exit_code),
            ..self
        }
    }

    /// Sets how the program ends, and why it ends early, if it does.
    pub(crate) fn end(&mut self, exit_code: u8, early: Option<EarlyExit>) {
        self.exit_code = Some(exit_code);
        self.stopped = early.or(self.stopped.take());
    }

    /// `kind: PurgeReport`, `RestorePlan` or `RestoreReport`. Its fields are a contract, like those of a plan.
    pub(crate) fn document(&self) -> JsonObject {
        let execution = self.execution.as_ref();
        let (workers, signal) = (self.target.as_ref().map(|target| target.workers), execution.and_then(|it| it.signal));
        let kind = match self.restore {
            None => "PurgeReport",
            Some(_) if self.exit_code.is_some() => "RestoreReport",
            Some(_) => "RestorePlan",
        };
        let document = JsonObject::document(kind).with_some("run", execution.map(|it| it.journal.clone()));
        match &self.restore {
            None => document
                .with("started", self.started.to_string())
                .with("seconds", self.seconds())
                .and(self.target_object())
                .with_some("workers", workers)
                .with("exitCode", self.exit_code.unwrap_or_default())
                .with_some("interruptedBySignal", signal)
                .with_some("stopped", self.stopped.clone())
                .and(self.result_object()),
            Some(plan) => {
                let report = execution.map(|execution| {
                    JsonObject::default()
                        .with("seconds", execution.seconds)
                        .with_some("workers", workers)
                        .with("exitCode", execution.exit_code)
                        .with_some("interruptedBySignal", signal)
                        .and(self.result_object())
                        .with_all(
                            "recordsLeft",
                            execution.records_left.iter().map(|(what, why)| with_reason(what, why)),
                        )
                });
                document
                    .with("created", self.started.to_string())
                    .and(self.target_object())
                    .and(plan_object(plan))
                    .with_some("stopped", self.stopped.clone())
                    .with_some("exitCode", self.exit_code)
                    .with_some("report", report)
            }
        }
    }

    fn target_object(&self) -> JsonObject {
        let object = JsonObject::default().with("policies", self.policies().to_vec());
        let Some(ReportTarget { cluster, shard, helm, .. }) = &self.target else { return object };
        object.with("cluster", cluster.clone()).with_some("shard", shard.clone()).with("helm", helm.clone())
    }

    fn result_object(&self) -> JsonObject {
        let nothing = Verification::NothingToVerify;
        let verification = self.execution.as_ref().map_or(&nothing, |execution| &execution.verification);
        let state = JsonObject::default().with("state", verification_word(verification));
        let done = if self.restore.is_some() { "deployed" } else { "gone" };
        let verified = match verification {
            Verification::Verified { gone, .. } => state.with(done, *gone),
            Verification::NotVerified(why) => state.with("reason", why.clone()),
            Verification::NothingToVerify => state,
        };
        let object = JsonObject::default().with("verified", verified).with("totals", self.totals_object());
        object.with("releases", self.results.clone())
    }

    /// How many releases have which outcome; of a restore that was not started, what was planned.
    pub(super) fn totals_object(&self) -> JsonObject {
        let totals = &self.totals;
        let planned = JsonObject::default().with("planned", totals.planned);
        match &self.restore {
            None => planned
                .with("purged", totals.purged)
                .with("failed", totals.failed)
                .with("alreadyGone", totals.already_gone)
                .with("changed", totals.changed)
                .with("notStarted", totals.not_started)
                .with("stillNeeded", totals.still_needed)
                .with("kept", self.kept.len())
                .with("restorable", self.results.iter().filter(|row| row.afterwards == KEPT).count()),
            Some(plan) if self.execution.is_none() => totals_object(plan),
            Some(_) => planned
                .with("restored", totals.restored)
                .with("failed", totals.failed)
                .with("changed", totals.changed)
                .with("notStarted", totals.not_started),
        }
    }

    pub(super) fn policies(&self) -> &[PolicyRef] {
        self.target.as_ref().map(|target| target.policies.as_slice()).unwrap_or_default()
    }

    pub(super) fn seconds(&self) -> f64 {
        self.execution.as_ref().map_or(0.0, |execution| execution.seconds)
    }

    /// What the last list of the cluster showed, in a word.
    pub(super) fn verified(&self) -> Option<&'static str> {
        self.execution.as_ref().map(|execution| verification_word(&execution.verification))
    }
}

impl ReportTarget {
    fn new(target: &Target, workers: usize) -> Self {
        Self {
            policies: PolicyRef::list(&target.policies),
            cluster: ClusterRef::of(target),
            shard: target.shard.map(|shard| shard.to_string()),
            helm: target.helm.version.to_string(),
            workers,
        }
    }
}

/// What the plan keeps. A release that has an outcome is left out, so that it does not count twice.
fn kept(view: &PlanView<'_>, results: &[ReleaseResult]) -> Vec<(String, String)> {
    let has_outcome = |id: &ReleaseId| results.binary_search_by(|result| result.release.id.cmp(id)).is_ok();
    let is_kept = |entry: &&PlanEntry| {
        entry.decision() == Decision::Keep && !entry.release().is_some_and(|release| has_outcome(&release.id))
    };
    let entries = view.plan.entries.iter().filter(is_kept);
    entries.map(|entry| (entry_name(entry), why(entry))).collect()
}

const KEPT: &str = "kept";

fn serialize_release<S: Serializer>(release: &Release, serializer: S) -> Result<S::Ok, S::Error> {
    release_object(release).serialize(serializer)
}

impl ReleaseRow {
    fn not_started(release: &Release) -> Self {
        let (outcome, release) = (OutcomeSummary::new(OutcomeKind::NotStarted), release.clone());
        Self { release, outcome, seconds: None, attempts: 0, afterwards: "unknown" }
    }

    pub(super) fn is(&self, kind: OutcomeKind) -> bool {
        self.outcome.outcome == kind.as_str()
    }

    /// What helm printed, the error before its cause.
    pub(super) fn message(&self) -> String {
        self.outcome.message.iter().chain(&self.outcome.cause).cloned().collect::<Vec<_>>().join("; ")
    }
}

impl From<&ReleaseResult> for ReleaseRow {
    fn from(result: &ReleaseResult) -> Self {
        Self {
            release: result.release.clone(),
            outcome: (&result.outcome).into(),
            seconds: result.took.map(|took| took.as_secs_f64()),
            attempts: result.attempts,
            afterwards: match result.afterwards {
                ObservedState::Unknown => "unknown",
                ObservedState::Gone => "gone",
                ObservedState::Listed { .. } => "listed",
                ObservedState::Kept => KEPT,
                ObservedState::Unreadable => "unreadable",
            },
        }
    }
}

impl EarlyExit {
    /// With one thing to say.
    pub(crate) fn new(why: &'static str, message: impl Into<String>) -> Self {
        Self { why, messages: vec![message.into()], hint: None, guards: Vec::new() }
    }

    /// By guards.
    pub(crate) fn refused(refusals: &[Refusal]) -> Self {
        Self {
            why: "refused",
            messages: refusals.iter().map(ToString::to_string).collect(),
            hint: refusals.first().map(|refusal| refusal.hint.to_owned()),
            guards: refusals.iter().map(|refusal| refusal.guard).collect(),
        }
    }
}

/// What starts now, and with how many helm processes, if helm does it.
pub(crate) fn run_started_line(
    operation: OperationKind,
    run: &JournalRef,
    releases: usize,
    workers: Option<usize>,
) -> LogLine {
    let fields = JsonObject::default()
        .with("operation", operation)
        .with("run", run.id.clone())
        .with("journal", run.places.clone())
        .with("releases", releases)
        .with_some("workers", workers);
    LogLine::new(Level::Info, "run-started", fields)
}
