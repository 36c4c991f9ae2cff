//! `namespaceSelector`: labels that a namespace must have, in Kubernetes' own form.

use std::collections::BTreeMap;

use super::label::{read_key, read_value};
use crate::location::Location;
use crate::policy::decode::{EmptyList, Fields, Reader, Slot, schema};
use crate::policy::fault::{Diagnostic, ErrorReported};

/// Conditions on labels, all of which have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSelector {
    /// From `matchLabels` and `matchExpressions`; never empty.
    pub requirements: Vec<Requirement>,
    /// Where it is written.
    pub place: Location,
}

/// A condition on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// It is there with one of these values.
    In(String, Vec<String>),
    /// It is not there, or has none of these values.
    NotIn(String, Vec<String>),
    /// It is there.
    Exists(String),
    /// It is not there.
    DoesNotExist(String),
}

impl LabelSelector {
    /// Whether all conditions hold.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| requirement.holds(labels))
    }
}

impl Requirement {
    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        match self {
            Requirement::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Requirement::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
            Requirement::Exists(key) => labels.contains_key(key),
            Requirement::DoesNotExist(key) => !labels.contains_key(key),
        }
    }
}

/// Reads a selector. An empty one is every namespace in Kubernetes, and a fault here.
pub(super) fn read(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<LabelSelector, ErrorReported> {
    let mut fields = slot.fields(&schema::NAMESPACE_SELECTOR, reader)?;
    let labels = fields.optional("matchLabels", reader, read_labels);
    let expressions = fields
        .optional("matchExpressions", reader, |slot, reader| slot.each(EmptyList::Refused, reader, read_expression));
    fields.complete()?;
    let requirements = labels?.into_iter().chain(expressions?).flatten().collect::<Vec<_>>();
    if requirements.is_empty() {
        let fault = Diagnostic::at(slot.span(), "this selector asks for no label");
        return reader.refuse(fault.label("give it for example `matchLabels: {env: dev}`, or remove it"));
    }
    Ok(LabelSelector { requirements, place: reader.place(slot.key_span()) })
}

fn read_labels(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Vec<Requirement>, ErrorReported> {
    let labels = slot.entries(reader, |key, slot, reader| {
        let key = read_key(key, slot.key_span(), reader);
        let value = read_value(slot, reader);
        Ok(Requirement::In(key?, vec![value?]))
    })?;
    if labels.is_empty() {
        let fault = Diagnostic::at(slot.span(), format!("{} is empty", slot.name()));
        return reader.refuse(fault.label("give it a label, as in `{env: dev}`, or remove it"));
    }
    Ok(labels)
}

/// What a condition asks of its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("In", Operator::In),
    ("NotIn", Operator::NotIn),
    ("Exists", Operator::Exists),
    ("DoesNotExist", Operator::DoesNotExist),
];

fn read_expression(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Requirement, ErrorReported> {
    let mut fields = slot.fields(&schema::EXPRESSION, reader)?;
    let key = fields.required("key", reader, |slot, reader| {
        let scalar = slot.text(reader)?;
        read_key(&scalar.text, scalar.content(), reader)
    });
    let operator = fields.required("operator", reader, |slot, reader| slot.one_of(OPERATORS, reader));
    let values = read_values(operator.as_ref().ok(), &mut fields, reader);
    fields.complete()?;
    let (key, values) = (key?, values?);
    Ok(match operator? {
        Operator::In => Requirement::In(key, values),
        Operator::NotIn => Requirement::NotIn(key, values),
        Operator::Exists => Requirement::Exists(key),
        Operator::DoesNotExist => Requirement::DoesNotExist(key),
    })
}

/// `In` and `NotIn` need values, the others may have none.
fn read_values(
    operator: Option<&Operator>,
    fields: &mut Fields<'_>,
    reader: &mut Reader<'_>,
) -> Result<Vec<String>, ErrorReported> {
    let each = |slot: &Slot<'_>, reader: &mut Reader<'_>| slot.each(EmptyList::Refused, reader, read_value);
    match operator {
        Some(Operator::In | Operator::NotIn) => fields.required("values", reader, each),
        Some(Operator::Exists | Operator::DoesNotExist) => {
            let refused = fields.optional("values", reader, |slot, reader| {
                let fault = Diagnostic::at(slot.key_span(), "`values` has no meaning with this operator");
                reader.refuse(fault.label("remove it, or write `operator: In`"))
            });
            refused.map(Option::unwrap_or_default)
        }
        None => fields.optional("values", reader, each).map(Option::unwrap_or_default),
    }
}
