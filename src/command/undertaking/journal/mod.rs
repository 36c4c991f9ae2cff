//! The journal of a run, a restore or a prune, from the choice of its place to its last word.

mod earlier;
mod head;

pub(in crate::command) use earlier::note_earlier;
pub(in crate::command) use head::head;

use std::path::Path;
use std::sync::Arc;

use crate::cli::JournalArguments;
use crate::cluster::{ApiError, Client, Connection};
use crate::command::undertaking::Undertaking;
use crate::command::{App, CommandError};
use crate::executor::{Journal, NoJournal, NotStarted, Outcome, Run, Verification};
use crate::exit_code::ExitCode;
use crate::journal::{End, EndFaults, JournalError, JournalLocation, RunJournal, RunTotals};
use crate::release::ReleaseId;
use crate::report::{JournalRef, Printer};
use crate::run_id::RunId;
use crate::settings::Environment;
use crate::signal::CancelToken;

const HINT: &str =
    "name a file or a folder that can be written with --journal, or go on without a journal: --no-journal";

/// Where the journal of a run goes, before the run begins.
pub(in crate::command) struct Journaling {
    id: RunId,
    wanted: Wanted,
}

enum Wanted {
    /// Nobody asked for one, or there is nothing to take down.
    None,
    /// It must be in this file, or the run does not begin.
    In(JournalLocation),
    /// A pod has a ConfigMap as well, and its files are not worth much.
    InPod(Option<JournalLocation>),
}

/// The journal of a run.
pub(in crate::command) struct Kept {
    id: RunId,
    journal: Option<Arc<RunJournal>>,
}

impl Journaling {
    /// Chooses the place and looks whether something can be written there: nobody wants to hear of that after having
    /// agreed to a plan.
    pub(in crate::command) fn choose(
        arguments: &JournalArguments,
        undertaking: &Undertaking<'_>,
        app: &mut App,
    ) -> Result<Self, CommandError> {
        let id = app.new_run_id();
        if arguments.none || undertaking.is_nothing() {
            return Ok(Self { id, wanted: Wanted::None });
        }
        let place = place(arguments.place.as_deref(), &app.environment);
        let checked = place.map(|place| place.check().map(|()| place));
        let wanted = if undertaking.connection.is_in_cluster() && arguments.place.is_none() {
            Wanted::InPod(checked.and_then(|checked| checked.map_err(|error| note_no_file(&error, app)).ok()))
        } else {
            Wanted::In(checked.ok_or_else(no_place)?.map_err(cannot)?)
        };
        Ok(Self { id, wanted })
    }

    /// The same run, with another plan.
    pub(in crate::command) fn again(
        self,
        arguments: &JournalArguments,
        undertaking: &Undertaking<'_>,
        app: &mut App,
    ) -> Result<Self, CommandError> {
        Ok(Self { id: self.id, ..Self::choose(arguments, undertaking, app)? })
    }

    /// What the run is called.
    pub(in crate::command) fn id(&self) -> &RunId {
        &self.id
    }

    /// Begins the journal: with it, the plan is on the disk.
    pub(in crate::command) fn open(self, undertaking: &Undertaking<'_>, app: &mut App) -> Result<Kept, CommandError> {
        let Self { id, wanted } = self;
        let head = head(undertaking, id.as_str(), app);
        let mut journal = RunJournal::new(head, app.environment.clock);
        match wanted {
            Wanted::None => return Ok(Kept { id, journal: None }),
            Wanted::In(place) => journal.keep_in(&place, &id).map_err(cannot)?,
            Wanted::InPod(place) => {
                let kept = place.map_or(Ok(()), |place| journal.keep_in(&place, &id));
                kept.unwrap_or_else(|error| note_no_file(&error, app));
            }
        }
        if undertaking.connection.is_in_cluster() {
            keep_in_cluster(&mut journal, undertaking.connection, app);
        }
        Ok(Kept { id, journal: Some(Arc::new(journal)) })
    }
}

impl Kept {
    /// What the run is called.
    pub(in crate::command) fn id(&self) -> &RunId {
        &self.id
    }

    /// Whoever is asked before each start.
    pub(in crate::command) fn journal(&self) -> Arc<dyn Journal> {
        match &self.journal {
            Some(journal) => Arc::clone(journal) as Arc<dyn Journal>,
            None => Arc::new(NoJournal),
        }
    }

