//! The question before a purge: the cluster's context, typed by a person who has seen the plan.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::termios::{QueueSelector, tcflush};

use super::nothing_done;
use crate::cli::{RunArguments, UndoArguments};
use crate::cluster::Connection;
use crate::command::prepare::Prepared;
use crate::command::{App, CommandError};
use crate::guard::{Interactivity, Scope};
use crate::journal::OperationKind;
use crate::report::plural;
use crate::sanitize;

/// How often the wait for an answer looks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(100);
/// No context's name is longer.
const LONGEST_ANSWER: usize = 4096;

const HOW: &str = "look at the plan with `plan`, then add --yes, or --confirm with the context's name";

/// What the command line says about the question.
#[derive(Debug, Clone, Copy)]
pub(in crate::command) struct Agreement<'a> {
    pub(in crate::command) yes: bool,
    pub(in crate::command) confirm: Option<&'a str>,
    pub(in crate::command) files: &'a [PathBuf],
    /// A saved plan.
    pub(in crate::command) plan: Option<&'a Path>,
}

/// What is going to happen, for the question.
#[derive(Debug, Clone, Copy)]
pub(in crate::command) struct ConfirmPrompt<'a> {
    /// What it does to how many, as in "This … on CONTEXT."
    pub(in crate::command) what: &'a str,
    /// For what is said where somebody says no.
    pub(in crate::command) operation: OperationKind,
    pub(in crate::command) connection: &'a Connection,
    pub(in crate::command) scope: &'a Scope,
}

impl<'a> From<&'a RunArguments> for Agreement<'a> {
    fn from(arguments: &'a RunArguments) -> Self {
        Self {
            yes: arguments.yes,
            confirm: arguments.confirm.as_deref(),
            files: &arguments.selection.files,
            plan: arguments.plan.as_deref(),
        }
    }
}

impl<'a> From<&'a UndoArguments> for Agreement<'a> {
    fn from(arguments: &'a UndoArguments) -> Self {
        Self { yes: arguments.yes, confirm: arguments.confirm.as_deref(), files: &arguments.files, plan: None }
    }
}

/// What can be refused before anything is looked up: a confirmation that cannot be had.
pub(in crate::command) fn check_flags(agreement: Agreement<'_>, app: &App) -> Result<(), CommandError> {
    let Agreement { yes, confirm, files, plan } = agreement;
    let agreed = yes || confirm.is_some();
    let policy_from_stdin = files.iter().any(|file| file.as_os_str() == "-");
    let plan_from_stdin = plan.is_some_and(|file| file.as_os_str() == "-");
    if policy_from_stdin && plan_from_stdin {
        return Err(CommandError::usage(
            "standard input is a policy or a saved plan, not both",
            "name a file for one of them",
        ));
    }
    if yes && files.is_empty() {
        return Err(CommandError::usage("with --yes the policy has to be named", "add -f FILE"));
    }
    if !agreed && (policy_from_stdin || plan_from_stdin) {
        let what = if plan_from_stdin { "a plan" } else { "a policy" };
        return Err(CommandError::usage(
            format!("{what} on standard input leaves nothing to answer a question with"),
            HOW,
        ));
    }
    if !agreed && !app.terminal.can_ask() {
        return Err(CommandError::usage("there is no terminal to ask at, and no confirmation was given", HOW));
    }
    Ok(())
}

/// Whether somebody looks. A context's name on a command line that no terminal has seen was typed by nobody.
pub(in crate::command) fn attendance(agreement: Agreement<'_>, app: &App) -> Interactivity {
    if agreement.yes || !app.terminal.can_ask() { Interactivity::Unattended } else { Interactivity::Attended }
}

/// Gets the agreement to carry out a plan that no guard refuses.
pub(in crate::command) fn confirm(
    arguments: &RunArguments,
    prepared: &Prepared,
    app: &mut App,
) -> Result<(), CommandError> {
    let what = format!("uninstalls {}", plural(prepared.plan.chosen().count(), "release"));
    let (connection, scope) = (&prepared.connection, &prepared.scope);
    agree(arguments.into(), ConfirmPrompt { what: &what, operation: OperationKind::Purge, connection, scope }, app)
}

/// Gets the agreement to a deed.
pub(in crate::command) fn agree(
    agreement: Agreement<'_>,
    deed: ConfirmPrompt<'_>,
    app: &mut App,
) -> Result<(), CommandError> {
    let (context, nothing) = (deed.connection.context(), nothing_done(deed.operation));
    if let Some(name) = agreement.confirm.filter(|name| !context.is_named_by(name)) {
        let (name, context) = (sanitize::quoted(name), sanitize::quoted(context.as_str()));
        return Err(CommandError::usage(format!("--confirm says {name}, but the context is {context}"), nothing));
    }
    if agreement.yes || agreement.confirm.is_some() {
        return if *deed.scope == Scope::CannotTell { Err(cannot_tell()) } else { Ok(()) };
    }
    let (what, shown) = (deed.what, sanitize::line(context.as_str()));
    let question = format!("\nThis {what} on {shown}. Type the context's name to go on: ");
    match ask(&question, app)? {
        Some(answer) if context.is_named_by(answer.trim()) => Ok(()),
        Some(answer) if answer.trim().is_empty() => Err(CommandError::Declined(format!("declined; {nothing}"))),
        Some(answer) => {
            let answer = sanitize::quoted(answer.trim());
            Err(CommandError::Declined(format!("declined: {answer} is not the context's name; {nothing}")))
        }
        None => Err(CommandError::Declined(format!("\ndeclined; {nothing}"))),
    }
}

fn cannot_tell() -> CommandError {
    CommandError::usage(
        "it cannot be told whether -n was given: helm keeps that flag for itself",
        "say -A for the whole fence, or name releases with --only",
    )
}

/// Asks, and waits for a line; nothing where there will be none.
fn ask(question: &str, app: &mut App) -> Result<Option<String>, CommandError> {
    let stdin = io::stdin();
    // What was typed before the question was seen is no answer to it.
    let _ = tcflush(&stdin, QueueSelector::IFlush);
    if app.printer.ask(question).is_err() {
        return Ok(None);
    }
    let pieces = read_line(stdin).map_err(|error| CommandError::internal(error.to_string()))?;
    let mut answer = Vec::new();
    while answer.last() != Some(&b'\n') && answer.len() < LONGEST_ANSWER {
        if let Some(interruption) = app.interruption() {
            app.printer.end_question();
            return Err(CommandError::Interrupted(interruption));
        }
        match pieces.recv_timeout(SIGNAL_CHECK) {
            Ok(piece) => answer.extend(piece),
            Err(RecvTimeoutError::Timeout) => {}
            // Without its end it is no answer: somebody's terminal went away in the middle of it.
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
    Ok(Some(String::from_utf8_lossy(&answer).into_owned()))
}

/// Reads up to the end of a line, on a thread of its own: Ctrl-C throws away what was typed, so a read that had
/// something to take may find nothing, and would keep the signal waiting for the next line.
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
