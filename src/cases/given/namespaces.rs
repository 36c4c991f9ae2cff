//! `namespaces`: their labels and annotations.

use std::collections::BTreeMap;

use super::age::UNKNOWN;
use super::names;
use crate::cluster::NamespaceFacts;
use crate::policy::decode::{Decoded, Field, TextOrSection};
use crate::release::Namespace;
use crate::sanitize::quoted;

/// What is known of each namespace, or why nothing is.
pub(super) type Facts = BTreeMap<Namespace, Result<NamespaceFacts, String>>;

/// Why nothing is known of a namespace that a case calls unknown.
const FORBIDDEN: &str = "it may not be read";

pub(super) fn read(field: &Field<'_>) -> Decoded<Facts> {
    let facts = field.entries(|name, field| {
        let namespace = names::namespace(name, field.key_span(), field.decoder());
        let facts = facts(field);
        Ok((namespace?, facts?))
    })?;
    Ok(facts.into_iter().collect())
}

fn facts(field: &Field<'_>) -> Decoded<Result<NamespaceFacts, String>> {
    match field.text_or_section()? {
        TextOrSection::Text(written) if written.text == UNKNOWN => Ok(Err(FORBIDDEN.to_owned())),
        TextOrSection::Text(written) => {
            let label = "give its `labels` and `annotations`, or write `unknown`";
            field.refuse(format!("{} says nothing of a namespace", quoted(&written.text)), label)
        }
        TextOrSection::Section(fields) => {
            let labels = fields.optional("labels", texts);
            let annotations = fields.optional("annotations", texts);
            fields.complete()?;
            Ok(Ok(NamespaceFacts {
                labels: labels?.unwrap_or_default(),
                annotations: annotations?.unwrap_or_default(),
            }))
        }
    }
}

/// Keys and texts, as of labels and annotations.
pub(super) fn texts(field: &Field<'_>) -> Decoded<BTreeMap<String, String>> {
    let texts = field.entries(|key, field| Ok((key.to_owned(), field.text()?.text.clone())))?;
    Ok(texts.into_iter().collect())
}
