//! What is shown while a run is under way: bars on a terminal, lines anywhere else, lines of JSON for readers of logs.

mod bars;
mod json;
mod lines;

use bars::Bars;
use json::JsonLines;
use lines::{Lines, ProgressReporter};

pub(crate) use lines::{SecondSignal, StopHint};

use crate::clock::Clock;

/// How a run is shown while it is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProgressStyle {
    /// There is a terminal that can.
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