    /// Nothing could begin: that is said, or the run would look as if it had been killed.
    pub(in crate::command) fn abandon(&self, stopped: CommandError) -> CommandError {
        if let Some(journal) = &self.journal {
            // It says so already why nothing was done.
            let _ = journal.end_without_a_run(stopped.code().number());
        }
        stopped
    }

    /// The last word of what ends with this code. What could not be written is said, and is not as good as a good end.
    pub(in crate::command) fn end(
        &self,
        run: &Run,
        settled: &Verification,
        code: ExitCode,
        printer: &Printer,
    ) -> ExitCode {
        let Some(journal) = &self.journal else { return code };
        let faults = journal.end(run, settled, code.unless_unwritten(printer.has_lost_output()).number());
        let is_said = |outcome: &Outcome| *outcome == Outcome::NotStarted(NotStarted::JournalRefused);
        let refusal = if run.results.iter().any(|result| is_said(&result.outcome)) { Said::Yes } else { Said::No };
        tell_faults(&faults, refusal, code, printer)
    }

    /// The same, where no executor had a part in it.
    pub(in crate::command) fn end_with(
        &self,
        totals: RunTotals,
        refusal: Said,
        code: ExitCode,
        app: &mut App,
    ) -> ExitCode {
        let Some(journal) = &self.journal else { return code };
        let signal = app.interruption().map(|interruption| interruption.signal);
        let printer = &app.printer;
        let faults = journal.end_with(totals, code.unless_unwritten(printer.has_lost_output()).number(), signal);
        tell_faults(&faults, refusal, code, printer)
    }

    /// What became of releases that no executor had in hand.
    pub(in crate::command) fn judge(&self, releases: &[&ReleaseId], end: End) {
        if let Some(journal) = self.journal.as_ref().filter(|_| !releases.is_empty()) {
            journal.judge(releases, end);
        }
    }

    /// What the report says of it.
    pub(in crate::command) fn note(&self) -> JournalRef {
        let places = self.journal.as_ref().map(|journal| journal.places()).unwrap_or_default();
        JournalRef { id: self.id.to_string(), places }
    }
}

/// Whether somebody has been told already that the journal cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum Said {
    Yes,
    No,
}

fn tell_faults(faults: &EndFaults, refusal: Said, code: ExitCode, printer: &Printer) -> ExitCode {
    if let Some(error) = &faults.copy {
        printer.warn(format_args!("the end of this run is not in its {error}"));
    }
    let Some(error) = &faults.file else { return code };
    if refusal == Said::No {
        printer.error(format_args!("the journal could not be written: {error}"));
    }
    code.unless_unwritten(true)
}

/// The place that was named, or the usual one.
pub(in crate::command) fn place(named: Option<&Path>, environment: &Environment) -> Option<JournalLocation> {
    named.map(JournalLocation::named).or_else(|| environment.state_home.as_deref().map(JournalLocation::usual))
}

/// A client of its own: the last word goes out also when everything else was told to end.
fn keep_in_cluster(journal: &mut RunJournal, connection: &Connection, app: &mut App) {
    let namespace = connection.default_namespace();
    let client = Client::new(connection, CancelToken::default());
    let kept = client.and_then(|client| journal.keep_in_cluster(client, namespace));
    let printer = &app.printer;
    match kept {
        Ok(None) => {}
        Ok(Some(error)) => {
            printer.note(format_args!("journals of older runs could not be removed from {namespace}: {error}"));
        }
        Err(error) => warn_not_in_cluster(&error, namespace, journal.places().is_empty(), printer),
    }
}

/// To do it twice does no harm, so a run goes on without.
fn warn_not_in_cluster(error: &ApiError, namespace: &str, is_all: bool, printer: &Printer) {
    printer.warn(format_args!("the journal cannot be kept in a configmap of {namespace}: {error}"));
    if is_all {
        printer.warn("this run has no journal: if it is killed, nobody can tell what it had in hand");
    }
}

fn note_no_file(error: &JournalError, app: &mut App) {
    app.printer.note(format_args!("{error}; a configmap has to do"));
}

fn cannot(error: JournalError) -> CommandError {
    CommandError::Error { code: ExitCode::Preflight, error: Box::new(error), hint: Some(HINT.to_owned()) }
}

fn no_place() -> CommandError {
    let error = "there is no place for a journal: neither XDG_STATE_HOME nor HOME is set";
    CommandError::Error { code: ExitCode::Preflight, error: Box::from(error), hint: Some(HINT.to_owned()) }
}
