//! A report as Markdown: for the summary of a CI job, or a comment.
//!
//! Untrusted text cannot act as Markdown or HTML in it. Every character that could is written by its number, which both show
//! as that character.

use std::fmt::Write as _;

use super::run_report::{ReleaseRow, RunReport};
use super::text::{plural, seconds_of};
use crate::executor::OutcomeKind;
use crate::restore::RestoreEntry;
use crate::sanitize;

/// Further rows are only counted, because a summary of a job may have a mebibyte.
const MAX_ROWS: usize = 100;
/// Longer cells are cut.
const LONGEST: usize = 200;

#[derive(Debug)]
struct MarkdownTable {
    heading: &'static str,
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

pub(super) fn render_markdown(report: &RunReport) -> String {
    let what = if report.restore.is_some() { "helm purge restore" } else { "helm purge" };
    let policies = report.policies().iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ");
    let policies = if policies.is_empty() { policies } else { format!(": {policies}") };
    let on = report.target.as_ref().map_or_else(String::new, |target| format!(" on {}", target.cluster.context));
    let title = format!("{what}{policies}{on}");
    let mut parts = vec![format!("## {}", cell(&title)), format!("**{}**", cell(&counts(report)))];
    let stopped = report.stopped.iter().flat_map(|early| &early.messages);
    parts.extend(stopped.map(|why| format!("> {}", cell(why))));
    let facts = facts(report).iter().map(|(name, value)| table_line(&[*name, value.as_str()])).collect::<Vec<_>>();
    parts.push(format!("| | |\n|---|---|\n{}", facts.join("\n")));
    parts.extend(tables(report).iter().filter(|table| !table.rows.is_empty()).map(MarkdownTable::render));
    parts.join("\n\n")
}

fn table_line<T: AsRef<str>>(cells: &[T]) -> String {
    format!("| {} |", cells.iter().map(|text| cell(text.as_ref())).collect::<Vec<_>>().join(" | "))
}

fn counts(report: &RunReport) -> String {
    let totals = &report.totals;
    let if_any = |name: &str, count: usize| (count > 0).then(|| format!("{name} {count}"));
    match &report.restore {
        None => {
            let counts = [
                Some(format!("purged {}", totals.purged)),
                Some(format!("failed {}", totals.failed)),
                if_any("already gone", totals.already_gone),
                if_any("changed", totals.changed),
                if_any("still needed", totals.still_needed),
                if_any("not started", totals.not_started),
                Some(format!("kept by the policy {}", report.kept.len())),
            ];
            counts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        Some(plan) if report.execution.is_none() => {
            let (restore, finish) = (plan.going().count(), plan.finished().count());
            format!("to restore {restore} · to finish {finish} · left alone {}", plan.left_alone().count())
        }
        Some(plan) => format!(
            "restored {} · failed {} · changed {} · not started {} · left alone {}",
            totals.restored,
            totals.failed,
            totals.changed,
            totals.not_started,
            plan.left_alone().count()
        ),
    }
}

fn facts(report: &RunReport) -> Vec<(&'static str, String)> {
    let (target, execution) = (report.target.as_ref(), report.execution.as_ref());
    let restored = report.restore.iter().flat_map(|plan| &plan.runs);
    let code = report.exit_code.or(report.restore.is_none().then_some(0));
    let mut facts = code.into_iter().map(|code| ("exit code", code.to_string())).collect::<Vec<_>>();
    facts.push(("started", report.started.to_string()));
    facts.extend(execution.map(|execution| ("run", execution.journal.id.clone())));
    facts.extend(restored.map(|run| ("of run", run.to_string())));
    facts.extend(target.and_then(|target| target.shard.clone()).map(|shard| ("shard", shard)));
    facts.extend(target.map(|target| ("server", target.cluster.server.clone())));
    facts.extend(target.map(|target| ("helm", target.helm.clone())));
    facts.extend(execution.map(|execution| ("took", seconds_of(execution.seconds))));
    facts.extend(report.verified().map(|verified| ("verified", verified.to_owned())));
    facts
}

fn tables(report: &RunReport) -> Vec<MarkdownTable> {
    let of = |kinds: &[OutcomeKind], cells: &dyn Fn(&ReleaseRow) -> Vec<String>| {
        let is_one = |row: &&ReleaseRow| kinds.iter().any(|kind| row.is(*kind));
        report.results.iter().filter(is_one).map(cells).collect::<Vec<_>>()
    };
    let name = |row: &ReleaseRow| row.release.id.to_string();
    let took = |row: &ReleaseRow| row.seconds.map(seconds_of).unwrap_or_default();
    let failed = of(&[OutcomeKind::Failed], &|row| {
        vec![name(row), row.outcome.class.unwrap_or_default().to_owned(), row.message()]
    });
    let stayed = [OutcomeKind::Changed, OutcomeKind::StillNeeded, OutcomeKind::NotStarted];
    let mut stayed = of(&stayed, &|row| vec![name(row), row.outcome.outcome.to_owned(), row.message()]);
    let done = match &report.restore {
        None => MarkdownTable {
            heading: "Gone",
            columns: &["release", "chart", "took", "outcome"],
            rows: of(&[OutcomeKind::Purged, OutcomeKind::AlreadyGone], &|row| {
                let chart = row.release.chart.as_known().map(ToString::to_string);
                vec![name(row), chart.unwrap_or_default(), took(row), row.outcome.outcome.to_owned()]
            }),
        },
        Some(plan) => {
            stayed.extend(plan.left_alone().map(|RestoreEntry { candidate, .. }| {
                vec![candidate.purged.id.to_string(), "leave".to_owned(), candidate.verdict.to_string()]
            }));
            let rows = of(&[OutcomeKind::Restored], &|row| vec![name(row), took(row)]);
            MarkdownTable { heading: "Restored", columns: &["release", "took"], rows }
        }
    };
    let kept = report.kept.iter().map(|(release, why)| vec![release.clone(), why.clone()]).collect();
    vec![
        MarkdownTable { heading: "Failed", columns: &["release", "class", "what was said"], rows: failed },
        done,
        MarkdownTable { heading: "Left alone", columns: &["release", "outcome", "reason"], rows: stayed },
        MarkdownTable { heading: "Kept by the policy", columns: &["release", "reason"], rows: kept },
    ]
}

impl MarkdownTable {
    fn render(&self) -> String {
        let mut lines = vec![table_line(self.columns), format!("|{}", "---|".repeat(self.columns.len()))];
        lines.extend(self.rows.iter().take(MAX_ROWS).map(|row| table_line(row)));
        let mut text = format!("### {} ({})\n\n{}", self.heading, self.rows.len(), lines.join("\n"));
        if self.rows.len() > MAX_ROWS {
            let more = plural(self.rows.len() - MAX_ROWS, "more row");
            text.extend(["\n\n… and ", more.as_str()]);
        }
        text
    }
}

/// Untrusted text as plain text in one line.
fn cell(text: &str) -> String {
    let mut shown = String::new();
    let mut before = None;
    let text = sanitize::truncated(&sanitize::line(&text.replace(['\n', '\t'], " ")), LONGEST);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let between_digits = |before: Option<char>, after: Option<&char>| {
            before.is_some_and(|before: char| before.is_ascii_digit()) && after.is_some_and(char::is_ascii_digit)
        };
        let is_plain = match character {
            ' ' | '-' | '/' | ',' | '(' | ')' => true,
            // Anywhere else it may be part of an address, or of a picture.
            ':' => characters.peek() == Some(&' '),
            // In versions and times; anywhere else it may be part of an address.
            '.' => between_digits(before, characters.peek()),
            other => !other.is_ascii() || other.is_ascii_alphanumeric(),
        };
        if is_plain {
            shown.push(character);
        } else {
            write!(shown, "&#{};", u32::from(character)).expect("a String takes all text");
        }
        before = Some(character);
    }
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(text: &str, rows: usize) -> MarkdownTable {
        let rows = vec![vec![text.to_owned(), text.to_owned()]; rows];
        MarkdownTable { heading: "Failed", columns: &["release", "words"], rows }
    }

    #[test]
    fn what_others_wrote_is_neither_markdown_nor_html_nor_a_column_nor_a_line_of_its_own() {
        let hostile = "a|b`c`<script>: \n# d\r\n*e* [f](http://g) www.h.io @i #1 &amp; \u{1b}[2J\u{202e} v1.2.3 - 1.5s";
        let shown = cell(hostile);
        let expected = "a&#124;b&#96;c&#96;&#60;script&#62;:  &#35; d␍ &#42;e&#42; &#91;f&#93;(http&#58;//g) \
                        www&#46;h&#46;io &#64;i &#35;1 &#38;amp&#59; ␛&#91;2J� v1.2.3 - 1.5s";
        assert_eq!(shown, expected);
        let rendered = table(hostile, 2).render();
        let lines = rendered.lines().filter(|line| line.starts_with('|')).collect::<Vec<_>>();
        assert!(lines.iter().all(|line| line.matches('|').count() == 3), "{rendered}");
    }

    #[test]
    fn a_report_of_very_many_long_rows_stays_below_what_a_summary_of_a_job_may_have() {
        let text = "|".repeat(5_000);
        let rendered = table(&text, 100_000).render().repeat(4);
        assert!(rendered.len() < 1 << 20, "{}", rendered.len());
        assert!(rendered.contains("… and 99900 more rows"));
    }

    proptest! {
        #[test]
        fn whatever_is_in_a_cell_only_harmless_characters_are_left(text in "(?s).{0,400}") {
            let shown = cell(&text);
            let harmless = |character: char| !character.is_ascii() || character.is_ascii_alphanumeric() || " -/,.():&#;".contains(character);
            prop_assert!(shown.chars().all(harmless), "{}", shown);
            let entities = shown.split('&').skip(1);
            for entity in entities {
                let (number, _) = entity.split_once(';').expect("it ends");
                prop_assert!(number.strip_prefix('#').is_some_and(|number| number.parse::<u32>().is_ok()));
            }
        }
    }
}
