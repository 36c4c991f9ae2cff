//! Has the executor carry out a plan, and shows what happens.

use super::lock;
use crate::command::{App, CommandError};
use crate::executor::{self, Backends, ExecutorConfig, Operation, Run, Task};
use crate::helm::GoRuntime;
use crate::lock::LockGuard;
use crate::report::{LogFormat, SecondSignal, Showing, Verbosity, WayOut, progress};
use crate::settings::{EntryPoint, Environment};
use crate::signal::Stage;

/// Carries out a plan. From here on signals are the executor's.
pub(in crate::command) fn carry_out(
    plan: Vec<Task>,
    execution: ExecutorConfig,
    means: Backends,
    operation: Operation,
    lock: Option<&LockGuard>,
    app: &mut App,
) -> Result<Run, CommandError> {
    app.interrupts.enter(Stage::Purging);
    // One that came before ends the run before it begins.
    app.unless_interrupted(Ok(()))?;
    let App { environment, terminal, printer, interrupts, entry_point, .. } = app;
    let second = if *entry_point == EntryPoint::Helm { SecondSignal::Kill } else { SecondSignal::CtrlC };
    let way_out = WayOut { pid: std::process::id(), second, operation };
    let showing = match printer.log_format() {
        LogFormat::Json => Showing::Json,
        LogFormat::Text if terminal.can_draw() && printer.verbosity() > Verbosity::Quiet => Showing::Bars,
        LogFormat::Text => Showing::Lines,
    };
    let mut progress = progress(showing, way_out, environment.clock);
    let mut on_event = |event: &executor::Event<'_>| {
        progress.on_event(event, printer);
        lock.map(LockGuard::news).into_iter().flatten().for_each(|lost| progress.warn(&lock::lost(&lost), printer));
    };
    Ok(executor::execute(plan, execution, means, interrupts, &mut on_event)?)
}

/// How helms that change something are set.
pub(in crate::command) fn go_runtime(environment: &Environment) -> GoRuntime {
    let (gogc, limit) = (environment.go_collector.as_deref(), environment.go_memory.as_deref());
    GoRuntime::beside(gogc, limit, environment.go_threads.as_deref())
}
