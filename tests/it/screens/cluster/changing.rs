//! Locks that other runs hold, guards that need a cluster, and runs in pods.

use rustix::process::Signal;
use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind, SeededRelease};

use super::super::Screens;
use super::Stage;
use crate::support::{OrPanic, Role, user, user_everywhere};

const LEASE: Kind<'_> = Kind::new("coordination.k8s.io/v1", "Lease");

/// Another run holds the lock, or this user cannot write it.
pub(super) fn locks(stage: &mut Stage) {
    let mut screens = stage.screens("cluster-lock");
    stage.policy("dev-alice", "keep: []\n");
    stage.namespace("locks");
    let spec = json!({
        "holderIdentity": "20200102-030200-aaaaaa bob@build", "leaseDurationSeconds": 60, "leaseTransitions": 0,
        "acquireTime": "2020-01-02T03:02:00.000000Z", "renewTime": "2020-01-02T03:03:55.000000Z",
    });
    let metadata = json!({"name": "helm-purge-evening", "namespace": "locks"});
    stage.apply(&json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}));
    stage.at(4);
    screens.take(
        &stage.program,
        "held held-logged held-quiet held-one-shard waited-in-vain waited-in-vain-logged held-restore",
    );
    let running = screens.start(&stage.program, "interrupted");
    running.wait_for_stderr("waiting: ");
    running.signal(Signal::TERM);
    screens.finish(&stage.program, "interrupted", running);
    // The other run gives it back while this run waits: the plan is checked again.
    let running = screens.start(&stage.program, "waited");
    running.wait_for_stderr("waiting: ");
    let given_back = json!({"spec": {"holderIdentity": null}});
    let patched = stage.cluster.api().patch(LEASE, Some("locks"), "helm-purge-evening", &given_back);
    patched.or_panic();
    screens.finish(&stage.program, "waited", running);
    compare_lease(&mut screens, "lease-afterwards", stage);

    stage.at(5);
    stage.seed(&["dev-alice/web"]);
    screens.take(&stage.program, "namespace-is-not-there");
    stage.at(6);
    stage.seed(&["dev-alice/web"]);
    let all: &[&str] = &["*"];
    let rights = [("secrets", all), ("configmaps", all), ("namespaces", all)];
    let kubeconfig = user_everywhere(&stage.cluster, "unlocking", &rights).display().to_string();
    screens.hide(&kubeconfig, "KUBECONFIG");
    screens.take(&stage.program, "forbidden");
    screens.end();
}

fn compare_lease(screens: &mut Screens, name: &str, stage: &Stage) {
    let lease = stage.cluster.api().get(LEASE, Some("locks"), "helm-purge-evening");
    let lease = lease.expect("the API answers").expect("there is a Lease");
    let shown = json!({"labels": lease["metadata"]["labels"], "annotations": lease["metadata"]["annotations"], "spec": lease["spec"]});
    screens.compare(name, &format!("{shown:#}\n"));
}

/// Refusals that need a cluster, and what changes while the question waits for its answer.
pub(super) fn guards(stage: &mut Stage) {
    let mut screens = stage.screens("cluster-guards");
    stage.policy("dev-guard", "keep: []\n");
    let hook = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "farewell", "annotations": {"helm.sh/hook": "pre-delete"}},
    });
    stage.seed_all(&[SeededRelease::new("dev-guard", "hooked").hook(hook).config_maps(1)]);
    let kubeconfig = user(&stage.cluster, "seer", &[("dev-guard", Role::SeeSecrets)]).display().to_string();
    screens.hide(&kubeconfig, "KUBECONFIG");
    let policy = stage.read("policy.yaml").replace(&format!(", uid: {}", stage.cluster.uid()), "");
    stage.program.file("without-uid.yaml", &policy);
    stage.at(10);
    screens.take(&stage.program, "hooks-plan hooks opt-outs-unreadable");
    stage.clear("dev-guard");

    stage.policy("dev-guard", "keep: []\n");
    stage.seed(&["dev-guard/again", "dev-guard/web"]);
    for (name, answer) in [("declined", "no\r"), ("changed-meanwhile", "throwaway\r")] {
        let terminal = screens.start_on_a_terminal(&stage.program, name);
        terminal.wait_for("Type the context name to continue:");
        if name == "changed-meanwhile" {
            stage.install("dev-guard/again");
        }
        terminal.type_text(answer);
        screens.finish_on_a_terminal(&stage.program, name, terminal);
    }
    stage.clear("dev-guard");
    screens.end();
}

