//! What the objects of a release tie it to: the kinds it defines, the kinds it uses, and where to look for them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::keys::{get, text};
use super::manifest::{documents, yaml};
use crate::release::{CrdUsage, GroupKind, Known, Object, ObjectRef};

/// The groups of Kubernetes itself that have a dot in their names. Others under `k8s.io` come as definitions.
const OWN_GROUPS: [&str; 18] = [
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// Adds the kind that a definition defines, where the object is one. What cannot be told about that makes all of it
/// unknown.
pub(super) fn add_definition(kind: &str, value: &Value, ties: &mut CrdUsage) {
    if !kind.eq_ignore_ascii_case("CustomResourceDefinition") {
        return;
    }
    match (defined(value), &mut ties.defines) {
        (Some(kind), Known::Is(kinds)) => drop(kinds.insert(kind)),
        _ => ties.defines = Known::Unknown,
    }
}

fn defined(value: &Value) -> Option<GroupKind> {
    let spec = get(value, "spec").ok()??;
    let names = get(spec, "names").ok()??;
    Some(GroupKind::new(text(spec, "group").ok()??, text(names, "kind").ok()??))
}

/// Adds what the files of a chart's `crds` folder define. Helm installs these and never reads them again.
pub(super) fn add_folder(files: &Known<Vec<String>>, ties: &mut CrdUsage) {
    let Known::Is(files) = files else { return ties.defines = Known::Unknown };
    for file in files {
        if read_file(file, ties).is_none() {
            ties.defines = Known::Unknown;
        }
    }
}

fn read_file(packed: &str, ties: &mut CrdUsage) -> Option<()> {
    let bytes = STANDARD.decode(packed).ok()?;
    for document in documents(std::str::from_utf8(&bytes).ok()?).ok()? {
        let value = yaml(document).ok()?;
        if !value.is_null() {
            add_definition(text(&value, "kind").ok()??, &value, ties);
        }
    }
    Some(())
}

/// Adds an object that an uninstall deletes.
pub(super) fn add_object(object: &Object, value: &Value, own: &str, ties: &mut CrdUsage) -> Result<(), String> {
    let api_version = text(value, "apiVersion")?.unwrap_or_default();
    let address = ObjectRef {
        api_version: api_version.to_owned(),
        kind: object.kind.clone(),
        namespace: object.namespace.clone().unwrap_or_else(|| own.to_owned()),
        name: object.name.clone(),
    };
    let group = address.group();
    if group.contains('.')
        && !OWN_GROUPS.contains(&group)
        && let Known::Is(kinds) = &mut ties.uses
    {
        kinds.insert(address.group_kind());
    }
    let can_be_found = !address.api_version.is_empty() && !address.name.is_empty();
    match &mut ties.objects {
        Known::Is(objects) if can_be_found => objects.push(address),
        objects => *objects = Known::Unknown,
    }
    Ok(())
}

#[cfg(test)]
#[path = "ties_test.rs"]
mod tests;
