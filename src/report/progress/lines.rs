//! Progress for pipes, logs and dumb terminals: a line for each finished release, and a sign of life. Also what all styles of
//! progress share: the trait, the texts of events, and when a sign of life is due.

use std::io;
use std::time::Duration;

use crate::executor::{Event, NotStarted, Outcome, Progress};
use crate::helm::{Failure, FailureClass};
use crate::journal::OperationKind;
use crate::release::ReleaseId;
use crate::report::printer::{Printer, Verbosity};
use crate::report::style::Styles;
use crate::report::text::{after_attempts, plural, seconds};
use crate::sanitize;

const MAX_SILENCE: Duration = Duration::from_secs(30);

pub(crate) trait ProgressReporter {
    fn on_event(&mut self, event: &Event<'_>, progress: Progress, printer: &Printer);

    /// A warning that does not come from an event of the run.
    fn warn(&mut self, message: &str, printer: &Printer) {
        printer.warn(message);
    }
}

/// How the user can stop a run that is draining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StopHint {
    /// Of this process.
    pub(crate) pid: u32,
    pub(crate) second: SecondSignal,
    pub(crate) operation: OperationKind,
}

/// How the user can send a second signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecondSignal {
    CtrlC,
    /// The first Ctrl-C ended the helm that started this program, so the terminal belongs to the shell again.
    Kill,
}

/// When the last line about a run was written. After a long silence a sign of life is due.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Heartbeat {
    last_line: Duration,
}

impl Heartbeat {
    pub(super) fn written(&mut self, progress: Progress) {
        self.last_line = progress.elapsed;
    }

    pub(super) fn is_due(&self, progress: Progress) -> bool {
        progress.elapsed.saturating_sub(self.last_line) >= MAX_SILENCE
    }
}

/// Plain lines.
pub(super) struct Lines {
    stop_hint: StopHint,
    heartbeat: Heartbeat,
}

impl Lines {
    pub(super) fn new(stop_hint: StopHint) -> Self {
        Self { stop_hint, heartbeat: Heartbeat::default() }
    }
}

impl ProgressReporter for Lines {
    fn on_event(&mut self, event: &Event<'_>, progress: Progress, printer: &Printer) {
        let line = match event {
            Event::NotRecorded { why } => {
                let error = format!("the journal cannot be written: {}", sanitize::line(why));
                return printer.error_with_causes(&io::Error::other(error), None);
            }
            Event::Tick if self.heartbeat.is_due(progress) => {
                let Progress { done, total, running, elapsed, .. } = progress;
                let elapsed = seconds(elapsed);
                let text = format!("still at it after {elapsed}: {done} of {total} done, {running} running");
                Some((Verbosity::Normal, text))
            }
            _ => line(event, progress, self.stop_hint, printer.err),
        };
        if let Some((least, text)) = line {
            self.heartbeat.written(progress);
            printer.painted(least, &text);
        }
    }
}

/// The line of an event, and the verbosity that shows it.
pub(super) fn line(
    event: &Event<'_>,
    progress: Progress,
    stop_hint: StopHint,
    paint: Styles,
) -> Option<(Verbosity, String)> {
    use Verbosity::{Normal, Quiet, Verbose};
    Some(match event {
        Event::ReleaseFinished { release, outcome, attempts, took, .. } => {
            let least = if outcome.is_failure() { Quiet } else { Normal };
            (least, finished_line(release, outcome, *attempts, *took, paint))
        }
        Event::Waiting { objects, release, others } => (Normal, waiting_line(*objects, release, *others)),
        Event::ReleaseWaits { release, failure, wait, .. } => {
            // While the API server is gone, one line says so for all releases.
            let least = if wait.is_some() { Normal } else { Verbose };
            (least, retry_line(release, failure, *wait, paint))
        }
        Event::Paused { because, wait } => (Quiet, paused_line(*because, *wait)),
        Event::Resumed => (Quiet, "the API server answers again: going on".to_owned()),
        Event::ReleaseVerified { release, outcome, attempts } => {
            (Quiet, judged_line(release, outcome, *attempts, paint))
        }
        Event::Draining { because } => (Quiet, draining_lines(*because, progress, stop_hint)),
        Event::Terminating => (Quiet, "ending what runs (TERM); once more to end it at once (KILL)".to_owned()),
        Event::Killing => (Quiet, "ending what runs at once (KILL)".to_owned()),
        _ => return None,
    })
}

