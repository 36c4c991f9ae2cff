use super::*;

fn content(manifest: &str) -> Result<Content, String> {
    let mut content = Content::of_chart(Known::Unknown);
    read(manifest, "dev-a", KeepPolicy::Honoured, &mut content).map(|()| content)
}

fn cannot_be_read(manifest: &str, why: &str) -> String {
    format!("cannot read its manifest: {why}, in the document that starts with {manifest:?}")
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
            format!("kind: Namespace\nmetadata: {{name: x, annotations: {{helm.sh/resource-policy: {policy}}}}}\n");
        assert_eq!(content(&manifest), Ok(Content::of_chart(Known::Unknown)), "{policy}");
    }
    let manifest = "kind: Namespace\nmetadata: {name: x, annotations: {helm.sh/resource-policy: delete}}\n";
    assert_eq!(content(manifest).expect("it can be read").sweeping.len(), 1);
}

#[test]
fn of_a_key_that_is_there_twice_the_last_counts_as_it_does_for_helm() {
    let manifest = "kind: ConfigMap\nmetadata: {name: a}\nkind: Namespace\n";
    assert_eq!(names(&content(manifest).expect("it can be read").sweeping), ["Namespace a"]);
}

#[test]
fn what_cannot_be_read_is_an_error_that_shows_where() {
    for (manifest, why) in [
        ("a: [", "unclosed bracket '[' at line 1, column 4"),
        ("- kind: ConfigMap", "`kind` is missing or is not a mapping"),
        ("metadata: {name: a}", "it has no kind"),
        ("kind: [a]", "`kind` is [\"a\"], not a string"),
        ("\u{0}", "unexpected character: `\\u{0}' at line 1, column 1"),
        ("kind: &a *a", "while parsing a block mapping, did not find expected key at line 1, column 10"),
        ("a: {<<: {kind: b}}\nkind: c", "YAML merge keys are not allowed by configured policy at line 1, column 5"),
    ] {
        assert_eq!(content(manifest).expect_err(manifest), cannot_be_read(manifest, why));
    }
    let error = content("kind: ConfigMap\n---\nkind: [a\n").expect_err("a bracket is open");
    assert!(error.contains("kind: [a"), "{error}");
}

#[test]
fn keep_is_honoured_where_helm_honours_it_and_nowhere_else() {
    let kept = "metadata: {name: p, annotations: {helm.sh/resource-policy: keep}}";
    let list = format!("kind: List\nitems:\n- kind: PersistentVolumeClaim\n  {kept}\n");
    assert_eq!(names(&content(&list).expect("it can be read").claims), ["PersistentVolumeClaim p"]);
    let mut hook = Content::of_chart(Known::Unknown);
    let manifest = format!("kind: PersistentVolumeClaim\n{kept}\n");
    read(&manifest, "dev-a", KeepPolicy::Ignored, &mut hook).expect("it can be read");
    assert_eq!(names(&hook.claims), ["PersistentVolumeClaim p"]);
}

#[test]
fn a_kind_is_found_however_it_is_cased_and_items_make_a_list_of_anything() {
    let lower = content("kind: namespace\nmetadata: {name: x}\n").expect("it can be read");
    assert_eq!(names(&lower.sweeping), ["namespace x"]);
    let items = content("kind: ConfigMap\nitems: [{kind: Namespace, metadata: {name: x}}]\n").expect("it can be read");
    assert_eq!(names(&items.sweeping), ["Namespace x"]);
    let custom = content("kind: AllowList\nmetadata: {name: a, namespace: elsewhere}\n").expect("it can be read");
    assert_eq!(names(&custom.elsewhere), ["AllowList elsewhere/a"]);
}

