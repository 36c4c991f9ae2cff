//! The prompt before a cluster is changed: a person who has seen the plan types the name of the context.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use rustix::termios::{QueueSelector, tcflush};

use super::flags::namespaces_in_scope;
use super::preflight::read_policies;
use crate::app::{App, CommandError, nothing_done};
use crate::cli::{HistoryArguments, RunArguments, SelectionArguments};
use crate::cluster::Connection;
use crate::exit_code::ExitCode;
use crate::guard::{self, Interactivity, Scope};
use crate::policy::PolicySet;
use crate::sanitize;
use crate::settings::ConnectionOptions;
use crate::target::PlannedChange;

/// How often the wait for an answer checks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(100);
/// No context's name is longer.
const MAX_ANSWER: usize = 4096;

const HOW: &str = "check the plan with `plan`, then add --yes, or --confirm with the name of the context";

/// The flags for the prompt, and those that an unattended run needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConfirmFlags<'a> {
    pub(crate) yes: bool,
    pub(crate) confirm: Option<&'a str>,
    pub(crate) files: &'a [PathBuf],
    pub(crate) saved_plan: Option<&'a Path>,
    pub(crate) namespace: Option<&'a str>,
    pub(crate) all_namespaces: bool,
}

impl<'a> From<&'a HistoryArguments> for ConfirmFlags<'a> {
    fn from(history: &'a HistoryArguments) -> Self {
        let HistoryArguments { yes, confirm, files, namespace, all_namespaces, .. } = history;
        let (confirm, namespace) = (confirm.as_deref(), namespace.as_deref());
        Self { yes: *yes, confirm, files, saved_plan: None, namespace, all_namespaces: *all_namespaces }
    }
}

impl<'a> From<&'a RunArguments> for ConfirmFlags<'a> {
    fn from(run: &'a RunArguments) -> Self {
        let SelectionArguments { files, namespace, all_namespaces, .. } = &run.selection;
        let (confirm, saved_plan, namespace) = (run.confirm.as_deref(), run.plan.as_deref(), namespace.as_deref());
        Self { yes: run.yes, confirm, files, saved_plan, namespace, all_namespaces: *all_namespaces }
    }
}

/// Something that a run needs and does not have: what, and how to add it.
type Missing = (String, String);

