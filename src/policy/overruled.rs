//! Values that another value overrules: allowed, and worth a note, because the policy reads as if they held.
//!
//! Of two rules that select the same release, the more careful value wins. A value of `defaults` gives way to a rule of
//! another file, and to more careful `defaults`; that a rule overrules the `defaults` of its own file is what it is for.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::model::Policy;
use super::overlap::{can_act_together, may_share};
use super::pattern::NamePattern;
use super::pattern_proof::PatternKind;
use super::purge_options::CarefulValue;
use super::rules::Rule;
use crate::location::Location;

/// A value that does not hold for every release that its rule selects, and the first one that overrules it.
#[derive(Debug)]
pub(crate) struct OverruledValue<'p> {
    pub(crate) value: StatedValue<'p>,
    pub(crate) by: StatedValue<'p>,
}

/// A value that holds for what a rule selects, if no other rule selects it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StatedValue<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) rule: &'p Rule,
    pub(crate) value: CarefulValue,
    pub(crate) origin: ValueOrigin,
    /// Where it is written, or the rule if it is written nowhere.
    pub(crate) place: &'p Location,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueOrigin {
    Rule,
    Defaults,
    /// No value is written.
    BuiltIn,
}

/// So many pairs of rules are compared; of more it is assumed that they select the same releases.
const MOST_COMPARISONS: usize = 1_000;

/// Each value that another one overrules, in the order of the files.
pub(crate) fn overruled_values(policies: &[Policy]) -> Vec<OverruledValue<'_>> {
    let rules = || policies.iter().flat_map(|policy| policy.rules.iter().map(move |rule| (policy, rule)));
    let keys =
        CarefulValue::KEYS.map(|key| rules().map(|(policy, rule)| stated(key, policy, rule)).collect::<Vec<_>>());
    let (comparisons, mut seen) = (Cell::new(0), BTreeSet::new());
    let mut found = Vec::new();
    for all in &keys {
        for value in all {
            let by = all.iter().find(|by| overrules(by, value) && may_select_the_same(by, value, &comparisons));
            found.extend(by.map(|by| OverruledValue { value: *value, by: *by }));
        }
    }
    // A value of `defaults` holds for several rules.
    found.retain(|overruled| seen.insert(overruled.value.place));
    let file = |value: &StatedValue<'_>| policies.iter().position(|policy| std::ptr::eq(policy, value.policy));
    found.sort_by_key(|overruled| (file(&overruled.value), overruled.value.place));
    found
}

fn stated<'p>(key: &'static str, policy: &'p Policy, rule: &'p Rule) -> StatedValue<'p> {
    let in_rule = rule.written.place(key).map(|place| (ValueOrigin::Rule, place));
    let in_defaults = || policy.written_defaults.place(key).map(|place| (ValueOrigin::Defaults, place));
    let (origin, place) = in_rule.or_else(in_defaults).unwrap_or((ValueOrigin::BuiltIn, &rule.place));
    StatedValue { policy, rule, value: CarefulValue::of(key, rule.options), origin, place }
}

/// Whether the second value does not hold for a release that both rules select.
fn overrules(by: &StatedValue<'_>, value: &StatedValue<'_>) -> bool {
    let is_elsewhere = !std::ptr::eq(by.policy, value.policy);
    let is_more_careful = by.value.rank < value.value.rank;
    match (value.origin, by.origin) {
        (ValueOrigin::Rule, ValueOrigin::Rule) => is_more_careful,
        (ValueOrigin::Defaults, ValueOrigin::Rule) => is_elsewhere && by.value.rank != value.value.rank,
        (ValueOrigin::Defaults, _) => is_elsewhere && is_more_careful,
        (ValueOrigin::Rule | ValueOrigin::BuiltIn, _) => false,
    }
}

/// Whether there may be such a release, by its names and its state; labels and ages may still tell the rules apart.
fn may_select_the_same(some: &StatedValue<'_>, other: &StatedValue<'_>, comparisons: &Cell<usize>) -> bool {
    comparisons.set(comparisons.get() + 1);
    if comparisons.get() > MOST_COMPARISONS {
        return true;
    }
    let (ours, theirs) = (&some.rule.selector, &other.rule.selector);
    let share = |ours: &Option<Vec<NamePattern>>, theirs: &Option<Vec<NamePattern>>, names| {
        ours.as_ref().zip(theirs.as_ref()).is_none_or(|(ours, theirs)| may_share(ours, theirs, names))
    };
    let namespaces = |value: &StatedValue<'_>| {
        let own = value.rule.selector.namespaces.clone();
        Some(own.unwrap_or_else(|| value.policy.namespaces.patterns.clone()))
    };
    !some.rule.states.is_disjoint(&other.rule.states)
        && can_act_together(some.policy, other.policy)
        && share(&namespaces(some), &namespaces(other), PatternKind::ScopedNamespace)
        && share(&ours.releases, &theirs.releases, PatternKind::Release)
        && share(&ours.charts, &theirs.charts, PatternKind::Chart)
}
