//! The order in which a run, a restore and a forget change a cluster: confirm, lock, recheck, journal, execute, verify,
//! report. This order is the safety case; `tests/it/order.rs` shows it.

use super::confirm::{ConfirmFlags, confirm};
use super::journal::{JournalDestination, OpenJournal};
use super::lock::{LockOptions, acquire, release};
use crate::app::{App, CommandError, ReportFiles};
use crate::cli::JournalArguments;
use crate::exit_code::ExitCode;
use crate::lock::LockGuard;
use crate::target::PlannedChange;

/// What a run, a restore and a forget do differently: `R` is the plan as far as it still holds, `D` is the result.
pub(crate) trait OperationSteps<R, D>: Sized {
    fn change(&self) -> PlannedChange<'_>;

    /// What the operation does to how many releases, as in "This … on CONTEXT."
    fn prompt(&self) -> String;

    /// Shows the plan right before the question. The plan is the report as long as nothing has started.
    fn show_plan(&self, reports: &mut ReportFiles, app: &App);

    /// Plans again after a wait for the lock. Returns whether the plan is another one now.
    fn replan(self, _app: &App) -> Result<(Self, bool), CommandError> {
        Ok((self, false))
    }

    /// Compares the plan with the cluster, right before the first change.
    fn recheck(&self, app: &App) -> Result<R, CommandError>;

    /// Carries out what still holds. An error means that nothing has started.
    fn execute(&self, rechecked: R, session: &OpenSession<'_>) -> Result<D, CommandError>;

    /// Compares the result with the cluster.
    fn verify(&self, done: &mut D, app: &App);

    /// Decides the exit code and writes the last line of the journal.
    fn end(&self, done: &D, session: &OpenSession<'_>) -> ExitCode;

    /// Prints the result, and makes it the report.
    fn report(&self, done: &D, code: ExitCode, session: &mut OpenSession<'_>) -> Result<(), CommandError>;
}

/// An operation that changes the cluster: its lock is held and its journal is open.
pub(crate) struct OpenSession<'a> {
    pub(crate) journal: OpenJournal,
    pub(crate) lock: Option<LockGuard>,
    pub(crate) reports: &'a mut ReportFiles,
    pub(crate) app: &'a App,
}

/// The flags for the steps that all operations share.
pub(crate) struct OperationFlags<'a> {
    pub(crate) confirm: ConfirmFlags<'a>,
    pub(crate) lock: LockOptions,
    pub(crate) journal: &'a JournalArguments,
}

/// Changes the cluster as planned.
pub(crate) fn perform<R, D>(
    mut operation: impl OperationSteps<R, D>,
    flags: &OperationFlags<'_>,
    reports: &mut ReportFiles,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let id = app.new_run_id();
    let mut journal = JournalDestination::choose(flags.journal, &operation.change(), app)?;
    show_and_confirm(&operation, flags, reports, app)?;
    let (lock, waited) = acquire(&flags.lock, &operation.change(), &id, app)?;
    if waited {
        // The run that held the lock may have been the very purge that is to be restored, and has only now ended.
        let (replanned, differs) = operation.replan(app)?;
        operation = replanned;
        if differs {
            journal = JournalDestination::choose(flags.journal, &operation.change(), app)?;
            show_and_confirm(&operation, flags, reports, app)?;
        }
    }
    let rechecked = operation.recheck(app)?;
    let journal = journal.open(id, &operation.change(), app)?;
    let mut session = OpenSession { journal, lock, reports, app };
    let mut done = operation.execute(rechecked, &session).map_err(|error| session.journal.abandon(error))?;
    operation.verify(&mut done, app);
    release(session.lock.take(), app);
    let code = operation.end(&done, &session);
    operation.report(&done, code, &mut session)?;
    Ok(code)
}

fn show_and_confirm<R, D>(
    operation: &impl OperationSteps<R, D>,
    flags: &OperationFlags<'_>,
    reports: &mut ReportFiles,
    app: &App,
) -> Result<(), CommandError> {
    operation.show_plan(reports, app);
    let change = operation.change();
    if change.releases.is_empty() { Ok(()) } else { confirm(flags.confirm, &change, &operation.prompt(), app) }
}
