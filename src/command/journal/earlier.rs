//! The run before this one, where it did not end as it should have.

use std::path::Path;

use super::{head, place};
use crate::command::Surroundings;
use crate::command::prepare::Prepared;
use crate::journal::{Ending, Head, PastRun, Place};
use crate::report::plural;
use crate::settings::machine_name;
use crate::visible;

/// More releases than this are counted, not named.
const NAMED: usize = 8;

/// Says what the last run of the same policy on the same cluster had in hand when it was killed, or that it goes on.
pub(in crate::command) fn note_earlier(prepared: &Prepared, named: Option<&Path>, surroundings: &mut Surroundings) {
    let like = head::head(prepared, "", surroundings);
    let in_file = match place(named, &surroundings.environment) {
        Some(Place::Folder(folder)) => PastRun::newest_like(&like, &folder, &machine_name()),
        Some(Place::File(_)) | None => None,
    };
    let before = in_file.into_iter().chain(in_cluster(prepared, &like));
    let before = before.max_by_key(PastRun::begun);
    if let Some(note) = before.as_ref().and_then(note) {
        surroundings.printer.tell(&visible::sentence(&note));
    }
}

/// In a pod, what earlier pods have left behind. Where that cannot be seen, nothing is said: the run goes on without.
fn in_cluster(prepared: &Prepared, like: &Head) -> Option<PastRun> {
    let connection = &prepared.connection;
    let client = prepared.inventory.client().filter(|_| connection.is_in_cluster())?;
    let found = client.run_records(connection.default_namespace()).ok()?;
    let runs = found.into_iter().filter_map(|found| PastRun::in_config_map(found).ok());
    runs.filter(|run| run.record.head.is_like(like)).max_by_key(PastRun::begun)
}

fn note(run: &PastRun) -> Option<String> {
    let PastRun { id, record, ending, .. } = run;
    let begun = id.begun().map(|begun| begun.to_string()).unwrap_or_default();
    let how = match ending {
        Ending::Finished { .. } | Ending::Interrupted { .. } => return None,
        Ending::Running => {
            let (who, pid) = (&record.head.who, record.head.process.pid);
            return Some(format!("note: run {id} of the same policy is under way: {who}, pid {pid}"));
        }
        Ending::Killed => "was killed",
        Ending::NotRecorded => "has no end recorded",
    };
    let in_hand = record.in_hand().collect::<Vec<_>>();
    if in_hand.is_empty() {
        return Some(format!("note: run {id} of {begun} {how}; it had no release in hand"));
    }
    let names = in_hand.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = if in_hand.len() > NAMED { format!(" and {} more", in_hand.len() - NAMED) } else { String::new() };
    let count = plural(in_hand.len(), "release");
    Some(format!(
        "note: run {id} of {begun} {how}: it had started {count} that it did not see end: {names}{more}; planned again \
         where still there"
    ))
}
