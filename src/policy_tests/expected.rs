//! `expect`: what has to become of the releases of a case, and which guards have to refuse.

use std::collections::BTreeMap;

use super::names::{NamedRelease, refuse_twice, release, release_of};
use crate::guard::Refusal;
use crate::location::Location;
use crate::policy::decode::{Decoded, Decoder, Field, SectionFields};
use crate::policy::diagnostic::Diagnostic;
use crate::release::ReleaseId;

/// What a case expects.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    /// Of each release; one of the fence that is not in here is a difference.
    pub(crate) releases: BTreeMap<ReleaseId, ExpectedRelease>,
    /// The guards that refuse, each by its word; any other that refuses is a difference.
    pub(crate) refusals: BTreeMap<&'static str, Location>,
    /// What goes first and what goes last, where that matters.
    pub(crate) order: Option<ExpectedOrder>,
    /// Where all of it is written.
    pub(crate) place: Location,
}

/// What is expected of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpectedRelease {
    /// What becomes of it, and why.
    pub(crate) outcome: ExpectedOutcome,
    /// Where that is written.
    pub(crate) place: Location,
}

/// What becomes of a release, and why where that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpectedOutcome {
    /// What becomes of it.
    pub(crate) outcome: ExpectedDecision,
    /// A piece of the text of one of the reasons, or its code.
    pub(crate) because: Option<String>,
}

/// What becomes of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ExpectedDecision {
    /// It goes.
    Purge,
    /// It is in a fence, and stays.
    Keep,
    /// It is in no fence.
    Outside,
}

/// When releases go; what is named neither here nor there goes between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExpectedOrder {
    /// What goes before everything else.
    pub(crate) first: Vec<ReleaseId>,
    /// What goes after everything else.
    pub(crate) last: Vec<ReleaseId>,
    /// Where that is written.
    pub(crate) place: Location,
}

/// A release, and what becomes of it.
type Expected = (NamedRelease, ExpectedOutcome);

/// Reads it. `there` are the releases of the case, where they could be read.
pub(super) fn read(fields: &SectionFields<'_>, there: Option<&[ReleaseId]>) -> Decoded<Expectation> {
    fields.required("expect", |field| {
        let place = field.decoder().place(field.key_span());
        let fields = field.section()?;
        let purge = fields.optional("purge", |field| outcomes(field, ExpectedDecision::Purge));
        let keep = fields.optional("keep", |field| outcomes(field, ExpectedDecision::Keep));
        let outside = fields.optional("outside", |field| listed(field, ExpectedDecision::Outside));
        let refusals = fields.optional("refusals", refusals);
        let order = fields.optional("order", order);
        fields.complete()?;
        let parts = [purge?, keep?, outside?];
        let expected = parts.into_iter().flatten().flatten().collect::<Vec<_>>();
        let (order, named) = order?.map_or((None, Vec::new()), |(order, named)| (Some(order), named));
        let all = || expected.iter().map(|(named, _)| named);
        let twice = refuse_twice(all(), "expected", field.decoder());
        let strangers = refuse_strangers(all().chain(&named), there, field.decoder());
        twice.and(strangers)?;
        let refusals = refusals?.unwrap_or_default();
        Ok(Expectation { releases: by_release(expected), refusals, order, place })
    })
}

/// Reads a list of releases, or releases each with a reason.
fn outcomes(field: &Field<'_>, outcome: ExpectedDecision) -> Decoded<Vec<Expected>> {
    if !field.is_mapping() {
        return listed(field, outcome);
    }
    field.entries(|name, field| {
        let named = release(name, field.key_span(), field.decoder());
        let because = because(field);
        Ok((named?, ExpectedOutcome { outcome, because: Some(because?) }))
    })
}

fn listed(field: &Field<'_>, outcome: ExpectedDecision) -> Decoded<Vec<Expected>> {
    field.each(|field| Ok((release_of(field)?, ExpectedOutcome { outcome, because: None })))
}

fn because(field: &Field<'_>) -> Decoded<String> {
    let written = field.text()?;
    if written.text.trim().is_empty() {
        let label = "write a piece of the reason, or name the releases in a list";
        return field.refuse("an empty reason is a piece of any", label);
    }
    Ok(written.text.clone())
}

fn refusals(field: &Field<'_>) -> Decoded<BTreeMap<&'static str, Location>> {
    let read = |field: &Field<'_>| Ok((field.choice(&Refusal::GUARDS_OF_A_PLAN)?, field.place()));
    Ok(field.each(read)?.into_iter().collect())
}

fn order(field: &Field<'_>) -> Decoded<(ExpectedOrder, Vec<NamedRelease>)> {
    let place = field.decoder().place(field.key_span());
    let fields = field.section()?;
    let named = |key| fields.optional(key, |field| field.each(release_of));
    let (first, last) = (named("first"), named("last"));
    fields.complete()?;
    let (first, last) = (first?.unwrap_or_default(), last?.unwrap_or_default());
    let ids = |named: &[NamedRelease]| named.iter().map(|named| named.id.clone()).collect::<Vec<_>>();
    let order = ExpectedOrder { first: ids(&first), last: ids(&last), place };
    let named = first.into_iter().chain(last).collect::<Vec<_>>();
    refuse_twice(named.iter(), "put in order", field.decoder())?;
    Ok((order, named))
}

/// Nothing can become of a release that is not there.
fn refuse_strangers<'n>(
    named: impl Iterator<Item = &'n NamedRelease>,
    there: Option<&[ReleaseId]>,
    decoder: &Decoder<'_>,
) -> Decoded<()> {
    let Some(there) = there else { return Ok(()) };
    let mut result = Ok(());
    for named in named.filter(|named| !there.contains(&named.id)) {
        let fault = Diagnostic::at(named.span, format!("`{}` is no release of this case", named.id));
        result = decoder.refuse(fault.label("correct the name, or add it to `releases`"));
    }
    result
}

fn by_release(expected: Vec<Expected>) -> BTreeMap<ReleaseId, ExpectedRelease> {
    let release = |(named, outcome): Expected| (named.id, ExpectedRelease { outcome, place: named.place });
    expected.into_iter().map(release).collect()
}
