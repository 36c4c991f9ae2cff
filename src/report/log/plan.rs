//! A plan, and the beginning of what it is for, as lines of a log.

use super::{Level, LogLine};
use crate::journal::OperationKind;
use crate::plan::PlanEntry;
use crate::report::plan::table::PlanView;
use crate::report::run::note::JournalRef;
use crate::report::undo::{PruneRow, PruneView, RestoreView};

/// The plan in one line, and each of its decisions in one for whoever wants to know everything.
pub fn plan_lines<'a>(view: &PlanView<'a>) -> impl Iterator<Item = LogLine> + use<'a> {
    let guards = view.refusals.iter().map(crate::guard::Refusal::guard).collect::<Vec<_>>();
    let line = LogLine::new(Level::Info, "plan")
        .with("policies", view.policies.iter().map(|policy| &policy.name).collect::<Vec<_>>())
        .with("context", view.connection.context().to_string())
        .with("server", view.connection.server().to_string())
        .with_some("uid", view.identity.map(|identity| &identity.0))
        .with_some("shard", view.filters.shard.map(|shard| shard.to_string()))
        .with_some("scope", (!view.scope.is_empty()).then_some(view.scope))
        .with("helm", view.helm.version().to_string())
        .with("purge", view.plan.chosen().count())
        .with("purgeNamespaces", view.plan.chosen_namespaces())
        .with("keep", view.plan.kept())
        .with("seen", view.plan.seen)
        .with("workers", view.workers)
        .with("refusals", guards);
    std::iter::once(line).chain(view.plan.entries.iter().map(decision_line))
}

fn decision_line(entry: &PlanEntry) -> LogLine {
    let namespace = entry.subject.namespace().map_or("?", |namespace| namespace.as_str());
    LogLine::new(Level::Debug, "decision")
        .with("release", format!("{namespace}/{}", entry.subject.name()))
        .with("decision", entry.decision().as_str())
        .with("reasons", entry.reasons.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// The plan of a restore in one line.
pub fn restore_plan_line(view: &RestoreView<'_>) -> LogLine {
    LogLine::new(Level::Info, "plan")
        .with("policies", view.policies.iter().map(|policy| &policy.name).collect::<Vec<_>>())
        .with("context", view.connection.context().to_string())
        .with("server", view.connection.server().to_string())
        .with_some("uid", view.identity.map(|identity| &identity.0))
        .with_some("shard", view.shard.map(|shard| shard.to_string()))
        .with("helm", view.helm.version().to_string())
        .with("runs", view.plan.runs.iter().map(ToString::to_string).collect::<Vec<_>>())
        .with("restore", view.plan.going().count())
        .with("finish", view.plan.finished().count())
        .with("leave", view.plan.left_alone().count())
        .with("workers", view.workers)
}

/// The plan of a prune in one line.
pub fn prune_plan_line(view: &PruneView<'_>) -> LogLine {
    LogLine::new(Level::Info, "plan")
        .with("policies", view.policies.iter().map(|policy| &policy.name).collect::<Vec<_>>())
        .with("context", view.connection.context().to_string())
        .with("server", view.connection.server().to_string())
        .with_some("uid", view.identity.map(|identity| &identity.0))
        .with("helm", view.helm.version().to_string())
        .with_some("shard", view.shard.map(|shard| shard.to_string()))
        .with("prune", view.rows.len())
        .with("younger", view.younger)
}

/// What begins now, and how many helms do it, where helm does.
pub fn begun_line(operation: OperationKind, run: &JournalRef, releases: usize, workers: Option<usize>) -> LogLine {
    LogLine::new(Level::Info, "begun")
        .with("operation", operation.as_str())
        .with("run", &run.id)
        .with("journal", &run.places)
        .with("releases", releases)
        .with_some("workers", workers)
}

/// What became of a history that was to go.
pub fn pruned_line(row: &PruneRow<'_>, outcome: &'static str) -> LogLine {
    let level = if row.failed.is_some() { Level::Error } else { Level::Info };
    let line = LogLine::new(level, "finished").with("release", row.kept.id.to_string()).with("outcome", outcome);
    line.with_some("message", row.failed)
}
