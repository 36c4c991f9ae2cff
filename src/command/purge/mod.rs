//! `run`: the plan, the question, the purge, the summary.

pub(in crate::command) mod as_planned;
pub(in crate::command) mod check_again;
mod kinds;
pub(in crate::command) mod planned;
mod settle;

use std::sync::Arc;
use std::time::Instant;

use crate::cli::{BatchArgument, OutputFormat, RunArguments};
use crate::clock::Clock;
use crate::command::prepare::saved_plan;
use crate::command::prepare::{Prepared, prepare};
use crate::command::undertaking::carry_out::{carry_out, go_runtime};
use crate::command::undertaking::confirm;
use crate::command::undertaking::journal::{Journaling, Kept, note_earlier};
use crate::command::undertaking::lock;
use crate::command::undo::finish_earlier;
use crate::command::{Stopped, Surroundings};
use crate::executor::{
    BatchSize, CannotLook, Execution, FailureHandling, Means, Operation, Outcome, Patience, Planned, Remaining, Run,
    Settled, StillAsPlanned,
};
use crate::exit_code::ExitCode;
use crate::helm::{Action, HelmUninstall};
use crate::journal::OperationOfHead;
use crate::mark::Mark;
use crate::policy::timeout_from_flag;
use crate::report::{
    Detail, EarlyEnd, Format, LogFormat, Report, RunDocument, SummaryView, begun_line, plan_lines, plural, render_plan,
    render_summary, serialize,
};
use crate::run_id::RunId;
use crate::settings::ConnectionWish;
use check_again::{Checked, check_again};
use kinds::KnownKinds;
use planned::{Tuning, Ways, first_end};
use settle::{add_changed, settle};

/// Shows the plan, gets the agreement, purges, and says what came of it.
pub(in crate::command) fn run(
    arguments: &RunArguments,
    wish: &ConnectionWish,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let begun = Instant::now();
    confirm::check_flags(arguments.into(), surroundings)?;
    let timeout = arguments.timeout.as_deref().map(|text| timeout_from_flag("--timeout", text)).transpose();
    let tuning = Tuning { timeout: timeout.map_err(Stopped::flag)?, retries: arguments.retries };
    let longest = arguments.max_duration.as_deref().map(|text| timeout_from_flag("--max-duration", text)).transpose();
    let longest = longest.map_err(Stopped::flag)?;
    let lock_wish = lock::wish(&arguments.lock)?;
    let attendance = confirm::attendance(arguments.into(), surroundings);
    let saved = saved_plan::read(arguments)?;
    let prepared = prepare(&arguments.selection, saved, wish, attendance, surroundings)?;
    note_earlier(&prepared.undertaking(), arguments.journal.place.as_deref(), surroundings);
    let workers = prepared.workers(arguments);
    file_plan(&prepared, workers, None, surroundings);
    show_plan(&prepared, workers, arguments.output, surroundings);
    if !prepared.refusals.is_empty() {
        return Err(Stopped::Refused(prepared.refusals));
    }
    let journaling = Journaling::choose(&arguments.journal, &prepared.undertaking(), surroundings)?;
    if prepared.plan.chosen().next().is_some() {
        confirm::confirm(arguments, &prepared, surroundings)?;
    }
    let lock = lock::take(&lock_wish, &prepared.undertaking(), journaling.id(), surroundings)?.held;
    let Checked { chosen, changed, still, kinds } = check_again(&prepared, surroundings)?;
    let clock = surroundings.environment.clock;
    let deadline = first_end(&prepared, longest.map(|longest| begun + longest), clock);
    let execution = execution(arguments, workers, deadline, clock);
    let kept = journaling.open(&prepared.undertaking(), surroundings)?;
    let marks = marks(kept.id(), &prepared);
    let uninstall = uninstall(&prepared, kinds, marks.clone(), surroundings);
    let ways = Ways::of(&prepared, tuning);
    let plan = chosen.into_iter().filter_map(|release| ways.planned(release)).collect::<Vec<_>>();
    let means = means(&prepared, uninstall, still, &kept);
    tell_begun(&plan, execution.workers, &kept, surroundings);
    let carried_out = carry_out(plan, execution, means, Operation::Uninstall, lock.as_ref(), surroundings);
    let mut run = carried_out.map_err(|stopped| kept.abandon(stopped))?;
    let settled = settle(&prepared, &mut run, &marks, surroundings);
    let finished = finish_earlier(&prepared);
    if finished > 0 {
        let releases = plural(finished, "release");
        let what = format!("removed the older records of {releases} that an earlier run had left");
        surroundings.printer.say(&what);
    }
    lock::give_back(lock, surroundings);
    add_changed(&mut run, &prepared, &changed);
    saved_plan::add_since(&mut run, &prepared);
    summarize(arguments.output, &prepared, &run, &settled, &kept, surroundings)
}

