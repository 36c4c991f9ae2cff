//! The plan as a document for programs. Its fields are a contract: they may be joined by others, not changed.

use serde::Serialize;

use super::opt_outs::{KeepOfDocument, OptOutOfDocument};
use super::table::PlanView;
use crate::cluster::{Connection, Identity};
use crate::plan::{Filters, PlanEntry, Reason, Subject, UnseenOptOuts};
use crate::policy::{KeepEntry, PolicySet};
use crate::release::Release;

/// `kind: PurgePlan`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanDocument {
    api_version: &'static str,
    kind: &'static str,
    created: String,
    policies: Vec<PolicyOfDocument>,
    cluster: ClusterOfDocument,
    #[serde(rename = "narrowing")]
    filters: NarrowingOfDocument,
    helm: String,
    totals: Totals,
    refusals: Vec<RefusalOfDocument>,
    keep: Vec<KeepOfDocument>,
    opt_outs: Vec<OptOutOfDocument>,
    releases: Vec<ReleaseOfDocument>,
}

/// Which policy.
#[derive(Debug, Serialize)]
pub(in crate::report) struct PolicyOfDocument {
    pub(in crate::report) name: String,
    file: String,
    sha256: String,
}

/// Which cluster.
#[derive(Debug, Serialize)]
pub(in crate::report) struct ClusterOfDocument {
    pub(in crate::report) context: String,
    pub(in crate::report) server: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
}

/// What the command line took away.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NarrowingOfDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<String>,
    only: Vec<String>,
    keep: Vec<String>,
    without_opt_outs: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    purge: usize,
    purge_namespaces: usize,
    keep: usize,
    restorable: usize,
    seen: usize,
}

#[derive(Debug, Serialize)]
struct RefusalOfDocument {
    guard: &'static str,
    message: String,
    hint: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReleaseOfDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    name: String,
    #[serde(flatten)]
    facts: Option<Facts>,
    decision: &'static str,
    reasons: Vec<ReasonOfDocument>,
    /// When it goes, where it does: `first`, `middle` or `last`.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'static str>,
    /// Whether it can be restored once it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    restorable: Option<bool>,
    /// What of it a restore would not bring back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    losses: Vec<String>,
    /// Hooks of its deletion that do not run, because the policy says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hooks_skipped: Vec<String>,
    /// StatefulSets whose volume claims stay behind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    claims_stay: Vec<String>,
}

/// What is known of a release; what is not is left out.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Facts {
    revision: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) chart: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
}

#[derive(Debug, Serialize)]
pub(in crate::report) struct ReasonOfDocument {
    code: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

impl PlanDocument {
    /// A plan, and where it was made.
    pub fn of(view: &PlanView<'_>) -> Self {
        let refusal = |refusal: &crate::guard::Refusal| RefusalOfDocument {
            guard: refusal.guard(),
            message: refusal.to_string(),
            hint: refusal.hint(),
        };
        Self {
            api_version: "helm-purge/v1",
            kind: "PurgePlan",
            created: view.now.to_string(),
            policies: PolicyOfDocument::of(view.policies),
            cluster: ClusterOfDocument::new(view.connection, view.identity),
            filters: NarrowingOfDocument::of(view.filters),
            helm: view.helm.version().to_string(),
            totals: Totals {
                purge: view.plan.chosen().count(),
                purge_namespaces: view.plan.chosen_namespaces(),
                keep: view.plan.kept(),
                restorable: view.plan.restorable().count(),
                seen: view.plan.seen,
            },
            refusals: view.refusals.iter().map(refusal).collect(),
            keep: view.plan.keep_hits.iter().map(KeepOfDocument::of).collect(),
            opt_outs: view.plan.opt_outs.iter().map(OptOutOfDocument::of).collect(),
            releases: view.plan.entries.iter().map(ReleaseOfDocument::of).collect(),
        }
    }
}

impl PolicyOfDocument {
    pub(in crate::report) fn of(policies: &PolicySet) -> Vec<Self> {
        let of = |policy: &crate::policy::Policy| Self {
            name: policy.name.clone(),
            file: policy.file.to_string(),
            sha256: policy.digest.to_string(),
        };
        policies.iter().map(of).collect()
    }
}

impl NarrowingOfDocument {
    fn of(filters: &Filters) -> Self {
        let texts = |entries: &[KeepEntry]| entries.iter().map(|entry| entry.as_str().to_owned()).collect();
        Self {
            namespace: filters.namespace.as_ref().map(ToString::to_string),
            shard: filters.shard.map(|shard| shard.to_string()),
            only: texts(&filters.only),
            keep: texts(&filters.keep),
            without_opt_outs: filters.unseen_opt_outs == UnseenOptOuts::GoWithout,
        }
    }
}

impl ClusterOfDocument {
    pub(in crate::report) fn new(connection: &Connection, identity: Option<&Identity>) -> Self {
        Self {
            context: connection.context().to_string(),
            server: connection.server().to_string(),
            uid: identity.map(|identity| identity.0.clone()),
        }
    }
}

impl ReleaseOfDocument {
    fn of(entry: &PlanEntry) -> Self {
        let facts = match &entry.subject {
            Subject::Release(release) => Some(Facts::of(release)),
            Subject::Unreadable(_) | Subject::Unlisted(_) => None,
        };
        Self {
            namespace: entry.subject.namespace().map(ToString::to_string),
            name: entry.subject.name().to_owned(),
            facts,
            decision: entry.decision().as_str(),
            reasons: entry.reasons.iter().map(ReasonOfDocument::of).collect(),
            phase: entry.selected.map(|selected| selected.phase.as_str()),
            restorable: entry.selected.map(|selected| selected.options.uninstall.keeps_history()),
            losses: entry.losses.iter().map(ToString::to_string).collect(),
            hooks_skipped: entry.hooks_skipped.iter().map(|hook| format!("{} {}", hook.kind, hook.name)).collect(),
            claims_stay: entry.claims_stay.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Facts {
    pub(in crate::report) fn of(release: &Release) -> Self {
        Self {
            revision: release.revision.0,
            status: release.status.as_str(),
            chart: release.chart.as_known().map(ToString::to_string),
            updated: release.updated.as_known().map(ToString::to_string),
        }
    }
}

impl ReasonOfDocument {
    pub(in crate::report) fn of(reason: &Reason) -> Self {
        Self { code: reason.code(), text: reason.to_string(), place: reason.source().map(ToString::to_string) }
    }
}
