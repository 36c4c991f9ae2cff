//! Progress for programs that read logs: a line of JSON for each event, and a sign of life.

use super::lines::{Heartbeat, ProgressReporter};
use crate::executor::{Event, NotStarted, Outcome, OutcomeSummary, Progress};
use crate::helm::FailureClass;
use crate::release::ReleaseId;
use crate::report::document::JsonObject;
use crate::report::log_line::{Level, LogLine};
use crate::report::printer::Printer;

#[derive(Default)]
pub(super) struct JsonLines {
    heartbeat: Heartbeat,
}

impl ProgressReporter for JsonLines {
    fn on_event(&mut self, event: &Event<'_>, progress: Progress, printer: &Printer) {
        if let Event::Tick = event {
            if self.heartbeat.is_due(progress) {
                self.heartbeat.written(progress);
                printer.log(&LogLine::new(Level::Info, "heartbeat", progress_object(progress)));
            }
        } else if let Some(line) = line(event, progress) {
            self.heartbeat.written(progress);
            printer.log(&line);
        }
    }
}

/// The line of an event, unless only time has passed.
fn line(event: &Event<'_>, progress: Progress) -> Option<LogLine> {
    let of = |release: &ReleaseId| JsonObject::default().with("release", release.to_string());
    let (level, name, fields) = match event {
        // The line `run-started` reports the start.
        Event::Started { .. } | Event::Tick | Event::Finished => return None,
        Event::ReleaseStarted { release, .. } => (Level::Info, "release-started", of(release)),
        Event::ReleaseReturned { release, .. } => (Level::Info, "release-returned", of(release)),
        Event::ReleaseFinished { release, outcome, attempts, took, .. } => {
            let fields = of(release).and(outcome_object(outcome, *attempts));
            (level(outcome), "release-finished", fields.with("seconds", took.as_secs_f64()))
        }
        Event::ReleaseVerified { release, outcome, attempts } => {
            (level(outcome), "verified", of(release).and(outcome_object(outcome, *attempts)))
        }
        Event::ReleaseWaits { release, failure, attempts, wait, .. } => {
            let fields = of(release)
                .with("class", failure.class.as_str())
                .with("message", failure.message.error.clone())
                .with_some("cause", failure.message.cause.clone())
                .with("attempts", *attempts)
                .with_some("seconds", wait.map(|wait| wait.as_secs_f64()));
            (Level::Warn, "retry", fields)
        }
        Event::Paused { because, wait } => {
            let fields = JsonObject::default().with("reason", word(*because)).with("seconds", wait.as_secs_f64());
            (Level::Warn, "paused", fields)
        }
        Event::Resumed => (Level::Info, "resumed", JsonObject::default()),
        Event::Waiting { objects, release, others } => {
            (Level::Info, "waiting", of(release).with("objects", *objects).with("otherReleases", *others))
        }
        Event::NotRecorded { why } => {
            (Level::Error, "not-recorded", JsonObject::default().with("message", (*why).to_owned()))
        }
        Event::Draining { because } => {
            (Level::Warn, "stopping", progress_object(progress).with("reason", word(*because)))
        }
        Event::Terminating => (Level::Warn, "signal", progress_object(progress).with("sent", "TERM")),
        Event::Killing => (Level::Warn, "signal", progress_object(progress).with("sent", "KILL")),
    };
    Some(LogLine::new(level, name, fields))
}

fn progress_object(progress: Progress) -> JsonObject {
    let Progress { total, done, failed, running, elapsed } = progress;
    let object = JsonObject::default().with("total", total).with("done", done).with("failed", failed);
    object.with("running", running).with("seconds", elapsed.as_secs_f64())
}

/// Without what helm left behind or remarked: that is in the report.
fn outcome_object(outcome: &Outcome, attempts: u32) -> JsonObject {
    let OutcomeSummary { outcome, class, message, cause, .. } = outcome.into();
    let object = JsonObject::default().with("outcome", outcome).with_some("class", class);
    object.with_some("message", message).with_some("cause", cause).with("attempts", attempts)
}

fn level(outcome: &Outcome) -> Level {
    match outcome {
        // The list at the end may show that it is gone.
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
