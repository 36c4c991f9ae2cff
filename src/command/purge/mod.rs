//! `run`: the plan, the question, the purge, the summary.

pub(in crate::command) mod as_planned;
pub(in crate::command) mod check_again;
mod kinds;
pub(in crate::command) mod planned;
mod settle;

use std::sync::Arc;
use std::time::Instant;

use crate::cli::{OutputFormat, RunArguments};
use crate::clock::Clock;
use crate::command::prepare::saved_plan;
use crate::command::prepare::{Prepared, prepare};
use crate::command::undertaking::carry_out::{carry_out, go_runtime};
use crate::command::undertaking::confirm;
use crate::command::undertaking::journal::{Journaling, Kept, note_earlier};
use crate::command::undertaking::lock;
use crate::command::undo::finish_earlier;
use crate::command::{App, CommandError};
use crate::executor::{
    Backends, ExecutorConfig, FailureHandling, NoProbe, ObjectProbe, Operation, Outcome, Recheck, RetryPolicy, Run,
    Task, Verification,
};
use crate::exit_code::ExitCode;
use crate::helm::{Action, HelmUninstall};
use crate::history_tag::HistoryTag;
use crate::journal::OperationKind;
use crate::policy::timeout_from_flag;
use crate::report::{
    Detail, EarlyExit, LogFormat, Report, RunDocument, SummaryView, begun_line, plan_lines, plural, render_plan,
    render_summary,
};
use crate::run_id::RunId;
use crate::settings::ConnectionOptions;
use check_again::{Checked, check_again};
use kinds::KnownKinds;
use planned::{Overrides, Ways, first_end};
use settle::{add_changed, settle};

/// Shows the plan, gets the agreement, purges, and says what came of it.
pub(in crate::command) fn run(
    arguments: &RunArguments,
    wish: &ConnectionOptions,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let begun = Instant::now();
    confirm::check_flags(arguments.into(), app)?;
    let timeout = arguments.timeout.as_deref().map(|text| timeout_from_flag("--timeout", text)).transpose();
    let overrides = Overrides { timeout: timeout.map_err(CommandError::flag)?, retries: arguments.retries };
    let longest = arguments.max_duration.as_deref().map(|text| timeout_from_flag("--max-duration", text)).transpose();
    let longest = longest.map_err(CommandError::flag)?;
    let lock_wish = lock::wish(&arguments.lock)?;
    let attendance = confirm::attendance(arguments.into(), app);
    let saved = saved_plan::read(arguments)?;
    let prepared = prepare(&arguments.selection, saved, wish, attendance, app)?;
    note_earlier(&prepared.undertaking(), arguments.journal.place.as_deref(), app);
    let workers = prepared.workers(arguments);
    file_plan(&prepared, workers, None, app);
    show_plan(&prepared, workers, arguments.output, app);
    if !prepared.refusals.is_empty() {
        return Err(CommandError::Refused(prepared.refusals));
    }
    let journaling = Journaling::choose(&arguments.journal, &prepared.undertaking(), app)?;
    if prepared.plan.chosen().next().is_some() {
        confirm::confirm(arguments, &prepared, app)?;
    }
    let lock = lock::take(&lock_wish, &prepared.undertaking(), journaling.id(), app)?.held;
    let Checked { chosen, changed, still, kinds } = check_again(&prepared, app)?;
    let clock = app.environment.clock;
    let deadline = first_end(&prepared, longest.map(|longest| begun + longest), clock);
    let execution = execution(arguments, workers, deadline, clock);
    let kept = journaling.open(&prepared.undertaking(), app)?;
    let marks = marks(kept.id(), &prepared);
    let uninstall = uninstall(&prepared, kinds, marks.clone(), app);
    let ways = Ways::of(&prepared, overrides);
    let plan = chosen.into_iter().filter_map(|release| ways.planned(release)).collect::<Vec<_>>();
    let means = means(&prepared, uninstall, still, &kept);
    tell_begun(&plan, execution.workers, &kept, app);
    let carried_out = carry_out(plan, execution, means, Operation::Uninstall, lock.as_ref(), app);
    let mut run = carried_out.map_err(|stopped| kept.abandon(stopped))?;
    let settled = settle(&prepared, &mut run, &marks, app);
    let finished = finish_earlier(&prepared);
    if finished > 0 {
        let releases = plural(finished, "release");
        app.printer.info(format_args!("removed the older records of {releases} that an earlier run had left"));
    }
    lock::give_back(lock, app);
    add_changed(&mut run, &prepared, &changed);
    saved_plan::add_since(&mut run, &prepared);
    summarize(arguments.output, &prepared, &run, &settled, &kept, app)
}

