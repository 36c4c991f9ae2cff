//! The journal of a run, a restore or a forget, from the choice of its location to its last line.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::app::{App, CommandError};
use crate::cli::JournalArguments;
use crate::cluster::{Client, Connection};
use crate::executor::{Journal, NoJournal, NotStarted, Outcome, Run, Verification};
use crate::exit_code::ExitCode;
use crate::journal::{
    ClusterRef, JournalHeader, JournalLocation, PlannedRelease, PolicyRef, ProcessRef, ReleaseOutcome, RunJournal,
    RunTotals, WriteErrors,
};
use crate::release::{Release, ReleaseId};
use crate::report::JournalRef;
use crate::run_id::RunId;
use crate::settings::Environment;
use crate::signal::CancelToken;
use crate::target::PlannedChange;

const HINT: &str = "pass a writable file or folder with --journal, or run without a journal: --no-journal";

/// Where the journal of a run will be.
pub(super) enum JournalDestination {
    /// `--no-journal`, or there is nothing to do.
    Nowhere,
    /// If this file cannot be written, the run does not begin.
    File(JournalLocation),
    /// A pod has a ConfigMap as well, because its files do not last.
    Pod(Option<JournalLocation>),
}

/// The journal of a run that has started.
pub(crate) struct OpenJournal {
    pub(crate) id: RunId,
    journal: Option<Arc<RunJournal>>,
}

impl JournalDestination {
    /// Checks before the prompt that the journal can be written, because the run cannot begin without it.
    pub(super) fn choose(
        arguments: &JournalArguments,
        change: &PlannedChange<'_>,
        app: &App,
    ) -> Result<Self, CommandError> {
        if arguments.none || change.releases.is_empty() {
            return Ok(Self::Nowhere);
        }
        let location = location(arguments.place.as_deref(), &app.environment);
        let checked = location.map(|location| location.check().map(|()| location));
        if change.target.connection.is_in_cluster && arguments.place.is_none() {
            Ok(Self::Pod(checked.and_then(|checked| checked.map_err(|error| note_no_file(&error, app)).ok())))
        } else {
            Ok(Self::File(checked.ok_or_else(no_location)?.map_err(cannot_write)?))
        }
    }

    /// Begins the journal, and writes the plan to the disk.
    pub(super) fn open(self, id: RunId, change: &PlannedChange<'_>, app: &App) -> Result<OpenJournal, CommandError> {
        let mut journal = RunJournal::new(header(change, id.as_str(), app), app.environment.clock);
        match self {
            Self::Nowhere => return Ok(OpenJournal { id, journal: None }),
            Self::File(location) => journal.keep_in(&location, &id).map_err(cannot_write)?,
            Self::Pod(location) => {
                let written = location.map_or(Ok(()), |location| journal.keep_in(&location, &id));
                written.unwrap_or_else(|error| note_no_file(&error, app));
            }
        }
        if change.target.connection.is_in_cluster {
            keep_in_cluster(&mut journal, &change.target.connection, app);
        }
        Ok(OpenJournal { id, journal: Some(Arc::new(journal)) })
    }
}

impl OpenJournal {
    /// The journal in which the executor records each start.
    pub(crate) fn for_executor(&self) -> Arc<dyn Journal> {
        match &self.journal {
            Some(journal) => Arc::clone(journal) as Arc<dyn Journal>,
            None => Arc::new(NoJournal),
        }
    }

    /// Records that nothing has started, because otherwise readers would report that the run was killed.
    pub(crate) fn abandon(&self, error: CommandError) -> CommandError {
        if let Some(journal) = &self.journal {
            journal.abandon(error.code().number());
        }
        error
    }

    /// Writes the last line of a run. Returns the exit code, which changes if output was lost.
    pub(crate) fn end(&self, run: &Run, verification: &Verification, code: ExitCode, app: &App) -> ExitCode {
        let refused = Outcome::NotStarted(NotStarted::JournalRefused);
        let is_reported = run.results.iter().any(|result| result.outcome == refused);
        self.write_end(code, is_reported, app, |journal, code| journal.end(run, verification, code))
    }

    /// The same for an operation without the executor. If `is_reported`, an error of the journal was printed before.
    pub(crate) fn end_with(&self, totals: RunTotals, is_reported: bool, code: ExitCode, app: &App) -> ExitCode {
        let signal = app.interruption().map(|interruption| interruption.signal);
        self.write_end(code, is_reported, app, |journal, code| journal.end_with(totals, code, signal))
    }

