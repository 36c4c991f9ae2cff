//! Everything that the decision about one release depends on, also entries that are overruled. The release need not
//! exist yet.

use std::collections::BTreeMap;

use super::build::{entry_of, with_chart};
use super::decide::{Decider, candidate, names};
use super::model::{ClusterState, Filters, KeepState, PlanEntry, keep_state};
use super::opt_out::{OptOutDecision, OptOutMatcher};
use super::options::OptionText;
use crate::inventory::{Found, OptOut};
use crate::policy::{KeepEntry, Policy, Rule, RuleMatch, ScopeMatch, SelectorMatch};
use crate::release::{Content, Known, Release, ReleaseId, Revision, Status};

/// The decision about one release, and the answer of each policy.
#[derive(Debug, Clone)]
pub(crate) struct Explanation<'a> {
    pub id: ReleaseId,
    pub found: Found<'a>,
    /// The release with its chart. If there is none, a release that was deployed this moment; `None` if it is unreadable.
    pub release: Option<Release>,
    /// What the plan decides for that release.
    pub entry: Option<PlanEntry>,
    pub policies: Vec<PolicyExplanation<'a>>,
    /// How it is purged if nothing keeps it; empty if no rule selects it.
    pub options: Vec<OptionText>,
    /// The opt-outs that name it, also those that are over.
    pub opt_outs: Vec<OptOutDecision>,
    /// What it holds, or why that is not known; `None` if its record was not read.
    pub content: Option<Result<Content, String>>,
}

/// The answer of one policy.
#[derive(Debug, Clone)]
pub(crate) struct PolicyExplanation<'a> {
    pub policy: &'a Policy,
    pub scope: ScopeMatch<'a>,
    /// The answer of each of its rules; empty if the namespace is out of scope.
    pub rules: Vec<(&'a Rule, RuleMatch)>,
    /// The entries of `keep` that name the release, or may name it.
    pub keeps: Vec<(&'a KeepEntry, KeepState, SelectorMatch)>,
}

/// Explains the decision for a release. The content of the release should be known, whatever keeps it.
pub(crate) fn explain<'a>(
    policies: &'a [Policy],
    facts: ClusterState<'a>,
    filters: &Filters,
    id: &ReleaseId,
) -> Explanation<'a> {
    let decider = Decider::new(policies, facts, filters);
    let found = facts.listing.find(id);
    let release = match found {
        Found::Release(release) => Some(with_chart(release, &facts)),
        Found::Nothing => Some(brand_new(id, facts.now)),
        Found::Unreadable(_) | Found::Unlisted(_) => None,
    };
    let content = facts.contents.get(id).cloned();
    let scopes = decider.scopes(&id.namespace);
    let in_scope = release.as_ref().filter(|_| !scopes.is_empty());
    let known = content.as_ref().and_then(|content| content.as_ref().ok());
    Explanation {
        id: id.clone(),
        found,
        entry: in_scope.map(|release| entry_of(release.clone(), &scopes, &decider)),
        options: in_scope
            .and_then(|release| decider.options(release, &scopes))
            .map(|options| options.texts().into())
            .unwrap_or_default(),
        policies: policies.iter().map(|policy| of_policy(policy, release.as_ref(), id, known, &facts)).collect(),
        opt_outs: opt_outs(&decider, release.as_ref(), id),
        release,
        content,
    }
}

/// A release that a person may be about to install.
fn brand_new(id: &ReleaseId, now: jiff::Timestamp) -> Release {
    Release {
        id: id.clone(),
        revision: Revision(1),
        status: Status::Deployed,
        chart: Known::Unknown,
        updated: Known::Is(now),
        record: Known::Unknown,
        labels: Known::Is(BTreeMap::new()),
    }
}

fn of_policy<'a>(
    policy: &'a Policy,
    release: Option<&Release>,
    id: &ReleaseId,
    content: Option<&Content>,
    facts: &ClusterState<'_>,
) -> PolicyExplanation<'a> {
    let scope = policy.namespaces.holds(&id.namespace, facts.labels(&id.namespace));
    let Some(release) = release.filter(|_| !matches!(scope, ScopeMatch::Outside)) else {
        return PolicyExplanation { policy, scope, rules: Vec::new(), keeps: Vec::new() };
    };
    let candidate = candidate(release, content, policy, facts);
    let rules = policy.rules.iter().map(|rule| (rule, rule.matches(&candidate))).collect();
    let keeps = policy.keep.iter().map(|entry| (entry, keep_state(entry, facts.now), names(entry, release)));
    let keeps = keeps.filter(|(.., names)| *names != SelectorMatch::No).collect();
    PolicyExplanation { policy, scope, rules, keeps }
}

fn opt_outs(decider: &Decider<'_>, release: Option<&Release>, id: &ReleaseId) -> Vec<OptOutDecision> {
    let scopes = decider.scopes(&id.namespace);
    let Some((_, policy)) = scopes.inside.first().or(scopes.unknown.first()) else { return Vec::new() };
    let here = decider.opt_outs_of(&id.namespace).filter(|(_, read)| read.names(&id.name));
    let mut decisions = here.map(|(_, read)| read.note(policy, 1, decider.facts.now)).collect::<Vec<_>>();
    if let Some(Known::Is(Some(opt_out))) = release.map(OptOut::by_label) {
        decisions.push(OptOutMatcher::new(&opt_out).note(policy, 1, decider.facts.now));
    }
    decisions
}
