//! `doctor`: what is missing is named before anything is deleted, and nothing is changed.

use serde_json::Value;
use throwaway_cluster::HelmVersion;

use super::Account;
use crate::support::{Real, Role, cluster, user};

/// Of each finding that is not good what it is about, its state, and what was found.
fn findings(document: &Value) -> Vec<String> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let all = document["findings"].as_array().expect("a list").iter();
    let line = |finding: &Value| ["about", "state", "found"].map(|key| text(finding, key)).join(": ");
    all.filter(|finding| finding["state"] != "ok").map(line).collect()
}

#[test]
fn with_the_printed_rights_nothing_is_missing_until_a_namespace_comes_that_nobody_has_bound() {
    for helm in HelmVersion::BOTH {
        let account = Account::new("doctored", helm, "keep: []\n", &["a"]);
        let doctor = ["doctor", "-f", "policy.yaml", "--lock-namespace", &account.home];
        let output = account.real.program.run(&doctor).exits(0);
        let output = output.stdout_has("all that is needed in the one namespace of the fence is there");
        drop(output.stdout_has("all that is needed for the lock and for the journals of pods is there"));
        cluster().api().create_namespace(&account.real.namespace("late")).expect("a namespace can be made");
        let found = findings(&account.real.program.run(&[&doctor[..], &["-o", "json"]].concat()).exits(4).json());
        let late = account.real.namespace("late");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("rights: missing: it may not get, list, watch, update, delete secrets;"),
            "{found:?}"
        );
        assert!(found[0].ends_with(&format!(" in {late}")), "{found:?}");
    }
}

#[test]
fn whoever_may_edit_a_namespace_may_not_delete_every_kind_there() {
    let mut real = Real::new("doctoredit", HelmVersion::Four);
    real.policy("keep: []\nlimits: {maxReleases: 5}\n");
    let namespace = real.namespace("a");
    cluster().api().create_namespace(&namespace).expect("a namespace can be made");
    let kubeconfig = user(cluster(), "doctoredit", &[(&namespace, Role::Edit)]);
    real.program.set("KUBECONFIG", kubeconfig);
    let found = findings(&real.program.run(&["doctor", "-f", "policy.yaml", "-o", "json"]).exits(5).json());
    let text = found.join("\n");
    assert!(text.contains("cluster: warning: throwaway"), "its uid may not be read\n{text}");
    assert!(text.contains("policy: missing: the policy does not name this cluster"), "{text}");
    assert!(text.contains("fence: missing: which namespaces the globs mean cannot be told"), "{text}");
}

#[test]
fn a_cluster_that_does_not_answer_and_a_helm_that_is_not_there_are_findings_like_others() {
    let mut real = Real::new("doctorless", HelmVersion::Four);
    real.program.set("HELM_BIN", "/nonexistent/helm");
    let nowhere = cluster().kubeconfig_with("throwaway", "https://127.0.0.1:1").expect("a file can be written");
    real.program.set("KUBECONFIG", nowhere);
    let output = real.program.run(&["doctor", "-f", "policy.yaml"]).exits(4);
    let output = output.stdout_has("missing  helm").stdout_has("missing  cluster").stdout_has("does not answer");
    drop(output.stdout_has("ok       policy"));
}
