//! The plan on a screen.

use super::head::head;
use super::hooks;
use super::row::{cells, short};
use super::undo;
use crate::cluster::{Connection, Identity};
use crate::guard::Refusal;
use crate::helm::Helm;
use crate::plan::{Decision, Filters, KeepHits, KeepState, Plan, PlanEntry, Subject};
use crate::policy::PolicySet;
use crate::report::paint::Styles;
use crate::report::table::{Align, Table};
use crate::report::words::plural;
use crate::sanitize;

/// A plan with everything that has to be said beside it.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    /// The policies it comes from.
    pub policies: &'a PolicySet,
    /// The cluster it is for.
    pub connection: &'a Connection,
    /// The cluster's identity, where it could be read.
    pub identity: Option<&'a Identity>,
    /// What was taken away from it.
    pub filters: &'a Filters,
    /// The helm that would do it.
    pub helm: &'a Helm,
    /// The decisions.
    pub plan: &'a Plan,
    /// The guards that refuse.
    pub refusals: &'a [Refusal],
    /// What the ages are counted from.
    pub now: jiff::Timestamp,
    /// Releases at a time.
    pub workers: usize,
    /// What else there is to know about the scope.
    pub scope: &'a str,
}

/// How much of each release is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What fits a usual terminal.
    Usual,
    /// Everything.
    Wide,
}

/// Columns without which a row says nothing: namespace, release, decision.
const NEEDED: usize = 3;

/// The plan as text for people.
pub fn render_plan(view: &PlanView<'_>, detail: Detail, width: Option<usize>, paint: Styles) -> String {
    let mut lines = head(view, detail, paint);
    lines.push(String::new());
    if view.plan.entries.is_empty() && view.plan.in_fence > 0 {
        let releases = plural(view.plan.in_fence, "release");
        lines.push(format!("  none of the {releases} in the fence was asked for"));
    } else if view.plan.entries.is_empty() {
        lines.push("  no release of this cluster is in the fence".to_owned());
    } else {
        lines.extend(rows(view, detail, width.map(|width| width.saturating_sub(2)), paint));
    }
    lines.push(String::new());
    if !view.plan.keep_hits.is_empty() {
        lines.extend(keep_lines(&view.plan.keep_hits, paint));
        lines.push(String::new());
    }
    lines.extend(claims_line(view.plan).map(|line| paint.quiet(&line)));
    lines.extend(undo::lines(view.plan, detail).iter().map(|line| paint.quiet(line)));
    lines.extend(hooks::lines(view.plan, detail).iter().map(|line| paint.quiet(line)));
    lines.push(footer(view, paint));
    lines.join("\n")
}

/// `NAMESPACE/RELEASE` of everything that goes, a line each.
pub fn plan_names(plan: &Plan) -> String {
    plan.chosen().map(|release| release.id.to_string()).collect::<Vec<_>>().join("\n")
}

fn rows(view: &PlanView<'_>, detail: Detail, width: Option<usize>, paint: Styles) -> Vec<String> {
    let mut table = Table::new(headings(detail));
    for entry in &view.plan.entries {
        table.row(cells(entry, view.now, detail));
    }
    let mut lines = table.into_lines(width, NEEDED);
    let heading = lines.next().map(|line| format!("  {}", paint.strong(&line)));
    let verdicts = view.plan.entries.iter().map(PlanEntry::decision);
    let body = lines.zip(verdicts).map(|(line, verdict)| match verdict {
        Decision::Purge => format!("  {line}"),
        Decision::Keep => format!("  {}", paint.quiet(&line)),
    });
    heading.into_iter().chain(body).collect()
}

/// The order is the order of importance: a narrow terminal loses columns from the right.
fn headings(detail: Detail) -> Vec<(&'static str, Align)> {
    let mut headings = vec![("NAMESPACE", Align::Left), ("RELEASE", Align::Left), ("", Align::Left)];
    headings.extend([("AGE", Align::Right), ("CHART", Align::Left), ("WHY", Align::Left)]);
    if detail == Detail::Wide {
        headings.extend([("REVISION", Align::Right), ("STATUS", Align::Left), ("PLACE", Align::Left)]);
    }
    headings
}

fn keep_lines(hits: &[KeepHits], paint: Styles) -> Vec<String> {
    let mut table = Table::new(vec![("", Align::Left), ("", Align::Left), ("", Align::Right), ("", Align::Left)]);
    for keep in hits {
        let state = match &keep.state {
            KeepState::Over(until) => format!("  over since {}", until.as_str()),
            KeepState::Until(until) if keep.hits > 0 => format!("  until {}", until.as_str()),
            _ if keep.hits == 0 => "  nothing, now".to_owned(),
            _ => String::new(),
        };
        let note = format!("{}{state}", short(&keep.source));
        table.row(vec!["keep".to_owned(), sanitize::line(&keep.entry), keep.hits.to_string(), note]);
    }
    table.into_lines(None, 4).skip(1).map(|line| format!("  {}", paint.quiet(&line))).collect()
}

/// What an uninstall leaves behind and somebody goes on paying for.
fn claims_line(plan: &Plan) -> Option<String> {
    const NAMED: usize = 5;
    let goes = |entry: &&PlanEntry| entry.decision() == Decision::Purge && !entry.claims_stay.is_empty();
    let releases = plan.entries.iter().filter(goes).filter_map(|entry| match &entry.subject {
        Subject::Release(release) => Some(release.id.to_string()),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    });
    let releases = releases.collect::<Vec<_>>();
    let named = releases.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match releases.len() {
        0 => None,
        number if number > NAMED => Some(format!(
            "volume claims of StatefulSets stay, and their volumes go on to cost: {named} and {} more",
            number - NAMED
        )),
        _ => Some(format!("volume claims of StatefulSets stay, and their volumes go on to cost: {named}")),
    }
}

fn footer(view: &PlanView<'_>, paint: Styles) -> String {
    let chosen = view.plan.chosen().count();
    let purge = if chosen == 0 {
        "nothing to purge".to_owned()
    } else {
        let what = plural(chosen, "release");
        paint.purge(&format!("purge {what} in {}", plural(view.plan.chosen_namespaces(), "namespace")))
    };
    format!("{purge} · keep {} · {} at a time", view.plan.kept(), view.workers)
}
