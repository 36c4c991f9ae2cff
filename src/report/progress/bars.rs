//! Progress for a terminal: a bar for each worker and one for all. The only file that knows indicatif.
//!
//! After a signal the bars are gone for good: under `helm purge` the shell has its prompt back by then, and
//! whatever is still printed has to be plain lines.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle as BarStyle};

use super::lines::{
    Lines, ProgressReporter, SecondSignal, StopHint, draining_lines, finished_line, judged_line, not_recorded,
    paused_line, retry_line, waiting_line,
};
use crate::clock::{Clock, Stopwatch};
use crate::executor::{Event, NotStarted, Progress, WorkerId};
use crate::report::printer::{Printer, Verbosity};
use crate::report::text::seconds;

/// More workers than this are counted, not shown: a terminal has few lines.
const MOST_BARS: usize = 16;
/// Draws per second.
const RATE: u8 = 12;

/// Bars, until a signal comes.
pub(super) struct Bars {
    stop_hint: StopHint,
    clock: Clock,
    drawn: Option<Drawn>,
    lines: Option<Lines>,
}

struct Drawn {
    all: MultiProgress,
    total: ProgressBar,
    /// What the end of a phase waits for, or everything.
    waiting: Option<String>,
    workers: Vec<WorkerBar>,
}

struct WorkerBar {
    bar: ProgressBar,
    since: Option<Stopwatch>,
    release: String,
}

impl Bars {
    pub(super) fn new(stop_hint: StopHint, clock: Clock) -> Self {
        Self { stop_hint, clock, drawn: None, lines: None }
    }

    fn start(&mut self, workers: usize, progress: Progress) {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(RATE));
        let shown = (0..workers.min(MOST_BARS)).map(|_| WorkerBar {
            bar: all.add(ProgressBar::new_spinner().with_style(style(" {spinner} {msg}"))),
            since: None,
            release: String::new(),
        });
        let workers = shown.collect();
        let total = ProgressBar::new(u64::try_from(progress.total).unwrap_or(u64::MAX));
        let total = all.add(total.with_style(style(" total {bar:24} {pos}/{len} {msg}")));
        self.drawn = Some(Drawn { all, total, waiting: None, workers });
    }

    /// Prints above the bars, which come back with the next tick. Not by indicatif's own way to do that: it panics on a
    /// terminal that is gone, with its lock held, and panics again when it is dropped, which ends the process.
    fn above(&self, print: impl FnOnce()) {
        if let Some(drawn) = &self.drawn {
            let _ = drawn.all.clear();
        }
        print();
    }

    fn clear(&mut self) {
        if let Some(drawn) = self.drawn.take() {
            for worker in &drawn.workers {
                worker.bar.finish_and_clear();
            }
            drawn.total.finish_and_clear();
            // What could not be cleared is on a terminal that is gone.
            let _ = drawn.all.clear();
        }
    }

    /// Leaves the bars where they are: the shell has written its prompt by now, at a place that is not known, and
    /// clearing would take that away instead.
    fn abandon(&mut self) {
        if let Some(drawn) = self.drawn.take() {
            drawn.all.set_draw_target(ProgressDrawTarget::hidden());
        }
    }

    fn leave_for_lines(&mut self, progress: Progress, event: &Event<'_>, printer: &Printer) {
        match self.stop_hint.second {
            SecondSignal::CtrlC => self.clear(),
            SecondSignal::Kill => self.abandon(),
        }
        let mut lines = Lines::taking_over(self.stop_hint, progress);
        lines.on_event(event, progress, printer);
        self.lines = Some(lines);
    }
}

