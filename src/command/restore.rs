//! `restore`: rolls purged releases back to the record that their purge left.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::one_per_line;
use super::purged_histories::PurgedHistories;
use crate::app::{App, CommandError, ReportFiles};
use crate::cli::{OutputFormat, RestoreArguments};
use crate::cluster::Client;
use crate::executor::{
    Backends, BatchSize, ExecutorConfig, NoProbe, Outcome, ReleaseResult, RetryPolicy, Run, Verification,
};
use crate::exit_code::ExitCode;
use crate::journal::OperationKind;
use crate::operation::{self, ConfirmFlags, LockOptions, OpenSession, OperationFlags, OperationSteps};
use crate::operation::{execute, go_runtime, list_after, perform, run_history, show_plan, warn_about_unfinished_run};
use crate::release::{Namespace, ReleaseId, Revision};
use crate::report::{
    EarlyExit, FinishedRun, RestoreView, RunReport, plural, render_restore_plan, render_restore_summary,
    restore_plan_line,
};
use crate::restore::{self, RestoreEntry, RestorePlan, RestoreRequest, RestoreVerdict};
use crate::settings::ConnectionOptions;
use crate::target::PlannedChange;

/// Helm rolls back one release at a time.
const ONE_EACH: BatchSize = BatchSize::AtMost(NonZeroUsize::MIN);

/// Shows what would be restored, asks, rolls back, and prints the result.
pub(super) fn restore(
    arguments: &RestoreArguments,
    options: &ConnectionOptions,
    reports: &mut ReportFiles,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let started = app.environment.clock.instant();
    let (history, confirm) = (&arguments.history, ConfirmFlags::from(&arguments.history));
    if !history.dry_run {
        confirm.check(options, app)?;
    }
    let request = request(arguments)?;
    let timeout = operation::duration("--timeout", arguments.timeout.as_deref())?;
    let max_duration = operation::duration("--max-duration", arguments.max_duration.as_deref())?;
    let lock = LockOptions::from_flags(&history.lock)?;
    let flags = RestoreFlags {
        arguments,
        request,
        lock_namespace: lock.namespace.clone(),
        timeout,
        requested_end: max_duration.map(|longest| started + longest),
    };
    let restore = RestoreOperation::plan(PurgedHistories::find(history, options, app)?, flags, app)?;
    warn_about_unfinished_run(&restore.change(), history.journal.place.as_deref(), app);
    if history.dry_run {
        return restore.dry_run(reports, app);
    }
    perform(restore, &OperationFlags { confirm, lock, journal: &history.journal }, reports, app)
}

/// Which runs and releases the command line names.
fn request(arguments: &RestoreArguments) -> Result<RestoreRequest, CommandError> {
    let run = |text: &String| {
        text.parse().map_err(|error| CommandError::usage(format!("--run: {error}"), "`restore --dry-run` names runs"))
    };
    let releases = operation::keep_entries("RELEASE", &arguments.releases)?;
    Ok(RestoreRequest { runs: arguments.runs.iter().map(run).collect::<Result<_, _>>()?, releases })
}

struct RestoreFlags<'a> {
    arguments: &'a RestoreArguments,
    request: RestoreRequest,
    lock_namespace: Option<Namespace>,
    timeout: Option<Duration>,
    requested_end: Option<Instant>,
}

struct RestoreOperation<'a> {
    flags: RestoreFlags<'a>,
    histories: PurgedHistories,
    client: Client,
    plan: RestorePlan,
    workers: usize,
}

/// A restore that was carried out.
struct FinishedRestore {
    run: Run,
    verification: Verification,
    /// The releases whose tagged record should have been removed but still exists, and why.
    left: BTreeMap<ReleaseId, String>,
}

