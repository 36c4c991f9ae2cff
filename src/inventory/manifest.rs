//! The objects of a manifest: which of them an uninstall has to be careful about, which kinds they define and use, and
//! how the API names them.
//!
//! A manifest is cut into documents as Helm cuts it, and each is read as YAML. A document that cannot be read, or that two readers could read in two
//! ways, makes the whole manifest unreadable.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::fast_yaml::outline;
use super::go_json::{get, text};
use crate::release::{Content, CrdUsage, GroupKind, Known, Object, ObjectRef};

/// No honest manifest has lists within lists within lists.
const DEEPEST_LIST: usize = 4;
/// More documents, and items of lists, than any chart renders to: a larger manifest was made to slow down this program.
const MOST_OBJECTS: usize = 20_000;
/// No name of a kind, a namespace or an object is longer.
const LONGEST_NAME: usize = 1_000;
/// Legal names make no longer one.
const LONGEST_MANAGER: usize = 330;
/// How many characters an error shows of a document that cannot be read.
const SHOWN: usize = 120;
/// To Go's reader these end a line; to others they are characters like any other.
const LINE_ENDS_TO_SOME: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];
const FLUX_NAMESPACE: &str = "helm.toolkit.fluxcd.io/namespace";
const FLUX_NAME: &str = "helm.toolkit.fluxcd.io/name";
/// The groups of Kubernetes itself with a dot in their names, without the `.k8s.io` at their end. Charts bring the
/// definitions of other groups.
const KUBERNETES_GROUPS: &str = "admissionregistration apiextensions apiregistration authentication authorization \
    certificates coordination discovery events flowcontrol.apiserver internal.apiserver networking node \
    rbac.authorization resource scheduling storage storagemigration";

/// Whether Helm leaves an object behind that carries `helm.sh/resource-policy: keep`. It reads whole documents of
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
    let mut objects = Objects { own, room: MOST_OBJECTS.saturating_sub(documents.len()), content };
    for document in documents {
        let read = one_way(document).and_then(|()| yaml(document)).and_then(|value| match value {
            // A template may render to nothing.
            Value::Null => Ok(()),
            value => objects.add(&value, policy, DEEPEST_LIST),
        });
        read.map_err(|why| unreadable(document, &why))?;
    }
    Ok(())
}

/// Helm cuts at every line that begins with `---`, whatever follows.
fn documents(manifest: &str) -> Result<Vec<&str>, String> {
    let cuts = manifest.match_indices("\n---").map(|(at, _)| at + 1).take(MOST_OBJECTS).collect::<Vec<_>>();
    if cuts.len() == MOST_OBJECTS {
        return Err(format!("its manifest has more than {MOST_OBJECTS} documents"));
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
        return Err("it contains a character that only some YAML parsers read as a line break".to_owned());
    }
    Ok(())
}

/// A document, as far as this program uses it.
fn yaml(text: &str) -> Result<Value, String> {
    outline(text).map_or_else(|| whole(text), Ok)
}

/// All of a document.
pub(super) fn whole(text: &str) -> Result<Value, String> {
    // Of a key that is there twice the last counts, as for Helm. What a merge overrides differs between readers.
    let options = serde_yaml::options! {
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        merge_keys: MergeKeyPolicy::Error,
        with_snippet: false,
    };
    serde_yaml::from_str_with_options(text, options).map_err(|error| error.to_string())
}

/// The objects of a release of the namespace `own`.
struct Objects<'a> {
    own: &'a str,
    /// How many more items of lists there may be.
    room: usize,
    content: &'a mut Content,
}

