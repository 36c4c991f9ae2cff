//! `namespaces`: the fence. Outside of it nothing is ever chosen.

use std::collections::BTreeMap;

use super::selector::taking_in;
use super::{LabelSelector, labels};
use crate::policy::decode::{EmptyList, Fields, Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::policy::keys::Limits;
use crate::policy::pattern::{Coverage, NamePattern, Names, Overlap, Together, Written, coverage};
use crate::release::{Known, Namespace};

/// The namespaces a policy may choose releases in.
#[derive(Debug, Clone)]
pub struct PolicyScope {
    patterns: Vec<NamePattern>,
    selector: Option<LabelSelector>,
}

/// Whether a namespace is inside the fence.
#[derive(Debug, Clone, Copy)]
pub enum ScopeMatch<'a> {
    /// It is, by this pattern, and by its labels where those count.
    Inside(&'a NamePattern),
    /// It is not.
    Outside,
    /// It may be, by this pattern; its labels count as well, and are not known.
    LabelsUnknown(&'a NamePattern),
}

impl PolicyScope {
    /// The patterns of all of these, without the labels that they ask for.
    pub(crate) fn around<'f>(fences: impl Iterator<Item = &'f PolicyScope>) -> Self {
        Self { patterns: fences.flat_map(|fence| fence.patterns.iter().cloned()).collect(), selector: None }
    }

    /// The first pattern that takes the namespace in, whatever its labels are.
    ///
    /// A namespace of the system is taken in only by its exact name, never by a glob.
    pub fn matches(&self, namespace: &Namespace) -> Option<&NamePattern> {
        taking_in(&self.patterns, namespace)
    }

    /// Compares a namespace with the patterns and, where the policy asks for some, its labels.
    pub fn holds(&self, namespace: &Namespace, labels: Known<&BTreeMap<String, String>>) -> ScopeMatch<'_> {
        let Some(pattern) = self.matches(namespace) else { return ScopeMatch::Outside };
        match (&self.selector, labels) {
            (None, _) => ScopeMatch::Inside(pattern),
            (Some(_), Known::Unknown) => ScopeMatch::LabelsUnknown(pattern),
            (Some(selector), Known::Is(labels)) if selector.matches(labels) => ScopeMatch::Inside(pattern),
            (Some(_), Known::Is(_)) => ScopeMatch::Outside,
        }
    }

    /// All patterns, in the order of the file.
    pub fn patterns(&self) -> &[NamePattern] {
        &self.patterns
    }

    /// The labels that a namespace must have as well, where the policy asks for any.
    pub fn selector(&self) -> Option<&LabelSelector> {
        self.selector.as_ref()
    }
}

/// The fence as a rule's patterns are held against it: a rule narrows it, and does not add to it.
#[derive(Debug)]
pub(super) struct Outline<'f> {
    fence: &'f PolicyScope,
    together: Together,
}

impl<'f> Outline<'f> {
    pub(super) fn of(fence: &'f PolicyScope) -> Self {
        Self { fence, together: Together::of(&fence.patterns, Names::Fenced) }
    }

    /// Refuses a pattern that can mean no namespace of the fence.
    pub(super) fn refuse_outside(
        &self,
        pattern: &NamePattern,
        slot: &Slot<'_>,
        reader: &mut Reader<'_>,
    ) -> Result<(), ErrorReported> {
        let overlap = match pattern.as_str().parse::<Namespace>() {
            Ok(namespace) if self.fence.matches(&namespace).is_some() => Overlap::Possible,
            Ok(_) => Overlap::None,
            Err(_) => {
                let (overlap, effort) = self.together.overlap(pattern);
                reader.spend(effort, slot.span())?;
                overlap
            }
        };
        if overlap == Overlap::Possible {
            return Ok(());
        }
        let fault = Diagnostic::at(slot.span(), "this pattern matches no namespace of the fence");
        let label = "rules only narrow `namespaces` of the top level: add it there, or remove it here";
        reader.refuse(fault.label(label))
    }
}

/// Reads the patterns. Limits that are wrong count as given here: they are a fault of their own.
pub(in crate::policy::keys) fn read(
    fields: &mut Fields<'_>,
    limits: &Result<Limits, ErrorReported>,
    reader: &mut Reader<'_>,
) -> Result<PolicyScope, ErrorReported> {
    let selector = fields.optional("namespaceSelector", reader, labels::read);
    let patterns = fields.required("namespaces", reader, |slot, reader| {
        let items = slot.list(EmptyList::Refused, reader)?;
        let patterns = items.into_iter().map(|item| (read_pattern(&item, reader), item)).collect::<Vec<_>>();
        if limits.as_ref().is_ok_and(Limits::is_empty) {
            refuse_everything(slot, &patterns, reader)?;
        }
        patterns.into_iter().map(|(pattern, _)| pattern).collect::<Result<Vec<_>, _>>()
    });
    Ok(PolicyScope { patterns: patterns?, selector: selector? })
}

/// Reads a pattern over namespaces, of which those of the system are meant by their exact names only.
pub(super) fn read_pattern(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<NamePattern, ErrorReported> {
    NamePattern::read(&Written::all(slot.text(reader)?), Names::Fenced, reader)
}

type Item<'n> = (Result<NamePattern, ErrorReported>, Slot<'n>);

/// A fence around everything needs limits, whether one pattern makes it or several do together.
fn refuse_everything(slot: &Slot<'_>, items: &[Item<'_>], reader: &mut Reader<'_>) -> Result<(), ErrorReported> {
    let readable = items.iter().filter_map(|(pattern, item)| Some((pattern.as_ref().ok()?, item))).collect::<Vec<_>>();
    if coverage(readable.iter().map(|(pattern, _)| *pattern), Names::Fenced) == Coverage::Part {
        return Ok(());
    }
    let alone = readable.iter().find(|(pattern, _)| coverage([*pattern], Names::Fenced) == Coverage::Everything);
    let fault = match alone {
        Some((_, item)) => Diagnostic::at(item.span(), "this pattern matches every namespace"),
        None => Diagnostic::at(slot.key_span(), "these patterns together match every namespace"),
    };
    let hint = "`limits: {maxReleases: 300}` refuses a run that would take more";
    reader.refuse(fault.label("narrow it, or set `limits`").hint(hint))
}