/// The line for a release that has ended.
fn finished_line(release: &ReleaseId, outcome: &Outcome, attempts: u32, took: Duration, paint: Styles) -> String {
    let name = format!("{release} {}{}", seconds(took), after_attempts(attempts));
    match outcome {
        Outcome::Purged { .. } => format!("{} {name}", paint.success("purged")),
        Outcome::Restored { .. } => format!("{} {name}", paint.success("restored")),
        Outcome::AlreadyGone => format!("{} {name}", paint.dim("already gone")),
        Outcome::Failed(failure) => {
            let first = failure.message.error.lines().next().unwrap_or_default();
            // The list at the end may show that it is gone.
            if failure.class == FailureClass::Unclear {
                return format!("{} {name}: {}", paint.error("unclear"), sanitize::line(first));
            }
            format!("{} {name} {}: {}", paint.error("failed"), failure.class, sanitize::line(first))
        }
        Outcome::Changed(_) => format!("{} {release}", paint.dim("left alone")),
        Outcome::StillNeeded { .. } => judged_line(release, outcome, attempts, paint),
        Outcome::NotStarted(_) => format!("{} {release}", paint.dim("not started")),
    }
}

/// The line for the outcome of a release that no worker has.
fn judged_line(release: &ReleaseId, outcome: &Outcome, attempts: u32, paint: Styles) -> String {
    let after = after_attempts(attempts);
    match outcome {
        Outcome::StillNeeded { by } => format!("{} {release}: still needed by {by}", paint.dim("kept")),
        Outcome::Failed(failure) => {
            let message = sanitize::line(&failure.message.error);
            format!("{} {release}{after} {}: {message}", paint.error("failed"), failure.class)
        }
        other => format!("{} {release}", other.kind().as_str()),
    }
}

/// The line for a release that is tried again, with the time if that is known.
fn retry_line(release: &ReleaseId, failure: &Failure, wait: Option<Duration>, paint: Styles) -> String {
    let first = sanitize::line(failure.message.error.lines().next().unwrap_or_default());
    let when = wait.map_or_else(String::new, |wait| format!(" in {}", seconds(wait)));
    format!("{} {release}{when} {}: {first}", paint.dim("trying again"), failure.class)
}

fn paused_line(because: NotStarted, wait: Duration) -> String {
    let what =
        if because == NotStarted::LoginGone { "the login is not accepted" } else { "the API server cannot be reached" };
    format!("{what}: beginning nothing; looking again in {}", seconds(wait))
}

fn waiting_line(objects: usize, release: &ReleaseId, others: usize) -> String {
    let and_others = if others > 0 { format!(" and {}", plural(others, "other release")) } else { String::new() };
    format!("waiting for {} of {release}{and_others} to be gone", plural(objects, "object"))
}

