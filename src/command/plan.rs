//! `plan` and `run --dry-run`: what would be purged, what is kept, and why.

use crate::app::{App, CommandError, ReportFiles};
use crate::cli::{OutputFormat, PlanArguments, RunArguments};
use crate::exit_code::ExitCode;
use crate::operation::warn_about_unfinished_run;
use crate::purge::{PreparedPurge, prepare};
use crate::report::{Detail, EarlyExit, RunReport, plan_document, plan_lines, plan_names, render_plan};
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
    show(&prepared, prepared.target.policies.workers(), arguments.output, app)?;
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
    reports.update(|| {
        let stopped = Some(EarlyExit::new("dry-run", "only the plan was asked for"));
        RunReport::planned_purge(&prepared.view(workers, &prepared.scope_note()), stopped)
    });
    show(&prepared, workers, arguments.output, app)?;
    Ok(ExitCode::Done)
}

fn show(prepared: &PreparedPurge, workers: usize, output: OutputFormat, app: &App) -> Result<(), CommandError> {
    let scope = prepared.scope_note();
    let view = prepared.view(workers, &scope);
    let width = app.terminal.stdout.columns();
    let text = |styles| match output {
        OutputFormat::Name => plan_names(view.plan),
        OutputFormat::Wide => render_plan(&view, Detail::Wide, width, styles),
        _ => render_plan(&view, Detail::Usual, width, styles),
    };
    app.emit(output, || plan_document(&view), text)?;
    plan_lines(&view).for_each(|line| app.printer.log(&line));
    prepared.refusals.iter().for_each(|refusal| app.printer.would_refuse(refusal));
    Ok(())
}
