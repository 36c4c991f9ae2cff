//! `order`: what goes before everything else, and what goes after it.

use super::{Selector, SelectorMatch, selector};
use crate::policy::decode::{EmptyList, Fields, Reader, Slot, schema};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::release::{Chart, Known, Namespace, ReleaseName};

/// What goes first and what goes last; everything else goes between.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// What goes before everything else.
    pub first: Vec<Selector>,
    /// What goes after everything else; it wins where both name a release.
    pub last: Vec<Selector>,
}

/// When a release goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before everything else.
    First,
    /// Between.
    Middle,
    /// When everything else is gone.
    Last,
}

impl Phase {
    /// Its place among the phases, from 0.
    pub fn number(self) -> u8 {
        match self {
            Phase::First => 0,
            Phase::Middle => 1,
            Phase::Last => 2,
        }
    }

    /// The word that reports use for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::First => "first",
            Phase::Middle => "middle",
            Phase::Last => "last",
        }
    }
}

impl Order {
    /// The phase of a release.
    pub fn phase(&self, namespace: &Namespace, release: &ReleaseName, chart: Known<&Chart>) -> Phase {
        let named = |selectors: &[Selector]| {
            selectors.iter().any(|selector| selector.matches(namespace, release, chart) == SelectorMatch::Yes)
        };
        if named(&self.last) {
            Phase::Last
        } else if named(&self.first) {
            Phase::First
        } else {
            Phase::Middle
        }
    }
}

pub(in crate::policy::keys) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Order, ErrorReported> {
    Ok(fields.optional("order", reader, read_order)?.unwrap_or_default())
}

fn read_order(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Order, ErrorReported> {
    let mut fields = slot.fields(&schema::ORDER, reader)?;
    let each = |slot: &Slot<'_>, reader: &mut Reader<'_>| slot.each(EmptyList::Refused, reader, read_entry);
    let first = fields.optional("first", reader, each);
    let last = fields.optional("last", reader, each);
    fields.complete()?;
    match (first?, last?) {
        (None, None) => {
            let fault = Diagnostic::at(slot.span(), "`order` puts nothing in order");
            reader.refuse(fault.label("give it `first` or `last`, or remove it"))
        }
        (first, last) => Ok(Order { first: first.unwrap_or_default(), last: last.unwrap_or_default() }),
    }
}

fn read_entry(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Selector, ErrorReported> {
    let mut fields = slot.fields(&schema::ORDERED, reader)?;
    let selector = selector::read(&mut fields, reader);
    fields.complete()?;
    let selector = selector?;
    if selector.is_empty() {
        let fault = Diagnostic::at(slot.span(), "this entry does not say what to put in order");
        return reader.refuse(fault.label("give it `namespaces`, `releases` or `charts`"));
    }
    Ok(selector)
}
