//! `namespaces` and `namespaceSelector`: the scope of a policy. Outside of it nothing is ever purged.

use std::collections::BTreeMap;

use super::decode::{Decoded, Field, SectionFields};
use super::diagnostic::Diagnostic;
use super::label_selector::LabelSelector;
use super::pattern::{NamePattern, globs};
use super::pattern_proof::{Automaton, PatternKind, match_everything};
use super::selectors::first_match;
use crate::release::{Known, Namespace};

/// The namespaces in which a policy may purge releases.
#[derive(Debug, Clone)]
pub struct PolicyScope {
    /// In the order of the file.
    pub(crate) patterns: Vec<NamePattern>,
    /// The labels that a namespace must have as well, if the policy has a condition on labels.
    pub(crate) selector: Option<LabelSelector>,
}

/// Whether a namespace is in scope.
#[derive(Debug, Clone, Copy)]
pub enum ScopeMatch<'a> {
    /// By this pattern, and by its labels if those count.
    Inside(&'a NamePattern),
    /// No pattern matches it, or its labels do not match.
    Outside,
    /// It may be, by this pattern; its labels count as well, and are not known.
    LabelsUnknown(&'a NamePattern),
}

impl PolicyScope {
    /// The patterns of all of these, without their conditions on labels.
    pub(crate) fn around<'s>(scopes: impl Iterator<Item = &'s PolicyScope>) -> Self {
        Self { patterns: scopes.flat_map(|scope| scope.patterns.iter().cloned()).collect(), selector: None }
    }

    /// Reads the scope. Without `limits` it must not match every namespace.
    pub(super) fn read(fields: &SectionFields<'_>, has_limits: bool) -> Decoded<Self> {
        let selector = fields.optional("namespaceSelector", LabelSelector::of_namespaces);
        let patterns = fields.required("namespaces", |field| {
            let items = field.items()?.into_iter().map(|item| (read_pattern(&item), item)).collect::<Vec<_>>();
            if !has_limits {
                refuse_everything(field, &items)?;
            }
            items.into_iter().map(|(pattern, _)| pattern).collect::<Decoded<Vec<_>>>()
        });
        Ok(Self { patterns: patterns?, selector: selector? })
    }

    /// The first pattern that matches the namespace, without its labels.
    ///
    /// Only its exact name matches a namespace of the system, never a glob.
    pub fn matches(&self, namespace: &Namespace) -> Option<&NamePattern> {
        first_match(&self.patterns, namespace)
    }

    /// Compares a namespace with the patterns and, if the policy has a condition on them, its labels.
    pub fn holds(&self, namespace: &Namespace, labels: Known<&BTreeMap<String, String>>) -> ScopeMatch<'_> {
        let Some(pattern) = self.matches(namespace) else { return ScopeMatch::Outside };
        match (&self.selector, labels) {
            (None, _) => ScopeMatch::Inside(pattern),
            (Some(_), Known::Unknown) => ScopeMatch::LabelsUnknown(pattern),
            (Some(selector), Known::Is(labels)) if selector.matches(labels) => ScopeMatch::Inside(pattern),
            (Some(_), Known::Is(_)) => ScopeMatch::Outside,
        }
    }
}

/// Compares the patterns of rules with the scope: a rule narrows it, and does not add to it.
#[derive(Debug)]
pub(super) struct ScopeChecker<'s> {
    scope: &'s PolicyScope,
    /// `None` if its patterns are too large together.
    automaton: Option<Automaton>,
}

impl<'s> ScopeChecker<'s> {
    pub(super) fn new(scope: &'s PolicyScope) -> Self {
        Self { scope, automaton: Automaton::new(&globs(&scope.patterns)) }
    }

    /// Refuses a pattern that can match no namespace of the scope.
    pub(super) fn refuse_outside(&self, pattern: &NamePattern, field: &Field<'_>) -> Decoded<()> {
        let is_possible = if let Ok(namespace) = pattern.as_str().parse::<Namespace>() {
            self.scope.matches(&namespace).is_some()
        } else if let (Some(ours), Some(theirs)) = (&self.automaton, Automaton::new(&[pattern.glob()])) {
            let (overlaps, effort) = ours.overlaps(&theirs, PatternKind::ScopedNamespace);
            field.decoder.charge(effort, field.span())?;
            overlaps
        } else {
            true
        };
        if is_possible {
            return Ok(());
        }
        let label = "rules only narrow `namespaces` of the top level: add it there, or remove it here";
        field.refuse("this pattern matches no namespace in scope", label)
    }
}

/// Reads a pattern over namespaces that matches those of the system by their exact names only.
pub(super) fn read_pattern(field: &Field<'_>) -> Decoded<NamePattern> {
    NamePattern::of_field(field, PatternKind::ScopedNamespace)
}

/// A scope of every namespace needs limits, whether one pattern makes it or several do together.
fn refuse_everything(field: &Field<'_>, items: &[(Decoded<NamePattern>, Field<'_>)]) -> Decoded<()> {
    let readable = items.iter().filter_map(|(pattern, item)| Some((pattern.as_ref().ok()?, item))).collect::<Vec<_>>();
    if !match_everything(&globs(readable.iter().map(|(pattern, _)| *pattern)), PatternKind::ScopedNamespace) {
        return Ok(());
    }
    let error = match readable.iter().find(|(pattern, _)| pattern.matches_everything(PatternKind::ScopedNamespace)) {
        Some((_, item)) => Diagnostic::at(item.span(), "this pattern matches every namespace"),
        None => Diagnostic::at(field.key_span(), "these patterns together match every namespace"),
    };
    let hint = "`limits: {maxReleases: 300}` refuses a run that would take more";
    field.decoder.refuse(error.label("narrow it, or set `limits`").hint(hint))
}