impl<'a> RestoreOperation<'a> {
    fn plan(mut histories: PurgedHistories, flags: RestoreFlags<'a>, app: &App) -> Result<Self, CommandError> {
        let target = &histories.target;
        let client = target.client().cloned();
        let client = client.ok_or_else(|| CommandError::internal("there is no client any more".to_owned()))?;
        let about =
            PlannedChange { operation: OperationKind::Restore, target, releases: Vec::new(), restored_runs: &[] };
        let journal = &flags.arguments.history.journal;
        let known = run_history(&about, journal, flags.lock_namespace.as_ref(), app);
        let candidates = std::mem::take(&mut histories.found.candidates);
        let mut plan = restore::select(candidates, &target.policies, &known, &flags.request);
        plan.unreadable = std::mem::take(&mut histories.found.unreadable);
        find_terminating(&mut plan, &client);
        let of_others = plan.others.values().sum::<usize>();
        if plan.entries.is_empty() && of_others > 0 {
            let releases = plural(of_others, "release");
            app.printer
                .warn(format_args!("other runs have left {releases} that can be restored: name a run with --run"));
        }
        let workers = flags.arguments.workers.map_or_else(|| histories.target.policies.workers(), usize::from);
        app.unless_interrupted(Ok(Self { flags, histories, client, plan, workers }))
    }

    fn view(&self, workers: usize) -> RestoreView<'_> {
        RestoreView { target: &self.histories.target, plan: &self.plan, workers }
    }

    fn dry_run(&self, reports: &mut ReportFiles, app: &App) -> Result<ExitCode, CommandError> {
        let view = self.view(self.workers);
        let stopped = EarlyExit::new("dry-run", "only the plan was asked for");
        reports.update(|| RunReport::planned_restore(&view, Some(stopped)));
        app.printer.log(&restore_plan_line(&view));
        let output = self.flags.arguments.history.output;
        let text = |styles| match output {
            OutputFormat::Name => one_per_line(self.plan.going().map(|entry| &entry.candidate.purged.id)),
            _ => render_restore_plan(&view, output.detail(), app.terminal.stdout.columns(), styles),
        };
        app.emit(output, || RunReport::planned_restore(&view, None).document(), text)?;
        Ok(ExitCode::Done)
    }

    /// What is done to which releases.
    fn actions(&self) -> Vec<(ReleaseId, Revision, RestoreVerdict)> {
        let entries = self.plan.going().chain(self.plan.finished()).map(|entry| &entry.candidate);
        entries.map(|found| (found.purged.id.clone(), found.purged.revision, found.verdict.clone())).collect()
    }
}

/// Finds which objects are still being deleted. If the cluster does not answer now, the precheck queries it again before a
/// release starts.
fn find_terminating(plan: &mut RestorePlan, client: &Client) {
    let objects = |entry: &RestoreEntry| {
        let known = entry.candidate.content.crd_usage.objects.as_known().filter(|_| entry.is_rolled_back());
        known.cloned().unwrap_or_default()
    };
    let all = plan.entries.iter().flat_map(objects).collect::<Vec<_>>();
    let terminating = restore::terminating(client, &all).unwrap_or_default().into_iter().collect::<BTreeSet<_>>();
    for entry in &mut plan.entries {
        entry.terminating = objects(entry).into_iter().filter(|object| terminating.contains(object)).collect();
    }
}

