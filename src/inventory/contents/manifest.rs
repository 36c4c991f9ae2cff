//! The objects of a manifest that an uninstall has to be careful about.
//!
//! Cut into documents as Helm cuts it, read as YAML. What cannot be read makes the whole manifest unreadable.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_yaml::options::DuplicateKeyPolicy;

use crate::release::{Content, Object};

/// A list of lists of lists is nobody's manifest.
const DEEPEST_LIST: usize = 4;
/// So much of a document is shown where it cannot be read.
const SHOWN: usize = 120;

/// Reads a manifest of a release of namespace `own`, and adds what it holds.
pub(super) fn read(manifest: &str, own: &str, content: &mut Content) -> Result<(), String> {
    for document in documents(manifest) {
        // Comments alone, which is what a template leaves behind that renders to nothing.
        if document.lines().all(|line| line.trim_start().is_empty() || line.trim_start().starts_with('#')) {
            continue;
        }
        object(document, own, content, DEEPEST_LIST).map_err(|why| unreadable(document, &why))?;
    }
    Ok(())
}

/// Helm cuts at every line that begins with `---`, whatever follows.
fn documents(manifest: &str) -> impl Iterator<Item = &str> {
    let starts = std::iter::once(0).chain(manifest.match_indices("\n---").map(|(at, _)| at + 1)).collect::<Vec<_>>();
    let ends = starts.clone().into_iter().skip(1).chain([manifest.len()]);
    starts.into_iter().zip(ends).map(|(start, end)| {
        let document = &manifest[start..end];
        document.strip_prefix("---").unwrap_or(document)
    })
}

#[derive(Deserialize)]
struct Head {
    kind: Option<String>,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    name: Option<String>,
    namespace: Option<String>,
    annotations: Option<Annotations>,
}

#[derive(Deserialize)]
struct Annotations {
    #[serde(rename = "helm.sh/resource-policy")]
    resource_policy: Option<String>,
}

