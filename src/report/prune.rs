//! A prune: what it is about to remove, or has removed.

use super::document::{JournalRef, JsonObject};
use super::log::{Level, LogLine, plan_line};
use super::plan_screen::target_lines;
use super::style::Styles;
use super::table::Table;
use super::text::{age_at, plural};
use crate::history_tag::HistoryTag;
use crate::journal::{ClusterRef, PolicyRef};
use crate::release::Release;
use crate::target::Target;

/// A history that is removed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PruneRow<'a> {
    /// The record that the purge left, as a release.
    pub(crate) purged: &'a Release,
    /// The run of the purge, and its policy.
    pub(crate) tag: &'a HistoryTag,
    /// Why it still exists, if it could not be removed.
    pub(crate) failed: Option<&'a str>,
}

/// Everything about a prune.
#[derive(Clone, Copy)]
pub(crate) struct PruneView<'a> {
    pub(crate) target: &'a Target,
    pub(crate) rows: &'a [PruneRow<'a>],
    /// How many other histories are too young to be removed.
    pub(crate) younger: usize,
    pub(crate) journal: Option<&'a JournalRef>,
}

/// `kind: PrunePlan`, or `PruneReport` once it is over. Its fields are a contract, like those of a plan.
pub(crate) fn prune_document(view: &PruneView<'_>, is_over: bool) -> JsonObject {
    let row = |row: &PruneRow<'_>| {
        JsonObject::default()
            .with("namespace", row.purged.id.namespace.to_string())
            .with("name", row.purged.id.name.to_string())
            .with("revision", row.purged.revision.0)
            .with("run", row.tag.run.to_string())
            .with("policy", row.tag.policy.clone())
            .with_some("pruned", is_over.then_some(row.failed.is_none()))
            .with_some("why", row.failed.map(str::to_owned))
    };
    JsonObject::document(if is_over { "PruneReport" } else { "PrunePlan" })
        .with_some("run", view.journal.cloned())
        .with("created", view.target.now.to_string())
        .with("policies", PolicyRef::list(&view.target.policies))
        .with("cluster", ClusterRef::of(view.target))
        .with("younger", view.younger)
        .with_all("releases", view.rows.iter().map(row))
}

/// The plan as text for people.
pub(crate) fn render_prune(view: &PruneView<'_>, width: Option<usize>, paint: Styles) -> String {
    let mut lines = target_lines(view.target, paint);
    lines.push(String::new());
    let mut table = Table::new(&["NAMESPACE", "RELEASE", ">REVISION", ">KEPT", "RUN"]);
    for PruneRow { purged, tag, .. } in view.rows {
        table.row([
            purged.id.namespace.to_string(),
            purged.id.name.to_string(),
            purged.revision.to_string(),
            age_at(tag.run.begun(), view.target.now),
            tag.run.to_string(),
        ]);
    }
    if !view.rows.is_empty() {
        lines.extend(table.into_lines(width.map(|width| width.saturating_sub(2)), 2).map(|line| format!("  {line}")));
        lines.push(String::new());
    }
    lines.push(footer(view, paint));
    lines.join("\n")
}

fn footer(view: &PruneView<'_>, paint: Styles) -> String {
    let younger = view.younger;
    if view.rows.is_empty() {
        return format!("nothing to prune · {younger} younger");
    }
    let what = paint.warning(&format!("prune the history of {}", plural(view.rows.len(), "release")));
    format!("{what} · {younger} younger · by helm-purge itself and not by helm; it cannot be restored after that")
}

/// The plan in one line of a log.
pub(crate) fn prune_plan_line(view: &PruneView<'_>) -> LogLine {
    plan_line(view.target, JsonObject::default().with("prune", view.rows.len()).with("younger", view.younger))
}

/// The outcome of one history.
pub(crate) fn pruned_line(row: &PruneRow<'_>, outcome: &'static str) -> LogLine {
    let level = if row.failed.is_some() { Level::Error } else { Level::Info };
    let fields = JsonObject::default().with("release", row.purged.id.to_string()).with("outcome", outcome);
    LogLine::new(level, "finished", fields.with_some("message", row.failed.map(str::to_owned)))
}