    fn write_end(
        &self,
        code: ExitCode,
        is_reported: bool,
        app: &App,
        write: impl FnOnce(&RunJournal, u8) -> WriteErrors,
    ) -> ExitCode {
        let code = code.or_not_written(app.printer.has_lost_output());
        let errors = self.journal.as_ref().map(|journal| write(journal, code.number())).unwrap_or_default();
        if let Some(error) = &errors.copy {
            app.printer.warn(format_args!("the end of this run was not written to its {error}"));
        }
        let Some(error) = &errors.file else { return code };
        if !is_reported {
            app.printer.error(format_args!("cannot write the journal: {error}"));
        }
        code.or_not_written(true)
    }

    /// Writes the outcome of releases that the executor did not have.
    pub(crate) fn record(&self, releases: &[&ReleaseId], outcome: ReleaseOutcome) {
        if let Some(journal) = self.journal.as_ref().filter(|_| !releases.is_empty()) {
            journal.judge(releases, outcome);
        }
    }

    pub(crate) fn reference(&self) -> JournalRef {
        let places = self.journal.as_ref().map(|journal| journal.places()).unwrap_or_default();
        JournalRef { id: self.id.to_string(), places }
    }
}

/// The named location, or the usual one.
pub(crate) fn location(named: Option<&Path>, environment: &Environment) -> Option<JournalLocation> {
    named.map(JournalLocation::named).or_else(|| environment.state_home.as_deref().map(JournalLocation::usual))
}

/// The first line of a journal: which run, by which user, where, and everything that the run is about to do.
pub(crate) fn header(change: &PlannedChange<'_>, run: &str, app: &App) -> JournalHeader {
    let connection = &change.target.connection;
    let environment = &app.environment;
    let host = environment.machine.clone();
    let login = environment.user.as_deref().unwrap_or("?");
    let user = if connection.is_in_cluster {
        format!("pod {}/{host}", connection.default_namespace)
    } else {
        format!("{login}@{host}")
    };
    JournalHeader {
        format: JournalHeader::FORMAT,
        run: run.to_owned(),
        operation: change.operation,
        restored_runs: change.restored_runs.iter().map(ToString::to_string).collect(),
        at: environment.clock.now().to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        policies: PolicyRef::list(&change.target.policies),
        shard: change.target.shard.map(|shard| shard.to_string()),
        cluster: ClusterRef::of(change.target),
        user,
        process: ProcessRef { host, pid: std::process::id() },
        planned: change.releases.len(),
        left_out: 0,
        releases: change.releases.iter().map(|release| planned_release(release)).collect(),
    }
}

fn planned_release(release: &Release) -> PlannedRelease {
    let (namespace, name) = (release.id.namespace.to_string(), release.id.name.to_string());
    PlannedRelease { namespace, name, revision: release.revision.0 }
}

/// Uses a client of its own, so that the last line is written even after a signal that ends every other request. A run
/// without a ConfigMap goes on, because purging twice does no harm.
fn keep_in_cluster(journal: &mut RunJournal, connection: &Connection, app: &App) {
    let namespace = &connection.default_namespace;
    let client = Client::new(connection, CancelToken::default());
    match client.and_then(|client| journal.keep_in_cluster(client, namespace)) {
        Ok(None) => {}
        Ok(Some(error)) => {
            app.printer.note(format_args!("cannot remove the journals of older runs from {namespace}: {error}"));
        }
        Err(error) => {
            app.printer.warn(format_args!("cannot keep the journal in a ConfigMap in {namespace}: {error}"));
            if journal.places().is_empty() {
                app.printer.warn("this run has no journal; if it is killed, its progress is lost");
            }
        }
    }
}

fn note_no_file(error: &io::Error, app: &App) {
    app.printer.note(format_args!("{error}; using a ConfigMap instead"));
}

fn cannot_write(error: io::Error) -> CommandError {
    CommandError::with_hint(ExitCode::Preflight, Box::new(error), HINT)
}

fn no_location() -> CommandError {
    let error = "no folder for the journal: neither XDG_STATE_HOME nor HOME is set";
    CommandError::with_hint(ExitCode::Preflight, Box::from(error), HINT)
}
