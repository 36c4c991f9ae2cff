//! Progress for pipes, logs and dumb terminals: a line per finished release, and a sign of life.

use std::time::Duration;

use super::{
    KILLING, Printer, Progress, Progressing, TERMINATING, WayOut, draining_lines, finished_line, judged_line,
    not_recorded_line, waiting_line,
};
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
            Event::Started { .. }
            | Event::ReleaseStarted { .. }
            | Event::ReleaseReturned { .. }
            | Event::Finished(_) => {}
            Event::Tick(progress) => self.heartbeat(*progress, printer),
            Event::ReleaseFinished { release, outcome, took, progress, .. } => {
                self.last_word = progress.elapsed;
                let line = finished_line(release, outcome, *took, printer.err());
                if outcome.is_failure() { printer.tell(&line) } else { printer.say(&line) }
            }
            Event::Waiting { objects, release, others, progress } => {
                self.last_word = progress.elapsed;
                printer.say(&waiting_line(*objects, release, *others));
            }
            Event::ReleaseJudged { release, outcome, progress } => {
                self.last_word = progress.elapsed;
                printer.tell(&judged_line(release, outcome, printer.err()));
            }
            Event::NotRecorded { why, .. } => printer.tell(&not_recorded_line(why, printer.err())),
            Event::Draining { because, progress } => {
                printer.tell(&draining_lines(*because, *progress, self.way_out));
            }
            Event::Terminating(_) => printer.tell(TERMINATING),
            Event::Killing(_) => printer.tell(KILLING),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::progress::SecondSignal;
    use crate::report::{Paint, Volume};
    use crate::settings::Colour;
    use std::io::{self, Write};
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
    fn what_the_end_of_a_phase_waits_for_is_said_and_what_is_spared_with_the_one_that_needs_it() {
        let (sender, said) = channel();
        let plain = Paint::new(Colour::Off);
        let mut printer = Printer::new(Box::new(io::sink()), Box::new(Said(sender)), plain, plain, Volume::Normal);
        let mut lines = Lines::new(WayOut { pid: 1, second: SecondSignal::CtrlC });
        let release = |name: &str| crate::release::ReleaseId {
            namespace: "dev-a".parse().expect("a legal name"),
            name: name.parse().expect("a legal name"),
        };
        let (app, progress) = (release("app"), Progress::default());
        for (objects, others) in [(3, 0), (1, 2)] {
            lines.on_event(&Event::Waiting { objects, release: &app, others, progress }, &mut printer);
        }
        let outcome = crate::executor::Outcome::StillNeeded { by: app.clone() };
        let operator = release("operator");
        lines.on_event(&Event::ReleaseJudged { release: &operator, outcome: &outcome, progress }, &mut printer);
        let expected = [
            "waiting for 3 objects of dev-a/app to be gone\n",
            "waiting for 1 object of dev-a/app and 2 other releases to be gone\n",
            "kept dev-a/operator: still needed by dev-a/app\n",
        ];
        assert_eq!(said.try_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn silence_is_broken_every_half_minute_and_not_more_often() {
        let (sender, said) = channel();
        let plain = Paint::new(Colour::Off);
        let mut printer = Printer::new(Box::new(io::sink()), Box::new(Said(sender)), plain, plain, Volume::Normal);
        let mut lines = Lines::new(WayOut { pid: 1, second: SecondSignal::CtrlC });
        for second in 0..=61 {
            let elapsed = Duration::from_secs(second);
            let progress = Progress { total: 9, done: 2, running: 3, elapsed, ..Progress::default() };
            lines.on_event(&Event::Tick(progress), &mut printer);
        }
        let said = said.try_iter().collect::<Vec<_>>();
        assert_eq!(
            said,
            ["still at it after 30.0s: 2 of 9 done, 3 running\n", "still at it after 1m 00s: 2 of 9 done, 3 running\n"]
        );
    }
}
