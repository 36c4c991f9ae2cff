//! `rules`: how they are written.

use std::collections::BTreeSet;
use std::time::Duration;

use super::fence::{Outline, read_pattern};
use super::rule::{AgeFrom, Rule, RuleOrigin, State, States};
use super::selector::{self, Selector};
use super::{PolicyScope, labels};
use crate::location::{Location, Spanned};
use crate::policy::decode::{EmptyList, Fields, Reader, Slot, schema};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::policy::keys::{PurgeOptions, envelope, handling, workers};
use crate::policy::pattern::Names;
use crate::policy::source::Span;

/// What rules are read against: how releases go where a rule does not say, and the fence that it narrows.
pub(in crate::policy::keys) struct Around<'a> {
    defaults: &'a PurgeOptions,
    /// Nothing where it could not be read.
    fence: Option<Outline<'a>>,
}

impl<'a> Around<'a> {
    pub(in crate::policy::keys) fn new(defaults: &'a PurgeOptions, fence: Option<&'a PolicyScope>) -> Self {
        Self { defaults, fence: fence.map(Outline::of) }
    }
}

/// Reads the rules. Without the key there is one rule, which takes all of the fence; an empty list takes nothing.
pub(in crate::policy::keys) fn read(
    fields: &mut Fields<'_>,
    around: &Around<'_>,
    place: Location,
    reader: &mut Reader<'_>,
) -> Result<Vec<Rule>, ErrorReported> {
    let rules = fields.optional("rules", reader, |slot, reader| {
        let items = slot.list(EmptyList::Allowed, reader)?;
        let rules = items.iter().map(|item| read_rule(item, around, reader)).collect::<Vec<_>>();
        refuse_same_names(&items, reader)?;
        rules.into_iter().collect::<Result<Vec<_>, _>>()
    })?;
    Ok(rules.unwrap_or_else(|| vec![Rule::of_the_whole_fence(*around.defaults, place)]))
}

/// Reports and flags go by the names of rules.
fn refuse_same_names(items: &[Slot<'_>], reader: &mut Reader<'_>) -> Result<(), ErrorReported> {
    let mut seen: Vec<(&str, Span)> = Vec::new();
    let mut checked = Ok(());
    for scalar in items.iter().filter_map(|item| item.peek("name")) {
        match seen.iter().find(|(name, _)| *name == scalar.text) {
            None => seen.push((&scalar.text, scalar.content())),
            Some((name, first)) => {
                let fault = Diagnostic::at(scalar.content(), format!("two rules are called `{name}`"));
                checked = reader.refuse(fault.label("give each a name of its own").also(*first, "the first"));
            }
        }
    }
    checked
}

fn read_rule(slot: &Slot<'_>, around: &Around<'_>, reader: &mut Reader<'_>) -> Result<Rule, ErrorReported> {
    let mut fields = slot.fields(&schema::RULE, reader)?;
    let name = fields.required("name", reader, |slot, reader| envelope::read_name("a rule", slot, reader));
    let selector = read_selector(&mut fields, around.fence.as_ref(), reader);
    let namespace_selector = fields.optional("namespaceSelector", reader, labels::read);
    let age = read_age(&mut fields, reader);
    let states = fields.optional("statuses", reader, read_states);
    let options = handling::read_over(around.defaults, &mut fields, reader);
    let workers = workers::read(&mut fields, reader);
    fields.complete()?;
    let (older_than, age_from) = age?;
    Ok(Rule {
        name: name?.value,
        place: reader.place(slot.span()),
        selector: selector?,
        namespace_selector: namespace_selector?,
        older_than,
        age_from,
        states: states?.unwrap_or_default(),
        options: options?,
        workers: workers?,
        origin: RuleOrigin::Listed,
    })
}

fn read_selector(
    fields: &mut Fields<'_>,
    fence: Option<&Outline<'_>>,
    reader: &mut Reader<'_>,
) -> Result<Selector, ErrorReported> {
    let namespaces = fields.optional("namespaces", reader, |slot, reader| {
        slot.each(EmptyList::Refused, reader, |item, reader| {
            let pattern = read_pattern(item, reader)?;
            match fence {
                Some(fence) => fence.refuse_outside(&pattern, item, reader).map(|()| pattern),
                None => Ok(pattern),
            }
        })
    });
    let releases = fields.optional("releases", reader, selector::patterns(Names::Releases));
    let charts = fields.optional("charts", reader, selector::patterns(Names::Charts));
    Ok(Selector { namespaces: namespaces?, releases: releases?, charts: charts? })
}

type MinimumAge = (Option<Spanned<Duration>>, AgeFrom);

fn read_age(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<MinimumAge, ErrorReported> {
    let counted_from = fields.span_of("ageFrom");
    let older_than = fields.optional("olderThan", reader, |slot, reader| {
        Ok(Spanned { value: slot.age(reader)?, place: reader.place(slot.span()) })
    });
    let age_from = fields.optional("ageFrom", reader, |slot, reader| {
        slot.one_of(&[("lastDeploy", AgeFrom::LastDeploy), ("firstDeploy", AgeFrom::FirstDeploy)], reader)
    });
    let (older_than, age_from) = (older_than?, age_from?);
    if let (None, Some(span)) = (&older_than, counted_from) {
        fields.complete()?;
        let fault = Diagnostic::at(span, "`ageFrom` without `olderThan`");
        return reader.refuse(fault.label("add for example `olderThan: 3d`, or remove it"));
    }
    Ok((older_than, age_from.unwrap_or(AgeFrom::LastDeploy)))
}

const STATES: &[(&str, State)] = &[
    ("deployed", State::Deployed),
    ("failed", State::Failed),
    ("superseded", State::Superseded),
    ("uninstalling", State::Uninstalling),
    ("stuck", State::Stuck),
];

fn read_states(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<States, ErrorReported> {
    let states = slot.distinct(reader, |item, reader| item.one_of_or(STATES, no_state, reader))?;
    Ok(States(BTreeSet::from_iter(states)))
}

/// What helm calls the states that a rule cannot ask for.
fn no_state(word: &str) -> Option<String> {
    Some(match word {
        "pending" | "pending-install" | "pending-upgrade" | "pending-rollback" => {
            "write `stuck`: pending for longer than `pendingGrace`; for less it is somebody's install".to_owned()
        }
        "uninstalled" => "remove it: a history that was kept is somebody's way back, and is never removed".to_owned(),
        "unknown" => "remove it: what is not known is kept".to_owned(),
        _ => return None,
    })
}
