//! `doctor`: what is missing is named before anything is deleted, and nothing is changed.

use serde_json::Value;
use throwaway_cluster::HelmVersion;

use super::Account;
use crate::support::{Real, Role, cluster, create_namespace, user};

/// Of each finding that is not good what it is about, its state, and what was found.
fn findings(document: &Value) -> Vec<String> {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let all = document["findings"].as_array().expect("a list").iter();
    let line = |finding: &Value| ["about", "state", "found"].map(|key| text(finding, key)).join(": ");
    all.filter(|finding| finding["state"] != "ok").map(line).collect()
}

#[test]
fn with_the_printed_rights_nothing_is_missing_until_a_namespace_comes_that_no_user_has_bound() {
    for helm in HelmVersion::BOTH {
        let account = Account::new("doctored", helm, "keep: []\n", &["a"]);
        let doctor = ["doctor", "-f", "policy.yaml", "--lock-namespace", &account.home];
        let output = account.real.program.run(&doctor).exits(0);
        let output = output.stdout_has("all that is needed in the one namespace in scope is there");
        let output = output.stdout_has("all that is needed for the lock is there");
        let output = output.stdout_has("all that is needed for the journals of its pods is there");
        output.stdout_has(&format!("account  system:serviceaccount:{}:purger", account.home));
        create_namespace(&account.real.namespace("late"));
        let found = findings(&account.real.program.run(&[&doctor[..], &["-o", "json"]].concat()).exits(4).json());
        let late = account.real.namespace("late");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("rights: missing: it may not get, list, update, delete secrets;"), "{found:?}");
        assert!(found[0].ends_with(&format!(" in {late}")), "{found:?}");
    }
}

#[test]
fn for_an_account_that_can_edit_exactly_named_namespaces_exactly_the_missing_rights_are_named() {
    let mut real = Real::new("doctoredits", HelmVersion::Four);
    let namespaces = ["a", "b", "c"].map(|name| real.namespace(name));
    for namespace in &namespaces {
        create_namespace(namespace);
    }
    let [a, b, c] = &namespaces;
    real.policy("keep: []\n");
    let policy = real.program.read("policy.yaml");
    let policy = policy.replace(&format!(", uid: {}", cluster().uid()), "");
    let named = policy.replace(&format!("['{}']", real.namespace("*")), &format!("[{}]", namespaces.join(", ")));
    assert_ne!(named, policy);
    real.program.file("policy.yaml", &named);
    let edit = [(a.as_str(), Role::Edit), (b.as_str(), Role::Edit)];
    real.program.set("KUBECONFIG", user(cluster(), "doctoredits", &edit));
    let document = real.program.run("doctor -f policy.yaml -o json").exits(4).json();
    let found = findings(&document);
    let rights = found.iter().filter(|line| line.starts_with("rights: ")).collect::<Vec<_>>();
    assert_eq!(
        rights,
        [
            "rights: missing: it may not list namespaces; get namespaces kube-system in the whole cluster",
            &format!("rights: missing: it may not get, delete everything in {a}, {b}"),
            &format!(
                "rights: missing: it may not get, list, update, delete secrets; list configmaps; \
                 get, delete everything; get, list, watch, create, patch jobs in {c}"
            ),
        ],
        "{document:#}"
    );
    let all = document["findings"].as_array().expect("a list").iter();
    let hints = all.filter(|finding| finding["about"] == "rights").map(|finding| finding["hint"].as_str());
    let hint = "`helm purge rbac` prints the roles and bindings; somebody with the right to must apply them";
    assert_eq!(hints.collect::<Vec<_>>(), [Some(hint); 3]);
}

#[test]
fn an_account_that_cannot_list_namespaces_is_reported_if_the_scope_has_globs() {
    let mut real = Real::new("doctoredit", HelmVersion::Four);
    real.policy("keep: []\nlimits: {maxReleases: 5}\n");
    let namespace = real.namespace("a");
    create_namespace(&namespace);
    let kubeconfig = user(cluster(), "doctoredit", &[(&namespace, Role::Edit)]);
    real.program.set("KUBECONFIG", kubeconfig);
    let found = findings(&real.program.run("doctor -f policy.yaml -o json").exits(5).json());
    let text = found.join("\n");
    assert!(text.contains("cluster: warning: throwaway"), "its uid may not be read\n{text}");
    assert!(text.contains("policy: missing: `clusters` in the policy does not match this cluster"), "{text}");
    assert!(text.contains("scope: missing: which namespaces the globs mean cannot be told"), "{text}");
}

#[test]
fn a_cluster_that_does_not_answer_and_a_helm_process_that_is_not_there_are_findings_like_others() {
    let mut real = Real::new("doctorless", HelmVersion::Four);
    real.program.set("HELM_BIN", "/nonexistent/helm");
    let nowhere = cluster().kubeconfig_with("throwaway", "https://127.0.0.1:1").expect("a file can be written");
    real.program.set("KUBECONFIG", nowhere);
    let output = real.program.run("doctor -f policy.yaml").exits(4);
    let output = output.stdout_has("missing  helm").stdout_has("missing  cluster").stdout_has("does not answer");
    output.stdout_has("ok       policy");
}
