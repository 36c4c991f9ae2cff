//! What an uninstall would take along beyond its release: on the real cluster, with real charts and forged records.

use serde_json::json;
use throwaway_cluster::{Chart, Damage, HelmVersion, SeededRelease, Status};

use crate::support::{Real, create_namespace, seed_releases};

const PLAN: &str = "plan -A -f policy.yaml";
const RUN: &str = "run -A -f policy.yaml --yes";

fn install(real: &Real, chart: Chart, name: &str, settings: &[&str]) {
    let settings = settings.iter().flat_map(|setting| ["--set", setting]).collect::<Vec<_>>();
    let namespace = real.namespace("a");
    real.install(chart, &namespace, name, &settings);
}

#[test]
fn what_reaches_beyond_the_scope_or_holds_data_is_kept_and_the_object_is_named() {
    Real::with_both("blast-radius", |real| {
        let outside = format!("outside-{}", real.helm);
        create_namespace(&outside);
        install(real, Chart::Definition, "definition", &[]);
        install(real, Chart::Wanderer, "wanderer", &[&format!("namespace={outside}")]);
        install(real, Chart::House, "house", &[]);
        install(real, Chart::Claim, "claim", &[]);
        install(real, Chart::Redis, "cache", &[]);
        install(real, Chart::Tiny, "web", &[]);
        let group = format!("{}.example.com", real.namespace("a"));
        for said in [
            format!("contains objects out of scope: CustomResourceDefinition widgets.{group}"),
            format!("contains objects out of scope: ConfigMap {outside}/{}-wanderer", real.namespace("a")),
            format!("contains objects out of scope: Namespace {}-house", real.namespace("a")),
            "contains data: PersistentVolumeClaim claim".to_owned(),
            format!("go on to cost: {}/cache", real.namespace("a")),
        ] {
            real.program.run(PLAN).exits(0).stdout_has(&said);
        }
        real.program.run(RUN).exits(0).stdout_has("purged 2 · failed 0").stdout_has("verified: 2 of 2");
        assert_eq!(real.listed(), ["a/claim", "a/definition", "a/house", "a/wanderer"]);
        // What the policy allows goes, and what helm itself leaves is named.
        real.policy("keep: []\ndefaults: {dataLoss: allow}\n");
        real.program.run(RUN).exits(0).stdout_has("purged 1 · failed 0").stdout_has("[PersistentVolumeClaim] claim-");
        real.policy("keep: []\ndefaults: {blastRadius: cluster}\n");
        real.program.run(RUN).exits(0).stdout_has("purged 3 · failed 0");
        assert!(real.listed().is_empty());
    });
}

#[test]
fn an_object_in_another_namespace_of_the_scope_is_no_reason_to_keep() {
    let real = Real::new("inside", HelmVersion::Four);
    create_namespace(&real.namespace("b"));
    install(&real, Chart::Wanderer, "wanderer", &[&format!("namespace={}", real.namespace("b"))]);
    real.program.run(RUN).exits(0).stdout_has("purged 1 · failed 0");
}

#[test]
fn a_forged_record_gets_nowhere() {
    let real = Real::new("forgery", HelmVersion::Three);
    let _burden = real.burden("a");
    let seed = |name: &str| SeededRelease::new(&real.namespace("a"), name);
    let system = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: kube-system}\n";
    let list = "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Namespace, metadata: {name: default}}]\n";
    let hook = json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "kube-public", "annotations": {"helm.sh/hook": "pre-delete"}},
    });
    let forged = [
        seed("system").manifest(system),
        seed("hook").hook(hook),
        seed("list").manifest(list),
        seed("name").payload_name("other"),
        seed("namespace").payload_namespace("kube-system"),
        seed("garbage").damaged(Damage::NotARelease),
        seed("cut").damaged(Damage::CutOff),
        seed("bomb").damaged(Damage::Bomb { bytes: 400 << 20 }),
        seed("yaml").manifest("kind: [\n"),
        seed("headless").manifest("metadata: {name: x}\n"),
        seed("unlabelled").without_label("version"),
        seed("listed").manifest(
            "apiVersion: v1\nkind: List\nitems:\n- kind: PersistentVolumeClaim\n  apiVersion: v1\n  \
             metadata: {name: in-a-list, annotations: {helm.sh/resource-policy: keep}}\n",
        ),
        seed("lower").manifest("apiVersion: v1\nkind: namespace\nmetadata: {name: lower-case}\n"),
        seed("items").manifest(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n\
             items: [{apiVersion: v1, kind: Namespace, metadata: {name: in-items}}]\n",
        ),
        seed("merged").manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, <<: {namespace: kube-system}}\n"),
        seed("lost").revisions(5..=5).without_label("version"),
        seed("honest").config_maps(1),
    ];
    seed_releases(&forged);
    // The newest revision of this one has lost its label; helm acts on it all the same.
    let older = seed("lost").revisions(1..=4).status(Status::Superseded);
    seed_releases(&[older]);
    let plan = real.program.run(&format!("{PLAN} -o json")).exits(0).json();
    let kept = plan["releases"].as_array().expect("a list").iter().filter(|release| release["decision"] == "keep");
    assert_eq!(kept.count(), forged.len() - 1, "{plan:#}");
    for said in [
        "contains objects out of scope: ConfigMap kube-system/x",
        "contains objects out of scope: Namespace kube-public",
        "contains objects out of scope: Namespace default",
        "release other in its release record does not match its labels (name",
        "its release record is for namespace kube-system, but is stored in another one",
        "it is larger than 64 MiB when unpacked",
        "contains data: PersistentVolumeClaim in-a-list",
        "contains objects out of scope: namespace lower-case",
        "contains objects out of scope: Namespace in-items",
        "cannot read its manifest",
        "its labels do not name a release and a revision",
    ] {
        real.program.run(PLAN).exits(0).stdout_has(said);
    }
    real.program.run(RUN).exits(0).stdout_has("purged 1 · failed 0").stdout_has("verified: 1 of 1");
}
