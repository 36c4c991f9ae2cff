//! A comparison as a table of Markdown.
//!
//! Must not compare with targets.

use std::fmt::Write;

use super::outcome::{Freshness, Outcome};
use crate::measure::{Bytes, Reading, Sample};

pub(super) fn of(outcome: &Outcome) -> String {
    let head = "| | time, s | min – max | CPU, s | own CPU, s | largest process | own memory | all processes | \
                processes | requests | rejected | queued, s |";
    let mut text = format!("\n### {}\n\n{head}\n|---|{}\n", outcome.name, "--:|".repeat(11));
    for standing in &outcome.standings {
        text.push_str(&row(standing));
    }
    text
}

fn row(standing: &Freshness) -> String {
    let seconds = |reading: fn(&Sample) -> f64| standing.median(reading);
    let (least, most) = standing.range(|sample| Reading::Wall.of(sample));
    let bytes = |reading: fn(&Sample) -> Bytes| standing.median(|sample| reading(sample).megabytes());
    let mut line = format!("| {} ", standing.name);
    let mut cell = |text: String| {
        // Writing to memory does not fail.
        let _ = write!(line, "| {text} ");
    };
    cell(precise(standing.wall()));
    cell(format!("{} – {}", precise(least), precise(most)));
    cell(precise(seconds(|sample| Reading::Cpu.of(sample))));
    cell(precise(seconds(|sample| sample.own_cpu.as_secs_f64())));
    cell(format!("{:.0} MB", bytes(|sample| sample.largest)));
    cell(format!("{:.0} MB", bytes(|sample| sample.own_memory)));
    cell(format!("{:.0} MB", bytes(|sample| sample.together)));
    cell(format!("{:.0}", seconds(|sample| f64::from(sample.processes))));
    cell(format!("{:.0}", seconds(|sample| sample.requests.dispatched)));
    cell(format!("{:.0}", seconds(|sample| sample.requests.rejected)));
    cell(precise(seconds(|sample| sample.requests.waited)));
    line + "|\n"
}

/// Milliseconds where they count.
fn precise(seconds: f64) -> String {
    if seconds < 0.1 { format!("{seconds:.3}") } else { format!("{seconds:.2}") }
}
