//! What journals tell of earlier purges and restores: those on this machine, and those that pods have left.
//!
//! They only help: what a purge has left is found in the cluster alone. But once nothing is left of the last one, only a
//! journal can tell that it was there.

use std::path::Path;

use crate::cli::JournalArguments;
use crate::cluster::LookError;
use crate::command::Surroundings;
use crate::command::undertaking::Undertaking;
use crate::command::undertaking::journal::{head, place};
use crate::journal::{Ending, Head, OperationOfHead, PastRun, Place};
use crate::release::Namespace;
use crate::run_id::RunId;
use crate::undo::{KnownRuns, PurgeEnd, is_of_one_night};
use crate::visible;

/// Everything that is known of runs of these policies on this cluster.
///
/// Pods leave their journals in the namespace of their own. From outside, that of the lock is the best guess.
pub(super) fn known_runs(
    undertaking: &Undertaking<'_>,
    arguments: &JournalArguments,
    lock_namespace: Option<&Namespace>,
    surroundings: &mut Surroundings,
) -> KnownRuns {
    let like = head(undertaking, "", surroundings);
    let mut known = KnownRuns::default();
    let named = place(arguments.place.as_deref(), &surroundings.environment);
    // A file that was named is for this one's journal.
    let folder = if let Some(Place::File(_)) = named { place(None, &surroundings.environment) } else { named };
    if let Some(Place::Folder(folder)) = folder {
        in_folder(&like, &folder, &surroundings.environment.machine, &mut known);
    }
    let connection = undertaking.connection;
    let own = connection.is_in_cluster().then(|| connection.default_namespace());
    if let Some(namespace) = own.or(lock_namespace.map(Namespace::as_str))
        && let Err(error) = in_namespace(&like, undertaking, namespace, &mut known)
    {
        let error = visible::sentence(&error.to_string());
        let what = format!("note: the journals of earlier runs in {namespace} could not be read: {error}");
        surroundings.printer.say(&what);
    }
    known
}

/// Of purges of long ago it is enough to know that they were.
fn in_folder(like: &Head, folder: &Path, own_host: &str, known: &mut KnownRuns) {
    let found = PastRun::heads_in(folder).filter(|(_, found, _)| found.has_part_of(like)).collect::<Vec<_>>();
    let is_purge = |head: &Head| head.operation == OperationOfHead::Purge;
    let last = found.iter().find(|(_, head, _)| is_purge(head)).map(|(run, _, _)| run.clone());
    for (run, head, path) in found {
        let matters = is_purge(&head) && last.as_ref().is_some_and(|last| is_of_one_night(&run, last));
        let read = matters.then(|| PastRun::in_file(&path, own_host).ok()).flatten();
        let end = read.map_or(PurgeEnd::Well, |read| end(read.ending));
        add(known, run, &head, end);
    }
}

fn in_namespace(
    like: &Head,
    undertaking: &Undertaking<'_>,
    namespace: &str,
    known: &mut KnownRuns,
) -> Result<(), LookError> {
    let Some(client) = undertaking.client else { return Ok(()) };
    let found = client.run_records(namespace)?.into_iter().filter_map(|found| PastRun::in_config_map(found).ok());
    for run in found.filter(|run| run.record.head.has_part_of(like)) {
        add(known, run.id, &run.record.head, end(run.ending));
    }
    Ok(())
}

fn add(known: &mut KnownRuns, run: RunId, head: &Head, end: PurgeEnd) {
    let policies = head.policies.iter().map(|policy| policy.name.clone()).collect();
    match head.operation {
        OperationOfHead::Purge => known.add_purge(run, policies, head.shard.clone(), end),
        OperationOfHead::Restore => {
            let of = head.takes_back.iter().filter_map(|run| run.parse().ok()).collect();
            known.add_restore(run, policies, of);
        }
        OperationOfHead::Prune | OperationOfHead::Unknown => {}
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
