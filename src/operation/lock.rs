//! The lock of a run, a restore or a forget: acquired after the question and before the recheck, released at the end.
//!
//! A plan that had to wait for another run is rechecked afterwards, like any other.

use std::time::Duration;

use super::flags;
use crate::app::{App, CommandError};
use crate::cli::LockArguments;
use crate::clock::wait;
use crate::cluster::{ApiError, Client};
use crate::exit_code::ExitCode;
use crate::journal::OperationKind;
use crate::lock::{self, AcquireError, LockGuard, LockHeld, LockName, LostLock, NamespaceLeases};
use crate::release::Namespace;
use crate::run_id::RunId;
use crate::sanitize;
use crate::signal::CancelToken;
use crate::target::PlannedChange;

/// How long to wait before a lock is read again, and how much longer at most: runs that wait for the same lock must not all
/// read it at the same time.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
const MAX_JITTER_MS: u64 = 500;
/// How often a wait checks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);
/// How long the end of a run waits for the API server when it releases a lock.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// The flags for the lock.
pub(crate) struct LockOptions {
    wait: Option<Duration>,
    pub(crate) namespace: Option<Namespace>,
}

impl LockOptions {
    pub(crate) fn from_flags(arguments: &LockArguments) -> Result<Self, CommandError> {
        let wait = flags::duration("--lock-wait", arguments.wait.as_deref())?;
        let namespace = arguments.namespace.as_deref().map(|text| flags::namespace("--lock-namespace", text));
        Ok(Self { wait, namespace: namespace.transpose()? })
    }
}

/// Acquires the locks of all policies, if there is something to do. Returns no locks if no namespace is known for them, or if
/// they cannot be written. Returns, too, whether another run held a lock first: if so, what was listed may have changed.
///
/// # Errors
/// Another run holds one, or a signal came.
pub(crate) fn acquire(
    options: &LockOptions,
    change: &PlannedChange<'_>,
    run: &RunId,
    app: &App,
) -> Result<(Option<LockGuard>, bool), CommandError> {
    // A restore with nothing to do may have come too early: the run that holds the lock is just removing the releases.
    if change.releases.is_empty() && change.operation != OperationKind::Restore {
        return Ok((None, false));
    }
    let Some((client, namespace)) = find_place(options, change, app) else { return Ok((None, false)) };
    let environment = &app.environment;
    let us = lock::holder(run, environment.user.as_deref(), &environment.machine);
    let names = LockName::of(change.target.policies.iter().map(|policy| policy.name.as_str()), change.target.shard);
    let leases = NamespaceLeases { client: client.clone(), namespace: namespace.clone(), clock: environment.clock };
    let mut waited = false;
    let mut pause = |held: &LockHeld| {
        if !waited {
            waited = true;
            app.printer.info(format_args!("waiting: {}", sanitize::line(&held.to_string())));
        }
        let length = POLL_INTERVAL + Duration::from_millis(fastrand::u64(..MAX_JITTER_MS));
        wait(length, SIGNAL_CHECK, || app.interruption().is_some())
    };
    let (locks, acquired) = lock::acquire(&leases, names, &us, options.wait, &mut pause);
    let with = |cancel, timeout| {
        let client = leases.client.with_cancel(cancel, timeout);
        Box::new(NamespaceLeases { client, ..leases.clone() })
    };
    let cancel = CancelToken::default();
    let renew = with(cancel.clone(), lock::DURATION);
    // A second signal ends every request to the cluster, but not the release of the lock.
    let release = with(CancelToken::default(), RELEASE_TIMEOUT);
    let guard = LockGuard::new(us, locks, lock::DURATION / 3, (renew, cancel), release);
    let guard = guard.map_err(|error| ApiError::Failed(format!("cannot start a thread for the lock: {error}")))?;
    let end = match acquired {
        Err(AcquireError::LockHeld(held)) => {
            let hint = held.hint(&namespace);
            Err(CommandError::with_hint(ExitCode::Locked, held, hint))
        }
        Err(AcquireError::NotWritten(error)) => {
            let consequence = without_lock(change.operation);
            app.printer.warn(format_args!("cannot take the lock: {error}\n  {consequence}"));
            Ok(())
        }
        Ok(()) | Err(AcquireError::Interrupted) => Ok(()),
    };
    app.unless_interrupted(end)?;
    Ok((Some(guard), waited))
}

/// Releases the locks, and warns of those that turned out to be lost.
pub(super) fn release(guard: Option<LockGuard>, app: &App) {
    let lost = guard.map(LockGuard::release).into_iter().flatten();
    lost.for_each(|lost| app.printer.warn(lock_lost_warning(&lost)));
}

/// The namespace of the locks, and the client that writes there.
fn find_place<'a>(options: &LockOptions, change: &PlannedChange<'a>, app: &App) -> Option<(&'a Client, Namespace)> {
    let connection = &change.target.connection;
    let of_pod = || connection.is_in_cluster.then(|| connection.default_namespace.parse().ok()).flatten();
    let Some(namespace) = options.namespace.clone().or_else(of_pod) else {
        app.printer
            .note("running without a lock; use --lock-namespace NAMESPACE to prevent concurrent runs of this policy");
        return None;
    };
    let client = change.target.client();
    if client.is_none() {
        let (why, consequence) = ("no direct API access", without_lock(change.operation));
        app.printer.warn(format_args!("cannot take the lock: {why}\n  {consequence}"));
    }
    Some((client?, namespace))
}

/// The consequence of a lock that cannot be acquired.
fn without_lock(operation: OperationKind) -> &'static str {
    match operation {
        OperationKind::Purge | OperationKind::Unknown => "continuing without a lock; a concurrent run does no harm",
        OperationKind::Restore => "continuing without a lock; a concurrent purge would remove restored releases",
        OperationKind::Forget => "continuing without a lock; histories that change during the run are left alone",
    }
}

/// A lock was lost while the run goes on.
pub(crate) fn lock_lost_warning(lost: &LostLock) -> String {
    let by = lost.by.as_deref().map_or_else(|| "no run holds it now".to_owned(), |by| format!("{by} holds it now"));
    let LockName { policy, shard, .. } = &lost.name;
    let shard = shard.map_or_else(String::new, |shard| format!("shard {shard} of "));
    sanitize::line(&format!("the lock of {shard}the policy {policy} was lost, {by}; the run continues without it"))
}
