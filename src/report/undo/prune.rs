//! What a prune is going to remove, or has removed: on a screen, and for programs.

use serde::Serialize;

use crate::cluster::{Connection, Identity};
use crate::helm::Helm;
use crate::history_tag::HistoryTag;
use crate::policy::PolicySet;
use crate::release::Release;
use crate::report::paint::Styles;
use crate::report::plan::document::{ClusterOfDocument, PolicyOfDocument};
use crate::report::plan::head::names;
use crate::report::run::note::JournalRef;
use crate::report::table::{Align, Table};
use crate::report::words::{age, plural};
use crate::sanitize;
use crate::shard::Shard;

/// A history that is removed.
#[derive(Debug, Clone, Copy)]
pub struct PruneRow<'a> {
    /// The record that a purge has left, as a release.
    pub kept: &'a Release,
    /// Who has left it.
    pub mark: &'a HistoryTag,
    /// Why it is still there, where it is although it should not be.
    pub failed: Option<&'a str>,
}

/// Everything about a prune.
#[derive(Debug, Clone, Copy)]
pub struct PruneView<'a> {
    /// The policies whose purges have left the histories.
    pub policies: &'a PolicySet,
    /// The cluster.
    pub connection: &'a Connection,
    /// The cluster's identity, where it could be read.
    pub identity: Option<&'a Identity>,
    /// The helm that is there; it has no part in this.
    pub helm: &'a Helm,
    /// Which part of the fence, where several share it.
    pub shard: Option<Shard>,
    /// The histories.
    pub rows: &'a [PruneRow<'a>],
    /// How many more are younger, and stay.
    pub younger: usize,
    /// What ages are counted from.
    pub now: jiff::Timestamp,
    /// Its journal, once there is one.
    pub journal: Option<&'a JournalRef>,
}

/// The plan as text for people.
pub fn render_prune(view: &PruneView<'_>, width: Option<usize>, paint: Styles) -> String {
    let mut lines = names(view.policies, view.connection, view.helm, paint);
    lines.push(String::new());
    let mut table = Table::new(vec![
        ("NAMESPACE", Align::Left),
        ("RELEASE", Align::Left),
        ("REVISION", Align::Right),
        ("KEPT", Align::Right),
        ("RUN", Align::Left),
    ]);
    for PruneRow { kept, mark, .. } in view.rows {
        let since = mark.run.begun().and_then(|begun| view.now.duration_since(begun).try_into().ok());
        table.row(vec![
            kept.id.namespace.to_string(),
            kept.id.name.to_string(),
            kept.revision.to_string(),
            since.map_or_else(|| "?".to_owned(), age),
            sanitize::line(mark.run.as_str()),
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
    if view.rows.is_empty() {
        return format!("nothing to prune · {} younger", view.younger);
    }
    let what = paint.purge(&format!("prune the history of {}", plural(view.rows.len(), "release")));
    format!(
        "{what} · {} younger · by helm-purge itself and not by helm; it cannot be restored after that",
        view.younger
    )
}

/// `kind: PrunePlan`, or `PruneReport` once it is carried out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PruneDocument {
    api_version: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<JournalRef>,
    created: String,
    policies: Vec<PolicyOfDocument>,
    cluster: ClusterOfDocument,
    younger: usize,
    releases: Vec<RowOfDocument>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RowOfDocument {
    namespace: String,
    name: String,
    revision: u32,
    run: String,
    policy: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pruned: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl PruneDocument {
    /// What would be removed.
    pub fn of_plan(view: &PruneView<'_>) -> Self {
        Self::of(view, "PrunePlan", |_| None)
    }

    /// What was removed.
    pub fn of_report(view: &PruneView<'_>) -> Self {
        Self::of(view, "PruneReport", |row| Some(row.failed.is_none()))
    }

    fn of(view: &PruneView<'_>, kind: &'static str, pruned: impl Fn(&PruneRow<'_>) -> Option<bool>) -> Self {
        let row = |row: &PruneRow<'_>| RowOfDocument {
            namespace: row.kept.id.namespace.to_string(),
            name: row.kept.id.name.to_string(),
            revision: row.kept.revision.0,
            run: row.mark.run.to_string(),
            policy: row.mark.policy.clone(),
            pruned: pruned(row),
            why: row.failed.map(str::to_owned),
        };
        Self {
            api_version: "helm-purge/v1",
            kind,
            run: view.journal.cloned(),
            created: view.now.to_string(),
            policies: PolicyOfDocument::of(view.policies),
            cluster: ClusterOfDocument::new(view.connection, view.identity),
            younger: view.younger,
            releases: view.rows.iter().map(row).collect(),
        }
    }
}
