//! `expect`: what must become of the releases of a case, and which guards must refuse.

use std::collections::BTreeMap;

use super::names::{NamedRelease, refuse_twice, release, release_of};
use crate::guard::Refusal;
use crate::location::Location;
use crate::plan::Decision;
use crate::policy::decode::{Decoded, Decoder, Field, SectionFields};
use crate::policy::diagnostic::Diagnostic;
use crate::release::ReleaseId;

/// What a case expects.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    /// A release in scope that is not among these is a difference.
    pub(crate) releases: BTreeMap<ReleaseId, ExpectedRelease>,
    /// The guards that refuse, each by its word. Any other guard that refuses is a difference.
    pub(crate) refusals: BTreeMap<&'static str, Location>,
    /// `None` if the case expects no order.
    pub(crate) order: Option<ExpectedOrder>,
    pub(crate) place: Location,
}

/// What is expected of one release.
#[derive(Debug, Clone)]
pub(crate) struct ExpectedRelease {
    /// `None` if it is out of scope.
    pub(crate) decision: Option<Decision>,
    /// A part of one of the reasons, or the code of one; `None` if any reason is right.
    pub(crate) because: Option<String>,
    pub(crate) place: Location,
}

/// When releases are purged. A release that is named neither here nor there is purged in between.
#[derive(Debug, Clone)]
pub(crate) struct ExpectedOrder {
    pub(crate) first: Vec<NamedRelease>,
    pub(crate) last: Vec<NamedRelease>,
    pub(crate) place: Location,
}

/// A release, what becomes of it, and because of what.
type Expected = (NamedRelease, Option<Decision>, Option<String>);

/// Reads `expect`. `there` are the releases of the case, if they could be read.
pub(super) fn read(fields: &SectionFields<'_>, there: Option<&[ReleaseId]>) -> Decoded<Expectation> {
    fields.required("expect", |field| {
        let place = field.decoder.place(field.key_span());
        let fields = field.section()?;
        let purge = fields.optional("purge", |field| outcomes(field, Decision::Purge));
        let keep = fields.optional("keep", |field| outcomes(field, Decision::Keep));
        let outside = fields.optional("outside", |field| listed(field, None));
        let refusals = fields.optional("refusals", refusals);
        let order = fields.optional("order", order);
        fields.complete()?;
        let expected = [purge?, keep?, outside?].into_iter().flatten().flatten().collect::<Vec<_>>();
        let order = order?;
        let all = || expected.iter().map(|(named, ..)| named);
        let ordered = order.iter().flat_map(|order| order.first.iter().chain(&order.last));
        let twice = refuse_twice(all(), "expected", field.decoder);
        let strangers = refuse_strangers(all().chain(ordered), there, field.decoder);
        twice.and(strangers)?;
        let refusals = refusals?.unwrap_or_default();
        let release =
            |(NamedRelease { id, place, .. }, decision, because)| (id, ExpectedRelease { decision, because, place });
        Ok(Expectation { releases: expected.into_iter().map(release).collect(), refusals, order, place })
    })
}

/// Reads a list of releases, or releases each with a reason.
fn outcomes(field: &Field<'_>, decision: Decision) -> Decoded<Vec<Expected>> {
    if !field.is_mapping() {
        return listed(field, Some(decision));
    }
    field.entries(|name, field| {
        let named = release(name, field.key_span(), field.decoder);
        let because = because(field);
        Ok((named?, Some(decision), Some(because?)))
    })
}

fn listed(field: &Field<'_>, decision: Option<Decision>) -> Decoded<Vec<Expected>> {
    field.each(|field| Ok((release_of(field)?, decision, None)))
}

fn because(field: &Field<'_>) -> Decoded<String> {
    let text = &field.text()?.text;
    if text.trim().is_empty() {
        let label = "write a piece of the reason, or name the releases in a list";
        return field.refuse("an empty reason is a piece of any", label);
    }
    Ok(text.clone())
}

fn refusals(field: &Field<'_>) -> Decoded<BTreeMap<&'static str, Location>> {
    let read = |field: &Field<'_>| Ok((field.choice(&Refusal::GUARDS_OF_A_PLAN)?, field.place()));
    Ok(field.each(read)?.into_iter().collect())
}

fn order(field: &Field<'_>) -> Decoded<ExpectedOrder> {
    let place = field.decoder.place(field.key_span());
    let fields = field.section()?;
    let named = |key| fields.optional(key, |field| field.each(release_of));
    let (first, last) = (named("first"), named("last"));
    fields.complete()?;
    let (first, last) = (first?.unwrap_or_default(), last?.unwrap_or_default());
    refuse_twice(first.iter().chain(&last), "put in order", field.decoder)?;
    Ok(ExpectedOrder { first, last, place })
}

/// A release that does not exist can neither be purged nor kept.
fn refuse_strangers<'n>(
    named: impl Iterator<Item = &'n NamedRelease>,
    there: Option<&[ReleaseId]>,
    decoder: &Decoder<'_>,
) -> Decoded<()> {
    let Some(there) = there else { return Ok(()) };
    let mut result = Ok(());
    for named in named.filter(|named| !there.contains(&named.id)) {
        let error = Diagnostic::at(named.span, format!("`{}` is no release of this case", named.id));
        result = decoder.refuse(error.label("correct the name, or add it to `releases`"));
    }
    result
}
