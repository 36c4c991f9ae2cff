//! An explanation as a document for programs. Its fields are a contract: they may be joined by others, not changed.

use serde::Serialize;

use crate::plan::{
    Explanation, KeepExplanation, KeepState, PolicyExplanation, Presence, RuleExplanation, ScopeExplanation,
};
use crate::policy::{RuleMatch, SelectorMatch};
use crate::report::plan::document::{Facts, ReasonOfDocument};

/// `kind: PurgeExplanation`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationDocument {
    api_version: &'static str,
    kind: &'static str,
    namespace: String,
    name: String,
    found: &'static str,
    #[serde(flatten)]
    facts: Option<Facts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'static str>,
    reasons: Vec<ReasonOfDocument>,
    policies: Vec<PolicyOfExplanation>,
    opt_outs: Vec<OptOutOfExplanation>,
}

#[derive(Debug, Serialize)]
struct PolicyOfExplanation {
    name: String,
    file: String,
    fence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    keep: Vec<KeepOfExplanation>,
    rules: Vec<RuleOfExplanation>,
}

#[derive(Debug, Serialize)]
struct KeepOfExplanation {
    entry: String,
    place: String,
    state: &'static str,
    names: &'static str,
}

#[derive(Debug, Serialize)]
struct RuleOfExplanation {
    rule: String,
    place: String,
    answer: &'static str,
}

#[derive(Debug, Serialize)]
struct OptOutOfExplanation {
    source: String,
    ends: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl ExplanationDocument {
    /// An explanation, whole.
    pub fn of(explanation: &Explanation) -> Self {
        let (found, facts) = match &explanation.presence {
            Presence::Is(release) => ("release", Some(Facts::of(release))),
            Presence::Unreadable(_) => ("unreadable", None),
            Presence::Unlisted(_) => ("unlisted", None),
            Presence::Missing => ("nothing", None),
        };
        let entry = explanation.entry.as_ref();
        let opt_out = |note: &crate::plan::OptOutNote| OptOutOfExplanation {
            source: note.opt_out.source.to_string(),
            ends: note.ends.to_string(),
            reason: note.opt_out.reason.clone(),
        };
        Self {
            api_version: "helm-purge/v1",
            kind: "PurgeExplanation",
            namespace: explanation.id.namespace.to_string(),
            name: explanation.id.name.to_string(),
            found,
            facts,
            decision: entry.map(|entry| entry.decision().as_str()),
            reasons: entry.iter().flat_map(|entry| &entry.reasons).map(ReasonOfDocument::of).collect(),
            policies: explanation.policies.iter().map(PolicyOfExplanation::of).collect(),
            opt_outs: explanation.opt_outs.iter().map(opt_out).collect(),
        }
    }
}

impl PolicyOfExplanation {
    fn of(voice: &PolicyExplanation) -> Self {
        let (fence, place) = match &voice.fence {
            ScopeExplanation::Inside(_, place) => ("inside", Some(place.to_string())),
            ScopeExplanation::LabelsUnknown(_, place) => ("labels-unknown", Some(place.to_string())),
            ScopeExplanation::Outside => ("outside", None),
        };
        Self {
            name: voice.name.clone(),
            file: voice.file.clone(),
            fence,
            place,
            keep: voice.keeps.iter().map(KeepOfExplanation::of).collect(),
            rules: voice.rules.iter().map(RuleOfExplanation::of).collect(),
        }
    }
}

impl KeepOfExplanation {
    fn of(voice: &KeepExplanation) -> Self {
        Self {
            entry: voice.entry.clone(),
            place: voice.place.to_string(),
            state: if matches!(voice.state, KeepState::Over(_)) { "over" } else { "in-force" },
            names: if voice.names == SelectorMatch::Yes { "yes" } else { "perhaps" },
        }
    }
}

impl RuleOfExplanation {
    fn of(voice: &RuleExplanation) -> Self {
        let answer = match voice.answer {
            RuleMatch::Selects => "selects",
            RuleMatch::OtherRelease => "other-release",
            RuleMatch::OtherLabels => "other-labels",
            RuleMatch::Younger(_) => "younger",
            RuleMatch::OtherState => "other-state",
            RuleMatch::ChartUnknown => "chart-unknown",
            RuleMatch::AgeUnknown => "age-unknown",
            RuleMatch::LabelsUnknown => "labels-unknown",
        };
        Self { rule: voice.rule.clone(), place: voice.place.to_string(), answer }
    }
}
