//! The one description of a run or a restore, however far it got. Its document, report files, the termination message and
//! the last line of a log are made of it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::document::{JournalRef, JsonObject, cluster_object, policy_object, with_reason};
use super::log::{Level, LogLine};
use super::plan_document::{PlanView, entry_name, release_facts};
use super::plan_screen::why;
use super::restore::{RestoreView, plan_object, totals_object};
use super::run_summary::FinishedRun;
use crate::executor::{ObservedState, Operation, OutcomeKind, OutcomeSummary, ReleaseResult, Verification};
use crate::guard::Refusal;
use crate::journal::{ClusterRef, OperationKind, PolicyRef, RunTotals, verification_word};
use crate::plan::{Decision, PlanEntry, Subject};
use crate::release::{Release, ReleaseId};
use crate::restore::RestorePlan;
use crate::target::Target;

#[derive(Debug)]
pub(crate) struct RunReport {
    pub(super) started: Timestamp,
    /// None if the command did not get as far as to a plan.
    pub(super) target: Option<ReportTarget>,
    pub(super) plan: ReportedPlan,
    /// Why nothing was begun.
    pub(super) stopped: Option<EarlyExit>,
    /// None if nothing was begun.
    pub(super) execution: Option<Execution>,
    /// What came of each release, or that a purge has not begun it.
    pub(super) results: Vec<ReleaseRow>,
    pub(super) totals: RunTotals,
    /// None before the end.
    pub(super) exit_code: Option<u8>,
}

#[derive(Debug)]
pub(super) enum ReportedPlan {
    Purge {
        /// What the plan keeps, and why: for people alone, programs have the plan.
        kept: Vec<KeptRelease>,
    },
    Restore(RestorePlan),
}

/// By which policies, on which cluster and with which helm.
#[derive(Debug)]
pub(super) struct ReportTarget {
    pub(super) policies: Vec<PolicyRef>,
    pub(super) cluster: ClusterRef,
    pub(super) shard: Option<String>,
    pub(super) helm: String,
    workers: usize,
}

/// What was carried out.
#[derive(Debug)]
pub(super) struct Execution {
    pub(super) journal: JournalRef,
    pub(super) seconds: f64,
    pub(super) verification: Verification,
    signal: Option<i32>,
    /// When the report was made.
    exit_code: u8,
    /// Of a restore, tagged records that should have gone and are still there, and why.
    records_left: Vec<(String, String)>,
}

#[derive(Debug)]
pub(super) struct KeptRelease {
    pub(super) release: String,
    pub(super) why: String,
}

#[derive(Debug)]
pub(super) struct ReleaseRow {
    pub(super) release: Release,
    pub(super) outcome: OutcomeSummary,
    pub(super) seconds: Option<f64>,
    attempts: u32,
    afterwards: ObservedState,
}

/// Why a command ended before it had begun anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EarlyExit {
    /// `policy`, `usage`, `error`, `refused`, `declined`, `interrupted` or `dry-run`.
    pub(crate) why: &'static str,
    /// In words: each error of the policies, each refusal, or the error.
    pub(crate) messages: Vec<String>,
    /// The way on, if there is one for all of it.
    pub(crate) hint: Option<String>,
    /// The guards that refused, in the order of their messages.
    pub(crate) guards: Vec<&'static str>,
}

impl RunReport {
    /// Of a command that has not got as far as to a plan.
    pub(crate) fn nothing(operation: Operation, started: Timestamp) -> Self {
        let plan = match operation {
            Operation::Uninstall => ReportedPlan::Purge { kept: Vec::new() },
            Operation::Rollback => ReportedPlan::Restore(RestorePlan::default()),
        };
        Self {
            started,
            target: None,
            plan,
            stopped: None,
            execution: None,
            results: Vec::new(),
            totals: RunTotals::default(),
            exit_code: None,
        }
    }

    /// A purge of which nothing has begun, and why, if that is known.
    pub(crate) fn planned_purge(view: &PlanView<'_>, stopped: Option<EarlyExit>) -> Self {
        let results = view.plan.chosen().map(ReleaseRow::not_begun).collect::<Vec<_>>();
        let totals = RunTotals { planned: results.len(), not_started: results.len(), ..RunTotals::default() };
        let plan = ReportedPlan::Purge { kept: kept(view, |_| false) };
        let target = ReportTarget::new(view.target, view.workers);
        let nothing = Self::nothing(Operation::Uninstall, view.target.now);
        Self { target: Some(target), plan, stopped, results, totals, ..nothing }
    }

    /// A purge that is over, the plan it carried out, and how the program ends.
    pub(crate) fn purge(view: &PlanView<'_>, finished: &FinishedRun<'_>, exit_code: u8) -> Self {
        let results = &finished.run.results;
        let kept = kept(view, |id| results.binary_search_by(|result| result.release.id.cmp(id)).is_ok());
        Self { plan: ReportedPlan::Purge { kept }, ..Self::planned_purge(view, None) }.finished(
            finished,
            BTreeMap::new(),
            exit_code,
        )
    }

