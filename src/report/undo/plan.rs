//! The plan of a restore on a screen.

use std::collections::BTreeSet;

use crate::cluster::{Connection, Identity};
use crate::helm::Helm;
use crate::policy::PolicySet;
use crate::release::Loss;
use crate::report::paint::Styles;
use crate::report::plan::head::names;
use crate::report::table::{Align, Table};
use crate::report::words::{age, plural};
use crate::restore::{RestoreEntry, RestorePlan, RestoreVerdict};
use crate::run_id::RunId;
use crate::sanitize;
use crate::shard::Shard;

/// A plan of a restore with everything that has to be said beside it.
#[derive(Debug, Clone, Copy)]
pub struct RestoreView<'a> {
    /// The policies whose purges are taken back.
    pub policies: &'a PolicySet,
    /// The cluster it is for.
    pub connection: &'a Connection,
    /// The cluster's identity, where it could be read.
    pub identity: Option<&'a Identity>,
    /// The helm that does it.
    pub helm: &'a Helm,
    /// What is going to be done.
    pub plan: &'a RestorePlan,
    /// What ages are counted from.
    pub now: jiff::Timestamp,
    /// Releases at a time.
    pub workers: usize,
    /// Which part of the fence, where several share it.
    pub shard: Option<Shard>,
    /// What else there is to know about the scope.
    pub scope: &'a str,
}

/// So much of the same is named.
const NAMED: usize = 5;
/// Columns without which a row says nothing: namespace, release, what is done.
const NEEDED: usize = 3;

/// The plan as text for people.
pub fn render_restore_plan(view: &RestoreView<'_>, width: Option<usize>, paint: Styles) -> String {
    let mut lines = names(view.policies, view.connection, view.helm, paint);
    lines.extend(view.plan.runs.iter().map(|run| run_line(run, view)));
    if let Some(later) = &view.plan.later {
        lines.push(paint.strong(&format!("the last run of the policy is another one: {}", run_words(later, view.now))));
    }
    if !view.scope.is_empty() {
        lines.push(view.scope.to_owned());
    }
    lines.push(String::new());
    if view.plan.entries.is_empty() {
        let of = if view.plan.runs.is_empty() { "a purge of this policy" } else { "this run" };
        lines.push(format!("  nothing is here that {of} has left, and that nobody has installed again since"));
    } else {
        lines.extend(rows(view.plan, width.map(|width| width.saturating_sub(2)), paint));
    }
    lines.push(String::new());
    lines.extend(notes(view.plan).iter().map(|line| paint.quiet(&sanitize::line(line))));
    lines.push(footer(view, paint));
    lines.join("\n")
}

fn run_line(run: &RunId, view: &RestoreView<'_>) -> String {
    let unfinished = view.plan.unfinished.contains(run);
    let unfinished = if unfinished { "; it did not end well, and the next one went on from it" } else { "" };
    format!("run {}{unfinished}", run_words(run, view.now))
}

fn run_words(run: &RunId, now: jiff::Timestamp) -> String {
    let since = run.begun().and_then(|begun| std::time::Duration::try_from(now.duration_since(begun)).ok());
    since.map_or_else(|| run.to_string(), |since| format!("{run}, begun {} ago", age(since)))
}

fn rows(plan: &RestorePlan, width: Option<usize>, paint: Styles) -> Vec<String> {
    let mut table = Table::new(vec![
        ("NAMESPACE", Align::Left),
        ("RELEASE", Align::Left),
        ("", Align::Left),
        ("REVISION", Align::Right),
        ("CHART", Align::Left),
        ("WHY", Align::Left),
    ]);
    for entry in &plan.entries {
        let kept = &entry.candidate.kept;
        let chart = entry.candidate.content.chart.as_known().map(ToString::to_string);
        table.row(vec![
            kept.id.namespace.to_string(),
            kept.id.name.to_string(),
            decision(entry).to_owned(),
            kept.revision.to_string(),
            chart.map_or_else(|| "?".to_owned(), |chart| sanitize::line(&chart)),
            sanitize::line(&why(entry)),
        ]);
    }
    let mut lines = table.into_lines(width, NEEDED);
    let heading = lines.next().map(|line| format!("  {}", paint.strong(&line)));
    let body = lines.zip(&plan.entries).map(|(line, entry)| {
        if entry.is_rolled_back() { format!("  {line}") } else { format!("  {}", paint.quiet(&line)) }
    });
    heading.into_iter().chain(body).collect()
}

/// A word for what is done with a release.
pub(super) fn decision(entry: &RestoreEntry) -> &'static str {
    match entry.candidate.verdict {
        RestoreVerdict::Restore | RestoreVerdict::TryAgain => "restore",
        RestoreVerdict::Restored => "finish",
        RestoreVerdict::InstalledAgain { .. } | RestoreVerdict::OutOfScope(_) => "leave",
    }
}

fn why(entry: &RestoreEntry) -> String {
    let verdict = entry.candidate.verdict.to_string();
    let waits = match entry.leaving.as_slice() {
        [] => String::new(),
        [one] => format!("waits for {one}, which is still being deleted"),
        [one, more @ ..] => format!("waits for {one} and {} more, which are still being deleted", more.len()),
    };
    [verdict, waits].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
}

fn notes(plan: &RestorePlan) -> Vec<String> {
    let mut notes = Vec::new();
    let lossy = plan.going().map(|entry| (entry, entry.candidate.content.losses()));
    let lossy = lossy.filter(|(_, losses)| !losses.is_empty()).collect::<Vec<_>>();
    for (entry, losses) in lossy.iter().take(NAMED) {
        let named = losses.iter().take(NAMED).map(Loss::to_string).collect::<Vec<_>>().join(", ");
        let more = losses.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        notes.push(format!("of {} does not come back: {named}{more}", entry.candidate.kept.id));
    }
    if lossy.len() > NAMED {
        notes.push(format!("and of {} something does not come back", plural(lossy.len() - NAMED, "more release")));
    }
    notes.extend(plan.unreadable.iter().take(NAMED).map(|(what, why)| format!("note: {what} is left alone: {why}")));
    let others = plan.others.iter().rev().take(NAMED).map(|(run, count)| format!("{run} ({count})"));
    let others = others.collect::<Vec<_>>().join(", ");
    if !others.is_empty() {
        notes.push(format!("note: other runs have left releases as well, name them with --run: {others}"));
    }
    notes
}

fn footer(view: &RestoreView<'_>, paint: Styles) -> String {
    let plan = view.plan;
    let (going, finished, left) = (plan.going().count(), plan.finished().count(), plan.left_alone().count());
    let namespaces = plan.going().map(|entry| &entry.candidate.kept.id.namespace).collect::<BTreeSet<_>>().len();
    let restore = if going == 0 {
        "nothing to restore".to_owned()
    } else {
        let what = format!("restore {} in {}", plural(going, "release"), plural(namespaces, "namespace"));
        paint.good(&what)
    };
    let finish = if finished == 0 { String::new() } else { format!(" · finish {finished}") };
    let by_itself = if going + finished == 0 {
        String::new()
    } else {
        "\nthe records that the purge left are removed once their releases are deployed, by helm-purge itself and not by helm"
            .to_owned()
    };
    format!("{restore}{finish} · leave {left} · {} at a time{by_itself}", view.workers)
}
