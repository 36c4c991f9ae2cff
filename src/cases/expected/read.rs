//! From what stands under `expect` to an expectation.

use std::collections::BTreeMap;

use super::{Expectation, ExpectedOrder, ExpectedOutcome, ExpectedRelease, Outcome};
use crate::cases::given::{NamedRelease, refuse_twice, release, release_of};
use crate::cases::schema;
use crate::guard::Refusal;
use crate::location::Location;
use crate::policy::decode::{EmptyList, Fields, Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::release::ReleaseId;

/// A release, and what becomes of it.
type Expected = (NamedRelease, ExpectedOutcome);

/// Reads it. `there` are the releases of the case, where they could be read.
pub(in crate::cases) fn read(
    fields: &mut Fields<'_>,
    there: Option<&[ReleaseId]>,
    reader: &mut Reader<'_>,
) -> Result<Expectation, ErrorReported> {
    fields.required("expect", reader, |slot, reader| {
        let place = reader.place(slot.key_span());
        let mut fields = slot.fields(&schema::EXPECT, reader)?;
        let purge = fields.optional("purge", reader, |slot, reader| outcomes(slot, Outcome::Purge, reader));
        let keep = fields.optional("keep", reader, |slot, reader| outcomes(slot, Outcome::Keep, reader));
        let outside = fields.optional("outside", reader, |slot, reader| listed(slot, Outcome::Outside, reader));
        let refusals = fields.optional("refusals", reader, refusals);
        let order = fields.optional("order", reader, order);
        fields.complete()?;
        let parts = [purge?, keep?, outside?];
        let expected = parts.into_iter().flatten().flatten().collect::<Vec<_>>();
        let (order, named) = order?.map_or((None, Vec::new()), |(order, named)| (Some(order), named));
        let all = || expected.iter().map(|(named, _)| named);
        let twice = refuse_twice(all(), "expected", reader);
        let strangers = refuse_strangers(all().chain(&named), there, reader);
        twice.and(strangers)?;
        let refusals = refusals?.unwrap_or_default();
        Ok(Expectation { releases: by_release(expected), refusals, order, place })
    })
}

/// Reads a list of releases, or releases each with a reason.
fn outcomes(slot: &Slot<'_>, outcome: Outcome, reader: &mut Reader<'_>) -> Result<Vec<Expected>, ErrorReported> {
    if !slot.is_mapping() {
        return listed(slot, outcome, reader);
    }
    slot.entries(reader, |name, slot, reader| {
        let named = release(name, slot.key_span(), reader);
        let because = because(slot, reader);
        Ok((named?, ExpectedOutcome { outcome, because: Some(because?) }))
    })
}

fn listed(slot: &Slot<'_>, outcome: Outcome, reader: &mut Reader<'_>) -> Result<Vec<Expected>, ErrorReported> {
    slot.each(EmptyList::Allowed, reader, |slot, reader| {
        Ok((release_of(slot, reader)?, ExpectedOutcome { outcome, because: None }))
    })
}

fn because(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<String, ErrorReported> {
    let written = slot.text(reader)?;
    if written.text.trim().is_empty() {
        let fault = Diagnostic::at(slot.span(), "an empty reason is a piece of any");
        return reader.refuse(fault.label("write a piece of the reason, or name the releases in a list"));
    }
    Ok(written.text.clone())
}

fn refusals(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<BTreeMap<&'static str, Location>, ErrorReported> {
    let words = Refusal::GUARDS_OF_A_PLAN.map(|word| (word, word));
    let read = |slot: &Slot<'_>, reader: &mut Reader<'_>| {
        let place = reader.place(slot.span());
        Ok((slot.one_of(&words, reader)?, place))
    };
    Ok(slot.each(EmptyList::Allowed, reader, read)?.into_iter().collect())
}

fn order(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<(ExpectedOrder, Vec<NamedRelease>), ErrorReported> {
    let place = reader.place(slot.key_span());
    let mut fields = slot.fields(&schema::ORDER, reader)?;
    let mut named =
        |key| fields.optional(key, reader, |slot, reader| slot.each(EmptyList::Allowed, reader, release_of));
    let (first, last) = (named("first"), named("last"));
    fields.complete()?;
    let (first, last) = (first?.unwrap_or_default(), last?.unwrap_or_default());
    let ids = |named: &[NamedRelease]| named.iter().map(|named| named.id.clone()).collect::<Vec<_>>();
    let order = ExpectedOrder { first: ids(&first), last: ids(&last), place };
    let named = first.into_iter().chain(last).collect::<Vec<_>>();
    refuse_twice(named.iter(), "put in order", reader)?;
    Ok((order, named))
}

/// Nothing can become of a release that is not there.
fn refuse_strangers<'n>(
    named: impl Iterator<Item = &'n NamedRelease>,
    there: Option<&[ReleaseId]>,
    reader: &mut Reader<'_>,
) -> Result<(), ErrorReported> {
    let Some(there) = there else { return Ok(()) };
    let mut result = Ok(());
    for named in named.filter(|named| !there.contains(&named.id)) {
        let fault = Diagnostic::at(named.span, format!("`{}` is no release of this case", named.id));
        result = Err(reader.report(fault.label("correct the name, or add it to `releases`")));
    }
    result
}

fn by_release(expected: Vec<Expected>) -> BTreeMap<ReleaseId, ExpectedRelease> {
    let release = |(named, outcome): Expected| (named.id, ExpectedRelease { outcome, place: named.place });
    expected.into_iter().map(release).collect()
}
