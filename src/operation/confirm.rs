//! The question before a cluster is changed: a person who has seen the plan types the name of the context.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::termios::{QueueSelector, tcflush};

use crate::app::{App, CommandError, nothing_done};
use crate::cli::{RunArguments, UndoArguments};
use crate::guard::{Interactivity, Scope};
use crate::sanitize;
use crate::target::PlannedChange;

/// How often the wait for an answer looks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(100);
/// No context's name is longer.
const MAX_ANSWER: usize = 4096;

const HOW: &str = "look at the plan with `plan`, then add --yes, or --confirm with the context's name";

/// What the command line says about the question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConfirmFlags<'a> {
    yes: bool,
    confirm: Option<&'a str>,
    files: &'a [PathBuf],
    /// A saved plan.
    plan: Option<&'a Path>,
}

impl<'a> From<&'a RunArguments> for ConfirmFlags<'a> {
    fn from(arguments: &'a RunArguments) -> Self {
        Self {
            yes: arguments.yes,
            confirm: arguments.confirm.as_deref(),
            files: &arguments.selection.files,
            plan: arguments.plan.as_deref(),
        }
    }
}

impl<'a> From<&'a UndoArguments> for ConfirmFlags<'a> {
    fn from(arguments: &'a UndoArguments) -> Self {
        let (confirm, files) = (arguments.confirm.as_deref(), &arguments.files);
        Self { yes: arguments.yes, confirm, files, plan: None }
    }
}

impl ConfirmFlags<'_> {
    /// Refuses, before anything is looked up, if nobody could answer the question.
    pub(crate) fn check(self, app: &App) -> Result<(), CommandError> {
        let Self { yes, confirm, files, plan } = self;
        let agreed = yes || confirm.is_some();
        let policy_from_stdin = files.iter().any(|file| file.as_os_str() == "-");
        let plan_from_stdin = plan.is_some_and(|file| file.as_os_str() == "-");
        let what = if plan_from_stdin { "a plan" } else { "a policy" };
        if policy_from_stdin && plan_from_stdin {
            let text = "standard input is a policy or a saved plan, not both";
            Err(CommandError::usage(text, "name a file for one of them"))
        } else if yes && files.is_empty() {
            Err(CommandError::usage("with --yes the policy has to be named", "add -f FILE"))
        } else if !agreed && (policy_from_stdin || plan_from_stdin) {
            let text = format!("{what} on standard input leaves nothing to answer a question with");
            Err(CommandError::usage(text, HOW))
        } else if !agreed && !app.terminal.can_ask() {
            Err(CommandError::usage("there is no terminal to ask at, and no confirmation was given", HOW))
        } else {
            Ok(())
        }
    }

    /// Whether a person looks. No person typed a context's name on a command line without a terminal.
    pub(crate) fn interactivity(self, app: &App) -> Interactivity {
        if self.yes || !app.terminal.can_ask() { Interactivity::Unattended } else { Interactivity::Attended }
    }
}

/// Gets the confirmation for a change; `what` is what it does to how many releases, as in "This … on CONTEXT."
pub(crate) fn confirm(
    flags: ConfirmFlags<'_>,
    change: &PlannedChange<'_>,
    what: &str,
    app: &App,
) -> Result<(), CommandError> {
    let (context, nothing) = (change.target.connection.context(), nothing_done(change.operation));
    if let Some(name) = flags.confirm.filter(|name| !context.is_named_by(name)) {
        let (name, context) = (sanitize::quoted(name), sanitize::quoted(context.as_str()));
        return Err(CommandError::usage(format!("--confirm says {name}, but the context is {context}"), nothing));
    }
    if flags.yes || flags.confirm.is_some() {
        return if change.target.scope == Scope::CannotTell { Err(scope_unknown()) } else { Ok(()) };
    }
    let shown = sanitize::line(context.as_str());
    let question = format!("\nThis {what} on {shown}. Type the context's name to go on: ");
    let declined = match ask(&question, app)? {
        Some(answer) if context.is_named_by(answer.trim()) => return Ok(()),
        Some(answer) if answer.trim().is_empty() => format!("declined; {nothing}"),
        Some(answer) => {
            let answer = sanitize::quoted(answer.trim());
            format!("declined: {answer} is not the context's name; {nothing}")
        }
        None => format!("\ndeclined; {nothing}"),
    };
    Err(CommandError::Declined(declined))
}

fn scope_unknown() -> CommandError {
    CommandError::usage(
        "it cannot be told whether -n was given: helm keeps that flag for itself",
        "say -A for the whole fence, or name releases with --only",
    )
}

/// Asks, and waits for a line. None if there will be no line.
fn ask(question: &str, app: &App) -> Result<Option<String>, CommandError> {
    let stdin = io::stdin();
    // What was typed before the question was seen does not answer it.
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
            // A line without its end is not an answer: the terminal went away in the middle of it.
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
    Ok(Some(String::from_utf8_lossy(&answer).into_owned()))
}

/// Reads up to the end of a line, on a thread of its own. Ctrl-C throws away what was typed, so a read that had something to
/// take may find nothing, and the signal would wait for the next line.
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
