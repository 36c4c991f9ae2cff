//! What is seen while a run is under way: bars on a terminal, lines anywhere else, lines of JSON for readers of logs.

mod bars;
mod heartbeat;
mod json;
mod lines;

use bars::Bars;
use heartbeat::Heartbeat;
use json::JsonLines;
use lines::Lines;

use super::paint::Styles;
use super::printer::{Printer, Verbosity};
use super::words::{after_attempts, plural, seconds};
use crate::clock::Clock;
use crate::executor::{Event, NotStarted, Operation, Outcome, Progress};
use crate::helm::{Failure, FailureClass};
use crate::release::ReleaseId;
use crate::sanitize;
use std::io;
use std::time::Duration;

/// Whoever shows a run while it is under way.
pub trait Progressing {
    /// Something has happened.
    fn on_event(&mut self, event: &Event<'_>, printer: &Printer);

    /// Something to be warned of that is no event of the run.
    fn warn(&mut self, message: &str, printer: &Printer) {
        printer.warn(message);
    }
}

/// How a run can be stopped from outside once it is draining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayOut {
    /// This process.
    pub pid: u32,
    /// How a second signal gets here.
    pub second: SecondSignal,
    /// What is being done.
    pub operation: Operation,
}

/// How a second signal gets here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondSignal {
    /// By another Ctrl-C.
    CtrlC,
    /// Only by `kill`: the first Ctrl-C ended the helm in front of us, and the terminal is the shell's again.
    Kill,
}

/// How a run is shown while it is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Showing {
    /// By bars: there is a terminal that can.
    Bars,
    /// By lines for people.
    Lines,
    /// By lines of JSON.
    Json,
}

/// Whoever shows it like this.
pub fn progress(showing: Showing, way_out: WayOut, clock: Clock) -> Box<dyn Progressing> {
    match showing {
        Showing::Bars => Box::new(Bars::new(way_out, clock)),
        Showing::Lines => Box::new(Lines::new(way_out)),
        Showing::Json => Box::new(JsonLines::default()),
    }
}

/// The line for a release that has ended: all that a log keeps of it.
fn finished_line(release: &ReleaseId, outcome: &Outcome, attempts: u32, took: Duration, paint: Styles) -> String {
    let name = format!("{release} {}{}", seconds(took), after_attempts(attempts));
    match outcome {
        Outcome::Purged { .. } => format!("{} {name}", paint.good("purged")),
        Outcome::Restored { .. } => format!("{} {name}", paint.good("restored")),
        Outcome::AlreadyGone => format!("{} {name}", paint.quiet("already gone")),
        Outcome::Failed(failure) => {
            let first = failure.message.error.lines().next().unwrap_or_default();
            // The list at the end may say that it is gone.
            if failure.class == FailureClass::Unclear {
                return format!("{} {name}: {}", paint.bad("unclear"), sanitize::line(first));
            }
            format!("{} {name} {}: {}", paint.bad("failed"), failure.class, sanitize::line(first))
        }
        Outcome::Changed(_) => format!("{} {release}", paint.quiet("left alone")),
        Outcome::StillNeeded { .. } => judged_line(release, outcome, attempts, paint),
        Outcome::NotStarted(_) => format!("{} {release}", paint.quiet("not started")),
    }
}

/// The line for what became of a release that no worker has.
fn judged_line(release: &ReleaseId, outcome: &Outcome, attempts: u32, paint: Styles) -> String {
    let after = after_attempts(attempts);
    match outcome {
        Outcome::StillNeeded { by } => format!("{} {release}: still needed by {by}", paint.quiet("kept")),
        Outcome::Failed(failure) => {
            let words = sanitize::line(&failure.message.error);
            format!("{} {release}{after} {}: {words}", paint.bad("failed"), failure.class)
        }
        other => format!("{} {release}", other.kind().as_str()),
    }
}

/// The line for a release that is tried again. While the API server is gone there is no telling when.
fn retry_line(release: &ReleaseId, failure: &Failure, wait: Option<Duration>, paint: Styles) -> String {
    let first = sanitize::line(failure.message.error.lines().next().unwrap_or_default());
    let when = wait.map_or_else(String::new, |wait| format!(" in {}", seconds(wait)));
    format!("{} {release}{when} {}: {first}", paint.quiet("trying again"), failure.class)
}

/// What it means that nothing is begun any more, for now.
fn paused_line(because: NotStarted, wait: Duration) -> String {
    let what =
        if because == NotStarted::LoginGone { "the login is not accepted" } else { "the API server cannot be reached" };
    format!("{what}: beginning nothing; looking again in {}", seconds(wait))
}

const RESUMED: &str = "the API server answers again: going on";

/// What the end of a phase is waiting for.
fn waiting_line(objects: usize, release: &ReleaseId, others: usize) -> String {
    let and_others = if others > 0 { format!(" and {}", plural(others, "other release")) } else { String::new() };
    format!("waiting for {} of {release}{and_others} to be gone", plural(objects, "object"))
}

/// What a first signal, a first failure under `--fail-fast`, the deadline, or an API server that is gone means.
fn draining_lines(because: NotStarted, progress: Progress, way_out: WayOut) -> String {
    let waiting = progress.total - progress.done - progress.running;
    let why = match because {
        NotStarted::Interrupted => "",
        NotStarted::FailFast => " (--fail-fast)",
        NotStarted::Deadline => " (the deadline is near)",
        NotStarted::ServerGone => " (the API server could not be reached any more)",
        NotStarted::LoginGone => " (the login was not accepted any more)",
        NotStarted::JournalRefused => " (the journal cannot be written)",
    };
    if progress.running == 0 {
        return format!("stopping: nothing is running, {waiting} not started{why}");
    }
    let running = are(progress.running, "release");
    let WayOut { pid, second, operation } = way_out;
    let doing = match operation {
        Operation::Uninstall => "uninstalled",
        Operation::Rollback => "restored",
    };
    let what = format!("stopping: {running} being {doing} and will be finished, {waiting} not started{why}");
    match second {
        _ if because != NotStarted::Interrupted => what,
        SecondSignal::CtrlC => {
            format!("{what}\n   again to end them where they are (a second run finishes them) · pid {pid}")
        }
        SecondSignal::Kill => {
            format!(
                "{what}\n   helm may be gone already; `kill {pid}` ends them where they are (a second run finishes them)"
            )
        }
    }
}

/// Why nothing more is begun, where that is the journal's fault.
fn not_recorded(why: &str) -> io::Error {
    io::Error::other(format!("the journal cannot be written: {}", sanitize::line(why)))
}

fn are(count: usize, noun: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { "is" } else { "are" })
}

const TERMINATING: &str = "ending what runs (TERM); once more to end it at once (KILL)";
const KILLING: &str = "ending what runs at once (KILL)";