fn draining_lines(because: NotStarted, progress: Progress, stop_hint: StopHint) -> String {
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
    let StopHint { pid, second, operation } = stop_hint;
    let doing = match operation {
        OperationKind::Restore => "restored",
        OperationKind::Purge | OperationKind::Forget | OperationKind::Unknown => "uninstalled",
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

fn are(count: usize, noun: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { "is" } else { "are" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Colour;
    use std::io::Write;
    use std::sync::mpsc::{Sender, channel};

    struct Said(Sender<String>);

    impl Write for Said {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(String::from_utf8_lossy(bytes).into_owned()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_the_end_of_a_phase_waits_for_is_printed_and_what_is_spared_with_the_one_that_needs_it() {
        let (sender, said) = channel();
        let plain = Styles::new(Colour::Off);
        let printer = Printer::new(Box::new(io::sink()), Box::new(Said(sender)), plain, plain, Verbosity::Normal);
        let mut lines = Lines::new(StopHint { pid: 1, second: SecondSignal::CtrlC, operation: OperationKind::Purge });
        let release = |name: &str| crate::release::ReleaseId {
            namespace: "dev-a".parse().expect("a legal name"),
            name: name.parse().expect("a legal name"),
        };
        let (app, progress) = (release("app"), Progress::default());
        for (objects, others) in [(3, 0), (1, 2)] {
            lines.on_event(&Event::Waiting { objects, release: &app, others }, progress, &printer);
        }
        let outcome = crate::executor::Outcome::StillNeeded { by: app.clone() };
        let operator = release("operator");
        lines.on_event(
            &Event::ReleaseVerified { release: &operator, outcome: &outcome, attempts: 0 },
            progress,
            &printer,
        );
        let expected = [
            "waiting for 3 objects of dev-a/app to be gone\n",
            "waiting for 1 object of dev-a/app and 2 other releases to be gone\n",
            "kept dev-a/operator: still needed by dev-a/app\n",
        ];
        assert_eq!(said.try_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_tried_again_and_an_api_server_that_is_gone_are_printed_and_attempts_are_counted() {
        let (sender, said) = channel();
        let plain = Styles::new(Colour::Off);
        let printer = Printer::new(Box::new(io::sink()), Box::new(Said(sender)), plain, plain, Verbosity::Normal);
        let mut lines = Lines::new(StopHint { operation: OperationKind::Purge, pid: 1, second: SecondSignal::CtrlC });
        let release = &crate::release::ReleaseId {
            namespace: "dev-a".parse().expect("a legal name"),
            name: "app".parse().expect("a legal name"),
        };
        let failure = &crate::helm::Failure::new(crate::helm::FailureClass::Transient, "no leader\nmore");
        let outcome = &crate::executor::Outcome::Failed(failure.clone());
        let (progress, worker, took) = (Progress::default(), crate::executor::WorkerId(0), Duration::from_secs(2));
        for event in [
            Event::ReleaseWaits { worker, release, failure, attempts: 1, wait: Some(took) },
            Event::ReleaseWaits { worker, release, failure, attempts: 2, wait: None },
            Event::Paused { because: NotStarted::ServerGone, wait: took },
            Event::Resumed,
            Event::ReleaseFinished { worker, release, outcome, attempts: 3, took },
        ] {
            lines.on_event(&event, progress, &printer);
        }
        let expected = [
            "trying again dev-a/app in 2.0s transient: no leader\n",
            "the API server cannot be reached: beginning nothing; looking again in 2.0s\n",
            "the API server answers again: going on\n",
            "failed dev-a/app 2.0s, after 3 attempts transient: no leader\n",
        ];
        assert_eq!(said.try_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn silence_is_broken_every_half_minute_and_not_more_often() {
        let (sender, said) = channel();
        let plain = Styles::new(Colour::Off);
        let printer = Printer::new(Box::new(io::sink()), Box::new(Said(sender)), plain, plain, Verbosity::Normal);
        let mut lines = Lines::new(StopHint { pid: 1, second: SecondSignal::CtrlC, operation: OperationKind::Purge });
        for second in 0..=61 {
            let elapsed = Duration::from_secs(second);
            let progress = Progress { total: 9, done: 2, running: 3, elapsed, ..Progress::default() };
            lines.on_event(&Event::Tick, progress, &printer);
        }
        let said = said.try_iter().collect::<Vec<_>>();
        assert_eq!(
            said,
            ["still at it after 30.0s: 2 of 9 done, 3 running\n", "still at it after 1m 00s: 2 of 9 done, 3 running\n"]
        );
    }
}
