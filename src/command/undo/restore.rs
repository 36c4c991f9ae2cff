//! `restore`: what a purge has removed with its history kept comes back.

use std::time::Instant;

use super::intent::{Flags, Intent};
use super::planned::{means, planned};
use super::settle::{settle, with_finished};
use super::show::{show, summarize, tell_plan};
use crate::cli::RestoreArguments;
use crate::clock::Clock;
use crate::command::undertaking::carry_out::carry_out;
use crate::command::undertaking::confirm::{self, Agreement, ConfirmPrompt};
use crate::command::undertaking::journal::{Journaling, note_earlier};
use crate::command::undertaking::lock::{self, Taken, Waited};
use crate::command::{App, CommandError};
use crate::executor::{BatchSize, ExecutorConfig, FailureHandling, Operation, RetryPolicy};
use crate::exit_code::ExitCode;
use crate::journal::OperationKind;
use crate::report::{RestoreReport, begun_line, plural};
use crate::settings::ConnectionOptions;

/// Shows what would come back, gets the agreement, rolls back, and says what came of it.
pub(in crate::command) fn restore(
    arguments: &RestoreArguments,
    wish: &ConnectionOptions,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let begun = Instant::now();
    let (undo, agreement) = (&arguments.undo, Agreement::from(&arguments.undo));
    if !undo.dry_run {
        confirm::check_flags(agreement, app)?;
    }
    let flags = Flags::read(arguments)?;
    let mut intent = Intent::look(arguments, &flags, wish, app)?;
    note_earlier(&intent.undertaking(), undo.journal.place.as_deref(), app);
    if undo.dry_run {
        return show(&intent, undo.output, app);
    }
    let mut journaling = Journaling::choose(&undo.journal, &intent.undertaking(), app)?;
    agree(&intent, agreement, app)?;
    let Taken { held, waited } = lock::take(&flags.lock, &intent.undertaking(), journaling.id(), app)?;
    if waited == Waited::Yes {
        // What held the lock was perhaps the very purge that is to be taken back, and is done only now.
        let again = intent.again(arguments, &flags, app)?;
        if again.differs {
            journaling = journaling.again(&undo.journal, &again.intent.undertaking(), app)?;
            agree(&again.intent, agreement, app)?;
        }
        intent = again.intent;
    }
    intent.unless_another_cluster(app)?;
    let kept = journaling.open(&intent.undertaking(), app)?;
    let (deadline, clock) = (flags.longest.map(|longest| begun + longest), app.environment.clock);
    let execution = execution(arguments, intent.workers, deadline, clock);
    let Intent { looked, plan, client, .. } = &intent;
    let planned = planned(looked, plan, flags.timeout);
    let means = means(looked, plan, &planned, client.clone(), kept.journal(), app);
    if !planned.is_empty() {
        let line = begun_line(OperationKind::Restore, &kept.note(), planned.len(), Some(intent.workers));
        app.printer.log(&line);
    }
    let carried_out = carry_out(planned, execution, means, Operation::Rollback, held.as_ref(), app);
    let mut run = carried_out.map_err(|stopped| kept.abandon(stopped))?;
    let (settled, left) = settle(looked, plan, &mut run, app);
    lock::give_back(held, app);
    let code = match ExitCode::of_run(&run, &settled) {
        ExitCode::Done if !left.is_empty() => ExitCode::SomeFailed,
        code => code,
    };
    let code = kept.end(&with_finished(&run, plan, &left), &settled, code, &app.printer);
    let report = RestoreReport { plan, run: &run, settled: &settled, left: &left, journal: &kept.note() };
    summarize(&intent, &report, code, undo.output, app)
}

/// Shows the plan, and asks where there is something to do.
fn agree(intent: &Intent, agreement: Agreement<'_>, app: &mut App) -> Result<(), CommandError> {
    tell_plan(intent, app);
    let undertaking = intent.undertaking();
    if undertaking.is_nothing() {
        return Ok(());
    }
    let what = format!("restores {}", plural(intent.plan.going().count(), "release"));
    let (operation, connection, scope) = (undertaking.operation, &intent.looked.connection, &intent.looked.scope);
    confirm::agree(agreement, ConfirmPrompt { what: &what, operation, connection, scope }, app)
}

/// Helm rolls back one release at a time.
const ONE_EACH: BatchSize = BatchSize::AtMost(std::num::NonZeroUsize::MIN);

fn execution(arguments: &RestoreArguments, workers: usize, deadline: Option<Instant>, clock: Clock) -> ExecutorConfig {
    let failures = if arguments.fail_fast { FailureHandling::FailFast } else { FailureHandling::GoOn };
    ExecutorConfig { workers, batch: ONE_EACH, failures, deadline, patience: RetryPolicy::USUAL, clock }
}
