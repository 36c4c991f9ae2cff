//! Locks that other runs hold, guards that need a cluster, and runs in pods.

use rustix::process::Signal;
use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind, SeededRelease};

use super::super::Screens;
use super::{Stage, journal};
use crate::support::{OrPanic, Role, Terminal, user, user_everywhere};

const LEASE: Kind<'_> = Kind::new("coordination.k8s.io/v1", "Lease");
const RUN: &str = "run -f policy.yaml --yes -A --workers 1 --batch 1";

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
    let locked = format!("{RUN} --lock-namespace locks");
    let reports = "--report report.json --report report.md --termination-log termination";
    let files = ["report.json", "report.md", "termination"];
    screens.take("held", &stage.program, &format!("{locked} {reports}"), &files);
    for (name, more) in [
        ("held-logged", "--log-format json"),
        ("held-quiet", "-q"),
        ("held-one-shard", "--shard 2/2"),
        ("waited-in-vain", "--lock-wait 1s"),
        ("waited-in-vain-logged", "--lock-wait 1s --log-format json"),
    ] {
        screens.take(name, &stage.program, &format!("{locked} {more}"), &[]);
    }
    let restore = "restore -f policy.yaml --yes -A --lock-namespace locks";
    screens.take("held-restore", &stage.program, restore, &[]);
    let line = format!("{locked} --lock-wait 10m");
    let running = stage.program.start(&line);
    running.wait_for_stderr("waiting: ");
    running.signal(Signal::TERM);
    screens.finish("interrupted", &stage.program, &line, running, &[]);
    // The other run gives it back while this run waits: the plan is checked again.
    let running = stage.program.start(&line);
    running.wait_for_stderr("waiting: ");
    let given_back = json!({"spec": {"holderIdentity": null}});
    let patched = stage.cluster.api().patch(LEASE, Some("locks"), "helm-purge-evening", &given_back);
    patched.or_panic();
    let run = stage.at(4);
    screens.finish("waited", &stage.program, &line, running, &[&journal(&run)]);
    compare_lease(&mut screens, "lease-afterwards", stage);

    stage.at(5);
    stage.seed(&["dev-alice/web"]);
    screens.take("namespace-is-not-there", &stage.program, &format!("{RUN} --lock-namespace nowhere"), &[]);
    stage.at(6);
    stage.seed(&["dev-alice/web"]);
    let all: &[&str] = &["*"];
    let rights = [("secrets", all), ("configmaps", all), ("namespaces", all)];
    let kubeconfig = user_everywhere(&stage.cluster, "unlocking", &rights).display().to_string();
    screens.hide(&kubeconfig, "KUBECONFIG");
    screens.take("forbidden", &stage.program, &format!("{locked} --kubeconfig {kubeconfig}"), &[]);
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
    for (name, line) in [
        ("hooks-plan", "plan -f without-uid.yaml"),
        ("hooks", "run -f without-uid.yaml --yes -A"),
        ("opt-outs-unseen", "run -f without-uid.yaml --yes -A --without-opt-outs --log-format json"),
    ] {
        screens.take(name, &stage.program, &format!("{line} --kubeconfig {kubeconfig}"), &[]);
    }
    stage.clear("dev-guard");

    stage.policy("dev-guard", "keep: []\n");
    stage.seed(&["dev-guard/again", "dev-guard/web"]);
    for (name, answer) in [("declined", "no\r"), ("changed-meanwhile", "throwaway\r")] {
        let line = "run -f policy.yaml --workers 1 --batch 1";
        let mut terminal = Terminal::start(stage.program.command(line));
        terminal.wait_for("Type the context's name to go on:");
        if name == "changed-meanwhile" {
            stage.install("dev-guard/again");
        }
        terminal.type_text(answer);
        let code = terminal.wait().code().unwrap_or_default();
        terminal.wait_until_closed();
        screens.compare(name, &format!("$ helm-purge {line}\nexit code {code}\n{}\n", terminal.screen()));
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
    screens.take("without-uid", &stage.program, "run -f without-uid.yaml --yes -A", &[]);
    screens.take("plan", &stage.program, "plan -f policy.yaml", &[]);
    let run = stage.at(41);
    let line = format!("{RUN} --termination-log termination");
    screens.take("run", &stage.program, &line, &["termination"]);
    compare_journal(&mut screens, "journal", stage, &run);
    compare_lease_of(&mut screens, stage);
    stage.seed(&["dev-pod/a"]);
    stage.at(42);
    screens.take("run-json", &stage.program, &format!("{RUN} -o json"), &[]);
    // A pod that was killed: its journal has no end.
    let head = json!({
        "event": "planned", "format": 1, "run": "20200102-034305-000043", "at": "2020-01-02T03:43:05Z", "program": "0.1.0",
        "policies": [{"name": "evening", "file": "policy.yaml", "sha256": ""}],
        "cluster": {"context": "in-cluster", "server": "https://10.0.0.1", "uid": stage.cluster.uid()},
        "who": "pod home/purger-lost", "process": {"host": "purger-lost", "pid": 1}, "planned": 2, "releases": [],
    });
    let started = json!({"event": "started", "at": "2020-01-02T03:43:06Z", "releases": ["dev-pod/a"]});
    stage.apply(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"journal": format!("{head}\n{started}\n")},
        "metadata": {
            "name": "helm-purge-run-20200102-034305-000043", "namespace": "home", "labels": {"helm-purge": "run"},
            "annotations": {"helm-purge/policy": "evening"},
        },
    }));
    stage.seed(&["dev-pod/a"]);
    stage.at(44);
    screens.take("run-after-a-kill", &stage.program, &format!("{RUN} --log-format json"), &[]);
    // Only what the pods have left.
    laptop.set("HELM_PURGE_TEST_NOW", "2020-01-02T04:00:00Z").set("XDG_STATE_HOME", "/nonexistent");
    std::mem::swap(&mut stage.program, &mut laptop);
    stage.take_all(
        &mut screens,
        &[
            ("runs", "runs -n home"),
            ("runs-wide", "runs -n home -o wide"),
            ("runs-yaml", "runs -n home -o yaml"),
            ("one-run", "runs -n home 20200102-034105-000041"),
            ("one-killed", "runs -n home 20200102-034305-000043 -o json"),
        ],
    );
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
