//! What a release holds: objects as a plan shows them, and kinds.

use std::collections::BTreeSet;

use crate::policy::decode::{EmptyList, Reader, Slot};
use crate::policy::fault::{Diagnostic, ErrorReported};
use crate::release::{GroupKind, Object};
use crate::sanitize::quoted;

/// Reads objects: `PersistentVolumeClaim data`, or with a namespace `ConfigMap dev-bob/settings`.
pub(super) fn objects(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Vec<Object>, ErrorReported> {
    slot.each(EmptyList::Allowed, reader, object)
}

fn object(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<Object, ErrorReported> {
    let written = &slot.text(reader)?.text;
    let is_part = |part: &str| !part.is_empty() && !part.contains([' ', '/']);
    let parts = written.split_once(' ').map(|(kind, rest)| match rest.split_once('/') {
        Some((namespace, name)) => (kind, Some(namespace), name),
        None => (kind, None, rest),
    });
    match parts {
        Some((kind, namespace, name)) if is_part(kind) && is_part(name) && namespace.is_none_or(is_part) => {
            Ok(Object { kind: kind.to_owned(), namespace: namespace.map(str::to_owned), name: name.to_owned() })
        }
        _ => {
            let fault = Diagnostic::at(slot.span(), format!("{} is no object", quoted(written)));
            reader.refuse(fault.label("write `KIND NAME` or `KIND NAMESPACE/NAME`"))
        }
    }
}

/// Reads kinds: `Widget.example.com`.
pub(super) fn kinds(slot: &Slot<'_>, reader: &mut Reader<'_>) -> Result<BTreeSet<GroupKind>, ErrorReported> {
    let kinds = slot.each(EmptyList::Allowed, reader, |slot, reader| {
        let written = &slot.text(reader)?.text;
        match written.split_once('.') {
            Some((kind, group)) if !kind.is_empty() && !group.is_empty() => Ok(GroupKind::new(group, kind)),
            _ => {
                let fault =
                    Diagnostic::at(slot.span(), format!("{} is no kind that somebody defined", quoted(written)));
                reader.refuse(fault.label("write `KIND.GROUP`, as in `Certificate.cert-manager.io`"))
            }
        }
    })?;
    Ok(kinds.into_iter().collect())
}
