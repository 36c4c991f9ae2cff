//! A prune: what it is going to remove, or has removed.

use super::document::{JournalRef, JsonObject, cluster_object, policy_object};
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
    /// The record that a purge has left, as a release.
    pub(crate) kept: &'a Release,
    /// The run that has left it.
    pub(crate) mark: &'a HistoryTag,
    /// Why it is still there, if it is although it should not be.
    pub(crate) failed: Option<&'a str>,
}

/// Everything about a prune.
#[derive(Clone, Copy)]
pub(crate) struct PruneView<'a> {
    pub(crate) target: &'a Target,
    pub(crate) rows: &'a [PruneRow<'a>],
    /// How many more are younger, and stay.
    pub(crate) younger: usize,
    /// None before there is one.
    pub(crate) journal: Option<&'a JournalRef>,
}

/// `kind: PrunePlan`, or `PruneReport` once it is over. Its fields are a contract, like those of a plan.
pub(crate) fn prune_document(view: &PruneView<'_>, is_over: bool) -> JsonObject {
    let row = |row: &PruneRow<'_>| {
        JsonObject::default()
            .with("namespace", row.kept.id.namespace.to_string())
            .with("name", row.kept.id.name.to_string())
            .with("revision", row.kept.revision.0)
            .with("run", row.mark.run.to_string())
            .with("policy", row.mark.policy.as_str())
            .with_some("pruned", is_over.then_some(row.failed.is_none()))
            .with_some("why", row.failed)
    };
    JsonObject::document(if is_over { "PruneReport" } else { "PrunePlan" })
        .with_object("run", view.journal.map(JournalRef::object))
        .with("created", view.target.now.to_string())
        .with_objects("policies", PolicyRef::list(&view.target.policies).iter().map(policy_object))
        .with_object("cluster", Some(cluster_object(&ClusterRef::of(view.target))))
        .with("younger", view.younger)
        .with_objects("releases", view.rows.iter().map(row))
}

/// The plan as text for people.
pub(crate) fn render_prune(view: &PruneView<'_>, width: Option<usize>, paint: Styles) -> String {
    let mut lines = target_lines(view.target, paint);
    lines.push(String::new());
    let mut table = Table::new(&["NAMESPACE", "RELEASE", ">REVISION", ">KEPT", "RUN"]);
    for PruneRow { kept, mark, .. } in view.rows {
        table.row([
            kept.id.namespace.to_string(),
            kept.id.name.to_string(),
            kept.revision.to_string(),
            age_at(mark.run.begun(), view.target.now),
            mark.run.to_string(),
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
    plan_line(view.target).with("prune", view.rows.len()).with("younger", view.younger)
}

/// What became of a history that was to go.
pub(crate) fn pruned_line(row: &PruneRow<'_>, outcome: &'static str) -> LogLine {
    let level = if row.failed.is_some() { Level::Error } else { Level::Info };
    let line = LogLine::new(level, "finished").with("release", row.kept.id.to_string()).with("outcome", outcome);
    line.with_some("message", row.failed)
}
