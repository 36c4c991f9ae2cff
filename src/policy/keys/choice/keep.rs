//! `keep`: what stays, whatever else is said.

use jiff::Timestamp;

use super::{Selector, SelectorMatch, reason, selector};
use crate::location::Location;
use crate::policy::decode::{EmptyList, Fields, Reader, Slot, TextOrFields, schema};
use crate::policy::document::Scalar;
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::policy::keys::time::read_until;
use crate::policy::keys::{Until, Zone};
use crate::policy::pattern::{NamePattern, Names, Written, is_bare};
use crate::release::{Chart, Known, Namespace, ReleaseName};
use crate::sanitize::quoted;

const NOT_SHORT: &str = "this is not `namespace/release`";

/// One entry: its fields are AND, the items of a field are OR.
#[derive(Debug, Clone)]
pub struct KeepEntry {
    selector: Selector,
    until: Option<Until>,
    requirement: Requirement,
    reason: Option<String>,
    written: String,
    place: Location,
}

/// Whether an entry has to keep something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Keeping nothing means that something is wrong, and nothing is purged.
    Required,
    /// It may keep nothing.
    Optional,
}

impl KeepEntry {
    /// Compares a release with every field that is given. What is not known is kept.
    pub fn matches(&self, namespace: &Namespace, release: &ReleaseName, chart: Known<&Chart>) -> SelectorMatch {
        self.selector.matches(namespace, release, chart)
    }

    /// Whether it still keeps anything.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.until.as_ref().is_none_or(|until| !until.is_over(now))
    }

    /// Until when it keeps; for ever where it does not say.
    pub fn until(&self) -> Option<&Until> {
        self.until.as_ref()
    }

    /// Whether it has to keep something.
    pub fn requirement(&self) -> Requirement {
        self.requirement
    }

    /// The entry as a plan shows it: the short form as it is written, the long one in a line.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Why, in a person's words.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Where it is written.
    pub fn place(&self) -> &Location {
        &self.place
    }
}

/// Reads the list, its dates as they are meant in the policy's zone, where that could be read.
pub(in crate::policy::keys) fn read(
    fields: &mut Fields<'_>,
    zone: Option<&Zone>,
    reader: &mut Reader<'_>,
) -> Result<Vec<KeepEntry>, ErrorReported> {
    let entries = fields.optional("keep", reader, |slot, reader| {
        slot.each(EmptyList::Allowed, reader, |item, reader| read_entry(item, zone, reader))
    })?;
    Ok(entries.unwrap_or_default())
}

fn read_entry(slot: &Slot<'_>, zone: Option<&Zone>, reader: &mut Reader<'_>) -> Result<KeepEntry, ErrorReported> {
    match slot.text_or_fields(&schema::KEEP, reader)? {
        TextOrFields::Text(scalar) => read_short(scalar, reader),
        TextOrFields::Fields(fields) => read_long(slot, fields, zone, reader),
    }
}

/// Reads `namespace/release`.
pub(crate) fn read_short(scalar: &Scalar, reader: &mut Reader<'_>) -> Result<KeepEntry, ErrorReported> {
    let written = Written::all(scalar);
    let slash = only_slash(&written, reader)?;
    let namespaces = NamePattern::read(&written.sub(0..slash), Names::Namespaces, reader);
    let releases = NamePattern::read(&written.sub(slash + 1..scalar.text.len()), Names::Releases, reader);
    Ok(KeepEntry {
        selector: Selector { namespaces: Some(vec![namespaces?]), releases: Some(vec![releases?]), charts: None },
        until: None,
        requirement: Requirement::Optional,
        reason: None,
        written: scalar.text.clone(),
        place: reader.place(written.span()),
    })
}

/// Where `namespace/release` is cut in two.
fn only_slash(written: &Written<'_>, reader: &mut Reader<'_>) -> Result<usize, ErrorReported> {
    let text = written.text();
    let slashes = text.match_indices('/').map(|(at, _)| at).collect::<Vec<_>>();
    let (message, label) = match slashes.as_slice() {
        _ if text.is_empty() => ("an empty pattern", "write `namespace/release`".to_owned()),
        [] if text.starts_with('!') => (NOT_SHORT, "`!` does not negate; an entry names what stays".to_owned()),
        [] if text.split_once(':').is_some_and(|(key, _)| schema::KEEP.key(key).is_some()) => {
            (NOT_SHORT, "a space is missing after the colon".to_owned())
        }
        [] => (NOT_SHORT, either(text)),
        [0] => {
            ("the namespace is missing before `/`", format!("for any namespace write {}", quoted(&format!("*{text}"))))
        }
        [at] if at + 1 == text.len() => {
            ("the release is missing after `/`", format!("for any release write {}", quoted(&format!("{text}*"))))
        }
        [at] if is_bare(text, *at) => return Ok(*at),
        [_] => ("`/` stands in brackets", "make it several entries, each `namespace/release`".to_owned()),
        _ => ("more than one `/`", "an entry is one `namespace/release`".to_owned()),
    };
    reader.refuse(Diagnostic::at(written.span(), message).label(label))
}

fn either(text: &str) -> String {
    let (namespace, release) = (quoted(&format!("{text}/*")), quoted(&format!("*/{text}")));
    format!("write {namespace} for a namespace, {release} for a release in any")
}

fn read_long(
    slot: &Slot<'_>,
    mut fields: Fields<'_>,
    zone: Option<&Zone>,
    reader: &mut Reader<'_>,
) -> Result<KeepEntry, ErrorReported> {
    let selector = selector::read(&mut fields, reader);
    let until = fields.optional("until", reader, |slot, reader| read_until(slot, zone, reader));
    let requirement = fields
        .optional("required", reader, |slot, reader| slot.either(Requirement::Required, Requirement::Optional, reader));
    let reason = fields.optional("reason", reader, reason::read);
    fields.complete()?;
    let selector = selector?;
    if selector.is_empty() {
        let fault = Diagnostic::at(slot.span(), "this entry does not say what to keep");
        return reader.refuse(fault.label("give it `namespaces`, `releases` or `charts`"));
    }
    let written = selector.written();
    Ok(KeepEntry {
        selector,
        until: until?,
        requirement: requirement?.unwrap_or(Requirement::Optional),
        reason: reason?,
        written,
        place: reader.place(slot.span()),
    })
}
