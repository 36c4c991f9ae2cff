//! Somebody else is at work while a run goes on: who deploys meanwhile keeps the release.

use serde_json::{Value, json};
use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease};

use crate::support::{Real, cluster};

const RUN: [&str; 11] = ["run", "-A", "-f", "policy.yaml", "--yes", "--workers", "1", "--batch", "1", "-o", "json"];

/// A release whose hook hangs until helm's timeout, with which every run begins, and three more behind it.
fn prepare(real: &Real) {
    real.policy("keep: []\ndefaults: {timeout: 4s}\n");
    let namespace = real.namespace("a");
    cluster()
        .install(real.helm, Chart::Failing, &namespace, "a-first", &["--set", "outcome=hanging"])
        .unwrap_or_else(|error| panic!("{error}"));
    real.seed(&["a/again", "a/same", "a/upgraded"]);
}

/// Upgrades one release and installs another anew while the hook of the first one hangs.
fn meanwhile(real: &Real) -> Value {
    let running = real.program.start(&RUN);
    throwaway_cluster::wait_until("the hook's Job", || {
        let jobs = cluster().api().list(Kind::JOB, Some(&real.namespace("a")))?;
        Ok((!jobs.is_empty()).then_some(()))
    })
    .unwrap_or_else(|error| panic!("{error}"));
    let api = cluster().api();
    let again = "sh.helm.release.v1.again.v1";
    api.delete(Kind::SECRET, Some(&real.namespace("a")), again).unwrap_or_else(|error| panic!("{error}"));
    let seed = |name: &str| SeededRelease::new(&real.namespace("a"), name);
    cluster().seed(&[seed("again"), seed("upgraded").revisions(2..=2)]).unwrap_or_else(|error| panic!("{error}"));
    running.finish().exits(1).json()
}

#[track_caller]
fn keeps_what_changed(real: &Real, report: &Value) {
    let outcome = |index: usize| report["releases"][index]["outcome"].as_str().expect("an outcome");
    assert_eq!([0, 1, 2, 3].map(outcome), ["failed", "changed", "purged", "changed"], "{report:#}");
    let message = report["releases"][3]["message"].as_str().expect("a message");
    assert_eq!(message, "now revision 2, deployed; was revision 1, deployed");
    assert_eq!(real.listed(), ["a/a-first", "a/again", "a/upgraded"]);
}

#[test]
fn a_release_that_is_deployed_while_the_run_goes_on_is_left_alone() {
    Real::with_both("meanwhile", |real| {
        prepare(real);
        let report = meanwhile(real);
        keeps_what_changed(real, &report);
    });
}

#[test]
fn where_watching_is_not_allowed_each_batch_is_listed_again() {
    let mut real = Real::new("unwatched", HelmVersion::Four);
    prepare(&real);
    let (api, group, user) = (cluster().api(), "rbac.authorization.k8s.io", real.namespace("user"));
    // Everything but to watch secrets.
    let all = |resources: &[&str], verbs: &[&str]| json!({"apiGroups": ["*"], "resources": resources, "verbs": verbs});
    let rules = json!([
        all(&["secrets"], &["get", "list", "create", "update", "patch", "delete"]),
        all(&["namespaces", "configmaps", "pods", "jobs"], &["*"]),
    ]);
    for object in [
        json!({"apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": {"name": user}, "rules": rules}),
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": user},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": user},
            "subjects": [{"kind": "User", "name": user, "apiGroup": group}],
        }),
    ] {
        api.apply(&object).unwrap_or_else(|error| panic!("{error}"));
    }
    let kubeconfig = cluster().kubeconfig_for_user(&user, None).unwrap_or_else(|error| panic!("{error}"));
    real.program.set("KUBECONFIG", kubeconfig);
    let report = meanwhile(&real);
    keeps_what_changed(&real, &report);
}
