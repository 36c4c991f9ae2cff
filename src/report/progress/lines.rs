//! Progress for pipes, logs and dumb terminals: a line per finished release, and a sign of life.

use std::time::Duration;

use super::{KILLING, Printer, Progress, Progressing, TERMINATING, WayOut, draining_lines, finished_line};
use crate::executor::Event;
use crate::report::words::seconds;

/// How long it may be silent.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Plain lines.
pub(super) struct Lines {
    way_out: WayOut,
    last_word: Duration,
}

impl Lines {
    pub(super) fn new(way_out: WayOut) -> Self {
        Self { way_out, last_word: Duration::ZERO }
    }

    /// For a run that is under way already.
    pub(super) fn taking_over(way_out: WayOut, progress: Progress) -> Self {
        Self { way_out, last_word: progress.elapsed }
    }

    fn heartbeat(&mut self, progress: Progress, printer: &mut Printer) {
        if progress.elapsed.saturating_sub(self.last_word) >= HEARTBEAT {
            self.last_word = progress.elapsed;
            let Progress { done, total, running, elapsed, .. } = progress;
            printer.say(&format!("still at it after {}: {done} of {total} done, {running} running", seconds(elapsed)));
        }
    }
}

impl Progressing for Lines {
    fn on_event(&mut self, event: &Event<'_>, printer: &mut Printer) {
        match event {
            Event::Started { .. } | Event::ReleaseStarted { .. } | Event::Finished(_) => {}
            Event::Tick(progress) => self.heartbeat(*progress, printer),
            Event::ReleaseFinished { release, outcome, took, progress, .. } => {
                self.last_word = progress.elapsed;
                let line = finished_line(release, outcome, *took, printer.err());
                if outcome.is_failure() { printer.tell(&line) } else { printer.say(&line) }
            }
            Event::Draining { because, progress } => {
                printer.tell(&draining_lines(*because, *progress, self.way_out));
            }
            Event::Terminating(_) => printer.tell(TERMINATING),
            Event::Killing(_) => printer.tell(KILLING),
        }
    }
}
