//! `prune`: histories that purges have kept for too long go for good.
//!
//! Not by helm: an uninstall of a release that somebody installs in that very moment would take that. A record is removed
//! only as it was seen.

mod remove;
mod show;

use std::time::Duration;

use super::look::{LookedBack, look_back};
use crate::cli::PruneArguments;
use crate::command::undertaking::confirm::{self, Agreement, ConfirmPrompt};
use crate::command::undertaking::journal::{Journaling, note_earlier};
use crate::command::undertaking::lock;
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::journal::OperationKind;
use crate::policy::age_from_flag;
use crate::report::{begun_line, plural};
use crate::settings::ConnectionOptions;
use crate::signal::Stage;
use crate::undo::{RestorableRelease, Verdict};
use remove::{Pruned, prune_all};
use show::{Kind, Shown};

/// Shows which histories would go, gets the agreement, and removes them.
pub(in crate::command) fn prune(
    arguments: &PruneArguments,
    wish: &ConnectionOptions,
    app: &mut App,
) -> Result<ExitCode, CommandError> {
    let (undo, agreement) = (&arguments.undo, Agreement::from(&arguments.undo));
    if !undo.dry_run {
        confirm::check_flags(agreement, app)?;
    }
    let least = age_from_flag("--older-than", &arguments.older_than).map_err(CommandError::flag)?;
    let lock_wish = lock::wish(&undo.lock)?;
    let looked = look_back(undo, wish, confirm::attendance(agreement, app), app)?;
    // What was installed again since has that history as any other.
    let kept = looked.candidates.iter().filter(|candidate| candidate.verdict == Verdict::Restore);
    let (old, young): (Vec<_>, Vec<_>) = kept.partition(|candidate| is_older(candidate, least, &looked));
    let releases = old.iter().map(|candidate| &candidate.kept).collect::<Vec<_>>();
    let undertaking = looked.undertaking(OperationKind::Prune, releases, &[]);
    let shown = Shown { looked: &looked, old: &old, younger: young.len() };
    note_earlier(&undertaking, undo.journal.place.as_deref(), app);
    if undo.dry_run {
        return shown.show(&Pruned::default(), None, undo.output, Kind::Plan, app);
    }
    let journaling = Journaling::choose(&undo.journal, &undertaking, app)?;
    shown.tell_plan(app);
    if !undertaking.is_nothing() {
        let what = format!("removes the history of {} for good", plural(old.len(), "release"));
        let (operation, connection, scope) = (undertaking.operation, &looked.connection, &looked.scope);
        confirm::agree(agreement, ConfirmPrompt { what: &what, operation, connection, scope }, app)?;
    }
    let held = lock::take(&lock_wish, &undertaking, journaling.id(), app)?.held;
    if !undertaking.is_nothing() {
        looked.same_cluster(undertaking.operation, app)?;
    }
    let journal = journaling.open(&undertaking, app)?;
    app.interrupts.enter(Stage::Purging);
    app.unless_interrupted(Ok(())).map_err(|stopped| journal.abandon(stopped))?;
    if !undertaking.is_nothing() {
        app.printer.log(&begun_line(OperationKind::Prune, &journal.note(), old.len(), None));
    }
    let pruned = prune_all(&looked, &old, &journal, app);
    lock::give_back(held, app);
    let code = journal.end_with(pruned.totals(old.len()), pruned.refusal(), code(&pruned, app), app);
    shown.show(&pruned, Some(&journal.note()), undo.output, Kind::Report, app)?;
    Ok(code)
}

fn code(pruned: &Pruned, app: &App) -> ExitCode {
    match app.interruption() {
        Some(interruption) => ExitCode::Signal(interruption.signal),
        None if pruned.left.is_empty() => ExitCode::Done,
        None => ExitCode::SomeFailed,
    }
}

/// A run whose beginning cannot be told is as young as can be.
fn is_older(candidate: &RestorableRelease, least: Duration, looked: &LookedBack) -> bool {
    let since = candidate.mark.run.begun().map(|begun| looked.gathered.now.duration_since(begun));
    since.and_then(|since| Duration::try_from(since).ok()).is_some_and(|since| since >= least)
}
