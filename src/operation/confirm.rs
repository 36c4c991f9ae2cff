//! The prompt before a cluster is changed: a person who has seen the plan types the name of the context.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::termios::{QueueSelector, tcflush};

use crate::app::{App, CommandError, nothing_done};
use crate::cli::HistoryArguments;
use crate::guard::{Interactivity, Scope};
use crate::sanitize;
use crate::target::PlannedChange;

/// How often the wait for an answer checks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(100);
/// No context's name is longer.
const MAX_ANSWER: usize = 4096;

const HOW: &str = "look at the plan with `plan`, then add --yes, or --confirm with the context's name";

/// The flags for the prompt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConfirmFlags<'a> {
    pub(crate) yes: bool,
    pub(crate) confirm: Option<&'a str>,
    pub(crate) files: &'a [PathBuf],
    pub(crate) saved_plan: Option<&'a Path>,
}

impl<'a> From<&'a HistoryArguments> for ConfirmFlags<'a> {
    fn from(history: &'a HistoryArguments) -> Self {
        Self { yes: history.yes, confirm: history.confirm.as_deref(), files: &history.files, saved_plan: None }
    }
}

impl ConfirmFlags<'_> {
    /// An error, before any request, if the question could not be answered.
    pub(crate) fn check(self, app: &App) -> Result<(), CommandError> {
        let is_confirmed = self.yes || self.confirm.is_some();
        let policy_from_stdin = self.files.iter().any(|file| file.as_os_str() == "-");
        let plan_from_stdin = self.saved_plan.is_some_and(|file| file.as_os_str() == "-");
        let what = if plan_from_stdin { "a plan" } else { "a policy" };
        let (text, hint) = if policy_from_stdin && plan_from_stdin {
            ("standard input is a policy or a saved plan, not both".to_owned(), "name a file for one of them")
        } else if self.yes && self.files.is_empty() {
            ("with --yes the policy has to be named".to_owned(), "add -f FILE")
        } else if !is_confirmed && (policy_from_stdin || plan_from_stdin) {
            (format!("{what} on standard input leaves nothing to answer a question with"), HOW)
        } else if !is_confirmed && !app.terminal.can_ask() {
            ("there is no terminal to ask at, and no confirmation was given".to_owned(), HOW)
        } else {
            return Ok(());
        };
        Err(CommandError::usage(text, hint))
    }

    /// Whether a person watches. Without a terminal, `--confirm` is not typed by a person.
    pub(crate) fn interactivity(self, app: &App) -> Interactivity {
        if self.yes || !app.terminal.can_ask() { Interactivity::Unattended } else { Interactivity::Attended }
    }
}

/// Gets the confirmation for a change. `what` is the predicate of the question "This … on CONTEXT."
pub(crate) fn confirm(
    flags: ConfirmFlags<'_>,
    change: &PlannedChange<'_>,
    what: &str,
    app: &App,
) -> Result<(), CommandError> {
    let (context, nothing) = (&change.target.connection.context, nothing_done(change.operation));
    if let Some(name) = flags.confirm.filter(|name| !context.is_named_by(name)) {
        let (name, context) = (sanitize::quoted(name), sanitize::quoted(context.as_str()));
        return Err(CommandError::usage(format!("--confirm says {name}, but the context is {context}"), nothing));
    }
    if flags.yes || flags.confirm.is_some() {
        if change.target.scope == Scope::Unknown {
            let hint = "pass -A for all namespaces of the policy, or name releases";
            return Err(CommandError::usage(
                "it cannot be told whether -n was given: helm keeps that flag for itself",
                hint,
            ));
        }
        return Ok(());
    }
    let shown = sanitize::line(context.as_str());
    let question = format!("\nThis {what} on {shown}. Type the context's name to go on: ");
    let declined = match ask(&question, app)?.as_deref().map(str::trim) {
        Some(answer) if context.is_named_by(answer) => return Ok(()),
        Some("") => format!("declined; {nothing}"),
        Some(answer) => format!("declined: {} is not the context's name; {nothing}", sanitize::quoted(answer)),
        None => format!("\ndeclined; {nothing}"),
    };
    Err(CommandError::Declined(declined))
}

/// Prints the question and reads a line. None if no line can come.
fn ask(question: &str, app: &App) -> Result<Option<String>, CommandError> {
    let stdin = io::stdin();
    // Keys that were pressed before the question appeared do not answer it.
    let _ = tcflush(&stdin, QueueSelector::IFlush);
    if app.printer.ask(question).is_err() {
        return Ok(None);
    }
    let pieces = read_line(stdin).map_err(|error| CommandError::internal(error.to_string()))?;
    let mut answer = Vec::new();
    while answer.last() != Some(&b'\n') && answer.len() < MAX_ANSWER {
        if let Some(interruption) = app.interruption() {
            app.printer.end_question();
            return Err(CommandError::Interrupted(interruption));
        }
        match pieces.recv_timeout(SIGNAL_CHECK) {
            Ok(piece) => answer.extend(piece),
            Err(RecvTimeoutError::Timeout) => {}
            // A line without its end is not an answer, because the terminal closed in the middle of it.
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
    Ok(Some(String::from_utf8_lossy(&answer).into_owned()))
}

/// Reads up to the end of a line, on a thread of its own: after Ctrl-C the terminal discards what was typed, so a read on this
/// thread could block, and the signal would wait for the next line.
fn read_line(stdin: io::Stdin) -> io::Result<Receiver<Vec<u8>>> {
    let (sender, pieces) = channel();
    std::thread::Builder::new().name("answer".to_owned()).spawn(move || {
        let mut piece = [0; 256];
        loop {
            match rustix::io::read(&stdin, &mut piece) {
                Err(rustix::io::Errno::INTR) => {}
                Ok(0) | Err(_) => return,
                Ok(length) => {
                    let is_end = piece[length - 1] == b'\n';
                    if sender.send(piece[..length].to_vec()).is_err() || is_end {
                        return;
                    }
                }
            }
        }
    })?;
    Ok(pieces)
}