    /// What a restore would do, and why it does not, if that is known.
    pub(crate) fn planned_restore(view: &RestoreView<'_>, stopped: Option<EarlyExit>) -> Self {
        let target = ReportTarget::new(view.target, view.workers);
        let plan = ReportedPlan::Restore(view.plan.clone());
        Self { target: Some(target), plan, stopped, ..Self::nothing(Operation::Rollback, view.target.now) }
    }

    /// A restore that is over, the tagged records that should have gone and are still there, and how the program ends.
    pub(crate) fn restore(
        view: &RestoreView<'_>,
        finished: &FinishedRun<'_>,
        left: &BTreeMap<ReleaseId, String>,
        exit_code: u8,
    ) -> Self {
        Self::planned_restore(view, None).finished(finished, left.clone(), exit_code)
    }

    fn finished(self, finished: &FinishedRun<'_>, left: BTreeMap<ReleaseId, String>, exit_code: u8) -> Self {
        let run = finished.run;
        let execution = Execution {
            journal: finished.journal.clone(),
            seconds: run.took.as_secs_f64(),
            verification: finished.verification.clone(),
            signal: run.interruption.map(|interruption| interruption.signal),
            exit_code,
            records_left: left.into_iter().map(|(id, why)| (id.to_string(), why)).collect(),
        };
        Self {
            execution: Some(execution),
            results: run.results.iter().map(ReleaseRow::from).collect(),
            totals: RunTotals::of(run),
            exit_code: Some(exit_code),
            ..self
        }
    }

    /// Says how the program ends, and why early, if it does.
    pub(crate) fn end(&mut self, exit_code: u8, early: Option<EarlyExit>) {
        self.exit_code = Some(exit_code);
        self.stopped = early.or(self.stopped.take());
    }

    /// `kind: PurgeReport`, `RestorePlan` or `RestoreReport`. Its fields are a contract, like those of a plan.
    pub(crate) fn document(&self) -> JsonObject {
        match &self.plan {
            ReportedPlan::Purge { .. } => self
                .begin("PurgeReport")
                .with("started", self.started.to_string())
                .with("seconds", self.seconds())
                .and(Some(self.target_object()))
                .with_some("workers", self.target.as_ref().map(|target| target.workers))
                .with("exitCode", self.exit_code.unwrap_or_default())
                .with_some("interruptedBySignal", self.execution.as_ref().and_then(|execution| execution.signal))
                .with_object("stopped", self.stopped.as_ref().map(EarlyExit::object))
                .and(Some(self.result_objects())),
            ReportedPlan::Restore(plan) => self
                .begin(if self.exit_code.is_some() { "RestoreReport" } else { "RestorePlan" })
                .with("created", self.started.to_string())
                .and(Some(self.target_object()))
                .and(Some(plan_object(plan)))
                .with_object("stopped", self.stopped.as_ref().map(EarlyExit::object))
                .with_some("exitCode", self.exit_code)
                .with_object("report", self.execution.as_ref().map(|execution| self.restore_object(execution))),
        }
    }

    fn begin(&self, kind: &'static str) -> JsonObject {
        let run = self.execution.as_ref().map(|execution| execution.journal.object());
        JsonObject::document(kind).with_object("run", run)
    }

    fn target_object(&self) -> JsonObject {
        let target = self.target.as_ref();
        JsonObject::default()
            .with_objects("policies", self.policies().iter().map(policy_object))
            .with_object("cluster", target.map(|target| cluster_object(&target.cluster)))
            .with_some("shard", target.and_then(|target| target.shard.as_deref()))
            .with_some("helm", target.map(|target| target.helm.as_str()))
    }

    /// What came of a restore, which its plan stands before.
    fn restore_object(&self, execution: &Execution) -> JsonObject {
        JsonObject::default()
            .with("seconds", execution.seconds)
            .with_some("workers", self.target.as_ref().map(|target| target.workers))
            .with("exitCode", execution.exit_code)
            .with_some("interruptedBySignal", execution.signal)
            .and(Some(self.result_objects()))
            .with_objects("recordsLeft", execution.records_left.iter().map(|(what, why)| with_reason(what, why)))
    }

    fn result_objects(&self) -> JsonObject {
        JsonObject::default()
            .with_object("verified", Some(self.verified_object()))
            .with_object("totals", Some(self.totals_object()))
            .with_objects("releases", self.results.iter().map(ReleaseRow::object))
    }

    fn verified_object(&self) -> JsonObject {
        let nothing = Verification::NothingToVerify;
        let verification = self.execution.as_ref().map_or(&nothing, |execution| &execution.verification);
        let (gone, why) = match verification {
            Verification::Verified { gone, .. } => (Some(*gone), None),
            Verification::NotVerified(why) => (None, Some(why.as_str())),
            Verification::NothingToVerify => (None, None),
        };
        let are = if self.restore_plan().is_some() { "deployed" } else { "gone" };
        let state = JsonObject::default().with("state", verification_word(verification));
        state.with_some(are, gone).with_some("why", why)
    }

