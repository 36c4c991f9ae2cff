//! A restore: its plan on a screen and for programs, and the summary at its end.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{JsonObject, with_reason};
use super::log_line::{LogLine, plan_line};
use super::plan_screen::{scope_line, target_lines};
use super::printer::Verbosity;
use super::run_summary::{FinishedRun, outcome_parts, verification_line, with_journal};
use super::style::Styles;
use super::table::{Detail, Table};
use super::text::{age, first_lines, list, plural};
use crate::journal::OperationKind;
use crate::release::ReleaseId;
use crate::restore::{RestoreEntry, RestorePlan, RestoreVerdict};
use crate::run_id::RunId;
use crate::sanitize;
use crate::target::Target;

/// A plan of a restore with everything else that its renderings need.
#[derive(Clone, Copy)]
pub(crate) struct RestoreView<'a> {
    pub(crate) target: &'a Target,
    pub(crate) plan: &'a RestorePlan,
    pub(crate) workers: usize,
}

/// A plan for programs, without what all reports have.
pub(super) fn plan_object(plan: &RestorePlan) -> JsonObject {
    let other = |(run, releases): (&RunId, &usize)| {
        JsonObject::default().with("run", run.to_string()).with("releases", *releases)
    };
    JsonObject::default()
        .with_texts("runs", &plan.runs)
        // Those of them that did not complete, and that the next one went on from.
        .with_texts("unfinishedRuns", &plan.unfinished)
        // The last purge of the policy, if that is known to be another and later one.
        .with_some("laterRun", plan.later.as_ref().map(ToString::to_string))
        .with_all("otherRuns", plan.others.iter().map(other))
        .with("totals", totals_object(plan))
        .with_all("releases", plan.entries.iter().map(entry_object))
        .with_all("unreadable", plan.unreadable.iter().map(|(what, why)| with_reason(what, why)))
}

pub(super) fn totals_object(plan: &RestorePlan) -> JsonObject {
    JsonObject::default()
        .with("restore", plan.going().count())
        .with("finish", plan.finished().count())
        .with("leave", plan.left_alone().count())
}

fn entry_object(entry: &RestoreEntry) -> JsonObject {
    let candidate = &entry.candidate;
    let losses = if entry.is_left_alone() { Vec::new() } else { candidate.content.losses() };
    JsonObject::default()
        .with("namespace", candidate.purged.id.namespace.to_string())
        .with("name", candidate.purged.id.name.to_string())
        .with("revision", candidate.purged.revision.0)
        .with("run", candidate.tag.run.to_string())
        .with("policy", candidate.tag.policy.clone())
        .with("decision", decision_word(entry))
        .with_some("reason", Some(candidate.verdict.to_string()).filter(|why| !why.is_empty()))
        .with("phase", entry.phase.as_str())
        .with_any("losses", losses)
        // Objects that are still being deleted.
        .with_any("leaving", &entry.terminating)
}

/// The plan in one line of a log.
pub(crate) fn restore_plan_line(view: &RestoreView<'_>) -> LogLine {
    let numbers = totals_object(view.plan).with_texts("runs", &view.plan.runs).with("workers", view.workers);
    plan_line(view.target, numbers)
}

const MAX_LISTED: usize = 5;

pub(crate) fn render_restore_plan(
    view: &RestoreView<'_>,
    detail: Detail,
    width: Option<usize>,
    paint: Styles,
) -> String {
    let mut lines = target_lines(view.target, paint);
    lines.push(scope_line(view.target, None));
    lines.extend(view.plan.runs.iter().map(|run| run_line(run, view)));
    if let Some(later) = &view.plan.later {
        lines.push(
            paint.bold(&format!("the last run of the policy is another one: {}", run_text(later, view.target.now))),
        );
    }
    lines.push(String::new());
    if view.plan.entries.is_empty() {
        let of = if view.plan.runs.is_empty() { "a purge of this policy" } else { "this run" };
        lines.push(format!("  nothing is here that {of} has left, and that nobody has installed again since"));
    } else {
        lines.extend(rows(view.plan, detail, width, paint));
    }
    lines.push(String::new());
    lines.extend(notes(view.plan).iter().map(|line| paint.dim(&sanitize::line(line))));
    lines.push(footer(view, paint));
    lines.join("\n")
}

fn run_line(run: &RunId, view: &RestoreView<'_>) -> String {
    let unfinished = view.plan.unfinished.contains(run);
    let unfinished = if unfinished { "; it did not end well, and the next one went on from it" } else { "" };
    format!("run {}{unfinished}", run_text(run, view.target.now))
}

fn run_text(run: &RunId, now: jiff::Timestamp) -> String {
    let since = run.started().and_then(|begun| std::time::Duration::try_from(now.duration_since(begun)).ok());
    since.map_or_else(|| run.to_string(), |since| format!("{run}, begun {} ago", age(since)))
}

