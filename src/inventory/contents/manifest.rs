//! The objects of a manifest that an uninstall has to be careful about.
//!
//! Cut into documents as Helm cuts it, read as YAML. What cannot be read, or could be read in two ways, makes the whole
//! manifest unreadable.

use std::sync::Arc;

use serde_json::Value;
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::keys::{get, text};
use super::manager::managed_by;
use super::outline::outline;
use super::ties;
use crate::release::{Content, Object};

/// A list of lists of lists is nobody's manifest.
const DEEPEST_LIST: usize = 4;
/// More documents, and objects in lists, than any chart renders to: what has more was made to keep this program busy.
const MOST_OBJECTS: usize = 20_000;
/// No name of a kind, a namespace or an object is longer.
const LONGEST_NAME: usize = 1_000;
/// So much of a document is shown where it cannot be read.
const SHOWN: usize = 120;
/// To Go's reader these end a line; to others they are characters like any other.
const LINE_ENDS_TO_SOME: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Whether Helm leaves an object behind that carries `helm.sh/resource-policy: keep`. It looks at whole documents of
/// the manifest: not at items of a list, and not at hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeepPolicy {
    Honoured,
    Ignored,
}

/// Reads a manifest of a release of namespace `own`, and adds what it holds.
pub(super) fn read(manifest: &str, own: &str, policy: KeepPolicy, content: &mut Content) -> Result<(), String> {
    read_with(yaml, manifest, own, policy, content)
}

/// The same with another reader of documents.
pub(super) fn read_with(
    yaml: impl Fn(&str) -> Result<Value, String>,
    manifest: &str,
    own: &str,
    policy: KeepPolicy,
    content: &mut Content,
) -> Result<(), String> {
    let documents = documents(manifest)?;
    let mut room = MOST_OBJECTS.saturating_sub(documents.len());
    for document in documents {
        let read = one_way(document).and_then(|()| yaml(document)).and_then(|value| match value {
            // What a template leaves behind that renders to nothing.
            Value::Null => Ok(()),
            value => object(&value, own, policy, Bounds { depth: DEEPEST_LIST, room: &mut room }, content),
        });
        read.map_err(|why| unreadable(document, &why))?;
    }
    Ok(())
}

/// Helm cuts at every line that begins with `---`, whatever follows.
pub(super) fn documents(manifest: &str) -> Result<Vec<&str>, String> {
    let cuts = manifest.match_indices("\n---").map(|(at, _)| at + 1).take(MOST_OBJECTS).collect::<Vec<_>>();
    if cuts.len() == MOST_OBJECTS {
        return Err(format!("its manifest holds more than {MOST_OBJECTS} documents"));
    }
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([manifest.len()]);
    let documents = starts.zip(ends).map(|(start, end)| {
        let document = &manifest[start..end];
        document.strip_prefix("---").unwrap_or(document)
    });
    Ok(documents.collect())
}

/// Whether every reader sees the same lines.
fn one_way(document: &str) -> Result<(), String> {
    let lone_return = document.match_indices('\r').any(|(at, _)| document.as_bytes().get(at + 1) != Some(&b'\n'));
    if lone_return || document.contains(LINE_ENDS_TO_SOME) {
        return Err("it holds a character that ends a line to some readers only".to_owned());
    }
    Ok(())
}

/// A document, as far as anything of it is asked for.
pub(super) fn yaml(text: &str) -> Result<Value, String> {
    outline(text).map_or_else(|| whole(text), Ok)
}

/// All of a document.
pub(super) fn whole(text: &str) -> Result<Value, String> {
    // Of a key that is there twice the last counts, as for Helm; what a merge overrides is a matter of the reader.
    let options = serde_yaml::options! {
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        merge_keys: MergeKeyPolicy::Error,
        with_snippet: false,
    };
    serde_yaml::from_str_with_options(text, options).map_err(|error| error.to_string())
}

