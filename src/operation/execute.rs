//! Shows a plan, has the executor carry out its tasks, shows the progress, and lists the releases afterwards.

use std::time::Instant;

use super::lock::lock_lost_warning;
use crate::app::{App, CommandError};
use crate::executor::{self, Backends, BatchSize, ExecutorConfig, Operation, RetryPolicy, Run, Task};
use crate::helm::GoRuntime;
use crate::inventory::Listing;
use crate::lock::LockGuard;
use crate::report::{LogFormat, LogLine, ProgressStyle, SecondSignal, StopHint, Styles, Verbosity, progress};
use crate::settings::{EntryPoint, Environment};
use crate::signal::Stage;
use crate::target::Target;

/// Shows a plan before the question: as lines of a log, or as text, which `render` makes for this width.
pub(crate) fn show_plan(
    lines: impl IntoIterator<Item = LogLine>,
    render: impl FnOnce(Option<usize>, Styles) -> String,
    app: &App,
) {
    match app.printer.log_format() {
        LogFormat::Json => lines.into_iter().for_each(|line| app.printer.log(&line)),
        LogFormat::Text => {
            let text = render(app.terminal.stderr.columns(), app.printer.err());
            app.printer.plan(&text, app.terminal.can_ask());
        }
    }
}

/// How tasks are carried out.
pub(crate) fn executor_config(
    workers: usize,
    batch: BatchSize,
    fail_fast: bool,
    deadline: Option<Instant>,
    app: &App,
) -> ExecutorConfig {
    let (retry_policy, clock) = (RetryPolicy::USUAL, app.environment.clock);
    ExecutorConfig { workers, batch, fail_fast, deadline, retry_policy, clock }
}

/// Carries out tasks. From here on signals are the executor's.
pub(crate) fn execute(
    tasks: Vec<Task>,
    config: ExecutorConfig,
    backends: Backends,
    operation: Operation,
    lock: Option<&LockGuard>,
    app: &App,
) -> Result<Run, CommandError> {
    app.interrupts.enter(Stage::Changing);
    // A signal that came before ends the run before it begins.
    app.unless_interrupted(Ok(()))?;
    let App { environment, terminal, printer, interrupts, entry_point, .. } = app;
    let second = if *entry_point == EntryPoint::Helm { SecondSignal::Kill } else { SecondSignal::CtrlC };
    let stop_hint = StopHint { pid: std::process::id(), second, operation };
    let style = match printer.log_format() {
        LogFormat::Json => ProgressStyle::Json,
        LogFormat::Text if terminal.can_draw() && printer.verbosity() > Verbosity::Quiet => ProgressStyle::Bars,
        LogFormat::Text => ProgressStyle::Lines,
    };
    let mut progress = progress(style, stop_hint, environment.clock);
    let mut on_event = |event: &executor::Event<'_>, state: executor::Progress| {
        progress.on_event(event, state, printer);
        let lost = lock.map(LockGuard::take_lost).into_iter().flatten();
        lost.for_each(|lost| progress.warn(&lock_lost_warning(&lost), printer));
    };
    Ok(executor::execute(tasks, config, backends, interrupts, &mut on_event)?)
}

/// How helm processes that change something are set.
pub(crate) fn go_runtime(environment: &Environment) -> GoRuntime {
    let (gogc, limit) = (environment.go_collector.as_deref(), environment.go_memory.as_deref());
    GoRuntime::beside(gogc, limit, environment.go_threads.as_deref())
}

/// Lists the releases once more after a run, or says why that failed. A signal ends only this list from here on.
pub(crate) fn list_after(target: &Target, run: &mut Run, app: &App) -> Result<Listing, String> {
    app.printer.info("looking at the cluster once more");
    app.interrupts.enter(Stage::Reading);
    let listing = target.inventory.list();
    run.interruption = app.interruption();
    listing.map_err(|error| {
        if app.interrupts.has_ended_all() {
            "interrupted while the cluster was looked at once more".to_owned()
        } else {
            error.to_string()
        }
    })
}
