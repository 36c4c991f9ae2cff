//! `rbac --for-namespace`, for those who make namespaces.

use serde_json::json;
use throwaway_cluster::HelmVersion;

use crate::support::{Real, cluster};

#[test]
fn where_a_policy_asks_for_labels_only_a_namespace_that_has_them_is_bound() {
    let real = Real::new("rightsoflabels", HelmVersion::Four);
    real.policy("keep: []\nnamespaceSelector: {matchLabels: {env: dev}}\n");
    let [labelled, bare] = ["labelled", "bare"].map(|name| real.namespace(name));
    let api = cluster().api();
    let metadata = json!({"name": labelled, "labels": {"env": "dev"}});
    api.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})).expect("it can be made");
    api.create_namespace(&bare).expect("a namespace can be made");
    let rbac = |namespace: &str| real.program.run(&format!("rbac -f policy.yaml --for-namespace {namespace}"));
    rbac(&labelled).exits(0).stdout_has(&format!("namespace: {labelled}"));
    for other in [&bare, "rightsoflabels-helm4-later"] {
        let text = format!("error: --for-namespace {other}: no such namespace has the labels of `namespaceSelector`");
        let output = rbac(other).exits(2).stderr_has(&text);
        assert_eq!(output.stdout, "");
    }
}
