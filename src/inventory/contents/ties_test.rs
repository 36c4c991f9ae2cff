use super::*;
use crate::inventory::contents::manifest::{KeepPolicy, read};
use crate::release::Content;

fn ties(manifest: &str) -> CrdUsage {
    let mut content = Content::of_chart(Known::Unknown);
    read(manifest, "dev-a", KeepPolicy::Honoured, &mut content).expect("it can be read");
    content.ties
}

fn kinds(kinds: &[(&str, &str)]) -> Known<std::collections::BTreeSet<GroupKind>> {
    Known::Is(kinds.iter().map(|(group, kind)| GroupKind::new(group, kind)).collect())
}

fn objects(ties: &CrdUsage) -> Option<Vec<String>> {
    Some(ties.objects.as_known()?.iter().map(|object| format!("{} {object}", object.api_version)).collect())
}

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
    spec: {group: example.com, names: {kind: Widget, plural: widgets}}\n";

fn file(text: &str) -> Known<Vec<String>> {
    Known::Is(vec![STANDARD.encode(text)])
}

#[test]
fn kinds_of_others_are_used_and_kubernetes_own_are_not() {
    let manifest = "\
        ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n\
        ---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: b}\n\
        ---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: c}\n\
        ---\napiVersion: example.com/v1beta1\nkind: Widget\nmetadata: {name: d, namespace: dev-b}\n\
        ---\napiVersion: v1\nkind: List\nitems: [{apiVersion: example.com/v1, kind: Gadget, metadata: {name: e}}]\n";
    let ties = ties(manifest);
    let used = [("example.com", "Widget"), ("example.com", "Gadget"), ("gateway.networking.k8s.io", "HTTPRoute")];
    assert_eq!(ties.uses, kinds(&used));
    let expected = [
        "v1 ConfigMap dev-a/a",
        "networking.k8s.io/v1 Ingress dev-a/b",
        "gateway.networking.k8s.io/v1 HTTPRoute dev-a/c",
        "example.com/v1beta1 Widget dev-b/d",
        "example.com/v1 Gadget dev-a/e",
    ];
    assert_eq!(objects(&ties), Some(expected.map(str::to_owned).to_vec()), "a list is none of its own");
}

#[test]
fn definitions_count_wherever_they_stand_and_also_where_they_stay() {
    let metadata = "metadata: {name: x, annotations: {helm.sh/resource-policy: keep}}\n";
    let stays = ties(&format!("{DEFINITION}{metadata}"));
    assert_eq!(stays.defines, kinds(&[("example.com", "widget")]));
    assert_eq!((objects(&stays), stays.uses), (Some(Vec::new()), kinds(&[])), "nobody waits for it");
    let mut ties = CrdUsage::none();
    add_folder(&file(&format!("# A comment\n---\n{DEFINITION}---\n---\nkind: Other\n")), &mut ties);
    assert_eq!(ties.defines, kinds(&[("Example.com", "Widget")]));
}

#[test]
fn what_cannot_be_understood_of_a_definition_is_not_known() {
    for folder in [file("kind: ["), file("kind: CustomResourceDefinition\n"), file("a: b"), Known::Unknown] {
        let mut ties = CrdUsage::none();
        add_folder(&folder, &mut ties);
        assert_eq!(ties.defines, Known::Unknown, "{folder:?}");
    }
    let manifest = "kind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {group: [a]}\n";
    assert_eq!(ties(&format!("{manifest}---\n{DEFINITION}")).defines, Known::Unknown);
}

#[test]
fn nobody_waits_for_what_helm_leaves() {
    for policy in ["keep", "delete", "''"] {
        let annotations = format!("annotations: {{helm.sh/resource-policy: {policy}}}");
        let ties = ties(&format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, {annotations}}}\n"));
        assert_eq!(objects(&ties), Some(Vec::new()), "{policy}");
    }
}

#[test]
fn where_one_object_cannot_be_looked_for_none_is() {
    for object in ["apiVersion: v1\nkind: ConfigMap\n", "kind: ConfigMap\nmetadata: {name: a}\n"] {
        let manifest = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: b}}\n---\n{object}");
        assert_eq!(ties(&manifest).objects, Known::Unknown, "{object}");
    }
}
