//! A forget: what it is about to remove, or has removed.

use super::document::{JournalRef, JsonObject};
use super::log_line::{Level, LogLine, plan_line};
use super::plan_screen::{scope_line, target_lines};
use super::style::Styles;
use super::table::{Detail, Table};
use super::text::{age_at, plural};
use crate::history_tag::HistoryTag;
use crate::journal::{ClusterRef, PolicyRef};
use crate::release::Release;
use crate::target::Target;

/// A history that is removed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForgetRow<'a> {
    /// The record that the purge left, as a release.
    pub(crate) purged: &'a Release,
    /// The run of the purge, and its policy.
    pub(crate) tag: &'a HistoryTag,
    /// Why it still exists, if it could not be removed.
    pub(crate) failed: Option<&'a str>,
}

/// Everything about a forget.
#[derive(Clone, Copy)]
pub(crate) struct ForgetView<'a> {
    pub(crate) target: &'a Target,
    pub(crate) rows: &'a [ForgetRow<'a>],
    /// How many other histories are too young to be removed.
    pub(crate) younger: usize,
    pub(crate) journal: Option<&'a JournalRef>,
}

/// `kind: ForgetPlan`, or `ForgetReport` once it is over. Its fields are a contract, like those of a plan.
pub(crate) fn forget_document(view: &ForgetView<'_>, is_over: bool) -> JsonObject {
    let row = |row: &ForgetRow<'_>| {
        JsonObject::default()
            .with("namespace", row.purged.id.namespace.to_string())
            .with("name", row.purged.id.name.to_string())
            .with("revision", row.purged.revision.0)
            .with("run", row.tag.run.to_string())
            .with("policy", row.tag.policy.clone())
            .with_some("forgotten", is_over.then_some(row.failed.is_none()))
            .with_some("reason", row.failed.map(str::to_owned))
    };
    JsonObject::document(if is_over { "ForgetReport" } else { "ForgetPlan" })
        .with_some("run", view.journal.cloned())
        .with("created", view.target.now.to_string())
        .with("policies", PolicyRef::list(&view.target.policies))
        .with("cluster", ClusterRef::of(view.target))
        .with("younger", view.younger)
        .with_all("releases", view.rows.iter().map(row))
}

/// The plan as text for people.
pub(crate) fn render_forget(view: &ForgetView<'_>, detail: Detail, width: Option<usize>, paint: Styles) -> String {
    let mut lines = target_lines(view.target, paint);
    lines.push(scope_line(view.target, None));
    lines.push(String::new());
    let table = Table::new(&["NAMESPACE", "RELEASE", ">REVISION", ">KEPT", "RUN"]);
    let mut table = table.least_first(&["REVISION", "RUN"]);
    for ForgetRow { purged, tag, .. } in view.rows {
        table.row([
            purged.id.namespace.to_string(),
            purged.id.name.to_string(),
            purged.revision.to_string(),
            age_at(tag.run.started(), view.target.now),
            tag.run.to_string(),
        ]);
    }
    if !view.rows.is_empty() {
        lines.extend(table.into_lines(2, detail, width, paint));
        lines.push(String::new());
    }
    lines.push(footer(view, paint));
    lines.join("\n")
}

fn footer(view: &ForgetView<'_>, paint: Styles) -> String {
    let younger = view.younger;
    if view.rows.is_empty() {
        return format!("nothing to forget · {younger} younger");
    }
    let what = paint.warning(&format!("forget the history of {}", plural(view.rows.len(), "release")));
    format!("{what} · {younger} younger · by helm-purge itself and not by helm; it cannot be restored after that")
}

/// The plan in one line of a log.
pub(crate) fn forget_plan_line(view: &ForgetView<'_>) -> LogLine {
    plan_line(view.target, JsonObject::default().with("forget", view.rows.len()).with("younger", view.younger))
}

/// The outcome of one history.
pub(crate) fn forgotten_line(row: &ForgetRow<'_>, outcome: &'static str) -> LogLine {
    let level = if row.failed.is_some() { Level::Error } else { Level::Info };
    let fields = JsonObject::default().with("release", row.purged.id.to_string()).with("outcome", outcome);
    LogLine::new(level, "release-finished", fields.with_some("message", row.failed.map(str::to_owned)))
}
