//! The run before this one, where it did not end as it should have.

use std::path::Path;

use super::{head, place};
use crate::command::App;
use crate::command::undertaking::Undertaking;
use crate::journal::{Ending, JournalHeader, JournalLocation, OperationKind, PastRun};
use crate::report::plural;

/// More releases than this are counted, not named.
const NAMED: usize = 8;

/// Says what the last run of the same policy on the same cluster had in hand when it was killed, or that it goes on: what
/// matters to a purge or a restore is the last of either.
pub(in crate::command) fn note_earlier(undertaking: &Undertaking<'_>, named: Option<&Path>, app: &mut App) {
    let like = head(undertaking, "", app);
    let in_file = match place(named, &app.environment) {
        Some(JournalLocation::Folder(folder)) => PastRun::newest_like(&like, &folder, &app.environment.machine),
        Some(JournalLocation::File(_)) | None => None,
    };
    let before = in_file.into_iter().chain(in_cluster(undertaking, &like));
    let before = before.max_by_key(PastRun::begun);
    if let Some(note) = before.as_ref().and_then(|before| note(before, undertaking.operation)) {
        app.printer.important_note(note);
    }
}

/// In a pod, what earlier pods have left behind. Where that cannot be seen, nothing is said: the run goes on without.
fn in_cluster(undertaking: &Undertaking<'_>, like: &JournalHeader) -> Option<PastRun> {
    let connection = undertaking.connection;
    let client = undertaking.client.filter(|_| connection.is_in_cluster())?;
    let found = client.run_records(connection.default_namespace()).ok()?;
    let runs = found.into_iter().filter_map(|found| PastRun::in_config_map(found).ok());
    runs.filter(|run| run.record.head.is_like(like)).max_by_key(PastRun::begun)
}

fn note(run: &PastRun, now: OperationKind) -> Option<String> {
    let PastRun { id, record, ending, .. } = run;
    let noun = record.head.operation.noun();
    let begun = id.begun().map(|begun| begun.to_string()).unwrap_or_default();
    let how = match ending {
        Ending::Finished { .. } | Ending::Interrupted { .. } => return None,
        Ending::Running => {
            let (who, pid) = (&record.head.who, record.head.process.pid);
            return Some(format!("{noun} {id} of the same policy is under way: {who}, pid {pid}"));
        }
        Ending::Killed => "was killed",
        Ending::NotRecorded => "has no end recorded",
    };
    let in_hand = record.in_hand().collect::<Vec<_>>();
    if in_hand.is_empty() {
        return Some(format!("{noun} {id} of {begun} {how}; it had no release in hand"));
    }
    let names = in_hand.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = if in_hand.len() > NAMED { format!(" and {} more", in_hand.len() - NAMED) } else { String::new() };
    let count = plural(in_hand.len(), "release");
    let what_now = what_now(record.head.operation, now);
    Some(format!(
        "{noun} {id} of {begun} {how}: it had started {count} that it did not see end: {names}{more}; {what_now}"
    ))
}

/// What becomes of releases that were left half done, by what is done now.
fn what_now(before: OperationKind, now: OperationKind) -> &'static str {
    match (before, now) {
        (OperationKind::Restore, OperationKind::Restore) => "planned again where not back yet",
        (OperationKind::Restore, _) => "`restore` brings back the rest",
        (OperationKind::Prune, _) => "planned again where something is left",
        (_, OperationKind::Restore) => "`run` finishes what is half gone",
        _ => "planned again where still there",
    }
}