fn rows(plan: &RestorePlan, detail: Detail, width: Option<usize>, paint: Styles) -> Vec<String> {
    let table = Table::new(&["NAMESPACE", "RELEASE", "ACTION", ">REVISION", "CHART", "REASON"]);
    let table = table.least_first(&["CHART", "REVISION"]).ends_with_reason();
    let mut table = table.sign("CHART", "?", "unknown");
    for entry in &plan.entries {
        let purged = &entry.candidate.purged;
        let chart = entry.candidate.content.chart.as_known();
        table.row_dimmed_if(
            !entry.is_rolled_back(),
            [
                purged.id.namespace.to_string(),
                purged.id.name.to_string(),
                decision_word(entry).to_owned(),
                purged.revision.to_string(),
                chart.map_or_else(|| "?".to_owned(), ToString::to_string),
                why(entry),
            ],
        );
    }
    table.into_lines(2, detail, width, paint)
}

fn decision_word(entry: &RestoreEntry) -> &'static str {
    match entry.candidate.verdict {
        RestoreVerdict::Restore | RestoreVerdict::TryAgain => "restore",
        RestoreVerdict::Restored => "finish",
        RestoreVerdict::InstalledAgain { .. } | RestoreVerdict::OutOfScope(_) => "leave",
    }
}

fn why(entry: &RestoreEntry) -> String {
    let verdict = entry.candidate.verdict.to_string();
    let waits = match entry.terminating.as_slice() {
        [] => String::new(),
        [one] => format!("waits for {one}, which is still being deleted"),
        several => format!("waits for {}, which are still being deleted", list(several, 1)),
    };
    [verdict, waits].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
}

fn notes(plan: &RestorePlan) -> Vec<String> {
    let lossy = plan.going().map(|entry| (&entry.candidate.purged.id, entry.candidate.content.losses()));
    let lossy = lossy.filter(|(_, losses)| !losses.is_empty());
    let losses = lossy.map(|(id, losses)| format!("of {id} does not come back: {}", list(losses, MAX_LISTED)));
    let mut notes = first_lines(losses, MAX_LISTED, |more| format!("and of {more} something does not come back"));
    let unreadable = plan.unreadable.iter().take(MAX_LISTED);
    notes.extend(unreadable.map(|(what, why)| format!("note: {what} is left alone: {why}")));
    let others = plan.others.iter().rev().take(MAX_LISTED).map(|(run, count)| format!("{run} ({count})"));
    let others = list(others, MAX_LISTED);
    if !others.is_empty() {
        notes.push(format!("note: other runs have left releases as well, name them with --run: {others}"));
    }
    notes
}

fn footer(view: &RestoreView<'_>, paint: Styles) -> String {
    let plan = view.plan;
    let (going, finished, left) = (plan.going().count(), plan.finished().count(), plan.left_alone().count());
    let namespaces = plan.going().map(|entry| &entry.candidate.purged.id.namespace).collect::<BTreeSet<_>>().len();
    let restore = if going == 0 {
        "nothing to restore".to_owned()
    } else {
        let what = format!("restore {} in {}", plural(going, "release"), plural(namespaces, "namespace"));
        paint.success(&what)
    };
    let finish = if finished == 0 { String::new() } else { format!(" · finish {finished}") };
    let by_itself = if going + finished == 0 {
        ""
    } else {
        "\nthe records that the purge left are removed once their releases are deployed, by helm-purge itself and not by helm"
    };
    format!("{restore}{finish} · leave {left} · {}{by_itself}", plural(view.workers, "worker"))
}

/// The summary at the end, with the tagged records that should have been removed and still exist.
pub(crate) fn render_restore_summary(
    view: &RestoreView<'_>,
    finished: &FinishedRun<'_>,
    left: &BTreeMap<ReleaseId, String>,
    verbosity: Verbosity,
    paint: Styles,
) -> String {
    let mut parts = Vec::new();
    let is_empty = finished.run.results.is_empty();
    if !is_empty {
        parts.extend(outcome_parts(finished.run, verbosity, OperationKind::Restore, paint));
    }
    let back = view.plan.finished().map(|entry| &entry.candidate.purged.id);
    let (not_removed, removed): (Vec<_>, Vec<_>) = back.partition(|id| left.contains_key(*id));
    if !removed.is_empty() {
        parts.push(format!("finished: {} had been back already", plural(removed.len(), "release")));
    }
    parts.extend(left.iter().filter(|(id, _)| not_removed.contains(id)).map(|(id, why)| {
        paint.error(&format!("the record that the purge left of {id} is still there: {}", sanitize::line(why)))
    }));
    let context = view.target.connection.context.as_str();
    parts.extend(match verification_line(finished.verification, "deployed on", context, paint) {
        None if !is_empty => Some("nothing was restored".to_owned()),
        line => line,
    });
    with_journal(&parts, finished.journal)
}
