//! `namespaces`: the fence. Outside of it nothing is ever chosen.

use super::Limits;
use crate::policy::decode::{EmptyList, Fields, Reader, Slot};
use crate::policy::fault::{Fault, Reported};
use crate::policy::pattern::{Coverage, NamePattern, Names, SYSTEM_NAMESPACES, Written, coverage};
use crate::release::Namespace;

/// The namespaces a policy may choose releases in.
#[derive(Debug, Clone)]
pub struct Fence {
    patterns: Vec<NamePattern>,
}

impl Fence {
    /// The first pattern that takes the namespace in.
    ///
    /// A namespace of the system is taken in only by its exact name, never by a glob.
    pub fn matches(&self, namespace: &Namespace) -> Option<&NamePattern> {
        let name = namespace.as_str();
        let is_system = SYSTEM_NAMESPACES.contains(&name);
        self.patterns.iter().find(|pattern| pattern.as_str() == name || (!is_system && pattern.matches(name)))
    }

    /// All patterns, in the order of the file.
    pub fn patterns(&self) -> &[NamePattern] {
        &self.patterns
    }
}

/// Reads the patterns. Limits that are wrong count as given here: they are a fault of their own.
pub(super) fn read(
    fields: &mut Fields<'_>,
    limits: &Result<Limits, Reported>,
    reader: &mut Reader<'_>,
) -> Result<Fence, Reported> {
    fields.required("namespaces", reader, |slot, reader| {
        let items = slot.list(EmptyList::Refused, reader)?;
        let patterns = items.into_iter().map(|item| (read_pattern(&item, reader), item)).collect::<Vec<_>>();
        if limits.as_ref().is_ok_and(Limits::is_empty) {
            refuse_everything(slot, &patterns, reader)?;
        }
        let patterns = patterns.into_iter().map(|(pattern, _)| pattern).collect::<Result<Vec<_>, _>>()?;
        Ok(Fence { patterns })
    })
}

fn read_pattern(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<NamePattern, Reported> {
    NamePattern::read(&Written::all(slot.text(reader)?), Names::Fenced, reader)
}

type Item<'n> = (Result<NamePattern, Reported>, Slot<'n>);

/// A fence around everything needs limits, whether one pattern makes it or several do together.
fn refuse_everything(slot: &Slot<'_>, items: &[Item<'_>], reader: &mut Reader<'_>) -> Result<(), Reported> {
    let readable = items.iter().filter_map(|(pattern, item)| Some((pattern.as_ref().ok()?, item))).collect::<Vec<_>>();
    if coverage(readable.iter().map(|(pattern, _)| *pattern), Names::Fenced) == Coverage::Part {
        return Ok(());
    }
    let alone = readable.iter().find(|(pattern, _)| coverage([*pattern], Names::Fenced) == Coverage::Everything);
    let fault = match alone {
        Some((_, item)) => Fault::at(item.span(), "this pattern matches every namespace"),
        None => Fault::at(slot.key_span(), "these patterns together match every namespace"),
    };
    let hint = "`limits: {maxReleases: 300}` refuses a run that would take more";
    reader.refuse(fault.label("narrow it, or set `limits`").hint(hint))
}