impl ProgressReporter for Bars {
    fn on_event(&mut self, event: &Event<'_>, progress: Progress, printer: &Printer) {
        if let Some(lines) = &mut self.lines {
            return lines.on_event(event, progress, printer);
        }
        match event {
            Event::Started { workers } => self.start(*workers, progress),
            Event::ReleaseStarted { worker, release } => {
                self.drawn
                    .iter_mut()
                    .for_each(|drawn| drawn.begin(*worker, &release.to_string(), self.clock.start(), progress));
            }
            Event::ReleaseFinished { worker, release, outcome, attempts, took } => {
                self.drawn.iter_mut().for_each(|drawn| drawn.end(*worker, &release.to_string(), progress));
                if outcome.is_failure() {
                    let line = finished_line(release, outcome, *attempts, *took, printer.err());
                    self.above(|| printer.painted(Verbosity::Quiet, &line));
                }
            }
            Event::ReleaseReturned { worker, release } => {
                self.drawn.iter_mut().for_each(|drawn| drawn.end(*worker, &release.to_string(), progress));
            }
            Event::Tick => self.drawn.iter_mut().for_each(|drawn| drawn.tick(progress)),
            Event::Waiting { objects, release, others } => {
                let text = waiting_line(*objects, release, *others);
                self.drawn.iter_mut().for_each(|drawn| drawn.wait(&text, progress));
            }
            Event::ReleaseWaits { worker, release, failure, wait, .. } => {
                self.drawn.iter_mut().for_each(|drawn| drawn.end(*worker, &release.to_string(), progress));
                if wait.is_some() {
                    let line = retry_line(release, failure, *wait, printer.err());
                    self.above(|| printer.painted(Verbosity::Normal, &line));
                }
            }
            Event::Paused { because, wait } => {
                let text = paused_line(*because, *wait);
                self.drawn.iter_mut().for_each(|drawn| drawn.wait(&text, progress));
            }
            Event::Resumed => self.drawn.iter_mut().for_each(|drawn| drawn.go_on(progress)),
            Event::ReleaseJudged { release, outcome, attempts } => {
                let line = judged_line(release, outcome, *attempts, printer.err());
                self.above(|| printer.painted(Verbosity::Quiet, &line));
                self.drawn.iter_mut().for_each(|drawn| drawn.tick(progress));
            }
            Event::NotRecorded { why, .. } => {
                self.above(|| printer.error_with_causes(&not_recorded(why), None));
            }
            Event::Draining { because } if *because != NotStarted::Interrupted => {
                let text = draining_lines(*because, progress, self.stop_hint);
                self.above(|| printer.notice(text));
            }
            Event::Draining { .. } | Event::Terminating | Event::Killing => {
                self.leave_for_lines(progress, event, printer);
            }
            Event::Finished => self.clear(),
        }
    }

    fn warn(&mut self, message: &str, printer: &Printer) {
        self.above(|| printer.warn(message));
    }
}

impl Drawn {
    fn begin(&mut self, worker: WorkerId, release: &str, since: Stopwatch, progress: Progress) {
        self.waiting = None;
        if let Some(bar) = self.workers.get_mut(worker.0) {
            release.clone_into(&mut bar.release);
            bar.since = Some(since);
            bar.draw();
        }
        self.draw_total(progress);
    }

    /// Of a batch, a release may end that is not the one in progress: it is left alone before the batch begins.
    fn end(&mut self, worker: WorkerId, release: &str, progress: Progress) {
        if let Some(bar) = self.workers.get_mut(worker.0).filter(|bar| bar.release == release) {
            bar.since = None;
            bar.draw();
        }
        self.draw_total(progress);
    }

    fn wait(&mut self, text: &str, progress: Progress) {
        self.waiting = Some(text.to_owned());
        self.draw_total(progress);
    }

    fn go_on(&mut self, progress: Progress) {
        self.waiting = None;
        self.draw_total(progress);
    }

    fn tick(&mut self, progress: Progress) {
        self.workers.iter_mut().for_each(WorkerBar::draw);
        self.draw_total(progress);
    }

    fn draw_total(&self, progress: Progress) {
        let hidden = progress.running.saturating_sub(self.workers.len());
        let mut message = self.waiting.clone().unwrap_or_else(|| pace(progress));
        if progress.failed > 0 {
            message = format!("failed {}  {message}", progress.failed);
        }
        if hidden > 0 {
            message = format!("{message}  … and {hidden} more running");
        }
        self.total.set_position(u64::try_from(progress.done).unwrap_or(u64::MAX));
        self.total.set_message(message);
    }
}

impl WorkerBar {
    fn draw(&mut self) {
        match self.since {
            Some(since) => self.bar.set_message(format!("{}  {}", self.release, seconds(since.elapsed()))),
            None => self.bar.set_message("-"),
        }
        self.bar.tick();
    }
}

/// Releases per second and what is left, from the whole run so far: single releases differ too much.
fn pace(progress: Progress) -> String {
    let passed = progress.elapsed.as_secs_f64();
    if progress.done == 0 || passed < 0.5 {
        return String::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "numbers of releases are small")]
    let (done, left) = (progress.done as f64, (progress.total - progress.done) as f64);
    let per_second = done / passed;
    let rest = Duration::try_from_secs_f64(left / per_second).unwrap_or_default();
    format!("{per_second:.1}/s  about {} left", seconds(rest))
}

fn style(template: &str) -> BarStyle {
    let style = BarStyle::with_template(template).expect("the templates of this file are well-formed");
    style.progress_chars("█▉▊▋▌▍▎▏ ").tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_and_the_time_that_is_left_come_from_the_whole_run() {
        let at =
            |done, seconds| Progress { total: 50, done, elapsed: Duration::from_secs(seconds), ..Progress::default() };
        assert_eq!(pace(at(20, 4)), "5.0/s  about 6.0s left");
        assert_eq!(pace(at(1, 10)), "0.1/s  about 8m 10s left");
        assert_eq!(pace(at(50, 10)), "5.0/s  about 0.0s left");
        assert_eq!(pace(at(0, 10)), "", "nothing can be said before something is done");
    }
}
