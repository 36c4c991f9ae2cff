//! What a release holds: objects as a plan shows them, and kinds.

use std::collections::BTreeSet;

use crate::policy::decode::{Decoded, Field};
use crate::release::{GroupKind, Object};
use crate::sanitize::quoted;

/// Reads objects: `PersistentVolumeClaim data`, or with a namespace `ConfigMap dev-bob/settings`.
pub(super) fn objects(field: &Field<'_>) -> Decoded<Vec<Object>> {
    field.each(object)
}

fn object(field: &Field<'_>) -> Decoded<Object> {
    let written = &field.text()?.text;
    let is_part = |part: &str| !part.is_empty() && !part.contains([' ', '/']);
    let parts = written.split_once(' ').map(|(kind, rest)| match rest.split_once('/') {
        Some((namespace, name)) => (kind, Some(namespace), name),
        None => (kind, None, rest),
    });
    match parts {
        Some((kind, namespace, name)) if is_part(kind) && is_part(name) && namespace.is_none_or(is_part) => {
            Ok(Object { kind: kind.to_owned(), namespace: namespace.map(str::to_owned), name: name.to_owned() })
        }
        _ => field.refuse(format!("{} is no object", quoted(written)), "write `KIND NAME` or `KIND NAMESPACE/NAME`"),
    }
}

/// Reads kinds: `Widget.example.com`.
pub(super) fn kinds(field: &Field<'_>) -> Decoded<BTreeSet<GroupKind>> {
    let kinds = field.each(|field| {
        let written = &field.text()?.text;
        match written.split_once('.') {
            Some((kind, group)) if !kind.is_empty() && !group.is_empty() => Ok(GroupKind::new(group, kind)),
            _ => {
                let label = "write `KIND.GROUP`, as in `Certificate.cert-manager.io`";
                field.refuse(format!("{} is no kind that somebody defined", quoted(written)), label)
            }
        }
    })?;
    Ok(kinds.into_iter().collect())
}