#[derive(Deserialize)]
struct StatefulSet {
    spec: Option<StatefulSetSpec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatefulSetSpec {
    volume_claim_templates: Option<Vec<IgnoredAny>>,
    persistent_volume_claim_retention_policy: Option<Retention>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Retention {
    when_deleted: Option<String>,
}

#[derive(Deserialize)]
struct List {
    items: Option<Vec<serde_json::Value>>,
}

fn object(text: &str, own: &str, content: &mut Content, depth: usize) -> Result<(), String> {
    let head: Head = yaml(text)?;
    let kind = head.kind.filter(|kind| !kind.is_empty()).ok_or("it has no kind")?;
    let metadata = head.metadata.unwrap_or(Metadata { name: None, namespace: None, annotations: None });
    let policy = metadata.annotations.and_then(|annotations| annotations.resource_policy).unwrap_or_default();
    if policy.trim().eq_ignore_ascii_case("keep") {
        return Ok(());
    }
    if kind.ends_with("List") {
        return list(text, own, content, depth);
    }
    let namespace = metadata.namespace.filter(|namespace| !namespace.is_empty());
    let object = Object { kind, namespace, name: metadata.name.unwrap_or_default() };
    match object.kind.as_str() {
        "CustomResourceDefinition" | "Namespace" | "APIService" => content.sweeping.push(object.clone()),
        "PersistentVolumeClaim" => content.claims.push(object.clone()),
        "StatefulSet" => match claims_of(text)? {
            Claims::None => {}
            Claims::Stay => content.claims_stay.push(object.clone()),
            Claims::Go => content.claims.push(object.clone()),
        },
        _ => {}
    }
    if object.namespace.as_ref().is_some_and(|namespace| namespace != own) {
        content.elsewhere.push(object);
    }
    Ok(())
}

fn list(text: &str, own: &str, content: &mut Content, depth: usize) -> Result<(), String> {
    if depth == 0 {
        return Err("lists within lists".to_owned());
    }
    let list: List = yaml(text)?;
    list.items.unwrap_or_default().iter().try_for_each(|item| object(&item.to_string(), own, content, depth - 1))
}

enum Claims {
    None,
    Stay,
    Go,
}

fn claims_of(text: &str) -> Result<Claims, String> {
    let spec = yaml::<StatefulSet>(text)?.spec;
    let has = |spec: &StatefulSetSpec| spec.volume_claim_templates.as_ref().is_some_and(|claims| !claims.is_empty());
    let Some(spec) = spec.filter(has) else { return Ok(Claims::None) };
    let on_delete = spec.persistent_volume_claim_retention_policy.and_then(|retention| retention.when_deleted);
    Ok(if on_delete.is_none_or(|word| word == "Retain") { Claims::Stay } else { Claims::Go })
}

fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    // As Helm reads it: of a key that is there twice the last counts.
    let options = serde_yaml::options! { duplicate_keys: DuplicateKeyPolicy::LastWins, with_snippet: false };
    serde_yaml::from_str_with_options(text, options).map_err(|error| error.to_string())
}

fn unreadable(document: &str, why: &str) -> String {
    let begin = document.trim_start().chars().take(SHOWN).collect::<String>();
    let why = why.lines().next().unwrap_or_default();
    format!("its manifest cannot be read: {why}, in the document that begins with {begin:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::Known;

    fn content(manifest: &str) -> Result<Content, String> {
        let mut content = Content::of_chart(Known::Unknown);
        read(manifest, "dev-a", &mut content).map(|()| content)
    }

    fn names(objects: &[Object]) -> Vec<String> {
        objects.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_takes_others_along_is_found_wherever_it_stands() {
        let manifest = "---\n# Source: c/templates/a.yaml\n\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: dev-a}\n\
            ---\nkind: \"Name\\u0073pace\"\nmetadata: {name: b}\n--- # next\nkind: CustomResourceDefinition\nmetadata:\n  name: c\n\
            ---\n{\"kind\": \"APIService\", \"metadata\": {\"name\": \"d\"}}\n\
            ---\nkind: List\nitems:\n- kind: ConfigMap\n  metadata: {name: e, namespace: dev-b}\n- kind: Namespace\n  metadata: {name: f}\n";
        let content = content(manifest).expect("it can be read");
        let sweeping = ["Namespace b", "CustomResourceDefinition c", "APIService d", "Namespace f"];
        assert_eq!(names(&content.sweeping), sweeping);
        assert_eq!(names(&content.elsewhere), ["ConfigMap dev-b/e"]);
    }

    #[test]
    fn claims_go_with_the_chart_and_stay_with_a_stateful_set_unless_it_says_otherwise() {
        let set = |extra: &str| {
            format!(
                "kind: StatefulSet\nmetadata: {{name: s}}\nspec:\n  volumeClaimTemplates: [{{metadata: {{name: data}}}}]\n{extra}"
            )
        };
        let stay = content(&set("")).expect("it can be read");
        assert_eq!((names(&stay.claims_stay), stay.claims.len()), (vec!["StatefulSet s".to_owned()], 0));
        let go = content(&set("  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n"));
        assert_eq!(names(&go.expect("it can be read").claims), ["StatefulSet s"]);
        let claim = content("kind: PersistentVolumeClaim\nmetadata: {name: p}\n").expect("it can be read");
        assert_eq!(names(&claim.claims), ["PersistentVolumeClaim p"]);
    }

    #[test]
    fn what_helm_keeps_is_not_in_it() {
        for policy in ["keep", "' Keep '"] {
            let manifest =
                format!("kind: Namespace\nmetadata: {{name: n, annotations: {{helm.sh/resource-policy: {policy}}}}}\n");
            assert_eq!(content(&manifest), Ok(Content::of_chart(Known::Unknown)), "{policy}");
        }
        let manifest = "kind: Namespace\nmetadata: {name: n, annotations: {helm.sh/resource-policy: delete}}\n";
        assert_eq!(content(manifest).expect("it can be read").sweeping.len(), 1);
    }

    #[test]
    fn of_a_key_that_is_there_twice_the_last_counts_as_it_does_for_helm() {
        let manifest = "kind: ConfigMap\nmetadata: {name: a}\nkind: Namespace\n";
        assert_eq!(names(&content(manifest).expect("it can be read").sweeping), ["Namespace a"]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_shows_where() {
        for manifest in ["a: [", "- kind: ConfigMap", "metadata: {name: a}", "kind: [a]", "\u{0}", "kind: &a *a"] {
            assert!(content(manifest).is_err(), "{manifest:?}");
        }
        let error = content("kind: ConfigMap\n---\nkind: [a\n").expect_err("a bracket is open");
        assert!(error.contains("kind: [a"), "{error}");
    }
}
