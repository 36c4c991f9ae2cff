//! The question before a purge: the cluster's context, typed by a person who has seen the plan.

use std::io::{self, BufRead};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::prepare::{Prepared, policy_file};
use super::{Stopped, Surroundings};
use crate::cli::RunArguments;
use crate::guard::Scope;
use crate::report::plural;
use crate::visible;

/// How often the wait for an answer looks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(100);

/// How a purge was agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// By a flag, before the plan was made.
    Beforehand,
    /// By a person, after they had read the plan.
    Typed,
}

/// What can be refused before anything is looked up: a confirmation that cannot be had.
pub(super) fn check_flags(arguments: &RunArguments, surroundings: &Surroundings) -> Result<(), Stopped> {
    let agreed = arguments.yes || arguments.confirm.is_some();
    let from_stdin = policy_file(&arguments.selection).as_os_str() == "-";
    if arguments.yes && arguments.selection.file.is_none() {
        return Err(Stopped::usage("with --yes the policy has to be named", "add -f FILE"));
    }
    if !agreed && from_stdin {
        return Err(Stopped::usage("a policy on standard input leaves nothing to answer a question with", HOW));
    }
    if !agreed && !surroundings.terminal.can_ask() {
        return Err(Stopped::usage("there is no terminal to ask at, and no confirmation was given", HOW));
    }
    Ok(())
}

const HOW: &str = "look at the plan with `plan`, then add --yes, or --confirm with the context's name";

/// Gets the agreement to carry out a plan that no guard refuses.
pub(super) fn confirm(
    arguments: &RunArguments,
    prepared: &Prepared,
    surroundings: &mut Surroundings,
) -> Result<Agreement, Stopped> {
    let context = prepared.connection.context();
    if arguments.yes {
        return if prepared.scope == Scope::CannotTell { Err(cannot_tell()) } else { Ok(Agreement::Beforehand) };
    }
    if let Some(name) = &arguments.confirm {
        return if context.is_named_by(name) {
            Ok(Agreement::Beforehand)
        } else {
            let (name, context) = (visible::quoted(name), visible::quoted(context.as_str()));
            Err(Stopped::usage(format!("--confirm says {name}, but the context is {context}"), "nothing was purged"))
        };
    }
    let releases = plural(prepared.plan.chosen().count(), "release");
    let shown = visible::line(context.as_str());
    let question = format!("\nThis uninstalls {releases} on {shown}. Type the context's name to go on: ");
    match ask(&question, surroundings)? {
        Some(answer) if context.is_named_by(answer.trim()) => Ok(Agreement::Typed),
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
        "with --yes say -A for the whole fence, or name releases with --only",
    )
}

/// Asks, and waits for a line; nothing where there will be none.
fn ask(question: &str, surroundings: &mut Surroundings) -> Result<Option<String>, Stopped> {
    if surroundings.printer.ask(question).is_err() {
        return Ok(None);
    }
    let stdin = io::stdin();
    let wait = Timespec::try_from(SIGNAL_CHECK).ok();
    loop {
        if let Some(interruption) = surroundings.interrupts.interruption() {
            surroundings.printer.tell("");
            return Err(Stopped::Interrupted(interruption));
        }
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], wait.as_ref()) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) => break,
            Err(_) => return Ok(None),
        }
    }
    let mut line = String::new();
    match stdin.lock().read_line(&mut line) {
        // Without its end it is no answer: somebody's terminal went away in the middle of it.
        Ok(_) if line.ends_with('\n') => Ok(Some(line)),
        Ok(_) | Err(_) => Ok(None),
    }
}
