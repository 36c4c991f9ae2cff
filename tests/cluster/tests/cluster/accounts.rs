//! Service accounts, by every way in which a program can come by their tokens.

use std::fs;
use std::path::Path;

use serde_json::json;
use throwaway_cluster::HelmVersion;

use crate::shared::{Answer, cluster, run};

/// A service account that may do everything, in a namespace of its own with the same name.
fn create_account(name: &str) {
    let api = cluster().api();
    api.create_namespace(name).expect("the name is free");
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": name}});
    api.create(&account).expect("the ServiceAccount is a valid one");
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": name}],
    });
    api.create(&binding).expect("the binding is a valid one");
}

fn who_am_i(kubeconfig: &Path) -> Answer {
    let mut kubectl = cluster().kubectl_command().expect("kubectl is found or built");
    kubectl.env("KUBECONFIG", kubeconfig);
    run(kubectl.args(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"]))
}

#[test]
fn a_service_account_gets_a_token() {
    create_account("by-token");
    let robot = cluster().kubeconfig_for_service_account("by-token", "by-token").expect("it exists");
    let who = who_am_i(&robot);
    assert_eq!(who.output, "system:serviceaccount:by-token:by-token", "{who:?}");
}

#[test]
fn an_exec_plugin_gives_the_token_and_counts_its_calls() {
    create_account("by-plugin");
    let plugin = cluster().exec_plugin("by-plugin", "by-plugin").expect("it exists");
    assert_eq!(plugin.calls().expect("the record can be read"), 0);
    for calls in 1..=2 {
        let who = who_am_i(&plugin.kubeconfig);
        assert_eq!(who.output, "system:serviceaccount:by-plugin:by-plugin", "{who:?}");
        assert_eq!(plugin.calls().expect("the record can be read"), calls);
    }
}

#[test]
fn an_exec_plugin_can_refuse_and_can_give_a_token_that_is_not_valid() {
    create_account("by-refusal");
    let plugin = cluster().exec_plugin("by-refusal", "by-refusal").expect("it exists");
    plugin.refuse("it's over: log in again").expect("it can be replaced");
    let refused = who_am_i(&plugin.kubeconfig);
    assert!(!refused.succeeded && refused.errors.contains("it's over: log in again"), "{refused:?}");
    plugin.give("nonsense").expect("it can be replaced");
    let unknown = who_am_i(&plugin.kubeconfig);
    assert!(!unknown.succeeded && unknown.errors.contains("must be logged in"), "{unknown:?}");
}

#[test]
fn helms_connection_flags_are_enough_for_helm_3_and_4() {
    create_account("by-flags");
    let flags = cluster().helm_flags("by-flags", "by-flags").expect("it exists");
    for version in HelmVersion::BOTH {
        let mut helm = cluster().helm_command(version).expect("helm is found or built");
        helm.env_remove("KUBECONFIG").envs(flags.variables()).args(["list", "--all-namespaces"]);
        let answer = run(&mut helm);
        assert!(answer.succeeded, "{answer:?}");
    }
}

#[test]
fn a_pod_finds_its_token_its_authority_and_its_namespace() {
    create_account("by-pod");
    let pod = cluster().pod("by-pod", "by-pod").expect("it exists");
    let read = |name: &str| fs::read_to_string(pod.folder.join(name)).expect("it was written");
    assert_eq!(read("namespace"), "by-pod");
    assert_eq!(format!("https://{}:{}", pod.host, pod.port), cluster().server());
    assert_eq!(pod.variables()[0].0, "KUBERNETES_SERVICE_HOST");
    let mut kubectl = cluster().kubectl_command().expect("kubectl is found or built");
    kubectl.env_remove("KUBECONFIG").args(["--server", cluster().server(), "--token", &read("token")]);
    kubectl.arg("--certificate-authority").arg(pod.folder.join("ca.crt")).args(["get", "namespaces"]);
    let answer = run(&mut kubectl);
    assert!(answer.succeeded, "{answer:?}");
}
