//! `restore`: what a purge has removed with its history kept comes back.

use std::time::Instant;

use super::intent::{Flags, Intent};
use super::planned::{means, planned};
use super::settle::{settle, with_finished};
use super::show::{show, summarize, tell_plan};
use crate::cli::RestoreArguments;
use crate::clock::Clock;
use crate::command::undertaking::carry_out::carry_out;
use crate::command::undertaking::confirm::{self, Agreement, Deed};
use crate::command::undertaking::journal::{Journaling, note_earlier};
use crate::command::undertaking::lock::{self, Taken, Waited};
use crate::command::{Stopped, Surroundings};
use crate::executor::{BatchSize, Execution, FailureHandling, Operation, Patience};
use crate::exit_code::ExitCode;
use crate::journal::OperationOfHead;
use crate::report::{RestoreReport, begun_line, plural};
use crate::settings::ConnectionWish;

/// Shows what would come back, gets the agreement, rolls back, and says what came of it.
pub(in crate::command) fn restore(
    arguments: &RestoreArguments,
    wish: &ConnectionWish,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let begun = Instant::now();
    let (undo, agreement) = (&arguments.undo, Agreement::from(&arguments.undo));
    if !undo.dry_run {
        confirm::check_flags(agreement, surroundings)?;
    }
    let flags = Flags::read(arguments)?;
    let mut intent = Intent::look(arguments, &flags, wish, surroundings)?;
    note_earlier(&intent.undertaking(), undo.journal.place.as_deref(), surroundings);
    if undo.dry_run {
        return show(&intent, undo.output, surroundings);
    }
    let mut journaling = Journaling::choose(&undo.journal, &intent.undertaking(), surroundings)?;
    agree(&intent, agreement, surroundings)?;
    let Taken { held, waited } = lock::take(&flags.lock, &intent.undertaking(), journaling.id(), surroundings)?;
    if waited == Waited::Yes {
        // What held the lock was perhaps the very purge that is to be taken back, and is done only now.
        let again = intent.again(arguments, &flags, surroundings)?;
        if again.differs {
            journaling = journaling.again(&undo.journal, &again.intent.undertaking(), surroundings)?;
            agree(&again.intent, agreement, surroundings)?;
        }
        intent = again.intent;
    }
    intent.unless_another_cluster(surroundings)?;
    let kept = journaling.open(&intent.undertaking(), surroundings)?;
    let (deadline, clock) = (flags.longest.map(|longest| begun + longest), surroundings.environment.clock);
    let execution = execution(arguments, intent.workers, deadline, clock);
    let Intent { looked, plan, client, .. } = &intent;
    let planned = planned(looked, plan, flags.timeout);
    let means = means(looked, plan, &planned, client.clone(), kept.journal(), surroundings);
    if !planned.is_empty() {
        let line = begun_line(OperationOfHead::Restore, &kept.note(), planned.len(), Some(intent.workers));
        surroundings.printer.log(&line);
    }
    let carried_out = carry_out(planned, execution, means, Operation::Rollback, held.as_ref(), surroundings);
    let mut run = carried_out.map_err(|stopped| kept.abandon(stopped))?;
    let (settled, left) = settle(looked, plan, &mut run, surroundings);
    lock::give_back(held, surroundings);
    let code = match ExitCode::of_run(&run, &settled) {
        ExitCode::Done if !left.is_empty() => ExitCode::SomeFailed,
        code => code,
    };
    let code = kept.end(&with_finished(&run, plan, &left), &settled, code, &mut surroundings.printer);
    let report = RestoreReport { plan, run: &run, settled: &settled, left: &left, journal: &kept.note() };
    summarize(&intent, &report, code, undo.output, surroundings)
}

/// Shows the plan, and asks where there is something to do.
fn agree(intent: &Intent, agreement: Agreement<'_>, surroundings: &mut Surroundings) -> Result<(), Stopped> {
    tell_plan(intent, surroundings);
    let undertaking = intent.undertaking();
    if undertaking.is_nothing() {
        return Ok(());
    }
    let what = format!("restores {}", plural(intent.plan.going().count(), "release"));
    let (operation, connection, scope) = (undertaking.operation, &intent.looked.connection, &intent.looked.scope);
    confirm::agree(agreement, Deed { what: &what, operation, connection, scope }, surroundings)
}

/// Helm rolls back one release at a time.
const ONE_EACH: BatchSize = BatchSize::AtMost(std::num::NonZeroUsize::MIN);

fn execution(arguments: &RestoreArguments, workers: usize, deadline: Option<Instant>, clock: Clock) -> Execution {
    let failures = if arguments.fail_fast { FailureHandling::FailFast } else { FailureHandling::GoOn };
    Execution { workers, batch: ONE_EACH, failures, deadline, patience: Patience::USUAL, clock }
}
