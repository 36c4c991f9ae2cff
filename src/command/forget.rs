//! `forget`: removes old histories of purged releases. After that, they cannot be restored.
//!
//! Helm does not remove them: if the user installed a release at that very moment, `helm uninstall` would remove it. A record
//! is removed only if it is exactly as it was listed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::one_per_line;
use super::purged_histories::PurgedHistories;
use crate::app::{App, CommandError, ReportFiles};
use crate::cli::{ForgetArguments, OutputFormat};
use crate::executor::NotStarted;
use crate::exit_code::ExitCode;
use crate::journal::{OperationKind, ReleaseOutcome, RunTotals};
use crate::operation::{ConfirmFlags, LockOptions, OpenJournal, OpenSession, OperationFlags, OperationSteps};
use crate::operation::{perform, show_plan, warn_about_unfinished_run};
use crate::policy::age_from_flag;
use crate::release::ReleaseId;
use crate::report::{
    ForgetRow, ForgetView, JournalRef, LogFormat, forget_document, forget_plan_line, forgotten_line, render_forget,
    run_started_line,
};
use crate::restore::{RestorableRelease, RestoreVerdict, remove_histories};
use crate::sanitize;
use crate::settings::ConnectionOptions;
use crate::signal::Stage;
use crate::target::PlannedChange;

/// So many histories are in progress at a time. Only their state is in doubt if the forget is killed.
const BATCH: usize = 20;

/// Shows which histories would be removed, asks, and removes them.
pub(super) fn forget(
    arguments: &ForgetArguments,
    options: &ConnectionOptions,
    reports: &mut ReportFiles,
    app: &App,
) -> Result<ExitCode, CommandError> {
    let (history, confirm) = (&arguments.history, ConfirmFlags::from(&arguments.history));
    if !history.dry_run {
        confirm.check(options, app)?;
    }
    let min_age = age_from_flag("--older-than", &arguments.older_than).map_err(CommandError::flag)?;
    let lock = LockOptions::from_flags(&history.lock)?;
    let histories = PurgedHistories::find(history, options, app)?;
    let forget = ForgetOperation::plan(histories, min_age, history.output);
    warn_about_unfinished_run(&forget.change(), history.journal.place.as_deref(), app);
    if history.dry_run {
        return forget.dry_run(app);
    }
    perform(forget, &OperationFlags { confirm, lock, journal: &history.journal }, reports, app)
}

struct ForgetOperation {
    histories: PurgedHistories,
    old: Vec<RestorableRelease>,
    /// How many histories are too young to be removed.
    younger: usize,
    output: OutputFormat,
}

/// The histories that the forget did not remove.
#[derive(Debug, Default)]
struct FinishedForget {
    /// Each with the reason why it still exists.
    left: BTreeMap<ReleaseId, String>,
    /// Those of them that were not started.
    not_started: BTreeSet<ReleaseId>,
    journal_refused: bool,
}

impl ForgetOperation {
    fn plan(mut histories: PurgedHistories, min_age: Duration, output: OutputFormat) -> Self {
        let now = histories.target.now;
        // If the run ID does not contain a time, the history counts as young.
        let is_old = |candidate: &RestorableRelease| {
            let age = candidate.tag.run.started().map(|begun| now.duration_since(begun));
            age.and_then(|age| Duration::try_from(age).ok()).is_some_and(|age| age >= min_age)
        };
        let candidates = std::mem::take(&mut histories.found.candidates).into_iter();
        // If a release was installed again, its history belongs to that release.
        let purged = candidates.filter(|candidate| candidate.verdict == RestoreVerdict::Restore);
        let (old, young): (Vec<_>, Vec<_>) = purged.partition(is_old);
        Self { histories, old, younger: young.len(), output }
    }

    fn rows<'a>(&'a self, done: &'a FinishedForget) -> Vec<ForgetRow<'a>> {
        let row = |candidate: &'a RestorableRelease| ForgetRow {
            purged: &candidate.purged,
            tag: &candidate.tag,
            failed: done.left.get(&candidate.purged.id).map(String::as_str),
        };
        self.old.iter().map(row).collect()
    }

    fn view<'a>(&'a self, rows: &'a [ForgetRow<'a>], journal: Option<&'a JournalRef>) -> ForgetView<'a> {
        ForgetView { target: &self.histories.target, rows, younger: self.younger, journal }
    }

    fn dry_run(&self, app: &App) -> Result<ExitCode, CommandError> {
        let nothing = FinishedForget::default();
        let rows = self.rows(&nothing);
        let view = self.view(&rows, None);
        let text = |styles| match self.output {
            OutputFormat::Name => names(&rows),
            _ => render_forget(&view, self.output.detail(), app.terminal.stdout.columns(), styles),
        };
        app.emit(self.output, || forget_document(&view, false), text)?;
        app.printer.log(&forget_plan_line(&view));
        Ok(ExitCode::Done)
    }
}

