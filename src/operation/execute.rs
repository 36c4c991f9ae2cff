//! Shows a plan, has the executor carry out its tasks, shows the progress, and lists the releases afterwards.

use super::lock::lock_lost_warning;
use super::sequence::OpenSession;
use crate::app::{App, CommandError};
use crate::executor::{self, Backends, ExecutorConfig, Run, Task};
use crate::helm::GoRuntime;
use crate::inventory::Listing;
use crate::journal::OperationKind;
use crate::lock::LockGuard;
use crate::report::{
    LogFormat, LogLine, ProgressStyle, SecondSignal, StopHint, Styles, Verbosity, progress, run_started_line,
};
use crate::settings::{EntryPoint, Environment};
use crate::signal::Stage;
use crate::target::Target;

/// Shows a plan before the question: as lines of a log, or as text, which `render` makes for this width.
pub(crate) fn show_plan(
    lines: impl IntoIterator<Item = LogLine>,
    render: impl FnOnce(Option<usize>, Styles) -> String,
    app: &App,
) {
    match app.printer.format {
        LogFormat::Json => lines.into_iter().for_each(|line| app.printer.log(&line)),
        LogFormat::Text => {
            let text = render(app.terminal.stderr.columns(), app.printer.err);
            // With `--quiet` too if the user is asked about the plan.
            app.printer.painted(if app.terminal.can_ask() { Verbosity::Quiet } else { Verbosity::Normal }, &text);
        }
    }
}

/// Carries out tasks. The executor handles signals during that time.
pub(crate) fn execute(
    tasks: Vec<Task>,
    config: ExecutorConfig,
    backends: Backends,
    operation: OperationKind,
    session: &OpenSession<'_>,
) -> Result<Run, CommandError> {
    let OpenSession { journal, lock, app, .. } = session;
    if !tasks.is_empty() {
        app.printer.log(&run_started_line(operation, &journal.reference(), tasks.len(), Some(config.workers)));
    }
    app.interrupts.enter(Stage::Changing);
    // A signal that came before ends the run before it begins.
    app.unless_interrupted(Ok(()))?;
    let App { environment, terminal, printer, interrupts, entry_point, .. } = *app;
    let second = if *entry_point == EntryPoint::Helm { SecondSignal::Kill } else { SecondSignal::CtrlC };
    let stop_hint = StopHint { pid: std::process::id(), second, operation };
    let style = match printer.format {
        LogFormat::Json => ProgressStyle::Json,
        LogFormat::Text if terminal.can_draw() && printer.verbosity > Verbosity::Quiet => ProgressStyle::Bars,
        LogFormat::Text => ProgressStyle::Lines,
    };
    let mut progress = progress(style, stop_hint, environment.clock);
    let mut on_event = |event: &executor::Event<'_>, state: executor::Progress| {
        progress.on_event(event, state, printer);
        let lock = lock.as_ref();
        let lost = lock.map(LockGuard::take_lost).into_iter().flatten();
        lost.for_each(|lost| progress.warn(&lock_lost_warning(&lost), printer));
    };
    Ok(executor::execute(tasks, config, backends, interrupts, &mut on_event)?)
}

/// The runtime settings of helm processes that change something.
pub(crate) fn go_runtime(environment: &Environment) -> GoRuntime {
    let (gogc, limit) = (environment.go_collector.as_deref(), environment.go_memory.as_deref());
    GoRuntime::beside(gogc, limit, environment.go_threads.as_deref())
}

/// Lists the releases again after a run, or returns why that failed. A signal during that time ends only this list.
pub(crate) fn list_after(target: &Target, run: &mut Run, app: &App) -> Result<Listing, String> {
    app.printer.info("verifying: listing releases again");
    app.interrupts.enter(Stage::Reading);
    let listing = target.inventory.list();
    run.interruption = app.interruption();
    let interrupted = || "interrupted while the result was verified".to_owned();
    listing.map_err(|error| if app.interrupts.has_ended_all() { interrupted() } else { error.to_string() })
}