#[test]
fn what_two_readers_could_read_differently_is_not_read() {
    let line_end = "it contains a character that only some YAML parsers read as a line break";
    for (manifest, why) in [
        ("# a\u{2028}kind: Namespace\n", line_end),
        ("# a\rkind: Namespace\nkind: ConfigMap\n", line_end),
        ("# a\u{85}kind: Namespace\n", line_end),
        ("kind: ConfigMap\nKind: Namespace\n", "\"Kind\" could be mistaken for `kind`"),
        (
            "kind: ConfigMap\nmetadata: {annotations: {a: b}, annotation\u{17f}: null}\n",
            "\"annotation\u{17f}\" could be mistaken for `annotations`",
        ),
        (
            "kind: ConfigMap\nmetadata: {name: a, namespace: dev-a, <<: {namespace: prod}}\n",
            "YAML merge keys are not allowed by configured policy at line 2, column 39",
        ),
    ] {
        assert_eq!(content(manifest).expect_err(manifest), cannot_be_read(manifest, why));
    }
    assert!(content("kind: ConfigMap\r\nmetadata: {name: a}\r\n").is_ok());
}

#[test]
fn the_labels_that_flux_puts_on_an_object_say_what_makes_the_release_again() {
    let managed = |manifest: &str| content(manifest).expect("it can be read").managed_by;
    let labels = "labels: {helm.toolkit.fluxcd.io/name: web, helm.toolkit.fluxcd.io/namespace: flux}";
    let kept = "annotations: {helm.sh/resource-policy: keep}";
    for manifest in [
        format!("kind: ConfigMap\nmetadata: {{name: a, {labels}}}\n"),
        format!("kind: ConfigMap\nmetadata: {{name: a, {labels}, {kept}}}\n"),
        format!(
            "kind: Secret\nmetadata: {{name: b}}\n---\nkind: List\nitems: [{{kind: Pod, metadata: {{{labels}}}}}]\n"
        ),
    ] {
        assert_eq!(managed(&manifest).as_deref(), Some("HelmRelease flux/web"), "{manifest}");
    }
    for labels in
        ["", "labels:", "labels: {helm.toolkit.fluxcd.io/name: web}", "labels: {kustomize.toolkit.fluxcd.io/name: web}"]
    {
        assert_eq!(managed(&format!("kind: ConfigMap\nmetadata:\n  name: a\n  {labels}\n")), None, "{labels}");
    }
    let list = "kind: ConfigMap\nmetadata: {labels: {helm.toolkit.fluxcd.io/name: [a]}}\n";
    let why = "`helm.toolkit.fluxcd.io/name` is [\"a\"], not a string";
    assert_eq!(content(list).expect_err("it is no name"), cannot_be_read(list, why));
    let long = format!("kind: A\nmetadata: {{{}}}\n", labels.replace("web", &"x".repeat(5000)));
    assert_eq!(managed(&long).map(|by| by.len()), Some(LONGEST_MANAGER));
}

#[test]
fn the_kinds_of_all_that_goes_are_known_also_of_what_is_in_a_list_and_not_of_what_stays() {
    let object = |api_version: &str, kind: &str| format!("apiVersion: {api_version}\nkind: {kind}\n");
    let kept = "metadata: {annotations: {helm.sh/resource-policy: keep}}\n";
    let items = "items: [{apiVersion: batch/v1, kind: Job}, {apiVersion: v1, kind: Secret}]\n";
    let documents = [
        object("apps/v1", "Deployment"),
        object("v1", "Secret"),
        object("v1", "ConfigMap") + kept,
        object("v1", "List") + items,
    ];
    let read = content(&documents.join("---\n")).expect("it can be read");
    let kinds = read.kinds.as_known().expect("all are known").iter();
    let kinds = kinds.map(|kind| format!("{} {}", kind.api_version, kind.kind)).collect::<Vec<_>>();
    assert_eq!(kinds, ["apps/v1 Deployment", "batch/v1 Job", "v1 List", "v1 Secret"]);
    let unknown = content("kind: ConfigMap\n---\napiVersion: v1\nkind: Secret\n").expect("it can be read");
    assert_eq!(unknown.kinds.as_known(), None);
}

fn usage(manifest: &str) -> CrdUsage {
    let mut content = Content::of_chart(Known::Unknown);
    read(manifest, "dev-a", KeepPolicy::Honoured, &mut content).expect("it can be read");
    content.crd_usage
}

