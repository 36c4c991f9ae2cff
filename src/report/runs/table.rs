//! The list of earlier runs on a screen.

use std::time::Duration;

use jiff::Timestamp;

use super::ended;
use crate::journal::PastRun;
use crate::report::paint::Styles;
use crate::report::plan::table::Detail;
use crate::report::table::{Align, Table};
use crate::report::words::age;
use crate::sanitize;

/// Columns without which a row says nothing: run, what it did, age, policy, cluster, ended.
const NEEDED: usize = 6;

/// The list as text for people; nothing where there is none.
pub fn render_runs(runs: &[PastRun], detail: Detail, now: Timestamp, width: Option<usize>, paint: Styles) -> String {
    if runs.is_empty() {
        return String::new();
    }
    let left = ["RUN", "WHAT", "AGE", "POLICY", "CLUSTER", "ENDED"].map(|heading| (heading, Align::Left));
    let right = ["PLANNED", "DONE", "FAILED", "NOT STARTED"].map(|heading| (heading, Align::Right));
    let is_wide = detail == Detail::Wide;
    let last = ["WHO", "JOURNAL"].map(|heading| (heading, Align::Left)).into_iter().take(if is_wide { 2 } else { 1 });
    let headings = left.into_iter().chain(right).chain(last);
    let mut table = Table::new(headings.collect());
    for run in runs {
        table.row(row(run, is_wide, now));
    }
    let width = width.filter(|_| !is_wide);
    let mut lines = table.into_lines(width, NEEDED).collect::<Vec<_>>();
    if let Some(heading) = lines.first_mut() {
        *heading = paint.strong(heading);
    }
    lines.join("\n")
}

fn row(run: &PastRun, is_wide: bool, now: Timestamp) -> Vec<String> {
    let (head, totals) = (&run.record.head, run.record.totals());
    let since = run.id.begun().map(|begun| Duration::try_from(now.duration_since(begun)).unwrap_or_default());
    let mut cells = vec![
        run.id.to_string(),
        head.operation.as_str().to_owned(),
        since.map_or_else(|| "?".to_owned(), age),
        sanitize::line(&head.policies_and_shard()),
        sanitize::line(&head.cluster.context),
        ended(run),
    ];
    let counts = [totals.planned, totals.done(), totals.failed, totals.not_started];
    cells.extend(counts.map(|count| count.to_string()));
    cells.push(sanitize::line(&head.who));
    if is_wide {
        cells.push(sanitize::line(&run.source.to_string()));
    }
    cells
}
