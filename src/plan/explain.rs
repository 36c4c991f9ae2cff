//! Everything that has a say about one release, also what lost, and also where there is no such release (yet).

use super::build::{entry_of, with_chart};
use super::decide::{Decider, candidate, names};
use super::model::{ClusterState, Filters, KeepState, PlanEntry, keep_state};
use super::opt_out::OptOutDecision;
use crate::inventory::{Found, OptOut};
use crate::location::Location;
use crate::policy::{KeepEntry, NamePattern, Policy, Rule, RuleMatch, RuleOrigin, ScopeMatch, SelectorMatch};
use crate::release::{Content, Known, Release, ReleaseId, Revision, Status};

/// What is said about a release, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Which release.
    pub id: ReleaseId,
    /// What there is of it.
    pub presence: Presence,
    /// What becomes of it, as the plan has it. Where there is no such release: of one that was deployed this moment.
    pub entry: Option<PlanEntry>,
    /// What each policy says.
    pub policies: Vec<PolicyExplanation>,
    /// The opt-outs that name it, those too that are over.
    pub opt_outs: Vec<OptOutDecision>,
    /// What it holds, or why that cannot be told; nothing where it was not read.
    pub content: Option<Result<Content, String>>,
}

/// What there is of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    Is(Release),
    /// Something is there that cannot be understood.
    Unreadable(String),
    /// Its namespace could not be looked at.
    Unlisted(String),
    /// It is not there.
    Missing,
}

/// What one policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyExplanation {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Whether the namespace is in its fence.
    pub fence: ScopeExplanation,
    /// What each of its rules says; nothing where the namespace is outside.
    pub rules: Vec<RuleExplanation>,
    /// The entries of `keep` that name the release, or may.
    pub keeps: Vec<KeepExplanation>,
}

/// Whether a namespace is in a fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeExplanation {
    /// By this pattern.
    Inside(String, Location),
    /// By this pattern; its labels count as well, and are not known.
    LabelsUnknown(String, Location),
    /// It is not: no pattern takes it in, or its labels are others.
    Outside,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleExplanation {
    /// Its name.
    pub rule: String,
    /// Where it stands.
    pub place: Location,
    /// Whether it was written, or stands for the whole fence.
    pub origin: RuleOrigin,
    /// Its answer.
    pub answer: RuleMatch,
}

/// What an entry of `keep` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepExplanation {
    /// The entry as it was written.
    pub entry: String,
    /// Where it stands.
    pub place: Location,
    /// Why, in the words of whoever wrote it.
    pub because: Option<String>,
    /// Whether it still keeps anything.
    pub state: KeepState,
    /// Whether it names the release for certain.
    pub names: SelectorMatch,
}

/// Explains what becomes of a release. The facts' contents should have it, whatever keeps it.
pub fn explain(policies: &[Policy], facts: ClusterState<'_>, filters: &Filters, id: &ReleaseId) -> Explanation {
    let cases = Decider::new(policies, facts, filters);
    let presence = match facts.listing.find(id) {
        Found::Release(release) => Presence::Is(with_chart(release, &facts)),
        Found::Unreadable(entry) => Presence::Unreadable(entry.why.clone()),
        Found::Unlisted(entry) => Presence::Unlisted(entry.why.clone()),
        Found::Nothing => Presence::Missing,
    };
    let release = match &presence {
        Presence::Is(release) => Some(release.clone()),
        Presence::Missing => Some(brand_new(id, facts.now)),
        Presence::Unreadable(_) | Presence::Unlisted(_) => None,
    };
    let content = facts.contents.get(id).cloned();
    let fences = cases.fences(&id.namespace);
    let decided = release.as_ref().filter(|_| !fences.is_empty());
    let known = content.as_ref().and_then(|content| content.as_ref().ok());
    let voice = |policy| voice(policy, release.as_ref(), id, known, &facts);
    Explanation {
        id: id.clone(),
        entry: decided.map(|release| entry_of(release.clone(), &fences, &cases)),
        policies: policies.iter().map(voice).collect(),
        opt_outs: opt_outs(&cases, release.as_ref(), id),
        content,
        presence,
    }
}

/// What somebody may be about to install.
fn brand_new(id: &ReleaseId, now: jiff::Timestamp) -> Release {
    Release {
        id: id.clone(),
        revision: Revision(1),
        status: Status::Deployed,
        chart: Known::Unknown,
        updated: Known::Is(now),
        record: Known::Unknown,
        keep_label: Known::Is(None),
    }
}

fn voice(
    policy: &Policy,
    release: Option<&Release>,
    id: &ReleaseId,
    content: Option<&Content>,
    facts: &ClusterState<'_>,
) -> PolicyExplanation {
    let told = |pattern: &NamePattern| (pattern.as_str().to_owned(), pattern.place().clone());
    let fence = match policy.namespaces.holds(&id.namespace, facts.labels(&id.namespace)) {
        ScopeMatch::Inside(pattern) => ScopeExplanation::Inside(told(pattern).0, told(pattern).1),
        ScopeMatch::LabelsUnknown(pattern) => ScopeExplanation::LabelsUnknown(told(pattern).0, told(pattern).1),
        ScopeMatch::Outside => ScopeExplanation::Outside,
    };
    let (name, file) = (policy.name.clone(), policy.file.to_string());
    let Some(release) = release.filter(|_| fence != ScopeExplanation::Outside) else {
        return PolicyExplanation { name, file, fence, rules: Vec::new(), keeps: Vec::new() };
    };
    let candidate = candidate(release, content, policy, facts);
    let rule = |rule: &Rule| RuleExplanation {
        rule: rule.name.clone(),
        place: rule.place.clone(),
        origin: rule.origin,
        answer: rule.matches(&candidate),
    };
    let keep = |entry: &KeepEntry| KeepExplanation {
        entry: entry.as_str().to_owned(),
        place: entry.place.clone(),
        because: entry.reason.clone(),
        state: keep_state(entry, facts.now),
        names: names(entry, release),
    };
    let keeps = policy.keep.iter().map(keep).filter(|voice| voice.names != SelectorMatch::No);
    PolicyExplanation { name, file, fence, rules: policy.rules.iter().map(rule).collect(), keeps: keeps.collect() }
}

fn opt_outs(cases: &Decider<'_>, release: Option<&Release>, id: &ReleaseId) -> Vec<OptOutDecision> {
    let fences = cases.fences(&id.namespace);
    let Some((_, policy)) = fences.inside.first().or(fences.unknown.first()) else { return Vec::new() };
    let here = cases.opt_outs().iter().filter(|read| read.opt_out.namespace == id.namespace && read.names(&id.name));
    let mut notes = here.map(|read| read.note(policy, 1, cases.facts.now)).collect::<Vec<_>>();
    if let Some(Known::Is(Some(opt_out))) = release.map(OptOut::by_label) {
        notes.push(super::opt_out::OptOutMatcher::new(&opt_out).note(policy, 1, cases.facts.now));
    }
    notes
}