fn kinds(kinds: &[(&str, &str)]) -> Known<std::collections::BTreeSet<GroupKind>> {
    Known::Is(kinds.iter().map(|(group, kind)| GroupKind::new(group, kind)).collect())
}

fn objects(usage: &CrdUsage) -> Option<Vec<String>> {
    Some(usage.objects.as_known()?.iter().map(|object| format!("{} {object}", object.api_version)).collect())
}

const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
    spec: {group: example.com, names: {kind: Widget, plural: widgets}}\n";

fn file(text: &str) -> String {
    STANDARD.encode(text)
}

fn add_folder(file: Option<&String>, usage: &mut CrdUsage) {
    add_definitions(&file.map(|file| vec![file.as_str()]).into(), usage);
}

#[test]
fn kinds_of_others_are_used_and_kubernetes_own_are_not() {
    let manifest = "\
        ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n\
        ---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: b}\n\
        ---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: c}\n\
        ---\napiVersion: example.com/v1beta1\nkind: Widget\nmetadata: {name: d, namespace: dev-b}\n\
        ---\napiVersion: v1\nkind: List\nitems: [{apiVersion: example.com/v1, kind: Gadget, metadata: {name: e}}]\n";
    let usage = usage(manifest);
    let used = [("example.com", "Widget"), ("example.com", "Gadget"), ("gateway.networking.k8s.io", "HTTPRoute")];
    assert_eq!(usage.uses, kinds(&used));
    let expected = [
        "v1 ConfigMap dev-a/a",
        "networking.k8s.io/v1 Ingress dev-a/b",
        "gateway.networking.k8s.io/v1 HTTPRoute dev-a/c",
        "example.com/v1beta1 Widget dev-b/d",
        "example.com/v1 Gadget dev-a/e",
    ];
    assert_eq!(objects(&usage), Some(expected.map(str::to_owned).to_vec()), "a list is none of its own");
}

#[test]
fn definitions_count_wherever_they_stand_and_also_where_they_stay() {
    let metadata = "metadata: {name: x, annotations: {helm.sh/resource-policy: keep}}\n";
    let stays = usage(&format!("{DEFINITION}{metadata}"));
    assert_eq!(stays.defines, kinds(&[("example.com", "widget")]));
    assert_eq!((objects(&stays), stays.uses), (Some(Vec::new()), kinds(&[])), "nobody waits for it");
    let mut usage = CrdUsage::default();
    add_folder(Some(&file(&format!("# A comment\n---\n{DEFINITION}---\n---\nkind: Other\n"))), &mut usage);
    assert_eq!(usage.defines, kinds(&[("Example.com", "Widget")]));
}

#[test]
fn what_cannot_be_understood_of_a_definition_is_not_known() {
    for folder in [Some(file("kind: [")), Some(file("kind: CustomResourceDefinition\n")), Some(file("a: b")), None] {
        let mut usage = CrdUsage::default();
        add_folder(folder.as_ref(), &mut usage);
        assert_eq!(usage.defines, Known::Unknown, "{folder:?}");
    }
    let manifest = "kind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {group: [a]}\n";
    assert_eq!(usage(&format!("{manifest}---\n{DEFINITION}")).defines, Known::Unknown);
}

#[test]
fn nothing_waits_for_what_helm_leaves() {
    for policy in ["keep", "delete", "''"] {
        let annotations = format!("annotations: {{helm.sh/resource-policy: {policy}}}");
        let usage = usage(&format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, {annotations}}}\n"));
        assert_eq!(objects(&usage), Some(Vec::new()), "{policy}");
    }
}

#[test]
fn where_one_object_cannot_be_looked_for_none_is() {
    for object in ["apiVersion: v1\nkind: ConfigMap\n", "kind: ConfigMap\nmetadata: {name: a}\n"] {
        let manifest = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: b}}\n---\n{object}");
        assert_eq!(usage(&manifest).objects, Known::Unknown, "{object}");
    }
}
