//! The plan of a purge for programs: as a document, and as lines of a log.

use std::time::Duration;

use serde::{Serialize, Serializer};

use super::document::JsonObject;
use super::log_line::{Level, LogLine, plan_line, refusal_object};
use crate::guard::Refusal;
use crate::journal::{ClusterRef, PolicyRef};
use crate::plan::{Decision, Filters, KeepHits, KeepState, OptOutDecision, OptOutState, Plan, PlanEntry, Reason};
use crate::policy::KeepEntry;
use crate::release::Release;
use crate::target::Target;

/// A plan with everything else that its renderings need.
#[derive(Clone, Copy)]
pub(crate) struct PlanView<'a> {
    pub(crate) target: &'a Target,
    pub(crate) filters: &'a Filters,
    pub(crate) plan: &'a Plan,
    /// The guards that refuse.
    pub(crate) refusals: &'a [Refusal],
    pub(crate) workers: usize,
    pub(crate) scope: &'a ScopeNote,
    /// Of `--timeout`.
    pub(crate) timeout: Option<Duration>,
    /// The only rows that the table shows.
    pub(crate) only: Option<Decision>,
    /// What the user types for this program.
    pub(crate) command: &'static str,
}

/// What makes the scope smaller than that of the policies; empty without any of it.
#[derive(Debug, Default)]
pub(crate) struct ScopeNote {
    /// By `-n` and by a shard.
    pub(crate) narrowed: Vec<String>,
    /// By a saved plan.
    pub(crate) saved_plan: Option<String>,
}

impl ScopeNote {
    fn text(&self) -> Option<String> {
        let lines = self.narrowed.iter().chain(&self.saved_plan).map(String::as_str).collect::<Vec<_>>();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

/// `kind: PurgePlan`. Its fields are a contract: fields may be added, and none may change.
#[derive(Serialize)]
pub(crate) struct PlanDocument<'a> {
    #[serde(flatten)]
    head: JsonObject,
    /// There may be thousands, so each is described when it is written.
    #[serde(serialize_with = "serialize_decisions")]
    releases: &'a [PlanEntry],
}

pub(crate) fn plan_document<'a>(view: &PlanView<'a>) -> PlanDocument<'a> {
    let plan = view.plan;
    let totals = JsonObject::default()
        .with("purge", plan.chosen().count())
        .with("purgeNamespaces", plan.chosen_namespaces())
        .with("keep", plan.kept())
        .with("restorable", plan.restorable().count())
        .with("seen", plan.seen);
    let head = JsonObject::document("PurgePlan")
        .with("created", view.target.now.to_string())
        .with("policies", PolicyRef::list(&view.target.policies))
        .with("cluster", ClusterRef::of(view.target))
        .with("filters", filters(view.filters))
        .with("helm", view.target.helm.version.to_string())
        .with("totals", totals)
        .with_all("refusals", view.refusals.iter().map(refusal_object))
        .with_all("keep", plan.keep_hits.iter().map(keep_entry))
        .with_all("optOuts", plan.opt_outs.iter().map(opt_out));
    PlanDocument { head, releases: &plan.entries }
}

fn serialize_decisions<S: Serializer>(entries: &[PlanEntry], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(entries.iter().map(decision))
}

/// What the command line left out.
fn filters(filters: &Filters) -> JsonObject {
    JsonObject::default()
        .with_some("namespace", filters.namespace.as_ref().map(ToString::to_string))
        .with_some("shard", filters.shard.map(|shard| shard.to_string()))
        .with_texts("releases", filters.requested.iter().map(KeepEntry::as_str))
        .with_some("selector", filters.selector.as_ref().map(ToString::to_string))
        .with_texts("skip", filters.skip.iter().map(KeepEntry::as_str))
        .with("withoutOptOuts", filters.without_opt_outs)
}

fn keep_entry(hits: &KeepHits) -> JsonObject {
    let (state, until) = match &hits.state {
        KeepState::InForce => ("in-force", None),
        KeepState::Until(until) => ("in-force", Some(until.as_str().to_owned())),
        KeepState::Over(until) => ("over", Some(until.as_str().to_owned())),
    };
    JsonObject::default()
        .with("entry", hits.entry.clone())
        .with("source", hits.source.to_string())
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
        .with_some("reason", note.opt_out.reason.clone())
        .with("hits", note.hits)
}

fn decision(entry: &PlanEntry) -> JsonObject {
    let subject = match entry.release() {
        Some(release) => release_object(release),
        None => JsonObject::default()
            .with_some("namespace", entry.subject.namespace().map(ToString::to_string))
            .with("name", entry.subject.name().to_owned()),
    };
    subject
        .with("decision", entry.decision().as_str())
        .with_all("reasons", entry.reasons.iter().map(reason))
        // `first`, `middle` or `last`, if it is purged.
        .with_some("phase", entry.selected.as_ref().map(|selected| selected.phase.as_str()))
        .with_some("restorable", entry.selected.as_ref().map(|selected| selected.options.uninstall.keeps_history()))
        .with_any("losses", &entry.losses)
        .with_any("hooksSkipped", entry.hooks_skipped.iter().map(|hook| format!("{} {}", hook.kind, hook.name)))
        .with_any("claimsStay", &entry.claims_stay)
}

/// A release with what is known of it.
pub(super) fn release_object(release: &Release) -> JsonObject {
    JsonObject::default()
        .with("namespace", release.id.namespace.to_string())
        .with("name", release.id.name.to_string())
        .and(release_facts(release))
}

/// What is known of a release.
pub(super) fn release_facts(release: &Release) -> JsonObject {
    JsonObject::default()
        .with("revision", release.revision.0)
        .with("status", release.status.as_str())
        .with_some("chart", release.chart.as_known().map(ToString::to_string))
        .with_some("updated", release.updated.as_known().map(ToString::to_string))
        .with_some("labels", release.labels.as_known().cloned())
}

pub(super) fn reason(reason: &Reason) -> JsonObject {
    JsonObject::default()
        .with("code", reason.code())
        .with("text", reason.to_string())
        .with_some("source", reason.source().map(ToString::to_string))
}

/// `NAMESPACE/NAME` of an entry.
pub(super) fn entry_name(entry: &PlanEntry) -> String {
    let namespace = entry.subject.namespace().map_or("?", |namespace| namespace.as_str());
    format!("{namespace}/{}", entry.subject.name())
}

/// The plan in one line, and each of its decisions in one that only `--verbose` shows.
pub(crate) fn plan_lines<'a>(view: &PlanView<'a>) -> impl Iterator<Item = LogLine> + use<'a> {
    let numbers = JsonObject::default()
        .with_some("scope", view.scope.text())
        .with("purge", view.plan.chosen().count())
        .with("purgeNamespaces", view.plan.chosen_namespaces())
        .with("keep", view.plan.kept())
        .with("seen", view.plan.seen)
        .with("workers", view.workers)
        .with_texts("refusals", view.refusals.iter().map(|refusal| refusal.guard));
    std::iter::once(plan_line(view.target, numbers)).chain(view.plan.entries.iter().map(decision_line))
}

fn decision_line(entry: &PlanEntry) -> LogLine {
    let fields = JsonObject::default()
        .with("release", entry_name(entry))
        .with("decision", entry.decision().as_str())
        .with_texts("reasons", &entry.reasons);
    LogLine::new(Level::Debug, "decision", fields)
}
