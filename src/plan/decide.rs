//! The decision for one release, from every reason to keep it. *Keep always wins, and what is not known is kept.*

use std::collections::BTreeSet;

use super::model::{ClusterState, Filters, SelectedRelease};
use super::opt_out::{OptOutMatcher, ends};
use super::options::{DecidedOptions, SelectingRule};
use super::reason::{NearMiss, Reason, Source};
use crate::inventory::OptOut;
use crate::policy::{
    BlastRadius, DataLoss, KeepEntry, MatchInput, NamePattern, Phase, Policy, PolicyScope, ReleaseState, RuleMatch,
    RuleOrigin, ScopeMatch, SelectorInput, SelectorMatch, is_older,
};
use crate::release::{Content, Known, Namespace, Object, Release, Status};

/// What every decision of a plan is made from.
pub(super) struct Decider<'a> {
    pub(super) policies: &'a [Policy],
    pub(super) facts: ClusterState<'a>,
    pub(super) filters: &'a Filters,
    opt_outs: Vec<OptOutMatcher<'a>>,
}

/// The policies, with their indexes, whose scope holds a namespace or may hold it.
pub(super) struct PolicyScopes<'a> {
    pub(super) inside: Vec<(usize, &'a Policy)>,
    /// The pattern of the first policy that matches the namespace.
    pub(super) pattern: Option<&'a NamePattern>,
    /// The policies for which it depends on labels that are not known.
    pub(super) unknown: Vec<(usize, &'a Policy)>,
}

impl<'a> PolicyScopes<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.inside.is_empty() && self.unknown.is_empty()
    }

    /// Whether this policy's scope holds the namespace, or may hold it.
    pub(super) fn concern(&self, policy: usize) -> bool {
        self.inside.iter().chain(&self.unknown).any(|(index, _)| *index == policy)
    }

    fn policies(&self) -> impl Iterator<Item = &'a Policy> {
        self.inside.iter().chain(&self.unknown).map(|(_, policy)| *policy)
    }
}

impl<'a> Decider<'a> {
    pub(super) fn new(policies: &'a [Policy], facts: ClusterState<'a>, filters: &'a Filters) -> Self {
        let opt_outs = facts.protection.opt_outs.iter().map(OptOutMatcher::new).collect();
        Self { policies, facts, filters, opt_outs }
    }

