//! What is seen while a run is under way: bars on a terminal, lines anywhere else.

mod bars;
mod lines;

use bars::Bars;
use lines::Lines;

use super::paint::Paint;
use super::printer::Printer;
use super::words::{plural, seconds};
use crate::executor::{Event, Outcome, Progress};
use crate::release::ReleaseId;
use crate::visible;
use std::time::Duration;

/// Whoever shows a run while it is under way.
pub trait Progressing {
    /// Something has happened.
    fn on_event(&mut self, event: &Event<'_>, printer: &mut Printer);
}

/// Bars where they can be drawn, lines elsewhere. `pid` is named where a user may need it to end this program.
pub fn progress(can_draw: bool, pid: u32) -> Box<dyn Progressing> {
    if can_draw { Box::new(Bars::new(pid)) } else { Box::new(Lines::new(pid)) }
}

/// The line for a release that has ended: all that a log keeps of it.
fn finished_line(release: &ReleaseId, outcome: &Outcome, took: Duration, paint: Paint) -> String {
    let name = format!("{release} {}", seconds(took));
    match outcome {
        Outcome::Purged { .. } => format!("{} {name}", paint.good("purged")),
        Outcome::AlreadyGone => format!("{} {name}", paint.quiet("already gone")),
        Outcome::Failed(failure) => {
            let first = failure.words.error.lines().next().unwrap_or_default();
            format!("{} {name} {}: {}", paint.bad("failed"), failure.class, visible::line(first))
        }
        Outcome::Changed(what) => format!("{} {release}: {}", paint.quiet("left alone"), visible::line(what)),
        Outcome::NotStarted(reason) => format!("{} {release}: {}", paint.quiet("not started"), reason.as_str()),
    }
}

/// What a first signal, or a first failure under `--fail-fast`, means.
fn draining_lines(because_of_failure: bool, progress: Progress, pid: u32) -> String {
    let waiting = progress.total - progress.done - progress.running;
    let what = format!(
        "stopping: {} being uninstalled and will be finished, {waiting} not started",
        are(progress.running, "release")
    );
    if because_of_failure {
        return format!("{what} (--fail-fast)");
    }
    format!("{what}\n   again to end them where they are (a second run finishes them) · pid {pid}")
}

fn are(count: usize, noun: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { "is" } else { "are" })
}

const TERMINATING: &str = "ending what runs (TERM); once more to end it at once (KILL)";
const KILLING: &str = "ending what runs at once (KILL)";
