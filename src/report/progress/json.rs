//! Progress for whatever reads logs: a line of JSON for each event, and a sign of life.

use super::lines::{Heartbeat, ProgressReporter};
use crate::executor::{Event, NotStarted, Outcome, OutcomeSummary, Progress};
use crate::helm::FailureClass;
use crate::release::ReleaseId;
use crate::report::log::{Level, LogLine};
use crate::report::printer::Printer;

/// Lines of JSON.
#[derive(Default)]
pub(super) struct JsonLines {
    heartbeat: Heartbeat,
}

impl ProgressReporter for JsonLines {
    fn on_event(&mut self, event: &Event<'_>, progress: Progress, printer: &Printer) {
        if let Event::Tick = event {
            if self.heartbeat.is_due(progress) {
                printer.log(&with_progress(LogLine::new(Level::Info, "heartbeat"), progress));
            }
        } else if let Some(line) = line(event, progress) {
            self.heartbeat.written(progress);
            printer.log(&line);
        }
    }
}

/// The line of an event that is more than the passing of time.
fn line(event: &Event<'_>, progress: Progress) -> Option<LogLine> {
    let of = |level, name, release: &ReleaseId| LogLine::new(level, name).with("release", release.to_string());
    Some(match event {
        // The line `begun` says that it begins.
        Event::Started { .. } | Event::Tick | Event::Finished => return None,
        Event::ReleaseStarted { release, .. } => of(Level::Info, "started", release),
        Event::ReleaseReturned { release, .. } => of(Level::Info, "returned", release),
        Event::ReleaseFinished { release, outcome, attempts, took, .. } => {
            let line = with_outcome(of(level(outcome), "finished", release), outcome);
            line.with("attempts", attempts).with("seconds", took.as_secs_f64())
        }
        Event::ReleaseJudged { release, outcome, attempts } => {
            with_outcome(of(level(outcome), "judged", release), outcome).with("attempts", attempts)
        }
        Event::ReleaseWaits { release, failure, attempts, wait, .. } => of(Level::Warn, "retry", release)
            .with("class", failure.class.as_str())
            .with("message", &failure.message.error)
            .with_some("cause", failure.message.cause.as_ref())
            .with("attempts", attempts)
            .with_some("seconds", wait.map(|wait| wait.as_secs_f64())),
        Event::Paused { because, wait } => {
            let line = LogLine::new(Level::Warn, "paused").with("because", word(*because));
            line.with("seconds", wait.as_secs_f64())
        }
        Event::Resumed => LogLine::new(Level::Info, "resumed"),
        Event::Waiting { objects, release, others } => {
            of(Level::Info, "waiting", release).with("objects", objects).with("otherReleases", others)
        }
        Event::NotRecorded { why } => LogLine::new(Level::Error, "not-recorded").with("message", why),
        Event::Draining { because } => {
            let line = LogLine::new(Level::Warn, "draining").with("because", word(*because));
            with_progress(line, progress)
        }
        Event::Terminating => signal_line("TERM", progress),
        Event::Killing => signal_line("KILL", progress),
    })
}

/// What runs is told to end.
fn signal_line(sent: &str, progress: Progress) -> LogLine {
    with_progress(LogLine::new(Level::Warn, "signal").with("sent", sent), progress)
}

fn with_progress(line: LogLine, progress: Progress) -> LogLine {
    let Progress { total, done, failed, running, elapsed } = progress;
    let line = line.with("total", total).with("done", done).with("failed", failed).with("running", running);
    line.with("seconds", elapsed.as_secs_f64())
}

/// What came of a release; what helm left or remarked is in the report.
fn with_outcome(line: LogLine, outcome: &Outcome) -> LogLine {
    let OutcomeSummary { outcome, class, message, cause, .. } = outcome.into();
    let line = line.with("outcome", outcome).with_some("class", class);
    line.with_some("message", message).with_some("cause", cause)
}

fn level(outcome: &Outcome) -> Level {
    match outcome {
        // The list at the end may say that it is gone.
        Outcome::Failed(failure) if failure.class == FailureClass::Unclear => Level::Warn,
        Outcome::Failed(_) => Level::Error,
        Outcome::StillNeeded { .. } | Outcome::Changed(_) => Level::Warn,
        _ => Level::Info,
    }
}

fn word(because: NotStarted) -> &'static str {
    match because {
        NotStarted::FailFast => "fail-fast",
        NotStarted::Interrupted => "interrupted",
        NotStarted::Deadline => "deadline",
        NotStarted::ServerGone => "server-gone",
        NotStarted::LoginGone => "login-gone",
        NotStarted::JournalRefused => "journal-refused",
    }
}
