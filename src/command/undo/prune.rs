//! `prune`: histories that purges have kept for too long go for good.
//!
//! Not by helm: an uninstall of a release that somebody installs in that very moment would take that. A record is removed
//! only as it was seen.

use std::collections::BTreeMap;
use std::time::Duration;

use super::look::{LookedBack, look_back};
use super::same::same_cluster;
use crate::cli::{PruneArguments, UndoFormat};
use crate::command::confirm::{self, Deed};
use crate::command::{Stopped, Surroundings};
use crate::exit_code::ExitCode;
use crate::inventory::older;
use crate::policy::age_from_flag;
use crate::release::{Release, ReleaseId};
use crate::report::{Format, PruneDocument, PruneRow, PruneView, plural, render_error, render_prune, serialize};
use crate::settings::ConnectionWish;
use crate::signal::Stage;
use crate::undo::{Candidate, Verdict};

/// Shows which histories would go, gets the agreement, and removes them.
pub(in crate::command) fn prune(
    arguments: &PruneArguments,
    wish: &ConnectionWish,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let (undo, agreement) = (&arguments.undo, (&arguments.undo).into());
    if !undo.dry_run {
        confirm::check_flags(agreement, surroundings)?;
    }
    let least = age_from_flag("--older-than", &arguments.older_than).map_err(Stopped::flag)?;
    let looked = look_back(undo, wish, confirm::attendance(agreement, surroundings), surroundings)?;
    // What was installed again since has that history as any other.
    let kept = looked.candidates.iter().filter(|candidate| candidate.verdict == Verdict::Restore);
    let (old, young): (Vec<_>, Vec<_>) = kept.partition(|candidate| is_older(candidate, least, &looked));
    let nothing = BTreeMap::new();
    if undo.dry_run {
        let rows = rows(&old, &nothing);
        return show(&view(&looked, &rows, young.len()), undo.output, Kind::Plan, surroundings);
    }
    tell_plan(&looked, &old, young.len(), surroundings);
    if !old.is_empty() {
        let what = format!("removes the history of {} for good", plural(old.len(), "release"));
        let (connection, scope) = (&looked.connection, &looked.scope);
        confirm::agree(agreement, Deed { what: &what, done: "pruned", connection, scope }, surroundings)?;
        same_cluster(&looked, surroundings)?;
    }
    surroundings.interrupts.enter(Stage::Looking);
    let failed = remove(&looked, &old.iter().map(|candidate| &candidate.kept).collect::<Vec<_>>());
    let rows = rows(&old, &failed);
    let code = show(&view(&looked, &rows, young.len()), undo.output, Kind::Report, surroundings)?;
    Ok(if failed.is_empty() { code } else { ExitCode::SomeFailed })
}

/// Whether something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plan,
    Report,
}

/// A run whose beginning cannot be told is as young as can be.
fn is_older(candidate: &Candidate, least: Duration, looked: &LookedBack) -> bool {
    let since = candidate.mark.run.begun().map(|begun| looked.gathered.now.duration_since(begun));
    since.and_then(|since| Duration::try_from(since).ok()).is_some_and(|since| since >= least)
}

/// The older records first: without the one that says `uninstalled`, they would look like a release.
fn remove(looked: &LookedBack, kept: &[&Release]) -> BTreeMap<ReleaseId, String> {
    let histories = looked.records.histories(&kept.iter().map(|release| &release.id).collect::<Vec<_>>());
    let (mut doomed, mut failed) = (Vec::new(), BTreeMap::new());
    for release in kept {
        match histories.get(&release.id) {
            Some(Ok(history)) => match older(release, history) {
                Some(older) => doomed.extend(older.into_iter().map(|record| (&release.id, record))),
                None => drop(failed.insert(release.id.clone(), "it has changed since the plan".to_owned())),
            },
            Some(Err(error)) => drop(failed.insert(release.id.clone(), error.to_string())),
            None => {}
        }
    }
    let (ids, doomed): (Vec<_>, Vec<_>) = doomed.into_iter().unzip();
    for (id, removed) in ids.into_iter().zip(looked.records.remove(&doomed)) {
        if let Err(error) = removed {
            failed.insert(id.clone(), error.to_string());
        }
    }
    let whole = kept.iter().filter(|release| !failed.contains_key(&release.id)).copied().collect::<Vec<_>>();
    failed.extend(looked.remove(&whole));
    failed
}

fn rows<'a>(old: &[&'a Candidate], failed: &'a BTreeMap<ReleaseId, String>) -> Vec<PruneRow<'a>> {
    let row = |candidate: &&'a Candidate| PruneRow {
        kept: &candidate.kept,
        mark: &candidate.mark,
        failed: failed.get(&candidate.kept.id).map(String::as_str),
    };
    old.iter().map(row).collect()
}

fn view<'a>(looked: &'a LookedBack, rows: &'a [PruneRow<'a>], younger: usize) -> PruneView<'a> {
    PruneView {
        policies: &looked.policies,
        connection: &looked.connection,
        identity: looked.gathered.identity.as_ref(),
        helm: &looked.gathered.helm,
        rows,
        younger,
        now: looked.gathered.now,
    }
}

fn tell_plan(looked: &LookedBack, old: &[&Candidate], younger: usize, surroundings: &mut Surroundings) {
    let nothing = BTreeMap::new();
    let rows = rows(old, &nothing);
    let width = surroundings.terminal.stderr.columns();
    let text = render_prune(&view(looked, &rows, younger), width, surroundings.printer.err());
    if surroundings.terminal.can_ask() { surroundings.printer.tell(&text) } else { surroundings.printer.say(&text) }
}

fn show(
    view: &PruneView<'_>,
    output: UndoFormat,
    kind: Kind,
    surroundings: &mut Surroundings,
) -> Result<ExitCode, Stopped> {
    let width = surroundings.terminal.stdout.columns();
    let printer = &mut surroundings.printer;
    let document = || match kind {
        Kind::Plan => PruneDocument::of_plan(view),
        Kind::Report => PruneDocument::of_report(view),
    };
    let gone = || view.rows.iter().filter(|row| row.failed.is_none());
    let text = match (output, kind) {
        (UndoFormat::Table, Kind::Plan) => Ok(render_prune(view, width, printer.out())),
        (UndoFormat::Table, Kind::Report) if view.rows.is_empty() => Ok(String::new()),
        (UndoFormat::Table, Kind::Report) => {
            Ok(format!("pruned {} · failed {}", gone().count(), view.rows.len() - gone().count()))
        }
        (UndoFormat::Json, _) => serialize(&document(), Format::Json),
        (UndoFormat::Yaml, _) => serialize(&document(), Format::Yaml),
        (UndoFormat::Name, _) => Ok(gone().map(|row| row.kept.id.to_string()).collect::<Vec<_>>().join("\n")),
    };
    printer.data(&text.map_err(Stopped::internal)?);
    for row in view.rows {
        if let Some(why) = row.failed {
            let error: Box<dyn std::error::Error> =
                format!("the history of {} is still there: {why}", row.kept.id).into();
            printer.tell(&render_error(error.as_ref(), None, printer.err()));
        }
    }
    Ok(ExitCode::Done)
}