/// What the records say of releases whose history is kept, for each policy.
fn marks(run: &RunId, prepared: &Prepared) -> Vec<Mark> {
    prepared.policies.iter().map(|policy| Mark { run: run.clone(), policy: policy.name.clone() }).collect()
}

fn uninstall(
    prepared: &Prepared,
    kinds: KnownKinds,
    marks: Vec<Mark>,
    surroundings: &Surroundings,
) -> Arc<HelmUninstall> {
    let (helm, connection) = (kinds.given_to(prepared.helm.clone()), prepared.connection.clone());
    Arc::new(HelmUninstall::new(helm, connection, go_runtime(&surroundings.environment)).with_marks(marks))
}

fn execution(arguments: &RunArguments, workers: usize, deadline: Option<Instant>, clock: Clock) -> Execution {
    let failures = if arguments.fail_fast { FailureHandling::FailFast } else { FailureHandling::GoOn };
    let batch = match arguments.batch {
        BatchArgument::Auto => BatchSize::Auto,
        BatchArgument::AtMost(most) => BatchSize::AtMost(most.into()),
    };
    Execution { workers, batch, failures, deadline, patience: Patience::USUAL, clock }
}

/// From here on a report knows what was to be done.
pub(in crate::command) fn file_plan(
    prepared: &Prepared,
    workers: usize,
    stopped: Option<EarlyEnd>,
    surroundings: &mut Surroundings,
) {
    let scope = prepared.scope_note();
    let document = || RunDocument::of_plan(&prepared.view(workers, &scope), stopped);
    surroundings.reports.file(|| Report::Purge(Box::new(document())));
}

fn tell_begun(plan: &[Planned], workers: usize, kept: &Kept, surroundings: &mut Surroundings) {
    if !plan.is_empty() {
        surroundings.printer.log(&begun_line(OperationOfHead::Purge, &kept.note(), plan.len(), Some(workers)));
    }
}

fn show_plan(prepared: &Prepared, workers: usize, output: OutputFormat, surroundings: &mut Surroundings) {
    let scope = prepared.scope_note();
    if surroundings.printer.log_format() == LogFormat::Json {
        return plan_lines(&prepared.view(workers, &scope)).for_each(|line| surroundings.printer.log(&line));
    }
    let width = surroundings.terminal.stderr.columns();
    let paint = surroundings.printer.err();
    let detail = if output == OutputFormat::Wide { Detail::Wide } else { Detail::Usual };
    let text = render_plan(&prepared.view(workers, &scope), detail, width, paint);
    // A plan that somebody has to agree to is shown whatever the volume is.
    if surroundings.terminal.can_ask() { surroundings.printer.tell(&text) } else { surroundings.printer.say(&text) }
}

/// Who does it, and who is asked about the cluster meanwhile.
fn means(prepared: &Prepared, action: Arc<dyn Action>, still: Arc<dyn StillAsPlanned>, kept: &Kept) -> Means {
    let remaining: Arc<dyn Remaining> = match prepared.inventory.client() {
        Some(client) => Arc::new(client.clone()),
        None => Arc::new(CannotLook("helm makes the lists, for the API could not be asked".to_owned())),
    };
    Means { action, still, remaining, journal: kept.journal() }
}

fn summarize(
    output: OutputFormat,
    prepared: &Prepared,
    run: &Run,
    settled: &Settled,
    kept: &Kept,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let printer = &mut surroundings.printer;
    let code = kept.end(run, settled, ExitCode::of_run(run, settled), printer);
    let (context, journal) = (prepared.connection.context().as_str(), kept.note());
    let view = SummaryView { run, id: kept.id(), settled, context, journal: &journal, volume: printer.volume() };
    let scope = prepared.scope_note();
    let written = code.unless_unwritten(printer.state()).number();
    let document = || RunDocument::of(&prepared.view(run.workers, &scope), run, settled, &journal, written);
    surroundings.reports.file(|| Report::Purge(Box::new(document())));
    let text = match output {
        OutputFormat::Table | OutputFormat::Wide if run.results.is_empty() => Ok(String::new()),
        OutputFormat::Table | OutputFormat::Wide => Ok(render_summary(&view, printer.out())),
        OutputFormat::Name => Ok(purged_names(run)),
        OutputFormat::Json => serialize(&document(), Format::Json),
        OutputFormat::Yaml => serialize(&document(), Format::Yaml),
    };
    printer.data(&text.map_err(Stopped::internal)?);
    Ok(code)
}

fn purged_names(run: &Run) -> String {
    let purged = run.results.iter().filter(|result| matches!(result.outcome, Outcome::Purged { .. }));
    purged.map(|result| result.release.id.to_string()).collect::<Vec<_>>().join("\n")
}
