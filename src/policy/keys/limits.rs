//! `limits`: a run that would take more is refused.

use std::fmt;

use crate::location::Spanned;
use crate::policy::decode::{Fields, Reader, Slot, schema};
use crate::policy::fault::{Diagnostic, ErrorReported};

/// How much may go in one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// The most releases.
    pub max_releases: Option<Spanned<u32>>,
    /// The most namespaces that lose a release.
    pub max_namespaces: Option<Spanned<u32>>,
    /// The largest part of all releases in the cluster that can be seen.
    pub max_percent: Option<Spanned<Percent>>,
}

/// A part of a whole: 1 to 100 in a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u32);

impl Percent {
    /// The number before the sign.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl Limits {
    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.max_releases.is_none() && self.max_namespaces.is_none() && self.max_percent.is_none()
    }
}

/// Far above what a cluster holds.
const MOST: u32 = 1_000_000;

pub(super) fn read(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Limits, ErrorReported> {
    Ok(fields.optional("limits", reader, read_limits)?.unwrap_or_default())
}

fn read_limits(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Limits, ErrorReported> {
    let mut fields = slot.fields(&schema::LIMITS, reader)?;
    let max_releases = fields.optional("maxReleases", reader, |slot, reader| limit(slot, MOST, reader));
    let max_namespaces = fields.optional("maxNamespaces", reader, |slot, reader| limit(slot, MOST, reader));
    let max_percent = fields.optional("maxPercent", reader, |slot, reader| limit(slot, 100, reader));
    fields.complete()?;
    let max_percent = max_percent?.map(|Spanned { value, place }| Spanned { value: Percent(value), place });
    let limits = Limits { max_releases: max_releases?, max_namespaces: max_namespaces?, max_percent };
    if limits.is_empty() {
        let fault = Diagnostic::at(slot.span(), "`limits` sets no limit");
        return reader.refuse(fault.label("write for example `{maxReleases: 300}`, or remove the line"));
    }
    Ok(limits)
}

fn limit(slot: &Slot<'_>, most: u32, reader: &mut Reader<'_>) -> Result<Spanned<u32>, ErrorReported> {
    Ok(Spanned { value: slot.number(1..=most, reader)?, place: reader.place(slot.span()) })
}