    pub(super) fn scopes(&self, namespace: &Namespace) -> PolicyScopes<'a> {
        let mut scopes = PolicyScopes { inside: Vec::new(), pattern: None, unknown: Vec::new() };
        for (index, policy) in self.policies.iter().enumerate() {
            match policy.namespaces.holds(namespace, self.facts.labels(namespace)) {
                ScopeMatch::Inside(pattern) => {
                    scopes.pattern.get_or_insert(pattern);
                    scopes.inside.push((index, policy));
                }
                ScopeMatch::LabelsUnknown(_) => scopes.unknown.push((index, policy)),
                ScopeMatch::Outside => {}
            }
        }
        scopes
    }

    /// The opt-outs that were read, in the order in which they were listed: sorted by namespace.
    pub(super) fn opt_outs(&self) -> &[OptOutMatcher<'a>] {
        &self.opt_outs
    }

    /// The opt-outs of a namespace, with their indexes.
    pub(super) fn opt_outs_of(&self, namespace: &Namespace) -> impl Iterator<Item = (usize, &OptOutMatcher<'a>)> {
        let start = self.opt_outs.partition_point(|read| read.opt_out.namespace < *namespace);
        let from_there = self.opt_outs.iter().enumerate().skip(start);
        from_there.take_while(move |(_, read)| read.opt_out.namespace == *namespace)
    }

    /// Any reason to keep is enough.
    pub(super) fn decide(
        &self,
        release: &Release,
        scopes: &PolicyScopes<'_>,
    ) -> (Vec<Reason>, Option<SelectedRelease>) {
        let read = self.facts.contents.get(&release.id);
        let content = read.and_then(|content| content.as_ref().ok());
        let mut reasons = self.unread_reasons(release, scopes);
        let choice = choose(&scopes.inside, release, content, &self.facts);
        reasons.extend(self.managed(release, content, &choice));
        match (&choice, read) {
            (_, Some(Err(why))) => reasons.push(Reason::Unreadable(why.clone())),
            // If something else keeps the release, its record need not be read.
            (Choice::Undecided(_, Reason::ChartUnknown | Reason::AgeUnknown), None) if !reasons.is_empty() => {}
            (Choice::NotSelected(reason) | Choice::Undecided(_, reason), _) => reasons.push(reason.clone()),
            (Choice::Selected(rules), Some(Ok(content))) => {
                reasons.extend(reasons_of_content(content, rules));
            }
            (Choice::Selected(_), None) if reasons.is_empty() => {
                reasons.push(Reason::Unreadable("its release record was not read".to_owned()));
            }
            (Choice::Selected(_), None) => {}
        }
        let selected = if reasons.is_empty() { selected(&choice, release) } else { None };
        if let (Choice::Selected(rules), Some(pattern), Some(selected)) = (&choice, scopes.pattern, selected) {
            return (
                std::iter::once(in_scope(pattern)).chain(rules.first().and_then(by_rule)).collect(),
                Some(selected),
            );
        }
        reasons.dedup();
        (reasons, None)
    }

    /// How a release is purged if nothing keeps it; `None` if no rule selects it for certain.
    pub(super) fn options(&self, release: &Release, scopes: &PolicyScopes<'_>) -> Option<DecidedOptions> {
        match choose(&scopes.inside, release, self.facts.content(&release.id), &self.facts) {
            Choice::Selected(rules) => DecidedOptions::of(&rules),
            Choice::Undecided(..) | Choice::NotSelected(_) => None,
        }
    }

    /// Whether the decision may depend on what a release holds: nothing else keeps it.
    pub(super) fn may_go(&self, unread: &Release, scopes: &PolicyScopes<'_>) -> bool {
        let choice = choose(&scopes.inside, unread, None, &self.facts);
        let open = self.unread_reasons(unread, scopes).iter().all(|reason| !reason.is_certain());
        open && !matches!(choice, Choice::NotSelected(_)) && self.managed(unread, None, &choice).is_none()
    }

    /// The first reason to keep a planned release now, without reasons from its content.
    pub(super) fn protected_now(&self, release: &Release) -> Option<Reason> {
        let scopes = self.scopes(&release.id.namespace);
        if scopes.inside.is_empty() {
            return Some(Reason::NotSelected(None));
        }
        self.unread_reasons(release, &scopes).into_iter().next()
    }

    /// Every reason to keep a release, except those from rules and from its content.
    fn unread_reasons(&self, release: &Release, scopes: &PolicyScopes<'_>) -> Vec<Reason> {
        let own = (self.filters.own_release.as_ref() == Some(&release.id)).then_some(Reason::OwnRelease);
        let kept = self.keeps(scopes).filter_map(|(entry, source)| reason_of(entry, source, release));
        let labels = (!scopes.unknown.is_empty()).then(|| Reason::LabelsUnknown(why_unknown(release, &self.facts)));
        let age = (release.updated == Known::Unknown).then_some(Reason::AgeUnknown);
        let reasons = own.into_iter().chain(kept).chain(self.opted_out(release, scopes)).chain(labels);
        reasons.chain(reason_of_status(release.status)).chain(age).chain(self.too_young(release, scopes)).collect()
    }

    /// Every entry that can keep a release: those of the policies that are concerned, then those of flags.
    pub(super) fn keeps<'s>(&'s self, scopes: &'s PolicyScopes<'_>) -> impl Iterator<Item = (&'s KeepEntry, Source)> {
        let of_policies = scopes.policies().flat_map(|policy| &policy.keep);
        let in_force = of_policies.filter(|entry| entry.is_in_force(self.facts.now));
        let of_policies = in_force.map(|entry| (entry, Source::Policy(entry.place.clone())));
        of_policies.chain(self.filters.skip.iter().map(|entry| (entry, Source::Flag("--skip"))))
    }

    fn opted_out(&self, release: &Release, scopes: &PolicyScopes<'_>) -> Vec<Reason> {
        let id = &release.id;
        let policies = scopes.policies().collect::<Vec<_>>();
        let here = self.opt_outs_of(&id.namespace).map(|(_, read)| read);
        let zone = policies.first().map(|policy| &policy.time_zone).cloned().unwrap_or_default();
        let reason = |opt_out: &OptOut| Reason::OptedOut(opt_out.clone(), ends(opt_out, &zone));
        let in_force = here.filter(|read| read.names(&id.name) && read.is_in_force(&policies, self.facts.now));
        let mut reasons = in_force.map(|read| reason(read.opt_out)).collect::<Vec<_>>();
        let label = OptOut::by_label(release);
        if let Known::Is(Some(opt_out)) = &label {
            reasons.push(reason(opt_out));
        }
        if !self.filters.without_opt_outs {
            let unseen = &self.facts.protection.unreadable_opt_outs;
            let start = unseen.partition_point(|entry| entry.namespace < id.namespace);
            let why = unseen.get(start).filter(|entry| entry.namespace == id.namespace).map(|entry| entry.why.clone());
            let no_label = || "the labels of its release record are unknown".to_owned();
            let why = why.or_else(|| (label == Known::Unknown).then(no_label));
            reasons.extend(why.map(Reason::OptOutsUnreadable));
        }
        reasons
    }

    fn too_young(&self, release: &Release, scopes: &PolicyScopes<'_>) -> Option<Reason> {
        let Known::Is(since) = release.updated else { return None };
        let young = scopes.policies().filter_map(|policy| policy.min_age.as_ref());
        let young =
            young.filter(|least| !is_older(since, least.value, self.facts.now)).max_by_key(|least| least.value)?;
        Some(Reason::TooYoung(young.value, Source::Policy(young.place.clone())))
    }

    /// A release that a controller would install again is kept, unless a rule that selects it names it exactly: a glob may
    /// match it by accident.
    fn managed(&self, release: &Release, content: Option<&Content>, choice: &Choice<'_>) -> Option<Reason> {
        let by_object = self.facts.protection.manager_of(&release.id).ok().flatten();
        let by = by_object.or_else(|| content.and_then(|content| content.managed_by.as_deref()))?;
        let is_named = |rule: &SelectingRule<'_>| rule.rule.selector.names_exactly(&release.id.name);
        let is_named =
            matches!(choice, Choice::Selected(rules) | Choice::Undecided(rules, _) if rules.iter().any(is_named));
        (!is_named).then(|| Reason::Managed(by.to_owned()))
    }
}

