use proptest::prelude::*;

use super::*;
use crate::fuzz_input_test::{any_like, corpus};
use crate::inventory::manifest::{KeepPolicy, read_with, whole};
use crate::release::{Content, Known};

const DEPLOYMENT: &str = "\
# Source: app/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: \"dev-b\"
  labels: {app.kubernetes.io/name: app, helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: flux}
  annotations:
    checksum/config: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    helm.sh/resource-policy: delete
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: web
          image: docker.io/nginx:1.29.3
          args: [--verbose, -1, 0x1f, 1_000, .5, yes, ~, 'it''s', \"a\\tb\"]
          resources: {limits: {cpu: 150m, memory: 192Mi}}
      volumes: []
";
const SET: &str = "\
kind: StatefulSet
metadata: {name: db}
spec:
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: Delete
  volumeClaimTemplates:
    - metadata:
        name: data
";
const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  names:
    kind: Widget
    plural: widgets
  versions:
    - name: v1
      schema: {openAPIV3Schema: {type: object}}
";
const LIST: &str = "\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata:
      name: a
    data:
      file.conf: |-
        one: [
        # two
  - kind: Namespace
    metadata:
      name: b
";

/// What is read of an object in a document.
fn seen(document: &str, yaml: impl Fn(&str) -> Result<Value, String>) -> Result<Content, String> {
    let mut content = Content::of_chart(Known::Unknown);
    read_with(yaml, document, "dev-a", KeepPolicy::Honoured, &mut content).map(|()| content)
}

fn same(document: &str) -> Result<(), TestCaseError> {
    let by_outline = |text: &str| outline(text).map_or_else(|| whole(text), Ok);
    prop_assert_eq!(seen(document, by_outline), seen(document, whole), "{}", document);
    // A document with an outline is valid for the other reader, too: an error in an unused field is an error.
    prop_assert!(outline(document).is_none() || whole(document).is_ok(), "{}", document);
    Ok(())
}

fn documents() -> Vec<Vec<u8>> {
    let records = corpus("record").into_iter().filter_map(|record| {
        let record = serde_json::from_slice::<Value>(&record).ok()?;
        Some(record["manifest"].as_str()?.as_bytes().to_vec())
    });
    records.chain([DEPLOYMENT, SET, DEFINITION, LIST].map(|text| text.as_bytes().to_vec())).collect()
}

proptest! {
    #[test]
    fn an_outline_says_what_the_whole_document_says(text in any_like(documents())) {
        same(&String::from_utf8_lossy(&text))?;
    }

    #[test]
    fn a_value_is_what_it_is_to_the_other_reader_wherever_it_stands(
        value in "[-+.~0-9a-zA-Z_/:# ]{0,8}|[-+]?[0-9._eExob]{1,12}|[-+.]*([iI][nN][fF]|[nN][aA][nN])[a-z]?|<<|[yYnN~]|true|No|NULL|OFF",
        place in 0_usize..8,
    ) {
        let document = match place {
            0 => format!("kind: {value}\n"),
            1 => format!("kind: A\nmetadata: {{name: {value}}}\n"),
            2 => format!("kind: A\nmetadata: {value}\n"),
            3 => format!("kind: A\ndata:\n  a: {value}\n"),
            4 => format!("kind: A\n{value}: b\n"),
            5 => format!("kind: A\ndata: {{? {value} : b, {value}: c}}\n"),
            6 => format!("kind: A\ndata:\n  - {value}\n"),
            _ => format!("kind: StatefulSet\nspec: {{volumeClaimTemplates: {value}}}\n"),
        };
        same(&document)?;
    }
}

#[test]
fn what_charts_render_has_an_outline() {
    for document in [DEPLOYMENT, SET, DEFINITION, LIST] {
        assert!(outline(document).is_some(), "{document}");
    }
}

#[test]
fn what_is_not_plain_has_none() {
    for document in [
        "",
        "# nothing\n",
        "a: &a b\n",
        "a: *a\n",
        "a: !!str b\n",
        "<<: {a: b}\n",
        "\"<<\": {a: b}\n",
        "1: a\n",
        "on: a\n",
        "? [a]\n: b\n",
        "--- a: b\n",
        "a: b\n---\nc: d\n",
        "%YAML 1.2\n---\na: b\n",
        "a: b\n...\nc: d\n",
        "a: .inf\n",
        "a: 1e999\n",
        "kind: 1\n",
        "kind: true\n",
        "a: [\n",
    ] {
        assert_eq!(outline(document), None, "{document:?}");
    }
    assert_eq!(outline(&format!("a: {}{}", "[".repeat(DEEPEST), "]".repeat(DEEPEST))), None);
    assert_eq!(outline(&"# a\n".repeat(MOST_COMMENTS + 1)), None);
}
