//! Other users, other names, other addresses.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;
use throwaway_cluster::{Error, Kind};

use crate::shared::{Answer, cluster, run};

fn kubectl(kubeconfig: &Path, arguments: &[&str]) -> Answer {
    let mut kubectl = cluster().kubectl_command().expect("kubectl is found or built");
    run(kubectl.arg("--kubeconfig").arg(kubeconfig).args(arguments))
}

#[test]
fn a_user_has_a_name_a_group_and_no_rights() {
    let alice = cluster().kubeconfig_for_user("alice", Some("developers")).expect("the names fit");
    let who = kubectl(&alice, &["auth", "whoami", "-o", "json"]);
    assert!(who.output.contains("\"username\": \"alice\""), "{who:?}");
    assert!(who.output.contains("\"developers\""), "{who:?}");

    let refused = kubectl(&alice, &["get", "secrets"]);
    assert!(refused.errors.contains("User \"alice\" cannot list resource \"secrets\""), "{refused:?}");
}

#[test]
fn the_admin_can_act_as_another_user_in_several_groups() {
    let bob = cluster().kubeconfig_as("bob", &["developers", "on-call"]).expect("it can be written");
    let who = kubectl(&bob, &["auth", "whoami", "-o", "jsonpath={.status.userInfo['username','groups']}"]);
    assert_eq!(who.output, r#"bob ["developers","on-call","system:authenticated"]"#, "{who:?}");
}

#[test]
fn a_missing_service_account_is_an_error_that_names_it() {
    let fault = cluster().kubeconfig_for_service_account("default", "nobody").expect_err("there is none");
    let expected = "cannot get a token for ServiceAccount default/nobody: serviceaccounts \"nobody\" not found";
    assert_eq!(fault.to_string(), expected);
}

#[test]
fn the_admin_can_come_under_another_name() {
    let other = cluster().kubeconfig_with("arn:dev/one: \"quoted\"", cluster().server()).expect("it can be written");
    let context = kubectl(&other, &["config", "current-context"]);
    assert_eq!(context.output.trim(), "arn:dev/one: \"quoted\"");
    assert!(kubectl(&other, &["get", "--raw", "/readyz"]).succeeded);
}

#[test]
fn a_kubeconfig_in_two_files_is_whole_only_with_both() {
    let list = cluster().kubeconfig_in_two_files().expect("it can be written");
    let files: Vec<_> = std::env::split_paths(&list).collect();
    let with = |list: &std::ffi::OsStr| {
        let mut kubectl = cluster().kubectl_command().expect("kubectl is found or built");
        run(kubectl.env("KUBECONFIG", list).args(["get", "namespaces"]))
    };
    assert_eq!(files.len(), 2);
    assert!(with(&list).succeeded);
    assert!(files.iter().all(|file| !with(file.as_os_str()).succeeded));
}

#[test]
fn an_address_that_does_not_answer_is_the_address_that_is_queried() {
    let dead = cluster().kubeconfig_with("throwaway", "https://127.0.0.1:1").expect("it can be written");
    let answer = kubectl(&dead, &["get", "--raw", "/readyz"]);
    assert!(answer.errors.contains("127.0.0.1:1"), "{answer:?}");
}

#[test]
fn the_kubeconfig_is_the_users_alone() {
    let path = cluster().kubeconfig();
    let mode = fs::metadata(path).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(path).expect("it can be read");
    assert!(text.contains("current-context: \"throwaway\""), "{text}");
    assert!(text.contains(cluster().server()), "{text}");
}

#[test]
fn the_uid_is_that_of_kube_system() {
    let namespace = cluster().api().get(Kind::NAMESPACE, None, "kube-system").expect("it can be read");
    assert_eq!(namespace.expect("every cluster has it")["metadata"]["uid"], cluster().uid());
}

#[test]
fn what_the_api_refuses_is_an_error_in_its_own_words() {
    let fault = cluster().api().create_namespace("default").expect_err("it exists");
    assert_eq!(fault.to_string(), "cannot create Namespace default: namespaces \"default\" already exists");
    let nonsense = cluster().api().create(&json!({"kind": "ConfigMap"})).expect_err("it has no version");
    assert!(matches!(nonsense, Error::NotAnObject { .. }), "{nonsense}");
}

#[test]
fn an_object_can_be_changed_by_patch_and_by_apply() {
    let api = cluster().api();
    let map = |value: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "changed", "namespace": "default"}, "data": {"key": value},
        })
    };
    assert_eq!(api.apply(&map("one")).expect("it is created")["data"]["key"], "one");
    assert_eq!(api.apply(&map("two")).expect("it is changed")["data"]["key"], "two");
    let change = json!({"data": {"key": null, "other": "three"}});
    let patched = api.patch(Kind::CONFIG_MAP, Some("default"), "changed", &change).expect("it is there");
    assert_eq!(patched["data"], json!({"other": "three"}));
}
