//! Shows the plan of a restore, and what came of it.

use super::intent::Intent;
use crate::cli::OutputFormat;
use crate::command::{App, CommandError};
use crate::executor::{Outcome, ReleaseResult, Run};
use crate::exit_code::ExitCode;
use crate::release::ReleaseId;
use crate::report::{
    EarlyExit, LogFormat, Report, RestoreDocument, RestoreReport, RestoreView, render_restore_plan, render_restored,
    restore_plan_line,
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
pub(super) fn show(intent: &Intent, output: OutputFormat, app: &mut App) -> Result<ExitCode, CommandError> {
    let scope = intent.looked.scope_note();
    let view = view(intent, intent.workers, &scope);
    let width = app.terminal.stdout.columns();
    let stopped = EarlyExit::new("dry-run", "only the plan was asked for");
    app.reports.file(|| Report::Restore(Box::new(RestoreDocument::of_plan(&view).stopped(stopped))));
    app.printer.log(&restore_plan_line(&view));
    let text = |styles| match output {
        OutputFormat::Name => names(intent.plan.going().map(|entry| &entry.candidate.kept.id)),
        _ => render_restore_plan(&view, width, styles),
    };
    app.emit(output, || RestoreDocument::of_plan(&view), text)?;
    Ok(ExitCode::Done)
}

/// At the end.
pub(super) fn summarize(
    intent: &Intent,
    report: &RestoreReport<'_>,
    code: ExitCode,
    output: OutputFormat,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let scope = intent.looked.scope_note();
    let written = code.unless_unwritten(app.printer.has_lost_output()).number();
    let view = view(intent, report.run.workers, &scope);
    let document = || RestoreDocument::of_run(&view, report, written);
    app.reports.file(|| Report::Restore(Box::new(document())));
    let volume = app.printer.verbosity();
    let text = |styles| match output {
        OutputFormat::Name => names(restored(report.run)),
        _ => render_restored(&view, report, volume, styles),
    };
    app.emit(output, document, text)?;
    Ok(code)
}

fn restored(run: &Run) -> impl Iterator<Item = &ReleaseId> {
    let is_back = |result: &&ReleaseResult| matches!(result.outcome, Outcome::Restored { .. });
    run.results.iter().filter(is_back).map(|result| &result.release.id)
}

fn names<'a>(ids: impl Iterator<Item = &'a ReleaseId>) -> String {
    ids.map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
