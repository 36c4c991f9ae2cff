//! `apiVersion`, `kind` and `metadata`: what says that a file is a policy, and which.

use crate::policy::decode::{Fields, Reader, Slot, schema};
use crate::policy::fault::{Fault, Reported};
use crate::release::Namespace;
use crate::visible::quoted;

const API_VERSION: &str = "helm-purge/v1";
const KIND: &str = "PurgePolicy";

/// Refuses a file that is something else altogether: forty unknown keys of a Deployment would say less.
pub(super) fn refuse_other_documents(document: &Slot<'_>, reader: &mut Reader<'_>) -> Result<(), Reported> {
    let (Some(version), Some(kind)) = (document.peek("apiVersion"), document.peek("kind")) else { return Ok(()) };
    if version.text.starts_with("helm-purge") || kind.text == KIND {
        return Ok(());
    }
    let fault = Fault::at(kind.content(), format!("{} is no policy", quoted(&kind.text)));
    reader.refuse(fault.label(format!("a policy has `apiVersion: {API_VERSION}` and `kind: {KIND}`")))
}

/// Reads what must be there, letter by letter.
pub(super) fn check(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<(), Reported> {
    let version = fields.required("apiVersion", reader, |slot, reader| {
        exactly(API_VERSION, "this version of helm-purge reads no other", slot, reader)
    });
    let kind = fields.required("kind", reader, |slot, reader| exactly(KIND, "", slot, reader));
    version.and(kind)
}

/// The name of the policy.
pub(super) fn name(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<String, Reported> {
    fields.required("metadata", reader, |slot, reader| {
        slot.fields(&schema::METADATA, reader)?.required("name", reader, read_name)
    })
}

fn read_name(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<String, Reported> {
    let name = slot.text(reader)?;
    // It becomes part of the names of Kubernetes objects, which have the rules of a namespace.
    match name.text.parse::<Namespace>() {
        Ok(_) => Ok(name.text.clone()),
        Err(why) => {
            let fault = Fault::at(name.content(), format!("{} is no name for a policy", quoted(&name.text)));
            reader.refuse(fault.label(why.to_string()))
        }
    }
}

fn exactly(ours: &str, label: &str, slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<(), Reported> {
    let scalar = slot.text(reader)?;
    if scalar.text == ours {
        return Ok(());
    }
    let message = format!("{} must be `{ours}`, found {}", slot.name(), quoted(&scalar.text));
    reader.refuse(Fault::at(scalar.content(), message).label(label))
}