impl OperationSteps<(), FinishedRestore> for RestoreOperation<'_> {
    fn change(&self) -> PlannedChange<'_> {
        let entries = self.plan.going().chain(self.plan.finished());
        let releases = entries.map(|entry| &entry.candidate.purged).collect();
        let (target, restored_runs) = (&self.histories.target, self.plan.runs.as_slice());
        PlannedChange { operation: OperationKind::Restore, target, releases, restored_runs }
    }

    fn prompt(&self) -> String {
        format!("restore {}", plural(self.plan.going().count(), "release"))
    }

    fn show_plan(&self, reports: &mut ReportFiles, app: &App) {
        let view = self.view(self.workers);
        reports.update(|| RunReport::planned_restore(&view, None));
        let detail = self.flags.arguments.history.output.detail();
        let render = |width, styles| render_restore_plan(&view, detail, width, styles);
        show_plan([restore_plan_line(&view)], render, app);
    }

    fn replan(self, app: &App) -> Result<(Self, bool), CommandError> {
        let before = self.actions();
        let histories = PurgedHistories::find_again(self.histories.target, &self.flags.arguments.history, app)?;
        let again = Self::plan(histories, self.flags, app)?;
        let differs = again.actions() != before;
        Ok((again, differs))
    }

    /// If no release changes, it does not matter which cluster it is.
    fn recheck(&self, app: &App) -> Result<(), CommandError> {
        if self.change().releases.is_empty() {
            Ok(())
        } else {
            self.histories.recheck_cluster(OperationKind::Restore, app)
        }
    }

    fn execute(&self, (): (), session: &OpenSession<'_>) -> Result<FinishedRestore, CommandError> {
        let (target, OpenSession { journal, app, .. }) = (&self.histories.target, session);
        let (workers, deadline, fail_fast) = (self.workers, self.flags.requested_end, self.flags.arguments.fail_fast);
        let (batch, retry_policy, clock) = (ONE_EACH, RetryPolicy::USUAL, app.environment.clock);
        let config = ExecutorConfig { workers, batch, fail_fast, deadline, retry_policy, clock };
        let tasks = restore::tasks(target, &self.plan, self.flags.timeout);
        let (records, stop) = (self.histories.records.clone(), app.interrupts.stop().clone());
        let recheck = restore::precheck(&self.plan, &tasks, self.client.clone(), records, stop);
        let action = Arc::new(restore::rollback(target, &self.plan, go_runtime(&app.environment)));
        let probe = Arc::new(NoProbe("nothing has to be gone for a restore".to_owned()));
        let backends = Backends { action, recheck, probe, journal: journal.for_executor() };
        let run = execute(tasks, config, backends, OperationKind::Restore, session)?;
        Ok(FinishedRestore { run, verification: Verification::NothingToVerify, left: BTreeMap::new() })
    }

    fn verify(&self, done: &mut FinishedRestore, app: &App) {
        let nothing_started = done.run.results.iter().all(|result| result.took.is_none());
        if nothing_started && self.plan.finished().next().is_none() {
            return;
        }
        let PurgedHistories { target, records, .. } = &self.histories;
        match list_after(target, &mut done.run, app) {
            Ok(listing) => {
                (done.verification, done.left) = restore::verify(target, records, &self.plan, &mut done.run, &listing);
            }
            Err(why) => done.verification = Verification::NotVerified(why),
        }
    }

    fn end(&self, done: &FinishedRestore, session: &OpenSession<'_>) -> ExitCode {
        let code = ExitCode::of_restore(&done.run, &done.verification, done.left.len());
        let run = restore::with_finished(&done.run, &self.plan, &done.left);
        session.journal.end(&run, &done.verification, code, session.app)
    }

    fn report(
        &self,
        done: &FinishedRestore,
        code: ExitCode,
        session: &mut OpenSession<'_>,
    ) -> Result<(), CommandError> {
        let OpenSession { journal, reports, app, .. } = session;
        let FinishedRestore { run, verification, left } = done;
        let journal_ref = journal.reference();
        let finished = FinishedRun { run, verification, journal: &journal_ref };
        let view = self.view(run.workers);
        let report = RunReport::restore(&view, &finished, left, code.number());
        let output = self.flags.arguments.history.output;
        let is_restored = |result: &&ReleaseResult| matches!(result.outcome, Outcome::Restored { .. });
        let text = |styles| match output {
            OutputFormat::Name => one_per_line(run.results.iter().filter(is_restored).map(|result| &result.release.id)),
            _ => render_restore_summary(&view, &finished, left, app.printer.verbosity, styles),
        };
        let printed = app.emit(output, || report.document(), text);
        reports.update(|| report);
        printed
    }
}