/// How far a list in a list is followed, and how many objects may still come.
struct Bounds<'a> {
    depth: usize,
    room: &'a mut usize,
}

fn object(
    value: &Value,
    own: &str,
    policy: KeepPolicy,
    bounds: Bounds<'_>,
    content: &mut Content,
) -> Result<(), String> {
    let kind = text(value, "kind")?.ok_or("it has no kind")?;
    let metadata = get(value, "metadata")?.unwrap_or(&Value::Null);
    if content.managed_by.is_none() {
        content.managed_by = managed_by(metadata)?;
    }
    let annotations = get(metadata, "annotations")?.unwrap_or(&Value::Null);
    let keep = text(annotations, "helm.sh/resource-policy")?.unwrap_or_default();
    // Also one that stays: whoever holds it is who serves its kind.
    ties::add_definition(kind, value, &mut content.ties);
    if policy == KeepPolicy::Honoured && keep.trim().eq_ignore_ascii_case("keep") {
        return Ok(());
    }
    // What is no text is no version either.
    let api_version = text(value, "apiVersion").ok().flatten().unwrap_or_default();
    Arc::make_mut(&mut content.kinds).add(api_version, kind);
    // Helm takes anything with items for a list, whatever its kind.
    let items = get(value, "items")?.and_then(Value::as_array);
    if let Some(items) = items {
        let depth = bounds.depth.checked_sub(1).ok_or("lists within lists")?;
        let room = bounds.room;
        *room = room.checked_sub(items.len()).ok_or("more objects than any chart has")?;
        for item in items {
            object(item, own, KeepPolicy::Ignored, Bounds { depth, room }, content)?;
        }
    }
    let object = Object {
        kind: kind.to_owned(),
        namespace: text(metadata, "namespace")?.map(str::to_owned),
        name: text(metadata, "name")?.unwrap_or_default().to_owned(),
    };
    let names = [Some(&object.kind), object.namespace.as_ref(), Some(&object.name)];
    if names.into_iter().flatten().any(|name| name.len() > LONGEST_NAME) {
        return Err(format!("a name of more than {LONGEST_NAME} bytes"));
    }
    // With another policy than `keep` helm deletes it no more than with that, and does not even say so.
    let is_forgotten = policy == KeepPolicy::Honoured && get(annotations, "helm.sh/resource-policy")?.is_some();
    if items.is_none() && !is_forgotten {
        ties::add_object(&object, value, own, &mut content.ties)?;
    }
    add(object, value, own, content)
}

fn add(object: Object, value: &Value, own: &str, content: &mut Content) -> Result<(), String> {
    if object.kind.eq_ignore_ascii_case("statefulset") {
        match claims_of(value)? {
            Claims::None => {}
            Claims::Stay => content.claims_stay.push(object.clone()),
            Claims::Go => content.claims.push(object.clone()),
        }
    }
    content.add(object, own);
    Ok(())
}

enum Claims {
    None,
    Stay,
    Go,
}

fn claims_of(value: &Value) -> Result<Claims, String> {
    let spec = get(value, "spec")?.unwrap_or(&Value::Null);
    let templates = get(spec, "volumeClaimTemplates")?.unwrap_or(&Value::Null);
    if templates.is_null() || templates.as_array().is_some_and(Vec::is_empty) {
        return Ok(Claims::None);
    }
    let retention = get(spec, "persistentVolumeClaimRetentionPolicy")?.unwrap_or(&Value::Null);
    let on_delete = get(retention, "whenDeleted")?.unwrap_or(&Value::Null);
    Ok(if on_delete.is_null() || on_delete == "Retain" { Claims::Stay } else { Claims::Go })
}

fn unreadable(document: &str, why: &str) -> String {
    let begin = document.trim_start().chars().take(SHOWN).collect::<String>();
    let why = why.lines().next().unwrap_or_default();
    format!("its manifest cannot be read: {why}, in the document that begins with {begin:?}")
}

#[cfg(test)]
#[path = "manifest_test.rs"]
mod tests;