impl ConfirmFlags<'_> {
    /// An error with everything that is missing, before any request.
    pub(crate) fn check(self, options: &ConnectionOptions, app: &App) -> Result<(), CommandError> {
        let mut missing = self.missing_on_the_line(app);
        if missing.is_empty() {
            return Ok(());
        }
        // The run ends here. What else would end it is found out as far as that needs no request.
        let read = if self.is_stdin_read() { None } else { read_policies(self.files).ok() };
        if let Some((policies, connection)) = read.zip(Connection::resolve(options).ok()) {
            missing.extend(self.missing_for(&connection, app));
            missing.extend(self.refused_for(&policies, &connection, app));
        }
        Err(error(&missing))
    }

    /// The same for what depends on the policies and the kubeconfig. If only a guard refuses, that is not an error yet.
    pub(crate) fn check_target(
        self,
        policies: &PolicySet,
        connection: &Connection,
        app: &App,
    ) -> Result<(), CommandError> {
        let mut missing = self.missing_for(connection, app);
        if missing.is_empty() {
            return Ok(());
        }
        missing.extend(self.refused_for(policies, connection, app));
        Err(error(&missing))
    }

    fn is_stdin_read(self) -> bool {
        self.files.iter().map(PathBuf::as_path).chain(self.saved_plan).any(|file| file.as_os_str() == "-")
    }

    fn missing_on_the_line(self, app: &App) -> Vec<Missing> {
        let policy_from_stdin = self.files.iter().any(|file| file.as_os_str() == "-");
        let plan_from_stdin = self.saved_plan.is_some_and(|file| file.as_os_str() == "-");
        let mut missing = Vec::new();
        if policy_from_stdin && plan_from_stdin {
            let text = "standard input can be a policy or a saved plan, not both";
            missing.push((text.to_owned(), "pass a file for one of them".to_owned()));
        }
        if self.yes && self.files.is_empty() {
            missing.push(("--yes requires the name of the policy".to_owned(), "add -f FILE".to_owned()));
        }
        if self.yes || self.confirm.is_some() {
            return missing;
        }
        if policy_from_stdin || plan_from_stdin {
            let what = if plan_from_stdin { "plan" } else { "policy" };
            missing.push((format!("cannot ask for confirmation: standard input is the {what}"), HOW.to_owned()));
        } else if !app.terminal.can_ask() {
            missing.push(("cannot ask for confirmation: not a terminal".to_owned(), HOW.to_owned()));
        }
        missing
    }

    fn missing_for(self, connection: &Connection, app: &App) -> Vec<Missing> {
        let mut missing = Vec::new();
        missing.extend(self.confirm.and_then(|name| other_context(name, connection)));
        let scope = namespaces_in_scope(self.namespace, self.all_namespaces, connection, app);
        let is_asked = !self.yes && self.confirm.is_none() && app.terminal.can_ask();
        if !is_asked && matches!(scope, Ok(Scope::Unknown)) {
            missing.push(unknown_scope());
        }
        missing
    }

    fn refused_for(self, policies: &PolicySet, connection: &Connection, app: &App) -> Vec<Missing> {
        let attendance = if connection.is_in_cluster { Interactivity::InPod } else { self.interactivity(app) };
        let refusal = |policy| guard::named_too_weakly(policy, connection, attendance);
        let refusals = policies.iter().filter_map(refusal);
        refusals.map(|refusal| (refusal.message, refusal.hint.to_owned())).collect()
    }

    /// Whether a person watches. Without a terminal, `--confirm` is not typed by a person.
    pub(crate) fn interactivity(self, app: &App) -> Interactivity {
        if self.yes || !app.terminal.can_ask() { Interactivity::Unattended } else { Interactivity::Attended }
    }
}

/// One error for everything that is missing.
fn error(missing: &[Missing]) -> CommandError {
    if let [(text, hint)] = missing {
        return CommandError::usage(text, hint);
    }
    let lines = missing.iter().map(|(text, hint)| format!("\n- {text}\n  {hint}")).collect::<Vec<_>>().concat();
    CommandError::with_hint(
        ExitCode::Usage,
        Box::from(format!("{} things are missing for an unattended run:{lines}", missing.len())),
        "add all of them, or run it at a terminal",
    )
}

fn other_context(name: &str, connection: &Connection) -> Option<Missing> {
    let context = &connection.context;
    let (here, hint) = (sanitize::quoted(context.as_str()), "give --confirm the name of the context that you mean");
    (!context.is_named_by(name))
        .then(|| (format!("--confirm is {}, but the context is {here}", sanitize::quoted(name)), hint.to_owned()))
}

fn unknown_scope() -> Missing {
    let text = "cannot tell whether you passed -n, because helm does not pass it on";
    (text.to_owned(), "add -A for all namespaces of the policy".to_owned())
}

/// Gets the confirmation for a change. `what` completes the question "About to … on CONTEXT."
pub(crate) fn confirm(
    flags: ConfirmFlags<'_>,
    change: &PlannedChange<'_>,
    what: &str,
    app: &App,
) -> Result<(), CommandError> {
    let (context, nothing) = (&change.target.connection.context, nothing_done(change.operation));
    if let Some(other) = flags.confirm.and_then(|name| other_context(name, &change.target.connection)) {
        return Err(error(&[other]));
    }
    if flags.yes || flags.confirm.is_some() {
        if change.target.scope == Scope::Unknown {
            return Err(error(&[unknown_scope()]));
        }
        return Ok(());
    }
    let shown = sanitize::line(context.as_str());
    let question = format!("\nAbout to {what} on {shown}. Type the context name to continue: ");
    let declined = match ask(&question, app)?.as_deref().map(str::trim) {
        Some(answer) if context.is_named_by(answer) => return Ok(()),
        Some("") => format!("declined; {nothing}"),
        Some(answer) => format!("declined: {} is not the name of the context; {nothing}", sanitize::quoted(answer)),
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
