//! The progress of a run: bars on a terminal, lines in all other places, lines of JSON for programs that read logs.

mod bars;
mod lines;
mod log_lines;

use bars::Bars;
use lines::{Lines, ProgressReporter};
use log_lines::JsonLines;

pub(crate) use lines::{SecondSignal, StopHint};

use crate::clock::Clock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgressStyle {
    Bars,
    Lines,
    Json,
}

pub(crate) fn progress(style: ProgressStyle, stop_hint: StopHint, clock: Clock) -> Box<dyn ProgressReporter> {
    match style {
        ProgressStyle::Bars => Box::new(Bars::new(stop_hint, clock)),
        ProgressStyle::Lines => Box::new(Lines::new(stop_hint)),
        ProgressStyle::Json => Box::new(JsonLines::default()),
    }
}
