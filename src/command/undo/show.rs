//! Shows the plan of a restore, and what came of it.

use super::intent::Intent;
use crate::cli::UndoFormat;
use crate::command::{App, CommandError};
use crate::executor::{Outcome, ReleaseResult, Run};
use crate::exit_code::ExitCode;
use crate::release::ReleaseId;
use crate::report::{
    EarlyExit, Format, LogFormat, Report, RestoreDocument, RestoreReport, RestoreView, render_restore_plan,
    render_restored, restore_plan_line, serialize,
};

fn view<'a>(intent: &'a Intent, workers: usize, scope: &'a str) -> RestoreView<'a> {
    let looked = &intent.looked;
    RestoreView {
        policies: &looked.policies,
        connection: &looked.connection,
        identity: looked.gathered.identity.as_ref(),
        helm: &looked.gathered.helm,
        plan: &intent.plan,
        now: looked.gathered.now,
        workers,
        shard: looked.shard,
        scope,
    }
}

/// Before the question.
pub(super) fn tell_plan(intent: &Intent, app: &mut App) {
    let scope = intent.looked.scope_note();
    let width = app.terminal.stderr.columns();
    let view = view(intent, intent.workers, &scope);
    app.reports.file(|| Report::Restore(Box::new(RestoreDocument::of_plan(&view))));
    if app.printer.log_format() == LogFormat::Json {
        return app.printer.log(&restore_plan_line(&view));
    }
    let text = render_restore_plan(&view, width, app.printer.err());
    app.printer.plan(&text, app.terminal.can_ask());
}

/// `--dry-run`.
pub(super) fn show(intent: &Intent, output: UndoFormat, app: &mut App) -> Result<ExitCode, CommandError> {
    let scope = intent.looked.scope_note();
    let view = view(intent, intent.workers, &scope);
    let width = app.terminal.stdout.columns();
    let stopped = EarlyExit::new("dry-run", "only the plan was asked for");
    app.reports.file(|| Report::Restore(Box::new(RestoreDocument::of_plan(&view).stopped(stopped))));
    let printer = &app.printer;
    printer.log(&restore_plan_line(&view));
    let text = match output {
        UndoFormat::Table => Ok(render_restore_plan(&view, width, printer.out())),
        UndoFormat::Json => serialize(&RestoreDocument::of_plan(&view), Format::Json),
        UndoFormat::Yaml => serialize(&RestoreDocument::of_plan(&view), Format::Yaml),
        UndoFormat::Name => Ok(names(intent.plan.going().map(|entry| &entry.candidate.kept.id))),
    };
    printer.data(&text.map_err(CommandError::internal)?);
    Ok(ExitCode::Done)
}

/// At the end.
pub(super) fn summarize(
    intent: &Intent,
    report: &RestoreReport<'_>,
    code: ExitCode,
    output: UndoFormat,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let scope = intent.looked.scope_note();
    let printer = &app.printer;
    let written = code.unless_unwritten(printer.has_lost_output()).number();
    let view = view(intent, report.run.workers, &scope);
    let document = || RestoreDocument::of_run(&view, report, written);
    app.reports.file(|| Report::Restore(Box::new(document())));
    let text = match output {
        UndoFormat::Table => Ok(render_restored(&view, report, printer.verbosity(), printer.out())),
        UndoFormat::Json => serialize(&document(), Format::Json),
        UndoFormat::Yaml => serialize(&document(), Format::Yaml),
        UndoFormat::Name => Ok(names(restored(report.run))),
    };
    printer.data(&text.map_err(CommandError::internal)?);
    Ok(code)
}

fn restored(run: &Run) -> impl Iterator<Item = &ReleaseId> {
    let is_back = |result: &&ReleaseResult| matches!(result.outcome, Outcome::Restored { .. });
    run.results.iter().filter(is_back).map(|result| &result.release.id)
}

fn names<'a>(ids: impl Iterator<Item = &'a ReleaseId>) -> String {
    ids.map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
