//! The question before a purge: the cluster's context, typed by a person who has seen the plan.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::termios::{QueueSelector, tcflush};

use super::prepare::Prepared;
use super::{Stopped, Surroundings};
use crate::cli::RunArguments;
use crate::guard::{Attendance, Scope};
use crate::report::plural;
use crate::visible;

/// How often the wait for an answer looks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(100);
/// No context's name is longer.
const LONGEST_ANSWER: usize = 4096;

const HOW: &str = "look at the plan with `plan`, then add --yes, or --confirm with the context's name";

/// What can be refused before anything is looked up: a confirmation that cannot be had.
pub(super) fn check_flags(arguments: &RunArguments, surroundings: &Surroundings) -> Result<(), Stopped> {
    let agreed = arguments.yes || arguments.confirm.is_some();
    let files = &arguments.selection.files;
    let policy_from_stdin = files.iter().any(|file| file.as_os_str() == "-");
    let plan_from_stdin = arguments.plan.as_ref().is_some_and(|file| file.as_os_str() == "-");
    if policy_from_stdin && plan_from_stdin {
        return Err(Stopped::usage(
            "standard input is a policy or a saved plan, not both",
            "name a file for one of them",
        ));
    }
    if arguments.yes && files.is_empty() {
        return Err(Stopped::usage("with --yes the policy has to be named", "add -f FILE"));
    }
    if !agreed && (policy_from_stdin || plan_from_stdin) {
        let what = if plan_from_stdin { "a plan" } else { "a policy" };
        return Err(Stopped::usage(format!("{what} on standard input leaves nothing to answer a question with"), HOW));
    }
    if !agreed && !surroundings.terminal.can_ask() {
        return Err(Stopped::usage("there is no terminal to ask at, and no confirmation was given", HOW));
    }
    Ok(())
}

/// Whether somebody looks. A context's name on a command line that no terminal has seen was typed by nobody.
pub(super) fn attendance(arguments: &RunArguments, surroundings: &Surroundings) -> Attendance {
    if arguments.yes || !surroundings.terminal.can_ask() { Attendance::Unattended } else { Attendance::Attended }
}

/// Gets the agreement to carry out a plan that no guard refuses.
pub(super) fn confirm(
    arguments: &RunArguments,
    prepared: &Prepared,
    surroundings: &mut Surroundings,
) -> Result<(), Stopped> {
    let context = prepared.connection.context();
    if let Some(name) = arguments.confirm.as_ref().filter(|name| !context.is_named_by(name)) {
        let (name, context) = (visible::quoted(name), visible::quoted(context.as_str()));
        return Err(Stopped::usage(
            format!("--confirm says {name}, but the context is {context}"),
            "nothing was purged",
        ));
    }
    if arguments.yes || arguments.confirm.is_some() {
        return if prepared.scope == Scope::CannotTell { Err(cannot_tell()) } else { Ok(()) };
    }
    let releases = plural(prepared.plan.chosen().count(), "release");
    let shown = visible::line(context.as_str());
    let question = format!("\nThis uninstalls {releases} on {shown}. Type the context's name to go on: ");
    match ask(&question, surroundings)? {
        Some(answer) if context.is_named_by(answer.trim()) => Ok(()),
        Some(answer) if answer.trim().is_empty() => Err(Stopped::Declined("declined; nothing was purged".to_owned())),
        Some(answer) => {
            let answer = visible::quoted(answer.trim());
            Err(Stopped::Declined(format!("declined: {answer} is not the context's name; nothing was purged")))
        }
        None => Err(Stopped::Declined("\ndeclined; nothing was purged".to_owned())),
    }
}

fn cannot_tell() -> Stopped {
    Stopped::usage(
        "it cannot be told whether -n was given: helm keeps that flag for itself",
        "say -A for the whole fence, or name releases with --only",
    )
}

/// Asks, and waits for a line; nothing where there will be none.
fn ask(question: &str, surroundings: &mut Surroundings) -> Result<Option<String>, Stopped> {
    let stdin = io::stdin();
    // What was typed before the question was seen is no answer to it.
    let _ = tcflush(&stdin, QueueSelector::IFlush);
    if surroundings.printer.ask(question).is_err() {
        return Ok(None);
    }
    let pieces = read_line(stdin).map_err(|error| Stopped::internal(error.to_string()))?;
    let mut answer = Vec::new();
    while answer.last() != Some(&b'\n') && answer.len() < LONGEST_ANSWER {
        if let Some(interruption) = surroundings.interruption() {
            surroundings.printer.tell("");
            return Err(Stopped::Interrupted(interruption));
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
