//! `run`: the plan, the question, the purge, the summary.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::one_per_line;
use crate::app::{App, CommandError, ReportFiles};
use crate::cli::{OutputFormat, RunArguments};
use crate::executor::{
    Backends, ExecutorConfig, NoProbe, ObjectProbe, Outcome, ReleaseResult, RetryPolicy, Run, Verification,
};
use crate::exit_code::ExitCode;
use crate::helm::HelmUninstall;
use crate::history_tag::HistoryTag;
use crate::journal::OperationKind;
use crate::operation::{self, ConfirmFlags, LockOptions, OpenSession, OperationFlags, OperationSteps};
use crate::operation::{execute, go_runtime, perform, show_plan, warn_about_unfinished_run};
use crate::policy::Policy;
use crate::purge::{self, PreparedPurge, RecheckedPurge, TaskOverrides};
use crate::release::ReleaseId;
use crate::report::{FinishedRun, PlanView, RunReport, plan_lines, plural, render_plan, render_run_summary};
use crate::saved_plan::SavedPlan;
use crate::settings::ConnectionOptions;
use crate::target::PlannedChange;

/// Shows the plan, asks, purges, and prints the result.
pub(super) fn run(
    arguments: &RunArguments,
    options: &ConnectionOptions,
    reports: &mut ReportFiles,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let started = app.environment.clock.instant();
    let confirm = ConfirmFlags::from(arguments);
    confirm.check(options, app)?;
    let timeout = operation::duration("--timeout", arguments.timeout.as_deref())?;
    let max_duration = operation::duration("--max-duration", arguments.max_duration.as_deref())?;
    let lock = LockOptions::from_flags(&arguments.lock)?;
    let saved = arguments.plan.as_deref().map(SavedPlan::read_named).transpose()?;
    let prepared = purge::prepare(&arguments.selection, saved, options, Some(confirm), app)?;
    warn_about_unfinished_run(&prepared.change(), arguments.journal.place.as_deref(), app);
    let purge = PurgeOperation {
        arguments,
        workers: arguments.workers.map_or_else(|| prepared.target.policies.workers(), usize::from),
        prepared,
        overrides: TaskOverrides { timeout, retries: arguments.retries },
        requested_end: max_duration.map(|longest| started + longest),
    };
    purge.show(reports, app);
    if !purge.prepared.refusals.is_empty() {
        return Err(CommandError::Refused(purge.prepared.refusals));
    }
    perform(purge, &OperationFlags { confirm, lock, journal: &arguments.journal }, reports, app)
}

struct PurgeOperation<'a> {
    arguments: &'a RunArguments,
    prepared: PreparedPurge,
    workers: usize,
    overrides: TaskOverrides,
    requested_end: Option<Instant>,
}

/// A purge that was carried out.
struct FinishedPurge {
    run: Run,
    verification: Verification,
    /// The tag of each policy, in the order of the policies.
    tags: Vec<HistoryTag>,
    /// Releases that had changed before the run began, and how.
    changed: BTreeMap<ReleaseId, String>,
}

impl PurgeOperation<'_> {
    fn show(&self, reports: &mut ReportFiles, app: &App) {
        let scope = self.prepared.scope_note();
        let (timeout, only) = (self.overrides.timeout, self.arguments.selection.show.only());
        let view = PlanView { timeout, only, ..self.prepared.view(self.workers, &scope) };
        reports.update(|| RunReport::planned_purge(&view, None));
        let detail = self.arguments.output.detail();
        show_plan(plan_lines(&view), |width, styles| render_plan(&view, detail, width, styles), app);
    }
}

impl OperationSteps<RecheckedPurge, FinishedPurge> for PurgeOperation<'_> {
    fn change(&self) -> PlannedChange<'_> {
        self.prepared.change()
    }

    fn prompt(&self) -> String {
        format!("uninstall {}", plural(self.prepared.plan.chosen().count(), "release"))
    }

    /// Does nothing, because `run` has shown the plan before its guards could refuse it.
    fn show_plan(&self, _: &mut ReportFiles, _: &App) {}

    fn recheck(&self, app: &App) -> Result<RecheckedPurge, CommandError> {
        purge::recheck(&self.prepared, app)
    }

    fn execute(&self, rechecked: RecheckedPurge, session: &OpenSession<'_>) -> Result<FinishedPurge, CommandError> {
        let (target, OpenSession { journal, app, .. }) = (&self.prepared.target, session);
        let RunArguments { batch, fail_fast, .. } = *self.arguments;
        let deadline = purge::deadline(&self.prepared, self.requested_end, app.environment.clock);
        let (workers, retry_policy, clock) = (self.workers, RetryPolicy::USUAL, app.environment.clock);
        let config = ExecutorConfig { workers, batch, fail_fast, deadline, retry_policy, clock };
        let tag = |policy: &Policy| HistoryTag { run: journal.id.clone(), policy: policy.name.clone() };
        let tags = target.policies.iter().map(tag).collect::<Vec<_>>();
        let tasks = purge::tasks(&self.prepared, self.overrides, rechecked.chosen);
        let helm = match rechecked.discovery {
            Some(folder) => target.helm.clone().with_discovery_cache(folder),
            None => target.helm.clone(),
        };
        let uninstall = HelmUninstall::new(helm, target.connection.clone(), go_runtime(&app.environment));
        let action = Arc::new(uninstall.with_history_tags(tags.clone()));
        let probe: Arc<dyn ObjectProbe> = match target.client() {
            Some(client) => Arc::new(client.clone()),
            None => Arc::new(NoProbe("helm makes the lists, for the API could not be asked".to_owned())),
        };
        let backends = Backends { action, recheck: rechecked.recheck, probe, journal: journal.for_executor() };
        let run = execute(tasks, config, backends, OperationKind::Purge, session)?;
        let (verification, changed) = (Verification::NothingToVerify, rechecked.changed);
        Ok(FinishedPurge { run, verification, tags, changed })
    }

    fn verify(&self, done: &mut FinishedPurge, app: &App) {
        done.verification = purge::verify(&self.prepared, &mut done.run, &done.tags, app);
        purge::add_never_started(&mut done.run, &self.prepared, &done.changed);
    }

    fn end(&self, done: &FinishedPurge, session: &OpenSession<'_>) -> ExitCode {
        let code = ExitCode::of_run(&done.run, &done.verification);
        session.journal.end(&done.run, &done.verification, code, session.app)
    }

    fn report(&self, done: &FinishedPurge, code: ExitCode, session: &mut OpenSession<'_>) -> Result<(), CommandError> {
        let OpenSession { journal, reports, app, .. } = session;
        let FinishedPurge { run, verification, .. } = done;
        let (context, journal_ref) = (self.prepared.target.connection.context.as_str(), journal.reference());
        let scope = self.prepared.scope_note();
        let view = self.prepared.view(run.workers, &scope);
        let finished = FinishedRun { run, verification, journal: &journal_ref };
        let report = RunReport::purge(&view, &finished, code.number());
        let is_purged = |result: &&ReleaseResult| matches!(result.outcome, Outcome::Purged { .. });
        let text = |styles| match self.arguments.output {
            OutputFormat::Name => one_per_line(run.results.iter().filter(is_purged).map(|result| &result.release.id)),
            _ if run.results.is_empty() => String::new(),
            _ => render_run_summary(&finished, context, app.printer.verbosity, styles),
        };
        let printed = app.emit(self.arguments.output, || report.document(), text);
        reports.update(|| report);
        printed
    }
}
