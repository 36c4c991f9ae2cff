//! Has the executor carry out a plan, and shows what happens.

use super::lock;
use crate::command::{Stopped, Surroundings};
use crate::executor::{self, Execution, Means, Operation, Planned, Run};
use crate::helm::GoRuntime;
use crate::lock::Held;
use crate::report::{LogFormat, SecondSignal, Showing, Volume, WayOut, progress};
use crate::settings::{Environment, FrontDoor};
use crate::signal::Stage;

/// Carries out a plan. From here on signals are the executor's.
pub(in crate::command) fn carry_out(
    plan: Vec<Planned>,
    execution: Execution,
    means: Means,
    operation: Operation,
    lock: Option<&Held>,
    surroundings: &mut Surroundings,
) -> Result<Run, Stopped> {
    surroundings.interrupts.enter(Stage::Purging);
    // One that came before ends the run before it begins.
    surroundings.unless_interrupted(Ok(()))?;
    let Surroundings { environment, terminal, printer, interrupts, front_door, .. } = surroundings;
    let second = if *front_door == FrontDoor::Helm { SecondSignal::Kill } else { SecondSignal::CtrlC };
    let way_out = WayOut { pid: std::process::id(), second, operation };
    let showing = match printer.log_format() {
        LogFormat::Json => Showing::Json,
        LogFormat::Text if terminal.can_draw() && printer.volume() > Volume::Quiet => Showing::Bars,
        LogFormat::Text => Showing::Lines,
    };
    let mut progress = progress(showing, way_out, environment.clock);
    let mut on_event = |event: &executor::Event<'_>| {
        progress.on_event(event, printer);
        lock.map(Held::news).into_iter().flatten().for_each(|lost| progress.tell(&lock::lost(&lost), printer));
    };
    Ok(executor::execute(plan, execution, means, interrupts, &mut on_event)?)
}

/// How helms that change something are set.
pub(in crate::command) fn go_runtime(environment: &Environment) -> GoRuntime {
    let (gogc, limit) = (environment.go_collector.as_deref(), environment.go_memory.as_deref());
    GoRuntime::beside(gogc, limit, environment.go_threads.as_deref())
}