/// What the records say of releases whose history is kept, for each policy.
fn marks(run: &RunId, prepared: &Prepared) -> Vec<HistoryTag> {
    prepared.policies.iter().map(|policy| HistoryTag { run: run.clone(), policy: policy.name.clone() }).collect()
}

fn uninstall(prepared: &Prepared, kinds: KnownKinds, marks: Vec<HistoryTag>, app: &App) -> Arc<HelmUninstall> {
    let (helm, connection) = (kinds.given_to(prepared.helm.clone()), prepared.connection.clone());
    Arc::new(HelmUninstall::new(helm, connection, go_runtime(&app.environment)).with_marks(marks))
}

fn execution(arguments: &RunArguments, workers: usize, deadline: Option<Instant>, clock: Clock) -> ExecutorConfig {
    let failures = if arguments.fail_fast { FailureHandling::FailFast } else { FailureHandling::GoOn };
    ExecutorConfig { workers, batch: arguments.batch, failures, deadline, patience: RetryPolicy::USUAL, clock }
}

/// From here on a report knows what was to be done.
pub(in crate::command) fn file_plan(prepared: &Prepared, workers: usize, stopped: Option<EarlyExit>, app: &mut App) {
    let scope = prepared.scope_note();
    let document = || RunDocument::of_plan(&prepared.view(workers, &scope), stopped);
    app.reports.file(|| Report::Purge(Box::new(document())));
}

fn tell_begun(plan: &[Task], workers: usize, kept: &Kept, app: &mut App) {
    if !plan.is_empty() {
        app.printer.log(&begun_line(OperationKind::Purge, &kept.note(), plan.len(), Some(workers)));
    }
}

fn show_plan(prepared: &Prepared, workers: usize, output: OutputFormat, app: &mut App) {
    let scope = prepared.scope_note();
    if app.printer.log_format() == LogFormat::Json {
        return plan_lines(&prepared.view(workers, &scope)).for_each(|line| app.printer.log(&line));
    }
    let width = app.terminal.stderr.columns();
    let paint = app.printer.err();
    let detail = if output == OutputFormat::Wide { Detail::Wide } else { Detail::Usual };
    let text = render_plan(&prepared.view(workers, &scope), detail, width, paint);
    app.printer.plan(&text, app.terminal.can_ask());
}

/// Who does it, and who is asked about the cluster meanwhile.
fn means(prepared: &Prepared, action: Arc<dyn Action>, still: Arc<dyn Recheck>, kept: &Kept) -> Backends {
    let remaining: Arc<dyn ObjectProbe> = match prepared.inventory.client() {
        Some(client) => Arc::new(client.clone()),
        None => Arc::new(NoProbe("helm makes the lists, for the API could not be asked".to_owned())),
    };
    Backends { action, still, remaining, journal: kept.journal() }
}

fn summarize(
    output: OutputFormat,
    prepared: &Prepared,
    run: &Run,
    settled: &Verification,
    kept: &Kept,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let printer = &app.printer;
    let code = kept.end(run, settled, ExitCode::of_run(run, settled), printer);
    let (context, journal) = (prepared.connection.context().as_str(), kept.note());
    let view = SummaryView { run, id: kept.id(), settled, context, journal: &journal, volume: printer.verbosity() };
    let scope = prepared.scope_note();
    let written = code.unless_unwritten(printer.has_lost_output()).number();
    let document = || RunDocument::of(&prepared.view(run.workers, &scope), run, settled, &journal, written);
    app.reports.file(|| Report::Purge(Box::new(document())));
    let text = |styles| match output {
        OutputFormat::Name => purged_names(run),
        _ if run.results.is_empty() => String::new(),
        _ => render_summary(&view, styles),
    };
    app.emit(output, document, text)?;
    Ok(code)
}

fn purged_names(run: &Run) -> String {
    let purged = run.results.iter().filter(|result| matches!(result.outcome, Outcome::Purged { .. }));
    purged.map(|result| result.release.id.to_string()).collect::<Vec<_>>().join("\n")
}