    /// How many releases came to what; of a restore that was not begun, what was planned.
    pub(super) fn totals_object(&self) -> JsonObject {
        let totals = &self.totals;
        let planned = JsonObject::default().with("planned", totals.planned);
        match &self.plan {
            ReportedPlan::Purge { kept } => {
                let is_restorable = |row: &&ReleaseRow| row.afterwards == ObservedState::Kept;
                planned
                    .with("purged", totals.purged)
                    .with("failed", totals.failed)
                    .with("alreadyGone", totals.already_gone)
                    .with("changed", totals.changed)
                    .with("notStarted", totals.not_started)
                    .with("stillNeeded", totals.still_needed)
                    .with("kept", kept.len())
                    .with("restorable", self.results.iter().filter(is_restorable).count())
            }
            ReportedPlan::Restore(plan) if self.execution.is_none() => totals_object(plan),
            ReportedPlan::Restore(_) => planned
                .with("restored", totals.restored)
                .with("failed", totals.failed)
                .with("changed", totals.changed)
                .with("notStarted", totals.not_started),
        }
    }

    pub(super) fn restore_plan(&self) -> Option<&RestorePlan> {
        match &self.plan {
            ReportedPlan::Purge { .. } => None,
            ReportedPlan::Restore(plan) => Some(plan),
        }
    }

    pub(super) fn policies(&self) -> &[PolicyRef] {
        self.target.as_ref().map(|target| target.policies.as_slice()).unwrap_or_default()
    }

    pub(super) fn seconds(&self) -> f64 {
        self.execution.as_ref().map_or(0.0, |execution| execution.seconds)
    }

    /// What the last list of the cluster said, if there was something to list it for.
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
            helm: target.helm.version().to_string(),
            workers,
        }
    }
}

/// What was planned at some time and stays after all has an outcome, and is not counted twice.
fn kept(view: &PlanView<'_>, has_outcome: impl Fn(&ReleaseId) -> bool) -> Vec<KeptRelease> {
    let is_kept = |entry: &&PlanEntry| match &entry.subject {
        Subject::Release(release) => entry.decision() == Decision::Keep && !has_outcome(&release.id),
        Subject::Unreadable(_) | Subject::Unlisted(_) => entry.decision() == Decision::Keep,
    };
    let entries = view.plan.entries.iter().filter(is_kept);
    entries.map(|entry| KeptRelease { release: entry_name(entry), why: why(entry) }).collect()
}

impl ReleaseRow {
    fn not_begun(release: &Release) -> Self {
        Self {
            release: release.clone(),
            outcome: OutcomeSummary::new(OutcomeKind::NotStarted),
            seconds: None,
            attempts: 0,
            afterwards: ObservedState::Unknown,
        }
    }

    pub(super) fn is(&self, kind: OutcomeKind) -> bool {
        self.outcome.outcome == kind.as_str()
    }

    /// What helm printed, the error before its cause.
    pub(super) fn words(&self) -> String {
        self.outcome.message.iter().chain(&self.outcome.cause).cloned().collect::<Vec<_>>().join("; ")
    }

    fn object(&self) -> JsonObject {
        let OutcomeSummary { outcome, class, message, cause, left_behind, remarks } = &self.outcome;
        let afterwards = match self.afterwards {
            ObservedState::Unknown => "unknown",
            ObservedState::Gone => "gone",
            ObservedState::Listed { .. } => "listed",
            ObservedState::Kept => "kept",
            ObservedState::Unreadable => "unreadable",
        };
        JsonObject::default()
            .with("namespace", self.release.id.namespace.to_string())
            .with("name", self.release.id.name.to_string())
            .and(Some(release_facts(&self.release)))
            .with("outcome", *outcome)
            .with_some("class", *class)
            .with_some("message", message.as_deref())
            .with_some("cause", cause.as_deref())
            .with_any("leftBehind", left_behind)
            .with_any("remarks", remarks)
            .with_some("seconds", self.seconds)
            .with("attempts", self.attempts)
            .with("afterwards", afterwards)
    }
}

impl From<&ReleaseResult> for ReleaseRow {
    fn from(result: &ReleaseResult) -> Self {
        Self {
            release: result.release.clone(),
            outcome: (&result.outcome).into(),
            seconds: result.took.map(|took| took.as_secs_f64()),
            attempts: result.attempts,
            afterwards: result.afterwards,
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
            hint: refusals.first().map(|refusal| refusal.hint().to_owned()),
            guards: refusals.iter().map(Refusal::guard).collect(),
        }
    }

    pub(super) fn object(&self) -> JsonObject {
        JsonObject::default()
            .with("why", self.why)
            .with_texts("messages", &self.messages)
            .with_some("hint", self.hint.as_deref())
            .with_any("guards", &self.guards)
    }
}

/// What begins now, and how many helm processes do it, if helm does.
pub(crate) fn begun_line(
    operation: OperationKind,
    run: &JournalRef,
    releases: usize,
    workers: Option<usize>,
) -> LogLine {
    LogLine::new(Level::Info, "begun")
        .with("operation", operation.as_str())
        .with("run", &run.id)
        .with("journal", &run.places)
        .with("releases", releases)
        .with_some("workers", workers)
}
