//! Progress for a terminal: a bar for each worker and one for all. The only file that knows indicatif.
//!
//! After a signal there are no bars any more: under `helm purge` the shell may have printed its prompt, so only plain lines
//! are printed.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle as BarStyle};

use super::lines::{Lines, ProgressReporter, SecondSignal, StopHint, line};
use crate::clock::{Clock, Stopwatch};
use crate::executor::{Event, NotStarted, Progress, WorkerId};
use crate::report::printer::Printer;
use crate::report::style::Styles;
use crate::report::text::seconds;
use crate::settings::Colour;

/// Further workers are only counted, because a terminal has few lines.
const MOST_BARS: usize = 16;
/// Draws per second.
const RATE: u8 = 12;

/// Bars until a signal comes, lines after it.
pub(super) struct Bars {
    stop_hint: StopHint,
    clock: Clock,
    drawn: Option<Drawn>,
    lines: Lines,
    is_interrupted: bool,
}

struct Drawn {
    all: MultiProgress,
    total: ProgressBar,
    /// What the run waits for, if nothing can be started now.
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
        Self { stop_hint, clock, drawn: None, lines: Lines::new(stop_hint), is_interrupted: false }
    }

    /// Prints above the bars, which are drawn again with the next tick. Not by indicatif's own way to do that: it panics on a
    /// terminal that is gone, with its lock held, and panics again when it is dropped, which ends the process.
    fn above(&mut self, print: impl FnOnce(&mut Lines)) {
        if let Some(drawn) = &self.drawn {
            let _ = drawn.all.clear();
        }
        print(&mut self.lines);
    }

    fn clear(&mut self) {
        if let Some(drawn) = self.drawn.take() {
            for worker in &drawn.workers {
                worker.bar.finish_and_clear();
            }
            drawn.total.finish_and_clear();
            // If that fails, the terminal is gone.
            let _ = drawn.all.clear();
        }
    }

    fn interrupt(&mut self) {
        self.is_interrupted = true;
        match (self.stop_hint.second, self.drawn.take()) {
            // The shell may have written its prompt already, and clearing would remove the prompt.
            (SecondSignal::Kill, Some(drawn)) => drawn.all.set_draw_target(ProgressDrawTarget::hidden()),
            (_, drawn) => {
                self.drawn = drawn;
                self.clear();
            }
        }
    }
}

impl ProgressReporter for Bars {
    fn on_event(&mut self, event: &Event<'_>, progress: Progress, printer: &Printer) {
        if let Event::Started { workers } = event {
            self.drawn = Some(Drawn::new(*workers, progress));
        }
        if let Some(drawn) = &mut self.drawn {
            drawn.on_event(event, progress, self.clock, self.stop_hint);
        }
        let stays = match event {
            Event::Draining { because: NotStarted::Interrupted } | Event::Terminating | Event::Killing => {
                self.interrupt();
                true
            }
            Event::ReleaseFinished { outcome, .. } => outcome.is_failure(),
            Event::ReleaseWaits { wait, .. } => wait.is_some(),
            Event::ReleaseVerified { .. } | Event::NotRecorded { .. } | Event::Draining { .. } => true,
            _ => false,
        };
        if stays || self.is_interrupted {
            self.above(|lines| lines.on_event(event, progress, printer));
        }
        if let Event::Finished = event {
            self.clear();
        }
    }

    fn warn(&mut self, message: &str, printer: &Printer) {
        self.above(|_| printer.warn(message));
    }
}

impl Drawn {
    fn new(workers: usize, progress: Progress) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(RATE));
        let shown = (0..workers.min(MOST_BARS)).map(|_| WorkerBar {
            bar: all.add(ProgressBar::new_spinner().with_style(style(" {spinner} {msg}"))),
            since: None,
            release: String::new(),
        });
        let workers = shown.collect();
        let total = ProgressBar::new(u64::try_from(progress.total).unwrap_or(u64::MAX));
        let total = all.add(total.with_style(style(" total {bar:24} {pos}/{len} {msg}")));
        Self { all, total, waiting: None, workers }
    }

    fn on_event(&mut self, event: &Event<'_>, progress: Progress, clock: Clock, stop_hint: StopHint) {
        match event {
            Event::ReleaseStarted { worker, release } => {
                self.waiting = None;
                if let Some(bar) = self.workers.get_mut(worker.0) {
                    bar.release = release.to_string();
                    bar.since = Some(clock.start());
                    bar.draw();
                }
            }
            Event::ReleaseFinished { worker, release, .. }
            | Event::ReleaseReturned { worker, release }
            | Event::ReleaseWaits { worker, release, .. } => self.end(*worker, &release.to_string()),
            Event::Tick | Event::ReleaseVerified { .. } => self.workers.iter_mut().for_each(WorkerBar::draw),
            Event::Waiting { .. } | Event::Paused { .. } => {
                self.waiting = line(event, progress, stop_hint, Styles::new(Colour::Off)).map(|(_, text)| text);
            }
            Event::Resumed => self.waiting = None,
            _ => return,
        }
        self.draw_total(progress);
    }

    /// A batch may leave a release alone before it begins, and then that is not the release in progress.
    fn end(&mut self, worker: WorkerId, release: &str) {
        if let Some(bar) = self.workers.get_mut(worker.0).filter(|bar| bar.release == release) {
            bar.since = None;
            bar.draw();
        }
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
