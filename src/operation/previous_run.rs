//! Earlier runs, by their journals: the last run, if it did not end properly, and the purges and restores that decide what a
//! restore restores.

use std::path::Path;

use super::journal::{header, location};
use crate::app::App;
use crate::cli::JournalArguments;
use crate::cluster::ApiError;
use crate::journal::{JournalHeader, JournalLocation, OperationKind, PastRun, RunStatus};
use crate::release::Namespace;
use crate::report::{list, plural};
use crate::restore::{RunHistory, is_same_session};
use crate::run_id::RunId;
use crate::target::PlannedChange;

/// More releases than this are counted, not named.
const MAX_LISTED: usize = 8;

/// Warns if the last run of the same policies on the same cluster was killed, and of what it had in progress, or if it still
/// goes on. Purges and restores matter to each other.
pub(crate) fn warn_about_unfinished_run(change: &PlannedChange<'_>, named: Option<&Path>, app: &App) {
    let like = header(change, "", app);
    let in_file = match location(named, &app.environment) {
        Some(JournalLocation::Folder(folder)) => PastRun::newest_like(&like, &folder, &app.environment.machine),
        Some(JournalLocation::File(_)) | None => None,
    };
    // In a pod, the journals of earlier pods. If they cannot be read, the run goes on without a message.
    let connection = &change.target.connection;
    let own_namespace = connection.is_in_cluster.then_some(connection.default_namespace.as_str());
    let in_cluster = own_namespace.and_then(|namespace| in_namespace(change, namespace).ok()).unwrap_or_default();
    let in_cluster = in_cluster.into_iter().filter(|run| run.record.head.is_like(&like));
    let previous = in_file.into_iter().chain(in_cluster).max_by_key(PastRun::started);
    if let Some(note) = previous.as_ref().and_then(|previous| note(previous, change.operation)) {
        app.printer.important_note(note);
    }
}

/// The runs that have their journal in a ConfigMap of this namespace.
fn in_namespace(change: &PlannedChange<'_>, namespace: &str) -> Result<Vec<PastRun>, ApiError> {
    let Some(client) = change.target.client() else { return Ok(Vec::new()) };
    let found = client.journals(namespace)?.into_iter();
    Ok(found.filter_map(|found| PastRun::in_config_map(found).ok()).collect())
}

fn note(run: &PastRun, now: OperationKind) -> Option<String> {
    let PastRun { id, record, status, .. } = run;
    let noun = record.head.operation.noun();
    let begun = id.started().map(|begun| begun.to_string()).unwrap_or_default();
    let how = match status {
        RunStatus::Finished { .. } | RunStatus::Interrupted { .. } => return None,
        RunStatus::Running => {
            let (user, pid) = (&record.head.user, record.head.process.pid);
            return Some(format!("{noun} {id} of the same policy is in progress: {user}, pid {pid}"));
        }
        RunStatus::Killed => "was killed",
        RunStatus::NotRecorded => "has no end recorded",
    };
    let in_progress = record.in_progress().collect::<Vec<_>>();
    if in_progress.is_empty() {
        return Some(format!("{noun} {id} of {begun} {how}; no release was in progress"));
    }
    let names = list(&in_progress, MAX_LISTED);
    let count = plural(in_progress.len(), "release");
    let next = next_step(record.head.operation, now);
    Some(format!("{noun} {id} of {begun} {how}; {count} in progress: {names}; {next}"))
}

/// What happens to the releases that were in progress: it depends on what is done now.
fn next_step(before: OperationKind, now: OperationKind) -> &'static str {
    match (before, now) {
        (OperationKind::Restore, OperationKind::Restore) => "planned again unless already restored",
        (OperationKind::Restore, _) => "`restore` restores the rest",
        (OperationKind::Forget, _) => "planned again if records are left",
        (_, OperationKind::Restore) => "`run` finishes partly purged releases",
        _ => "planned again if still there",
    }
}

/// The earlier runs of these policies on this cluster, by the journals on this machine and those of pods.
///
/// What a purge has left is found in the cluster. But once nothing is left of the last purge, only a journal can show that
/// purge. Pods leave their journals in their own namespace; from outside, the namespace of the
/// lock is the best guess.
pub(crate) fn run_history(
    change: &PlannedChange<'_>,
    arguments: &JournalArguments,
    lock_namespace: Option<&Namespace>,
    app: &App,
) -> RunHistory {
    let like = header(change, "", app);
    let mut history = RunHistory::at(change.target.now);
    let named = location(arguments.place.as_deref(), &app.environment);
    // A file that was named is for the journal of this run.
    let folder = if let Some(JournalLocation::File(_)) = named { location(None, &app.environment) } else { named };
    if let Some(JournalLocation::Folder(folder)) = folder {
        add_folder(&like, &folder, &app.environment.machine, &mut history);
    }
    let connection = &change.target.connection;
    let own = connection.is_in_cluster.then_some(connection.default_namespace.as_str());
    if let Some(namespace) = own.or(lock_namespace.map(Namespace::as_str)) {
        match in_namespace(change, namespace) {
            Ok(found) => found.into_iter().filter(|run| run.record.head.has_part_of(&like)).for_each(|run| {
                add(&mut history, run.id, &run.record.head, is_complete(run.status));
            }),
            Err(error) => {
                app.printer.note(format_args!("cannot read the journals of earlier runs in {namespace}: {error}"));
            }
        }
    }
    history
}

/// A purge long before the last one needs only its first line to be read.
fn add_folder(like: &JournalHeader, folder: &Path, own_host: &str, history: &mut RunHistory) {
    let found = PastRun::heads_in(folder).filter(|(_, found, _)| found.has_part_of(like)).collect::<Vec<_>>();
    let is_purge = |header: &JournalHeader| header.operation == OperationKind::Purge;
    let last = found.iter().find(|(_, header, _)| is_purge(header)).map(|(run, _, _)| run.clone());
    for (run, header, path) in found {
        let matters = is_purge(&header) && last.as_ref().is_some_and(|last| is_same_session(&run, last));
        let read = matters.then(|| PastRun::in_file(&path, own_host).ok()).flatten();
        add(history, run, &header, read.is_none_or(|read| is_complete(read.status)));
    }
}

fn add(history: &mut RunHistory, run: RunId, header: &JournalHeader, completed: bool) {
    let policies = header.policies.iter().map(|policy| policy.name.clone()).collect();
    match header.operation {
        OperationKind::Purge => history.add_purge(run, policies, header.shard.clone(), completed),
        OperationKind::Restore => {
            let of = header.restored_runs.iter().filter_map(|run| run.parse().ok()).collect();
            history.add_restore(run, policies, of);
        }
        OperationKind::Forget | OperationKind::Unknown => {}
    }
}

/// Whether a purge has nothing left to do.
fn is_complete(status: RunStatus) -> bool {
    matches!(status, RunStatus::Finished { exit_code: 0 })
}
