//! `plan`: what would go, what stays, and why.

use super::prepare::saved_plan;
use super::prepare::{Prepared, prepare};
use super::purge::file_plan;
use super::undertaking::journal::note_earlier;
use super::{App, CommandError};
use crate::cli::{OutputFormat, PlanArguments, RunArguments};
use crate::exit_code::ExitCode;
use crate::guard::Interactivity;
use crate::report::{Detail, EarlyExit, PlanDocument, plan_lines, plan_names, render_plan};
use crate::settings::ConnectionOptions;

/// Whether the exit code says that there is something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detailed {
    Yes,
    No,
}

/// Shows the plan, and every guard that `run` would trip over.
pub(super) fn plan(
    arguments: &PlanArguments,
    wish: &ConnectionOptions,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let prepared = prepare(&arguments.selection, None, wish, Interactivity::Attended, app)?;
    note_earlier(&prepared.undertaking(), None, app);
    let detailed = if arguments.detailed_exitcode { Detailed::Yes } else { Detailed::No };
    let workers = prepared.policies.workers();
    show(&prepared, workers, arguments.output, detailed, app)
}

/// `run --dry-run`: the same.
pub(super) fn dry_run(
    arguments: &RunArguments,
    wish: &ConnectionOptions,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let saved = saved_plan::read(arguments)?;
    let prepared = prepare(&arguments.selection, saved, wish, Interactivity::Attended, app)?;
    note_earlier(&prepared.undertaking(), arguments.journal.place.as_deref(), app);
    let workers = prepared.workers(arguments);
    file_plan(&prepared, workers, Some(EarlyExit::new("dry-run", "only the plan was asked for")), app);
    show(&prepared, workers, arguments.output, Detailed::No, app)
}

fn show(
    prepared: &Prepared,
    workers: usize,
    output: OutputFormat,
    detailed: Detailed,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let scope = prepared.scope_note();
    let view = prepared.view(workers, &scope);
    let width = app.terminal.stdout.columns();
    let text = |styles| match output {
        OutputFormat::Name => plan_names(view.plan),
        OutputFormat::Wide => render_plan(&view, Detail::Wide, width, styles),
        _ => render_plan(&view, Detail::Usual, width, styles),
    };
    app.emit(output, || PlanDocument::of(&view), text)?;
    plan_lines(&view).for_each(|line| app.printer.log(&line));
    if !prepared.refusals.is_empty() {
        return Err(CommandError::Refused(prepared.refusals.clone()));
    }
    let something = prepared.plan.chosen().next().is_some();
    Ok(if something && detailed == Detailed::Yes { ExitCode::SomethingToPurge } else { ExitCode::Done })
}