/// Runs in pods keep their journals in `ConfigMap`s.
pub(super) fn pods(stage: &mut Stage) {
    let mut screens = stage.screens("cluster-pod");
    stage.account("home", "purger", "cluster-admin");
    stage.policy("dev-pod", "keep: []\n");
    stage.seed(&["dev-pod/a", "dev-pod/b"]);
    let pod = stage.cluster.pod("home", "purger").or_panic();
    let mut laptop = std::mem::replace(&mut stage.program, crate::support::Program::new());
    super::freeze(&mut stage.program);
    let helm = stage.cluster.helm(HelmVersion::Three).or_panic();
    stage.program.set("HELM_BIN", helm).move_into(&pod).set("HELM_PURGE_TEST_HOST", "purger-x7k2p");
    stage.policy("dev-pod", "keep: []\n");
    let with_uid = stage.read("policy.yaml");
    stage.program.file("without-uid.yaml", &with_uid.replace(&format!(", uid: {}", stage.cluster.uid()), ""));
    stage.at(40);
    screens.take(&stage.program, "without-uid plan");
    let run = stage.at(41);
    screens.take(&stage.program, "run");
    compare_journal(&mut screens, "journal", stage, &run);
    compare_lease_of(&mut screens, stage);
    stage.seed(&["dev-pod/a"]);
    stage.at(42);
    screens.take(&stage.program, "run-json");
    // A pod that was killed: its journal has no end.
    let head = json!({
        "event": "run-started", "format": 1, "run": "20200102-034305-000043", "at": "2020-01-02T03:43:05Z", "program": "0.1.0",
        "policies": [{"name": "evening", "file": "policy.yaml", "sha256": ""}],
        "cluster": {"context": "in-cluster", "server": "https://10.0.0.1", "uid": stage.cluster.uid()},
        "user": "pod home/purger-lost", "process": {"host": "purger-lost", "pid": 1}, "planned": 2, "releases": [],
    });
    let started = json!({"event": "releases-started", "at": "2020-01-02T03:43:06Z", "releases": ["dev-pod/a"]});
    stage.apply(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"journal": format!("{head}\n{started}\n")},
        "metadata": {
            "name": "helm-purge-run-20200102-034305-000043", "namespace": "home", "labels": {"helm-purge": "run"},
            "annotations": {"helm-purge/policy": "evening"},
        },
    }));
    stage.seed(&["dev-pod/a"]);
    stage.at(44);
    screens.take(&stage.program, "run-after-a-kill");
    // Only what the pods have left.
    laptop.set("HELM_PURGE_TEST_NOW", "2020-01-02T04:00:00Z").set("XDG_STATE_HOME", "/nonexistent");
    std::mem::swap(&mut stage.program, &mut laptop);
    screens.take(&stage.program, "log log-wide log-yaml one-run one-killed");
    screens.end();
}

fn compare_journal(screens: &mut Screens, name: &str, stage: &Stage, run: &str) {
    let found = stage.cluster.api().get(Kind::CONFIG_MAP, Some("home"), &format!("helm-purge-run-{run}"));
    let found = found.expect("the API answers").expect("there is a ConfigMap");
    let metadata = |key: &str| found["metadata"][key].clone();
    let shown = json!({"name": metadata("name"), "labels": metadata("labels"), "annotations": metadata("annotations")});
    let text = found["data"]["journal"].as_str().expect("it is a text");
    let keys = found["data"].as_object().map(|data| data.keys().cloned().map(Value::from).collect::<Vec<_>>());
    screens.compare(name, &format!("{shown:#}\n{}\n{text}", Value::from(keys.unwrap_or_default())));
}

fn compare_lease_of(screens: &mut Screens, stage: &Stage) {
    let lease = stage.cluster.api().get(LEASE, Some("home"), "helm-purge-evening");
    let spec = lease.expect("the API answers").expect("a run in a pod takes a lock")["spec"].clone();
    screens.compare("lease", &format!("{spec:#}\n"));
}
