//! The one picture: a hundred releases, near and far, as bars from zero.
//!
//! Must not need a library or a font that is not there: a few rectangles and words, for light and dark pages.

use std::fmt::Write;

use super::outcome::{Freshness, Outcome};
use crate::contestants::Way;
use crate::measure::Reading;
use crate::scenes;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 90.0;
const TOP: f64 = 48.0;
const ROW: f64 = 26.0;
const BAR: f64 = 16.0;

const STYLE: &str = "text{font:13px sans-serif;fill:#24292f}.title{font-weight:bold}.ours{fill:#0f6fde}\
                     .theirs{fill:#9aa4af}.spread{stroke:#24292f}\
                     @media(prefers-color-scheme:dark){text{fill:#e6edf3}.spread{stroke:#e6edf3}}";

/// The text of an SVG file.
pub(super) fn of(outcomes: &[Outcome]) -> String {
    let shown = outcomes.iter().filter(|it| it.cast == Some(scenes::HUNDRED)).collect::<Vec<_>>();
    let mut body = String::new();
    let mut y = 0.0;
    for outcome in shown {
        y = panel(outcome, y, &mut body);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{y}\" viewBox=\"0 0 {WIDTH} {y}\" \
         role=\"img\" aria-label=\"Seconds for uninstalling a hundred releases\">\n<style>{STYLE}</style>\n{body}</svg>\n"
    )
}

/// One distance; returns where the next one begins.
fn panel(outcome: &Outcome, y: f64, body: &mut String) -> f64 {
    let mut standings = outcome.standings.iter().collect::<Vec<_>>();
    standings.sort_by(|a, b| a.wall().total_cmp(&b.wall()));
    let longest = standings.iter().map(|it| spread(it).1).fold(0.0, f64::max);
    let scale = (WIDTH - LEFT - RIGHT) / longest;
    line(
        body,
        &format!("<text class=\"title\" x=\"12\" y=\"{}\">{}, seconds</text>", y + 28.0, escaped(&outcome.name)),
    );
    let mut top = y + TOP;
    for standing in standings {
        bar(standing, top, scale, body);
        top += ROW;
    }
    top + 12.0
}

fn bar(standing: &Freshness, top: f64, scale: f64, body: &mut String) {
    let class = if matches!(standing.way, Some(Way::Purge(_))) { "ours" } else { "theirs" };
    let (width, words) = (standing.wall() * scale, top + BAR - 3.0);
    line(
        body,
        &format!("<text x=\"{}\" y=\"{words}\" text-anchor=\"end\">{}</text>", LEFT - 8.0, escaped(&standing.name)),
    );
    line(body, &format!("<rect class=\"{class}\" x=\"{LEFT}\" y=\"{top}\" width=\"{width:.1}\" height=\"{BAR}\"/>"));
    let (least, most) = spread(standing);
    let (middle, from, to) = (top + BAR / 2.0, LEFT + least * scale, LEFT + most * scale);
    line(body, &format!("<line class=\"spread\" x1=\"{from:.1}\" y1=\"{middle}\" x2=\"{to:.1}\" y2=\"{middle}\"/>"));
    line(body, &format!("<text x=\"{:.1}\" y=\"{words}\">{:.2}</text>", to + 8.0, standing.wall()));
}

fn spread(standing: &Freshness) -> (f64, f64) {
    standing.range(|sample| Reading::Wall.of(sample))
}

fn line(body: &mut String, text: &str) {
    // Writing to memory does not fail.
    let _ = writeln!(body, "{text}");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
