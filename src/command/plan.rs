//! `plan` and `run --dry-run`: what would be purged, what is kept, and why.

use crate::app::{App, CommandError, ReportFiles};
use crate::cli::{OutputFormat, PlanArguments, RunArguments};
use crate::exit_code::ExitCode;
use crate::operation::{duration, warn_about_unfinished_run};
use crate::purge::prepare;
use crate::report::{EarlyExit, PlanView, RunReport, plan_document, plan_lines, plan_names, render_plan};
use crate::saved_plan::SavedPlan;
use crate::settings::ConnectionOptions;

/// Shows the plan, and every guard that would refuse `run`.
pub(super) fn plan(
    arguments: &PlanArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let prepared = prepare(&arguments.selection, None, options, None, app)?;
    warn_about_unfinished_run(&prepared.change(), None, app);
    let (workers, scope) = (prepared.target.policies.workers(), prepared.scope_note());
    let view = PlanView { only: arguments.selection.show.only(), ..prepared.view(workers, &scope) };
    show(&view, arguments.output, app)?;
    Ok(match prepared.plan.chosen().next() {
        _ if !arguments.detailed_exitcode => ExitCode::Done,
        _ if !prepared.refusals.is_empty() => ExitCode::Refused,
        Some(_) => ExitCode::SomethingToPurge,
        None => ExitCode::Done,
    })
}

/// `run --dry-run` shows the same.
pub(super) fn dry_run(
    arguments: &RunArguments,
    options: &ConnectionOptions,
    reports: &mut ReportFiles,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let saved = arguments.plan.as_deref().map(SavedPlan::read_named).transpose()?;
    let prepared = prepare(&arguments.selection, saved, options, None, app)?;
    warn_about_unfinished_run(&prepared.change(), arguments.journal.place.as_deref(), app);
    let workers = arguments.workers.map_or_else(|| prepared.target.policies.workers(), usize::from);
    let (timeout, only) = (duration("--timeout", arguments.timeout.as_deref())?, arguments.selection.show.only());
    let scope = prepared.scope_note();
    let view = PlanView { timeout, only, ..prepared.view(workers, &scope) };
    reports.update(|| {
        let stopped = Some(EarlyExit::new("dry-run", "only the plan was asked for"));
        RunReport::planned_purge(&view, stopped)
    });
    show(&view, arguments.output, app)?;
    Ok(ExitCode::Done)
}

fn show(view: &PlanView<'_>, output: OutputFormat, app: &App) -> Result<(), CommandError> {
    let width = app.terminal.stdout.columns();
    let text = |styles| match output {
        OutputFormat::Name => plan_names(view.plan),
        _ => render_plan(view, output.detail(), width, styles),
    };
    app.emit(output, || plan_document(view), text)?;
    plan_lines(view).for_each(|line| app.printer.log(&line));
    view.refusals.iter().for_each(|refusal| app.printer.would_refuse(refusal));
    Ok(())
}
