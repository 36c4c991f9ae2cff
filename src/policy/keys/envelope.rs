//! `apiVersion`, `kind` and `metadata`: what says that a file is a policy, and which.

use crate::location::Spanned;
use crate::policy::decode::{Fields, Reader, Slot, schema};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::release::Namespace;
use crate::sanitize::quoted;

const API_VERSION: &str = "helm-purge/v1";
const KIND: &str = "PurgePolicy";

/// Refuses a file that is something else altogether: forty unknown keys of a Deployment would say less.
pub(super) fn refuse_other_documents(document: &Slot<'_>, reader: &mut Reader<'_>) -> Result<(), ErrorReported> {
    let (Some(version), Some(kind)) = (document.peek("apiVersion"), document.peek("kind")) else { return Ok(()) };
    if version.text.starts_with("helm-purge") || kind.text == KIND {
        return Ok(());
    }
    let fault = Diagnostic::at(kind.content(), format!("{} is no policy", quoted(&kind.text)));
    reader.refuse(fault.label(format!("a policy has `apiVersion: {API_VERSION}` and `kind: {KIND}`")))
}

/// Reads what must be there, letter by letter.
pub(super) fn check(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<(), ErrorReported> {
    let version = fields.required("apiVersion", reader, |slot, reader| {
        exactly(API_VERSION, "this version of helm-purge reads no other", slot, reader)
    });
    let kind = fields.required("kind", reader, |slot, reader| exactly(KIND, "", slot, reader));
    version.and(kind)
}

/// The name of the policy.
///
/// Labels and annotations mean nothing here: people run `kubectl` and `kustomize` over whole folders, which want them.
pub(super) fn name(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<Spanned<String>, ErrorReported> {
    fields.required("metadata", reader, |slot, reader| {
        let mut fields = slot.fields(&schema::METADATA, reader)?;
        let name = fields.required("name", reader, |slot, reader| read_name("a policy", slot, reader));
        let texts = |slot: &Slot<'_>, reader: &mut Reader<'_>| {
            slot.entries(reader, |_, slot, reader| slot.text(reader).map(|_| ()))
        };
        let labels = fields.optional("labels", reader, texts);
        let annotations = fields.optional("annotations", reader, texts);
        labels.and(annotations)?;
        name
    })
}

/// Where an editor finds what it needs to complete keys; not read here.
pub(super) fn ignore_schema(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<(), ErrorReported> {
    fields.optional("$schema", reader, |slot, reader| slot.text(reader).map(|_| ()))?;
    Ok(())
}

/// Reads a name that reports and flags go by.
pub(super) fn read_name(of: &str, slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Spanned<String>, ErrorReported> {
    let name = slot.text(reader)?;
    // It becomes part of the names of Kubernetes objects, which have the rules of a namespace.
    match name.text.parse::<Namespace>() {
        Ok(_) => Ok(Spanned { value: name.text.clone(), place: reader.place(name.content()) }),
        Err(why) => {
            let fault = Diagnostic::at(name.content(), format!("{} is no name for {of}", quoted(&name.text)));
            reader.refuse(fault.label(why.to_string()))
        }
    }
}

fn exactly(ours: &str, label: &str, slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<(), ErrorReported> {
    let scalar = slot.text(reader)?;
    if scalar.text == ours {
        return Ok(());
    }
    let message = format!("{} must be `{ours}`, found {}", slot.name(), quoted(&scalar.text));
    reader.refuse(Diagnostic::at(scalar.content(), message).label(label))
}
