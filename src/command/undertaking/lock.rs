//! The lock of a run, a restore or a prune: taken after the question and before the last look, given back at the end.
//!
//! A plan that had to wait for another run is checked again afterwards, like any other.

use std::time::{Duration, Instant};

use super::Undertaking;
use crate::cli::LockArguments;
use crate::cluster::{ApiError, Client};
use crate::command::{App, CommandError, flags};
use crate::exit_code::ExitCode;
use crate::journal::OperationKind;
use crate::lock::{AcquireError, LockGuard, LockHeld, LockName, Lost, NamespaceLeases, Patience, Pause, Reach};
use crate::lock::{DURATION, acquire, holder};
use crate::policy::timeout_from_flag;
use crate::release::Namespace;
use crate::run_id::RunId;
use crate::sanitize;
use crate::signal::CancelToken;

/// How long to wait before a lock is looked at again, and how much longer at most: runs that wait for the same one do
/// not all come at the same time.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
const SPREAD: u64 = 500;
/// How often a wait looks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);
/// How long the end of a run waits for the API server to take a lock back.
const GIVE_BACK: Duration = Duration::from_secs(5);

/// What is said where a lock cannot be had, for whatever reason.
fn without(operation: OperationKind) -> &'static str {
    match operation {
        OperationKind::Purge | OperationKind::Unknown => {
            "the run goes on without; another one at the same time does no harm"
        }
        OperationKind::Restore => "it goes on without; a purge at the same time would take away what comes back",
        OperationKind::Prune => "it goes on without; what changes meanwhile is left alone",
    }
}

/// What the flags say about the lock.
pub(in crate::command) struct LockWish {
    patience: Patience,
    pub(in crate::command) namespace: Option<Namespace>,
}

/// What came of taking locks.
#[derive(Default)]
pub(in crate::command) struct Taken {
    /// None where there is no place for them, or they cannot be written.
    pub(in crate::command) held: Option<LockGuard>,
    pub(in crate::command) waited: Waited,
}

/// Whether somebody else held a lock first: what was looked at before may be another by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::command) enum Waited {
    #[default]
    No,
    Yes,
}

/// Reads the flags: before anything is looked up.
pub(in crate::command) fn wish(arguments: &LockArguments) -> Result<LockWish, CommandError> {
    let wait = arguments.wait.as_deref().map(|text| timeout_from_flag("--lock-wait", text)).transpose();
    let patience = wait.map_err(CommandError::flag)?.map_or(Patience::None, Patience::AtMost);
    let namespace = arguments.namespace.as_deref().map(|text| flags::namespace("--lock-namespace", text));
    Ok(LockWish { patience, namespace: namespace.transpose()? })
}

/// Takes the locks of all policies of something that there is to do.
///
/// # Errors
/// Another run holds one, or a signal came.
pub(in crate::command) fn take(
    wish: &LockWish,
    undertaking: &Undertaking<'_>,
    run: &RunId,
    app: &mut App,
) -> Result<Taken, CommandError> {
    // A restore that has nothing to do may have come too early: whoever holds the lock removes it just now.
    if undertaking.is_nothing() && undertaking.operation != OperationKind::Restore {
        return Ok(Taken::default());
    }
    let Some((client, namespace)) = place(wish, undertaking, app) else { return Ok(Taken::default()) };
    let environment = &app.environment;
    let us = holder(run, environment.user.as_deref(), &environment.machine);
    let names = LockName::of(undertaking.policies.iter().map(|policy| policy.name.as_str()), undertaking.shard);
    let leases = NamespaceLeases { client: client.clone(), namespace: namespace.clone(), clock: environment.clock };
    let mut waited = Waited::No;
    let mut pause = |busy: &LockHeld| {
        if waited == Waited::No {
            waited = Waited::Yes;
            app.printer.info(format_args!("waiting: {}", sanitize::line(&busy.to_string())));
        }
        pause(app)
    };
    let taken = acquire(&leases, names, &us, wish.patience, &mut pause);
    let held = LockGuard::new(us, taken.locks, reach(&leases), DURATION / 3);
    let held = held.map_err(|error| ApiError::Failed(format!("there is no thread for the lock: {error}")))?;
    let end = match taken.end {
        AcquireError::LockHeld(busy) => Err(is_held(*busy, &namespace)),
        AcquireError::NotWritten(error) => {
            let without = without(undertaking.operation);
            app.printer.warn(format_args!("the lock could not be taken: {error}\n  {without}"));
            Ok(())
        }
        AcquireError::All | AcquireError::Interrupted => Ok(()),
    };
    app.unless_interrupted(end)?;
    Ok(Taken { held: Some(held), waited })
}

/// Where the locks are, and who can write there.
fn place<'a>(wish: &LockWish, undertaking: &Undertaking<'a>, app: &mut App) -> Option<(&'a Client, Namespace)> {
    let connection = undertaking.connection;
    let of_pod = || connection.is_in_cluster().then(|| connection.default_namespace().parse().ok()).flatten();
    let Some(namespace) = wish.namespace.clone().or_else(of_pod) else {
        app.printer.note("no lock is taken; --lock-namespace says where, for all who run this policy");
        return None;
    };
    if undertaking.client.is_none() {
        let (why, without) = ("the API could not be asked", without(undertaking.operation));
        app.printer.warn(format_args!("the lock could not be taken, for {why}\n  {without}"));
    }
    Some((undertaking.client?, namespace))
}

fn reach(leases: &NamespaceLeases) -> Reach {
    let leases = |stop, patience| Box::new(leases.with(leases.client.listening_to(stop, patience)));
    let stop = CancelToken::default();
    // A second signal ends every look, but not this.
    Reach { renewing: leases(stop.clone(), DURATION), stop, giving_back: leases(CancelToken::default(), GIVE_BACK) }
}

fn pause(app: &App) -> Pause {
    let until = Instant::now() + LOOK_AGAIN + Duration::from_millis(fastrand::u64(..SPREAD));
    while Instant::now() < until {
        if app.interruption().is_some() {
            return Pause::Interrupted;
        }
        std::thread::sleep(SIGNAL_CHECK);
    }
    Pause::Over
}

fn is_held(busy: LockHeld, namespace: &Namespace) -> CommandError {
    let hint = Some(busy.hint(namespace));
    CommandError::Error { code: ExitCode::Locked, error: Box::new(busy), hint }
}

/// What is said about a lock that was lost while the run goes on.
pub(in crate::command) fn lost(lost: &Lost) -> String {
    let by = lost.by.as_deref().map_or_else(|| "nobody holds it now".to_owned(), |by| format!("{by} holds it now"));
    let LockName { policy, shard, .. } = &lost.name;
    let shard = shard.map_or_else(String::new, |shard| format!("shard {shard} of "));
    sanitize::line(&format!("the lock of {shard}the policy {policy} was lost, {by}; the run goes on without it"))
}

/// Gives the locks back, and says what turned out to be lost.
pub(in crate::command) fn give_back(held: Option<LockGuard>, app: &mut App) {
    held.map(LockGuard::give_back).into_iter().flatten().for_each(|news| app.printer.warn(lost(&news)));
}