impl OperationSteps<(), FinishedForget> for ForgetOperation {
    fn change(&self) -> PlannedChange<'_> {
        let releases = self.old.iter().map(|candidate| &candidate.purged).collect();
        PlannedChange { operation: OperationKind::Forget, target: &self.histories.target, releases, restored_runs: &[] }
    }

    fn prompt(&self) -> String {
        let histories = if self.old.len() == 1 { "history" } else { "histories" };
        format!("delete {} kept {histories}", self.old.len())
    }

    fn show_plan(&self, _: &mut ReportFiles, app: &App) {
        let nothing = FinishedForget::default();
        let rows = self.rows(&nothing);
        let view = self.view(&rows, None);
        let render = |width, styles| render_forget(&view, self.output.detail(), width, styles);
        show_plan([forget_plan_line(&view)], render, app);
    }

    fn recheck(&self, app: &App) -> Result<(), CommandError> {
        if self.old.is_empty() { Ok(()) } else { self.histories.recheck_cluster(OperationKind::Forget, app) }
    }

    /// Removes histories until all are gone or a signal comes. The journal records each batch first.
    fn execute(&self, (): (), session: &OpenSession<'_>) -> Result<FinishedForget, CommandError> {
        let OpenSession { journal, app, .. } = session;
        app.interrupts.enter(Stage::Changing);
        app.unless_interrupted(Ok(()))?;
        if !self.old.is_empty() {
            app.printer.log(&run_started_line(OperationKind::Forget, &journal.reference(), self.old.len(), None));
        }
        let all = self.old.iter().map(|candidate| &candidate.purged).collect::<Vec<_>>();
        let mut done = FinishedForget::default();
        for (number, batch) in all.chunks(BATCH).enumerate() {
            let ids = batch.iter().map(|release| &release.id).collect::<Vec<_>>();
            if let Err(why) = may_start(&ids, journal, app) {
                let rest = all[number * BATCH..].iter().map(|release| &release.id).collect::<Vec<_>>();
                journal.record(&rest, ReleaseOutcome::not_started(why));
                done.left.extend(rest.iter().map(|id| ((*id).clone(), why.as_str().to_owned())));
                done.not_started = rest.into_iter().cloned().collect();
                done.journal_refused = why == NotStarted::JournalRefused;
                break;
            }
            let failed = remove_histories(&self.histories.records, batch);
            let forgotten = ids.into_iter().filter(|id| !failed.contains_key(id)).collect::<Vec<_>>();
            journal.record(&forgotten, ReleaseOutcome::forgotten());
            for (id, why) in &failed {
                journal.record(&[id], ReleaseOutcome::failed(why));
            }
            done.left.extend(failed);
        }
        Ok(done)
    }

    /// Does nothing, because the API server has answered each removal.
    fn verify(&self, _: &mut FinishedForget, _: &App) {}

    fn end(&self, done: &FinishedForget, session: &OpenSession<'_>) -> ExitCode {
        let (planned, left, not_started) = (self.old.len(), done.left.len(), done.not_started.len());
        let (forgotten, failed) = (planned - left, left - not_started);
        let totals = RunTotals { planned, forgotten, failed, not_started, ..RunTotals::default() };
        let code = ExitCode::of_forget(session.app.interruption(), left);
        session.journal.end_with(totals, done.journal_refused, code, session.app)
    }

    fn report(&self, done: &FinishedForget, _: ExitCode, session: &mut OpenSession<'_>) -> Result<(), CommandError> {
        let app = session.app;
        let (rows, journal) = (self.rows(done), session.journal.reference());
        let view = self.view(&rows, Some(&journal));
        let text = |_| match self.output {
            OutputFormat::Name => names(&rows),
            _ => summary(&view),
        };
        app.emit(self.output, || forget_document(&view, true), text)?;
        let is_log = app.printer.format == LogFormat::Json;
        for row in &rows {
            if is_log {
                app.printer.log(&forgotten_line(row, done.outcome(&row.purged.id)));
            } else if let Some(why) = row.failed {
                let error = format!("the history of {} is still there: {why}", row.purged.id);
                app.printer.error_with_causes(Box::<dyn std::error::Error>::from(error).as_ref(), None);
            }
        }
        Ok(())
    }
}

fn may_start(ids: &[&ReleaseId], journal: &OpenJournal, app: &App) -> Result<(), NotStarted> {
    if app.interruption().is_some() {
        return Err(NotStarted::Interrupted);
    }
    journal.for_executor().starting(ids).map_err(|why| {
        app.printer.error(format_args!("the journal cannot be written: {}", sanitize::line(&why)));
        NotStarted::JournalRefused
    })
}

impl FinishedForget {
    /// What became of a history, in the words of a journal.
    fn outcome(&self, id: &ReleaseId) -> &'static str {
        match self.left.get(id) {
            None => "forgotten",
            Some(_) if self.not_started.contains(id) => "not-started",
            Some(_) => "failed",
        }
    }
}

/// The releases whose history is gone.
fn names(rows: &[ForgetRow<'_>]) -> String {
    one_per_line(rows.iter().filter(|row| row.failed.is_none()).map(|row| &row.purged.id))
}

fn summary(view: &ForgetView<'_>) -> String {
    if view.rows.is_empty() {
        return String::new();
    }
    let gone = view.rows.iter().filter(|row| row.failed.is_none()).count();
    let journal = view.journal.filter(|journal| !journal.places.is_empty());
    let journal = journal.map_or_else(String::new, |journal| format!("\njournal: run {}", journal.id));
    format!("forgotten {gone} · failed {}{journal}", view.rows.len() - gone)
}