fn in_scope(pattern: &NamePattern) -> Reason {
    Reason::InScope(pattern.as_str().to_owned(), Source::Policy(pattern.place.clone()))
}

/// The rule as a reason. The rule for the whole scope adds nothing to the scope itself.
fn by_rule(SelectingRule { rule, .. }: &SelectingRule<'_>) -> Option<Reason> {
    let source = || Source::Policy(rule.place.clone());
    (rule.origin == RuleOrigin::Listed).then(|| Reason::Selected(rule.name.clone(), source()))
}

/// How a release is purged. Of several policies that put it in order, the latest phase counts that is not the usual one.
fn selected(choice: &Choice<'_>, release: &Release) -> Option<SelectedRelease> {
    let Choice::Selected(rules) = choice else { return None };
    let (first, options) = (rules.first()?, DecidedOptions::of(rules)?.values());
    let mut policies = rules.iter().map(|rule| rule.policy).collect::<Vec<_>>();
    policies.dedup();
    let phase = |rule: &SelectingRule<'_>| rule.of.order.phase(SelectorInput::of(release));
    let phases = rules.iter().map(phase).filter(|phase| *phase != Phase::Middle);
    let phase = phases.max().unwrap_or(Phase::Middle);
    Some(SelectedRelease { policy: first.policy, rule: first.number, policies, options, phase })
}

pub(super) fn names(entry: &KeepEntry, release: &Release) -> SelectorMatch {
    entry.matches(SelectorInput::of(release))
}

fn reason_of(entry: &KeepEntry, source: Source, release: &Release) -> Option<Reason> {
    let text = entry.as_str().to_owned();
    match names(entry, release) {
        SelectorMatch::Yes => {
            let until = entry.until.clone();
            Some(Reason::Kept { entry: text, because: entry.reason.clone(), until, source })
        }
        SelectorMatch::ChartUnknown => Some(Reason::KeepUnknownChart(text, source)),
        SelectorMatch::LabelsUnknown => Some(Reason::KeepUnknownLabels(text, source)),
        SelectorMatch::No => None,
    }
}

/// A plain uninstall of an `uninstalled` release would remove a history that a purge left for a restore.
fn reason_of_status(status: Status) -> Option<Reason> {
    match status {
        Status::Uninstalled => Some(Reason::HistoryKept),
        Status::Unknown => Some(Reason::StatusUnknown),
        // For the others the rules decide.
        _ => None,
    }
}

