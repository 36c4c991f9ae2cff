//! Policies that can select releases in the same namespace: allowed, and worth a note.
//!
//! A release there is purged if either selects it and neither keeps it, which differs from each policy on its own.

use super::model::Policy;
use super::pattern::{NamePattern, globs};
use super::pattern_proof::{PatternKind, SYSTEM_NAMESPACES, SearchResult, intersection};
use super::scope::PolicyScope;
use crate::release::Namespace;

/// Two policies whose scopes can hold the same namespace.
#[derive(Debug)]
pub(crate) struct OverlappingNamespace<'p> {
    /// The policy that was named first, with its pattern.
    pub(crate) first: (&'p Policy, &'p NamePattern),
    /// The other, with its pattern.
    pub(crate) second: (&'p Policy, &'p NamePattern),
    /// Such a namespace; `None` if it takes too long to tell whether there is one.
    pub(crate) example: Option<Namespace>,
}

/// Every two policies that can act in one cluster and share a namespace, by their patterns: the labels that they ask
/// for may still tell the namespaces apart.
pub(crate) fn shared_namespaces(policies: &[Policy]) -> Vec<OverlappingNamespace<'_>> {
    let later = |at: usize, first| policies[at + 1..].iter().map(move |second| (first, second));
    let pairs = policies.iter().enumerate().flat_map(|(at, first)| later(at, first));
    pairs
        .filter(|(first, second): &(&Policy, &Policy)| can_act_together(first, second))
        .filter_map(|(first, second)| shared(first, second))
        .collect()
}

/// Whether one cluster may be that of both.
pub(super) fn can_act_together(first: &Policy, second: &Policy) -> bool {
    first.clusters.iter().any(|ours| second.clusters.iter().any(|theirs| ours.meets(theirs)))
}

/// Whether a name may match a pattern of both.
pub(super) fn may_share(ours: &[NamePattern], theirs: &[NamePattern], names: PatternKind) -> bool {
    // A namespace of the system is matched by its exact name only, which no search finds.
    let same = |pattern: &NamePattern| theirs.iter().any(|other| other.as_str() == pattern.as_str());
    ours.iter().any(same) || intersection(&globs(ours), &globs(theirs), names) != SearchResult::Nothing
}

fn shared<'p>(first: &'p Policy, second: &'p Policy) -> Option<OverlappingNamespace<'p>> {
    let (ours, theirs) = (&first.namespaces, &second.namespaces);
    let example = match intersection(&globs(&ours.patterns), &globs(&theirs.patterns), PatternKind::ScopedNamespace) {
        SearchResult::Name(name) => Some(name.parse::<Namespace>().expect("the search looks for legal names only")),
        SearchResult::Unclear => None,
        SearchResult::Nothing => Some(shared_system_namespace(ours, theirs)?),
    };
    let pattern = |scope: &'p PolicyScope| match &example {
        Some(name) => scope.matches(name),
        None => scope.patterns.first(),
    };
    Some(OverlappingNamespace { first: (first, pattern(ours)?), second: (second, pattern(theirs)?), example })
}

/// A system namespace is in a scope by its exact name only.
fn shared_system_namespace(ours: &PolicyScope, theirs: &PolicyScope) -> Option<Namespace> {
    let mut names = SYSTEM_NAMESPACES.iter().filter_map(|name| name.parse::<Namespace>().ok());
    names.find(|name| ours.matches(name).is_some() && theirs.matches(name).is_some())
}

#[cfg(test)]
#[path = "overlap_test.rs"]
mod tests;
