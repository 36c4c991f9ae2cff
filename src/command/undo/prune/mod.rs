//! `prune`: histories that purges have kept for too long go for good.
//!
//! Not by helm: an uninstall of a release that somebody installs in that very moment would take that. A record is removed
//! only as it was seen.

mod remove;
mod show;

use std::time::Duration;

use super::look::{LookedBack, look_back};
use crate::cli::PruneArguments;
use crate::command::undertaking::confirm::{self, Agreement, Deed};
use crate::command::undertaking::journal::{Journaling, note_earlier};
use crate::command::undertaking::lock;
use crate::command::{Stopped, Surroundings};
use crate::exit_code::ExitCode;
use crate::journal::OperationOfHead;
use crate::policy::age_from_flag;
use crate::report::{begun_line, plural};
use crate::settings::ConnectionWish;
use crate::signal::Stage;
use crate::undo::{Candidate, Verdict};
use remove::{Pruned, prune_all};
use show::{Kind, Shown};

/// Shows which histories would go, gets the agreement, and removes them.
pub(in crate::command) fn prune(
    arguments: &PruneArguments,
    wish: &ConnectionWish,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let (undo, agreement) = (&arguments.undo, Agreement::from(&arguments.undo));
    if !undo.dry_run {
        confirm::check_flags(agreement, surroundings)?;
    }
    let least = age_from_flag("--older-than", &arguments.older_than).map_err(Stopped::flag)?;
    let lock_wish = lock::wish(&undo.lock)?;
    let looked = look_back(undo, wish, confirm::attendance(agreement, surroundings), surroundings)?;
    // What was installed again since has that history as any other.
    let kept = looked.candidates.iter().filter(|candidate| candidate.verdict == Verdict::Restore);
    let (old, young): (Vec<_>, Vec<_>) = kept.partition(|candidate| is_older(candidate, least, &looked));
    let releases = old.iter().map(|candidate| &candidate.kept).collect::<Vec<_>>();
    let undertaking = looked.undertaking(OperationOfHead::Prune, releases, &[]);
    let shown = Shown { looked: &looked, old: &old, younger: young.len() };
    note_earlier(&undertaking, undo.journal.place.as_deref(), surroundings);
    if undo.dry_run {
        return shown.show(&Pruned::default(), None, undo.output, Kind::Plan, surroundings);
    }
    let journaling = Journaling::choose(&undo.journal, &undertaking, surroundings)?;
    shown.tell_plan(surroundings);
    if !undertaking.is_nothing() {
        let what = format!("removes the history of {} for good", plural(old.len(), "release"));
        let (operation, connection, scope) = (undertaking.operation, &looked.connection, &looked.scope);
        confirm::agree(agreement, Deed { what: &what, operation, connection, scope }, surroundings)?;
    }
    let held = lock::take(&lock_wish, &undertaking, journaling.id(), surroundings)?.held;
    if !undertaking.is_nothing() {
        looked.same_cluster(undertaking.operation, surroundings)?;
    }
    let journal = journaling.open(&undertaking, surroundings)?;
    surroundings.interrupts.enter(Stage::Purging);
    surroundings.unless_interrupted(Ok(())).map_err(|stopped| journal.abandon(stopped))?;
    if !undertaking.is_nothing() {
        surroundings.printer.log(&begun_line(OperationOfHead::Prune, &journal.note(), old.len(), None));
    }
    let pruned = prune_all(&looked, &old, &journal, surroundings);
    lock::give_back(held, surroundings);
    let code = journal.end_with(pruned.totals(old.len()), pruned.refusal(), code(&pruned, surroundings), surroundings);
    shown.show(&pruned, Some(&journal.note()), undo.output, Kind::Report, surroundings)?;
    Ok(code)
}

fn code(pruned: &Pruned, surroundings: &Surroundings) -> ExitCode {
    match surroundings.interruption() {
        Some(interruption) => ExitCode::Signal(interruption.signal),
        None if pruned.left.is_empty() => ExitCode::Done,
        None => ExitCode::SomeFailed,
    }
}

/// A run whose beginning cannot be told is as young as can be.
fn is_older(candidate: &Candidate, least: Duration, looked: &LookedBack) -> bool {
    let since = candidate.mark.run.begun().map(|begun| looked.gathered.now.duration_since(begun));
    since.and_then(|since| Duration::try_from(since).ok()).is_some_and(|since| since >= least)
}
