//! What journals tell of earlier purges and restores: those on this machine, and those that pods have left.
//!
//! They only help: what a purge has left is found in the cluster alone. But once nothing is left of the last one, only a
//! journal can tell that it was there.

use std::path::Path;

use crate::cli::JournalArguments;
use crate::cluster::ApiError;
use crate::command::App;
use crate::command::undertaking::Undertaking;
use crate::command::undertaking::journal::{head, place};
use crate::journal::{Ending, JournalHeader, JournalLocation, OperationKind, PastRun};
use crate::release::Namespace;
use crate::run_id::RunId;
use crate::undo::{PurgeEnd, RunHistory, is_of_one_night};

/// Everything that is known of runs of these policies on this cluster.
///
/// Pods leave their journals in the namespace of their own. From outside, that of the lock is the best guess.
pub(super) fn known_runs(
    undertaking: &Undertaking<'_>,
    arguments: &JournalArguments,
    lock_namespace: Option<&Namespace>,
    app: &mut App,
) -> RunHistory {
    let like = head(undertaking, "", app);
    let mut known = RunHistory::default();
    let named = place(arguments.place.as_deref(), &app.environment);
    // A file that was named is for this one's journal.
    let folder = if let Some(JournalLocation::File(_)) = named { place(None, &app.environment) } else { named };
    if let Some(JournalLocation::Folder(folder)) = folder {
        in_folder(&like, &folder, &app.environment.machine, &mut known);
    }
    let connection = undertaking.connection;
    let own = connection.is_in_cluster().then(|| connection.default_namespace());
    if let Some(namespace) = own.or(lock_namespace.map(Namespace::as_str))
        && let Err(error) = in_namespace(&like, undertaking, namespace, &mut known)
    {
        app.printer.note(format_args!("the journals of earlier runs in {namespace} could not be read: {error}"));
    }
    known
}

/// Of purges of long ago it is enough to know that they were.
fn in_folder(like: &JournalHeader, folder: &Path, own_host: &str, known: &mut RunHistory) {
    let found = PastRun::heads_in(folder).filter(|(_, found, _)| found.has_part_of(like)).collect::<Vec<_>>();
    let is_purge = |head: &JournalHeader| head.operation == OperationKind::Purge;
    let last = found.iter().find(|(_, head, _)| is_purge(head)).map(|(run, _, _)| run.clone());
    for (run, head, path) in found {
        let matters = is_purge(&head) && last.as_ref().is_some_and(|last| is_of_one_night(&run, last));
        let read = matters.then(|| PastRun::in_file(&path, own_host).ok()).flatten();
        let end = read.map_or(PurgeEnd::Well, |read| end(read.ending));
        add(known, run, &head, end);
    }
}

fn in_namespace(
    like: &JournalHeader,
    undertaking: &Undertaking<'_>,
    namespace: &str,
    known: &mut RunHistory,
) -> Result<(), ApiError> {
    let Some(client) = undertaking.client else { return Ok(()) };
    let found = client.run_records(namespace)?.into_iter().filter_map(|found| PastRun::in_config_map(found).ok());
    for run in found.filter(|run| run.record.head.has_part_of(like)) {
        add(known, run.id, &run.record.head, end(run.ending));
    }
    Ok(())
}

fn add(known: &mut RunHistory, run: RunId, head: &JournalHeader, end: PurgeEnd) {
    let policies = head.policies.iter().map(|policy| policy.name.clone()).collect();
    match head.operation {
        OperationKind::Purge => known.add_purge(run, policies, head.shard.clone(), end),
        OperationKind::Restore => {
            let of = head.takes_back.iter().filter_map(|run| run.parse().ok()).collect();
            known.add_restore(run, policies, of);
        }
        OperationKind::Prune | OperationKind::Unknown => {}
    }
}

fn end(ending: Ending) -> PurgeEnd {
    match ending {
        Ending::Finished { exit_code: 0 } => PurgeEnd::Well,
        Ending::Finished { .. }
        | Ending::Interrupted { .. }
        | Ending::Running
        | Ending::Killed
        | Ending::NotRecorded => PurgeEnd::NotWell,
    }
}