/// What the rules of all policies decide together for a release.
#[derive(Debug)]
pub(super) enum Choice<'a> {
    /// These rules select it: at least one.
    Selected(Vec<SelectingRule<'a>>),
    /// One of these rules depends on something that is not known, or not known yet.
    Undecided(Vec<SelectingRule<'a>>, Reason),
    /// No rule selects it.
    NotSelected(Reason),
}

/// Applies the rules of the policies whose scope holds a release, in the order of the files.
pub(super) fn choose<'a>(
    policies: &[(usize, &'a Policy)],
    release: &Release,
    content: Option<&Content>,
    facts: &ClusterState<'_>,
) -> Choice<'a> {
    let (mut rules, mut undecided, mut misses) = (Vec::new(), None, Vec::new());
    for (index, policy) in policies {
        let candidate = candidate(release, content, policy, facts);
        for (number, rule) in policy.rules.iter().enumerate() {
            let reason = match rule.matches(&candidate) {
                RuleMatch::Selects => None,
                RuleMatch::ChartUnknown => Some(Reason::ChartUnknown),
                RuleMatch::AgeUnknown => Some(Reason::AgeUnknown),
                RuleMatch::LabelsUnknown => Some(Reason::LabelsUnknown(why_unknown(release, facts))),
                RuleMatch::ReleaseLabelsUnknown => Some(Reason::ReleaseLabelsUnknown),
                miss => {
                    misses.push(NearMiss { rule: rule.name.clone(), source: Source::Policy(rule.place.clone()), miss });
                    continue;
                }
            };
            undecided = undecided.or(reason);
            rules.push(SelectingRule { policy: *index, of: policy, number, rule });
        }
    }
    match undecided {
        // If the undecided rule selects the release too, its options count.
        Some(reason) => Choice::Undecided(rules, reason),
        None if rules.is_empty() => Choice::NotSelected(not_selected(policies, release, misses, facts)),
        None => Choice::Selected(rules),
    }
}

/// A release as a rule of one policy sees it.
pub(super) fn candidate<'a>(
    release: &'a Release,
    content: Option<&'a Content>,
    policy: &Policy,
    facts: &ClusterState<'a>,
) -> MatchInput<'a> {
    MatchInput {
        release: SelectorInput::of(release),
        state: ReleaseState::of(release.status, is_grace_over(release, policy, facts)),
        last_deploy: release.updated,
        first_deploy: content.map_or(Known::Unknown, |content| content.first_deployed),
        labels: facts.labels(&release.id.namespace),
        now: facts.now,
    }
}

/// A pending release of unknown age may be an install that has just begun.
fn is_grace_over(release: &Release, policy: &Policy, facts: &ClusterState<'_>) -> bool {
    release.updated.as_known().is_some_and(|since| is_older(*since, policy.stuck_after, facts.now))
}

/// A pending release that is in its grace for one of the policies may be an install in progress.
fn not_selected(
    policies: &[(usize, &Policy)],
    release: &Release,
    mut misses: Vec<NearMiss>,
    facts: &ClusterState<'_>,
) -> Reason {
    if release.status.is_pending() {
        let in_grace = policies.iter().any(|(_, policy)| !is_grace_over(release, policy, facts));
        return if in_grace { Reason::Pending(release.status) } else { Reason::Stuck(release.status) };
    }
    // The rule that failed at the latest condition explains the most.
    misses.retain(|miss| miss.miss != RuleMatch::OtherRelease);
    misses.sort_by_key(|miss| match miss.miss {
        RuleMatch::Younger(_) => 0,
        RuleMatch::OtherState => 1,
        RuleMatch::OtherLabels | RuleMatch::OtherReleaseLabels => 2,
        _ => 3,
    });
    Reason::NotSelected(misses.into_iter().next())
}

pub(super) fn why_unknown(release: &Release, facts: &ClusterState<'_>) -> String {
    facts.protection.facts(&release.id.namespace).err().unwrap_or_default().to_owned()
}

/// The reasons that the content of a release gives. Without any, an uninstall deletes only the release's own objects, and
/// no data. An object lies beyond the scope if one of the policies that select the release does not cover it.
fn reasons_of_content(content: &Content, rules: &[SelectingRule<'_>]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if content.chart == Known::Unknown {
        reasons.push(Reason::ChartUnknown);
    }
    let Some(options) = DecidedOptions::of(rules) else { return reasons };
    if options.blast_radius.value == BlastRadius::Namespace {
        let objects = rules.iter().flat_map(|rule| objects_beyond(content, &rule.of.namespaces));
        let objects = objects.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>();
        reasons.extend((!objects.is_empty()).then_some(Reason::Reaches(objects, options.blast_radius.source)));
    }
    if options.data_loss.value == DataLoss::Deny && !content.claims.is_empty() {
        reasons.push(Reason::HoldsData(content.claims.clone(), options.data_loss.source));
    }
    reasons
}

/// The objects of a release that reach beyond a scope.
pub(crate) fn objects_beyond(content: &Content, scope: &PolicyScope) -> Vec<Object> {
    let outside = content.elsewhere.iter().filter(|object| !is_in_scope(object, scope));
    let mut objects = content.sweeping.iter().chain(outside).cloned().collect::<Vec<_>>();
    objects.sort();
    objects.dedup();
    objects
}

/// A namespace without a legal name is in no scope.
fn is_in_scope(object: &Object, scope: &PolicyScope) -> bool {
    let namespace = object.namespace.as_deref().and_then(|name| name.parse::<Namespace>().ok());
    namespace.is_some_and(|namespace| scope.matches(&namespace).is_some())
}
