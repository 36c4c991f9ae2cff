//! Progress for pipes, logs and dumb terminals: a line per finished release, and a sign of life.

use super::{
    Heartbeat, KILLING, Printer, Progress, Progressing, RESUMED, TERMINATING, Verbosity, WayOut, draining_lines,
    finished_line, judged_line, not_recorded, paused_line, retry_line, waiting_line,
};
use crate::executor::Event;
use crate::report::words::seconds;

/// Plain lines.
pub(super) struct Lines {
    way_out: WayOut,
    heartbeat: Heartbeat,
}

impl Lines {
    pub(super) fn new(way_out: WayOut) -> Self {
        Self { way_out, heartbeat: Heartbeat::default() }
    }

    /// For a run that is under way already.
    pub(super) fn taking_over(way_out: WayOut, progress: Progress) -> Self {
        let mut lines = Self::new(way_out);
        lines.heartbeat.heard(progress);
        lines
    }

    fn heartbeat(&mut self, progress: Progress, printer: &Printer) {
        if self.heartbeat.is_due(progress) {
            let Progress { done, total, running, elapsed, .. } = progress;
            let elapsed = seconds(elapsed);
            printer.info(format_args!("still at it after {elapsed}: {done} of {total} done, {running} running"));
        }
    }
}

impl Progressing for Lines {
    fn on_event(&mut self, event: &Event<'_>, printer: &Printer) {
        match event {
            Event::Started { .. }
            | Event::ReleaseStarted { .. }
            | Event::ReleaseReturned { .. }
            | Event::Finished(_) => {}
            Event::Tick(progress) => self.heartbeat(*progress, printer),
            Event::ReleaseFinished { release, outcome, attempts, took, progress, .. } => {
                self.heartbeat.heard(*progress);
                let line = finished_line(release, outcome, *attempts, *took, printer.err());
                printer.painted(if outcome.is_failure() { Verbosity::Quiet } else { Verbosity::Normal }, &line);
            }
            Event::Waiting { objects, release, others, progress } => {
                self.heartbeat.heard(*progress);
                printer.info(waiting_line(*objects, release, *others));
            }
            Event::ReleaseWaits { release, failure, wait, progress, .. } => {
                self.heartbeat.heard(*progress);
                let line = retry_line(release, failure, *wait, printer.err());
                // While the API server is gone, that is said, once for all of them.
                printer.painted(if wait.is_some() { Verbosity::Normal } else { Verbosity::Verbose }, &line);
            }
            Event::Paused { because, wait, progress } => {
                self.heartbeat.heard(*progress);
                printer.notice(paused_line(*because, *wait));
            }
            Event::Resumed(progress) => {
                self.heartbeat.heard(*progress);
                printer.notice(RESUMED);
            }
            Event::ReleaseJudged { release, outcome, attempts, progress } => {
                self.heartbeat.heard(*progress);
                printer.painted(Verbosity::Quiet, &judged_line(release, outcome, *attempts, printer.err()));
            }
            Event::NotRecorded { why, .. } => printer.error_with_causes(&not_recorded(why), None),
            Event::Draining { because, progress } => {
                printer.notice(draining_lines(*because, *progress, self.way_out));
            }
            Event::Terminating(_) => printer.notice(TERMINATING),
            Event::Killing(_) => printer.notice(KILLING),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::{NotStarted, Operation};
    use crate::report::Styles;
    use crate::report::progress::SecondSignal;
    use crate::settings::Colour;
    use std::io::{self, Write};
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

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
    fn what_the_end_of_a_phase_waits_for_is_said_and_what_is_spared_with_the_one_that_needs_it() {
        let (sender, said) = channel();
        let plain = Styles::new(Colour::Off);
        let printer = Printer::new(Box::new(io::sink()), Box::new(Said(sender)), plain, plain, Verbosity::Normal);
        let mut lines = Lines::new(WayOut { pid: 1, second: SecondSignal::CtrlC, operation: Operation::Uninstall });
        let release = |name: &str| crate::release::ReleaseId {
            namespace: "dev-a".parse().expect("a legal name"),
            name: name.parse().expect("a legal name"),
        };
        let (app, progress) = (release("app"), Progress::default());
        for (objects, others) in [(3, 0), (1, 2)] {
            lines.on_event(&Event::Waiting { objects, release: &app, others, progress }, &printer);
        }
        let outcome = crate::executor::Outcome::StillNeeded { by: app.clone() };
        let operator = release("operator");
        lines
            .on_event(&Event::ReleaseJudged { release: &operator, outcome: &outcome, attempts: 0, progress }, &printer);
        let expected = [
            "waiting for 3 objects of dev-a/app to be gone\n",
            "waiting for 1 object of dev-a/app and 2 other releases to be gone\n",
            "kept dev-a/operator: still needed by dev-a/app\n",
        ];
        assert_eq!(said.try_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_tried_again_and_an_api_server_that_is_gone_are_said_and_attempts_are_counted() {
        let (sender, said) = channel();
        let plain = Styles::new(Colour::Off);
        let printer = Printer::new(Box::new(io::sink()), Box::new(Said(sender)), plain, plain, Verbosity::Normal);
        let mut lines = Lines::new(WayOut { operation: Operation::Uninstall, pid: 1, second: SecondSignal::CtrlC });
        let release = &crate::release::ReleaseId {
            namespace: "dev-a".parse().expect("a legal name"),
            name: "app".parse().expect("a legal name"),
        };
        let failure = &crate::helm::Failure::new(crate::helm::FailureClass::Transient, "no leader\nmore");
        let outcome = &crate::executor::Outcome::Failed(failure.clone());
        let (progress, lane, took) = (Progress::default(), crate::executor::Lane(0), Duration::from_secs(2));
        for event in [
            Event::ReleaseWaits { lane, release, failure, attempts: 1, wait: Some(took), progress },
            Event::ReleaseWaits { lane, release, failure, attempts: 2, wait: None, progress },
            Event::Paused { because: NotStarted::ServerGone, wait: took, progress },
            Event::Resumed(progress),
            Event::ReleaseFinished { lane, release, outcome, attempts: 3, took, progress },
        ] {
            lines.on_event(&event, &printer);
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
        let mut lines = Lines::new(WayOut { pid: 1, second: SecondSignal::CtrlC, operation: Operation::Uninstall });
        for second in 0..=61 {
            let elapsed = Duration::from_secs(second);
            let progress = Progress { total: 9, done: 2, running: 3, elapsed, ..Progress::default() };
            lines.on_event(&Event::Tick(progress), &printer);
        }
        let said = said.try_iter().collect::<Vec<_>>();
        assert_eq!(
            said,
            ["still at it after 30.0s: 2 of 9 done, 3 running\n", "still at it after 1m 00s: 2 of 9 done, 3 running\n"]
        );
    }
}