impl Objects<'_> {
    /// Adds an object, and if it is a list, its items: at most so many lists deep.
    fn add(&mut self, value: &Value, policy: KeepPolicy, depth: usize) -> Result<(), String> {
        let kind = text(value, "kind")?.ok_or("it has no kind")?;
        let metadata = get(value, "metadata")?;
        if self.content.managed_by.is_none() {
            self.content.managed_by = managed_by(metadata)?;
        }
        let annotations = get(metadata, "annotations")?;
        let keep = text(annotations, "helm.sh/resource-policy")?.unwrap_or_default();
        // Also if helm leaves the definition behind: this release is what serves the kind.
        add_definition(kind, value, &mut self.content.crd_usage);
        if policy == KeepPolicy::Honoured && keep.trim().eq_ignore_ascii_case("keep") {
            return Ok(());
        }
        // A version that is not text is not a version.
        let api_version = text(value, "apiVersion").ok().flatten().unwrap_or_default();
        Arc::make_mut(&mut self.content.kinds).add(api_version, kind);
        // Helm takes anything with items for a list, whatever its kind.
        let items = get(value, "items")?.as_array();
        if let Some(items) = items {
            let depth = depth.checked_sub(1).ok_or("lists within lists")?;
            self.room = self.room.checked_sub(items.len()).ok_or("more objects than any chart has")?;
            for item in items {
                self.add(item, KeepPolicy::Ignored, depth)?;
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
        // Helm also leaves behind an object with another policy than `keep`, without a message.
        let is_left = policy == KeepPolicy::Honoured && annotations.get("helm.sh/resource-policy").is_some();
        if items.is_none() && !is_left {
            self.add_deleted(&object, text(value, "apiVersion")?.unwrap_or_default());
        }
        if object.kind.eq_ignore_ascii_case("statefulset") && has_claims(value)? {
            let claims = if claims_go(value)? { &mut self.content.claims } else { &mut self.content.claims_stay };
            claims.push(object.clone());
        }
        self.content.add(object, self.own);
        Ok(())
    }

    /// Adds an object that an uninstall deletes.
    fn add_deleted(&mut self, object: &Object, api_version: &str) {
        let reference = ObjectRef {
            api_version: api_version.to_owned(),
            kind: object.kind.clone(),
            namespace: object.namespace.clone().unwrap_or_else(|| self.own.to_owned()),
            name: object.name.clone(),
        };
        let CrdUsage { uses, objects, .. } = &mut self.content.crd_usage;
        if is_defined_by_charts(reference.group())
            && let Known::Is(kinds) = uses
        {
            kinds.insert(reference.group_kind());
        }
        let can_be_found = !reference.api_version.is_empty() && !reference.name.is_empty();
        match objects {
            Known::Is(objects) if can_be_found => objects.push(reference),
            objects => *objects = Known::Unknown,
        }
    }
}

fn is_defined_by_charts(group: &str) -> bool {
    let own =
        group.strip_suffix(".k8s.io").is_some_and(|name| KUBERNETES_GROUPS.split_whitespace().any(|own| own == name));
    group.contains('.') && !own
}

/// The controller that would install the release again, if an object names it.
///
/// Flux puts the name of the `HelmRelease` on every object of its release. No other evidence exists if this program cannot
/// read Flux's objects, or they are in another cluster.
fn managed_by(metadata: &Value) -> Result<Option<String>, String> {
    let labels = get(metadata, "labels")?;
    let by = text(labels, FLUX_NAMESPACE)?.zip(text(labels, FLUX_NAME)?);
    Ok(by.map(|(namespace, name)| format!("HelmRelease {namespace}/{name}").chars().take(LONGEST_MANAGER).collect()))
}

fn has_claims(set: &Value) -> Result<bool, String> {
    let templates = get(get(set, "spec")?, "volumeClaimTemplates")?;
    Ok(!templates.is_null() && templates.as_array().is_none_or(|templates| !templates.is_empty()))
}

/// Whether the claims of a StatefulSet are deleted with it.
fn claims_go(set: &Value) -> Result<bool, String> {
    let on_delete = get(get(get(set, "spec")?, "persistentVolumeClaimRetentionPolicy")?, "whenDeleted")?;
    Ok(!on_delete.is_null() && on_delete != "Retain")
}

/// Adds the kinds that the files of a chart's `crds` folder define. Helm installs these and never reads them again.
pub(super) fn add_definitions(files: &Known<Vec<&str>>, usage: &mut CrdUsage) {
    let Known::Is(files) = files else { return usage.defines = Known::Unknown };
    for file in files {
        if add_file(file, usage).is_none() {
            usage.defines = Known::Unknown;
        }
    }
}

fn add_file(packed: &str, usage: &mut CrdUsage) -> Option<()> {
    let bytes = STANDARD.decode(packed).ok()?;
    for document in documents(std::str::from_utf8(&bytes).ok()?).ok()? {
        let value = yaml(document).ok()?;
        if !value.is_null() {
            add_definition(text(&value, "kind").ok()??, &value, usage);
        }
    }
    Some(())
}

/// Adds the kind that an object defines, if it defines one. A definition that cannot be understood makes all of it
/// unknown.
fn add_definition(kind: &str, value: &Value, usage: &mut CrdUsage) {
    if !kind.eq_ignore_ascii_case("CustomResourceDefinition") {
        return;
    }
    match (defined_kind(value), &mut usage.defines) {
        (Some(kind), Known::Is(kinds)) => drop(kinds.insert(kind)),
        _ => usage.defines = Known::Unknown,
    }
}

fn defined_kind(definition: &Value) -> Option<GroupKind> {
    let spec = get(definition, "spec").ok()?;
    let names = get(spec, "names").ok()?;
    Some(GroupKind::new(text(spec, "group").ok()??, text(names, "kind").ok()??))
}

fn unreadable(document: &str, why: &str) -> String {
    let begin = document.trim_start().chars().take(SHOWN).collect::<String>();
    let why = why.lines().next().unwrap_or_default();
    format!("cannot read its manifest: {why}, in the document that starts with {begin:?}")
}

#[cfg(test)]
#[path = "manifest_test.rs"]
mod tests;
