//! A line of the plan on a screen.

use std::time::Duration;

use super::table::Detail;
use crate::plan::{Decision, PlanEntry, Reason, Source, Subject};
use crate::release::{Known, Release};
use crate::report::words::age;
use crate::sanitize;

/// The cells of an entry, in the order of the headings.
pub(in crate::report) fn cells(entry: &PlanEntry, now: jiff::Timestamp, detail: Detail) -> Vec<String> {
    let release = match &entry.subject {
        Subject::Release(release) => Some(release),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    };
    let unknown = || "?".to_owned();
    let verdict = entry.decision().as_str();
    let mut cells = vec![
        entry.subject.namespace().map_or_else(unknown, ToString::to_string),
        sanitize::line(entry.subject.name()),
        verdict.to_owned(),
        release.and_then(|release| age_of(release, now)).unwrap_or_else(unknown),
        chart(entry, release),
        why(entry),
    ];
    if detail == Detail::Wide {
        let decided = match entry.decision() {
            Decision::Purge => entry.reasons.last(),
            Decision::Keep => entry.reasons.first(),
        };
        let first = decided.and_then(Reason::source);
        cells.push(release.map_or_else(unknown, |release| release.revision.to_string()));
        cells.push(release.map_or_else(unknown, |release| release.status.to_string()));
        cells.push(first.map_or_else(String::new, |source| sanitize::line(&source.to_string())));
    }
    cells
}

/// The chart of a release that something else keeps is nobody's business, and was not looked for.
fn chart(entry: &PlanEntry, release: Option<&Release>) -> String {
    let matters = |reason: &Reason| matches!(reason, Reason::ChartUnknown | Reason::PerhapsKept { .. });
    match release.map(|release| &release.chart) {
        Some(Known::Is(chart)) => sanitize::line(&chart.to_string()),
        Some(Known::Unknown) if !entry.reasons.iter().any(matters) => "-".to_owned(),
        Some(Known::Unknown) | None => "?".to_owned(),
    }
}

fn age_of(release: &Release, now: jiff::Timestamp) -> Option<String> {
    let updated = release.updated.as_known()?;
    // A clock that is behind makes a release from the future; it is simply new.
    let since = Duration::try_from(now.duration_since(*updated)).unwrap_or_default();
    Some(age(since))
}

/// What decided. That a release is in the fence goes without saying.
pub(in crate::report) fn why(entry: &PlanEntry) -> String {
    let said =
        entry.reasons.iter().filter(|reason| !matches!(reason, Reason::InFence { .. } | Reason::Selected { .. }));
    let texts = said.map(|reason| match reason.source() {
        Some(source) => format!("{} ({})", sanitize::line(&reason.to_string()), short(source)),
        None => sanitize::line(&reason.to_string()),
    });
    let state = match &entry.subject {
        Subject::Release(release) if release.status != crate::release::Status::Deployed => {
            Some(release.status.to_string())
        }
        _ => None,
    };
    let texts = texts.collect::<Vec<_>>();
    if texts.is_empty() { state.unwrap_or_default() } else { texts.join("; ") }
}

/// File and line: enough to go there, short enough for a table.
pub(in crate::report) fn short(source: &Source) -> String {
    match source {
        Source::Policy(place) => format!("{}:{}", sanitize::line(&place.file), place.line),
        Source::Flag(flag) => (*flag).to_owned(),
    }
}
