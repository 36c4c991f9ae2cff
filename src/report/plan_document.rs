//! The plan of a purge for programs: as a document, and as lines of a log.

use super::document::{JsonObject, cluster_object, policy_object};
use super::log::{Level, LogLine, plan_line};
use crate::guard::Refusal;
use crate::journal::{ClusterRef, PolicyRef};
use crate::plan::{
    Filters, KeepHits, KeepState, OptOutDecision, OptOutState, Plan, PlanEntry, Reason, Subject, UnseenOptOuts,
};
use crate::policy::KeepEntry;
use crate::release::Release;
use crate::target::Target;

/// A plan with everything that has to be said beside it.
#[derive(Clone, Copy)]
pub(crate) struct PlanView<'a> {
    pub(crate) target: &'a Target,
    pub(crate) filters: &'a Filters,
    pub(crate) plan: &'a Plan,
    /// The guards that refuse.
    pub(crate) refusals: &'a [Refusal],
    pub(crate) workers: usize,
    /// What else there is to know about the scope.
    pub(crate) scope: &'a str,
}

/// `kind: PurgePlan`. Its fields are a contract: others may join them, none may change.
pub(crate) fn plan_document(view: &PlanView<'_>) -> JsonObject {
    let plan = view.plan;
    let totals = JsonObject::default()
        .with("purge", plan.chosen().count())
        .with("purgeNamespaces", plan.chosen_namespaces())
        .with("keep", plan.kept())
        .with("restorable", plan.restorable().count())
        .with("seen", plan.seen);
    JsonObject::document("PurgePlan")
        .with("created", view.target.now.to_string())
        .with_objects("policies", PolicyRef::list(&view.target.policies).iter().map(policy_object))
        .with_object("cluster", Some(cluster_object(&ClusterRef::of(view.target))))
        .with_object("narrowing", Some(filters(view.filters)))
        .with("helm", view.target.helm.version().to_string())
        .with_object("totals", Some(totals))
        .with_objects("refusals", view.refusals.iter().map(refusal))
        .with_objects("keep", plan.keep_hits.iter().map(keep_entry))
        .with_objects("optOuts", plan.opt_outs.iter().map(opt_out))
        .with_objects("releases", plan.entries.iter().map(decision))
}

/// What the command line took away.
fn filters(filters: &Filters) -> JsonObject {
    JsonObject::default()
        .with_some("namespace", filters.namespace.as_ref().map(ToString::to_string))
        .with_some("shard", filters.shard.map(|shard| shard.to_string()))
        .with_texts("only", filters.only.iter().map(KeepEntry::as_str))
        .with_texts("keep", filters.keep.iter().map(KeepEntry::as_str))
        .with("withoutOptOuts", filters.unseen_opt_outs == UnseenOptOuts::GoWithout)
}

fn refusal(refusal: &Refusal) -> JsonObject {
    JsonObject::default()
        .with("guard", refusal.guard())
        .with("message", refusal.to_string())
        .with("hint", refusal.hint())
}

fn keep_entry(hits: &KeepHits) -> JsonObject {
    let (state, until) = match &hits.state {
        KeepState::InForce => ("in-force", None),
        KeepState::Until(until) => ("in-force", Some(until.as_str())),
        KeepState::Over(until) => ("over", Some(until.as_str())),
    };
    JsonObject::default()
        .with("entry", hits.entry.as_str())
        .with("place", hits.source.to_string())
        .with("releases", hits.hits)
        .with("state", state)
        .with_some("until", until)
}

fn opt_out(note: &OptOutDecision) -> JsonObject {
    let state = match note.state {
        OptOutState::InForce => "in-force",
        OptOutState::Long => "long",
        OptOutState::Over => "over",
    };
    JsonObject::default()
        .with("namespace", note.opt_out.namespace.to_string())
        .with_any("releases", &note.opt_out.releases)
        .with("ends", note.ends.to_string())
        .with("state", state)
        .with("source", note.opt_out.source.to_string())
        .with_some("reason", note.opt_out.reason.as_deref())
        .with("hits", note.hits)
}

fn decision(entry: &PlanEntry) -> JsonObject {
    JsonObject::default()
        .with_some("namespace", entry.subject.namespace().map(ToString::to_string))
        .with("name", entry.subject.name())
        .and(release(entry).map(release_facts))
        .with("decision", entry.decision().as_str())
        .with_objects("reasons", entry.reasons.iter().map(reason))
        // `first`, `middle` or `last`, of what goes.
        .with_some("phase", entry.selected.map(|selected| selected.phase.as_str()))
        .with_some("restorable", entry.selected.map(|selected| selected.options.uninstall.keeps_history()))
        .with_any("losses", &entry.losses)
        .with_any("hooksSkipped", entry.hooks_skipped.iter().map(|hook| format!("{} {}", hook.kind, hook.name)))
        .with_any("claimsStay", &entry.claims_stay)
}

/// What is known of a release; what is not is left out.
pub(super) fn release_facts(release: &Release) -> JsonObject {
    JsonObject::default()
        .with("revision", release.revision.0)
        .with("status", release.status.as_str())
        .with_some("chart", release.chart.as_known().map(ToString::to_string))
        .with_some("updated", release.updated.as_known().map(ToString::to_string))
}

pub(super) fn reason(reason: &Reason) -> JsonObject {
    JsonObject::default()
        .with("code", reason.code())
        .with("text", reason.to_string())
        .with_some("place", reason.source().map(ToString::to_string))
}

/// The release of an entry, if it is one that was understood.
pub(super) fn release(entry: &PlanEntry) -> Option<&Release> {
    match &entry.subject {
        Subject::Release(release) => Some(release),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    }
}

/// `NAMESPACE/NAME` of an entry.
pub(super) fn entry_name(entry: &PlanEntry) -> String {
    let namespace = entry.subject.namespace().map_or("?", |namespace| namespace.as_str());
    format!("{namespace}/{}", entry.subject.name())
}

/// The plan in one line, and each of its decisions in one that only `--verbose` shows.
pub(crate) fn plan_lines<'a>(view: &PlanView<'a>) -> impl Iterator<Item = LogLine> + use<'a> {
    let guards = view.refusals.iter().map(Refusal::guard).collect::<Vec<_>>();
    let line = plan_line(view.target)
        .with_some("scope", (!view.scope.is_empty()).then_some(view.scope))
        .with("purge", view.plan.chosen().count())
        .with("purgeNamespaces", view.plan.chosen_namespaces())
        .with("keep", view.plan.kept())
        .with("seen", view.plan.seen)
        .with("workers", view.workers)
        .with("refusals", guards);
    std::iter::once(line).chain(view.plan.entries.iter().map(decision_line))
}

fn decision_line(entry: &PlanEntry) -> LogLine {
    LogLine::new(Level::Debug, "decision")
        .with("release", entry_name(entry))
        .with("decision", entry.decision().as_str())
        .with("reasons", entry.reasons.iter().map(ToString::to_string).collect::<Vec<_>>())
}
