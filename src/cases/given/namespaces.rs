//! `namespaces`: their labels and annotations.

use std::collections::BTreeMap;

use super::age::UNKNOWN;
use super::names;
use crate::cases::schema;
use crate::cluster::NamespaceFacts;
use crate::policy::decode::{Reader, Slot, TextOrFields};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::release::Namespace;
use crate::sanitize::quoted;

/// What is known of each namespace, or why nothing is.
pub(super) type Facts = BTreeMap<Namespace, Result<NamespaceFacts, String>>;

/// Why nothing is known of a namespace that a case calls unknown.
const FORBIDDEN: &str = "it may not be read";

pub(super) fn read(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Facts, ErrorReported> {
    let facts = slot.entries(reader, |name, slot, reader| {
        let namespace = names::namespace(name, slot.key_span(), reader);
        let facts = facts(slot, reader);
        Ok((namespace?, facts?))
    })?;
    Ok(facts.into_iter().collect())
}

fn facts(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Result<NamespaceFacts, String>, ErrorReported> {
    match slot.text_or_fields(&schema::NAMESPACE, reader)? {
        TextOrFields::Text(written) if written.text == UNKNOWN => Ok(Err(FORBIDDEN.to_owned())),
        TextOrFields::Text(written) => {
            let fault = Diagnostic::at(slot.span(), format!("{} says nothing of a namespace", quoted(&written.text)));
            reader.refuse(fault.label("give its `labels` and `annotations`, or write `unknown`"))
        }
        TextOrFields::Fields(mut fields) => {
            let labels = fields.optional("labels", reader, texts);
            let annotations = fields.optional("annotations", reader, texts);
            fields.complete()?;
            Ok(Ok(NamespaceFacts {
                labels: labels?.unwrap_or_default(),
                annotations: annotations?.unwrap_or_default(),
            }))
        }
    }
}

/// Keys and texts, as of labels and annotations.
pub(super) fn texts(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<BTreeMap<String, String>, ErrorReported> {
    let texts = slot.entries(reader, |key, slot, reader| Ok((key.to_owned(), slot.text(reader)?.text.clone())))?;
    Ok(texts.into_iter().collect())
}
