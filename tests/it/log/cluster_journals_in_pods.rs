//! Runs in a pod, on the real cluster: their journals are ConfigMaps of the pod's namespace.

use rustix::process::Signal;
use serde_json::{Value, json};
use throwaway_cluster::{Chart, HelmVersion, Kind};

use crate::support::pods::in_pod;
use crate::support::{OrPanic, Real, allow_everywhere, apply, cluster};

const RUN: &str = "run -f policy.yaml --yes";

/// What a purge needs in the cluster, and no right to make a ConfigMap.
const NO_CONFIG_MAPS: [(&str, &[&str]); 4] = [
    ("secrets", &["get", "list", "update", "delete"]),
    ("namespaces", &["get", "list"]),
    ("configmaps", &["get", "list", "delete"]),
    ("pods", &["get", "list"]),
];

fn config_maps(namespace: &str) -> Vec<String> {
    let listed = cluster().api().list(Kind::CONFIG_MAP, Some(namespace)).or_panic();
    let mut journals = listed.into_iter().filter(|name| name.starts_with("helm-purge-run-")).collect::<Vec<_>>();
    journals.sort();
    journals
}

/// A ConfigMap as an earlier pod may have left it.
fn left_behind(namespace: &str, second: u32, policy: &str, text: &str) -> String {
    let name = format!("helm-purge-run-20261101-0000{second:02}-000000");
    apply(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"journal": text},
        "metadata": {
            "name": name, "namespace": namespace, "labels": {"helm-purge": "run"},
            "annotations": {"helm-purge/policy": policy},
        },
    }));
    name
}

#[test]
fn a_run_in_a_pod_has_its_journal_in_a_config_map_and_the_last_twenty_of_its_policy_stay() {
    let namespace = "podjournal-home";
    let real = in_pod("podjournal", namespace, "cluster-admin");
    real.seed(&["a/web", "b/web"]);
    let policy = "podjournal-helm3";
    let olds = (0..22).map(|second| left_behind(namespace, second, policy, "")).collect::<Vec<_>>();
    let others = [left_behind(namespace, 58, "another", ""), left_behind(namespace, 59, "another", "")];
    let mine = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "helm-purge-run-mine", "namespace": namespace}});
    apply(&mine);
    let output = real.program.run(&format!("{RUN} -o json")).exits(0);
    let new = format!("helm-purge-run-{}", output.run_id());
    assert_eq!(output.json()["run"]["journal"], json!([format!("configmap {namespace}/{new}")]), "{output}");
    assert!(real.listed().is_empty());

    let left = config_maps(namespace);
    let kept = left.iter().filter(|name| olds.contains(name)).collect::<Vec<_>>();
    assert_eq!(kept, olds[3..].iter().collect::<Vec<_>>(), "with the new one they are twenty");
    assert!(left.contains(&new) && others.iter().all(|other| left.contains(other)));
    assert!(left.contains(&"helm-purge-run-mine".to_owned()), "what has no label is somebody else's");

    let object = cluster().api().get(Kind::CONFIG_MAP, Some(namespace), &new).expect("it can be read");
    let object = object.expect("it is there");
    assert_eq!(object["metadata"]["labels"], json!({"helm-purge": "run"}));
    let journal = object["data"]["journal"].as_str().expect("it is a text");
    let lines = journal.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")).collect::<Vec<_>>();
    let events = lines.iter().map(|line| line["event"].as_str().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(events, ["run-started", "verified", "run-finished"], "{journal}");
    assert_eq!(lines[1]["releases"].as_array().map(Vec::len), Some(2));
    assert!(lines[0]["user"].as_str().is_some_and(|who| who.starts_with(&format!("pod {namespace}/"))), "{journal}");

    // Seen from a laptop.
    let laptop = Real::new("podjournal", HelmVersion::Three);
    let runs = laptop.program.run(&format!("log -n {namespace} -o json")).exits(0).json();
    assert_eq!((&runs["runs"][0]["state"], &runs["runs"][0]["totals"]["purged"]), (&json!("finished"), &json!(2)));
    assert_eq!(runs["unread"].as_array().map(Vec::len), Some(21), "what was left behind is empty");
    laptop
        .program
        .run(&["log", "-n", namespace, &output.run_id()])
        .exits(0)
        .stdout_has("podjournal-helm3-a/web  purged");
}

#[test]
fn a_pod_that_follows_one_that_died_says_what_that_had_in_progress() {
    let namespace = "podkilled-home";
    let real = in_pod("podkilled", namespace, "cluster-admin");
    real.seed(&["a/web"]);
    let head = json!({
        "event": "run-started", "format": 1, "run": "20261101-000000-000000", "at": "2026-11-01T00:00:00Z", "program": "0.1.0",
        "policies": [{"name": "podkilled-helm3", "file": "policy.yaml", "sha256": ""}],
        "cluster": {"context": "in-cluster", "server": "https://10.0.0.1", "uid": cluster().uid()},
        "user": "pod x/y", "process": {"host": "y", "pid": 1}, "planned": 1, "releases": [],
    });
    let started =
        json!({"event": "releases-started", "at": "2026-11-01T00:00:01Z", "releases": ["podkilled-helm3-a/web"]});
    left_behind(namespace, 0, "podkilled-helm3", &format!("{head}\n{started}\n"));
    let output = real.program.run(RUN).exits(0).stdout_has("purged 1");
    let output = output.stderr_has("note: run 20261101-000000-000000 of 2026-11-01T00:00:00Z has no end recorded; ");
    output.stderr_has("1 release in progress: podkilled-helm3-a/web");
}

#[test]
fn a_pod_that_is_killed_leaves_behind_what_it_had_in_progress() {
    let namespace = "podgrace-home";
    let real = in_pod("podgrace", namespace, "cluster-admin");
    let releases = real.namespace("a");
    real.install(Chart::Failing, &releases, "slow", &["--set", "outcome=hanging"]);
    let running = real.program.start(&format!("{RUN} --timeout 10s"));
    throwaway_cluster::wait_until("the hook's Job", || {
        let jobs = cluster().api().list(Kind::JOB, Some(&releases))?;
        Ok((!jobs.is_empty()).then_some(()))
    })
    .or_panic();
    // As a kubelet does it: TERM, and KILL when the grace is over.
    running.signal(Signal::TERM);
    running.wait_for_stderr("stopping: 1 release is being uninstalled");
    let name = config_maps(namespace).remove(0);
    throwaway_cluster::wait_until("the journal", || {
        let object = cluster().api().get(Kind::CONFIG_MAP, Some(namespace), &name)?;
        let text = object.as_ref().and_then(|object| object["data"]["journal"].as_str());
        Ok(text.is_some_and(|text| text.contains("\"stopping\"")).then_some(()))
    })
    .or_panic();
    running.signal(Signal::KILL);
    drop(running.finish());
    let laptop = Real::new("podgrace", HelmVersion::Three);
    let runs = laptop.program.run(&format!("log -n {namespace} -o json")).exits(0).json();
    let run = &runs["runs"][0];
    assert_eq!(
        (&run["state"], &run["inProgress"]),
        (&json!("not-recorded"), &json!(["podgrace-helm3-a/slow"])),
        "{run:#}"
    );
    assert_eq!(run["stopped"], "the run was interrupted");
    laptop.program.run(&format!("log -n {namespace}")).exits(0).stdout_has("no end recorded, 1 in progress");
}

#[test]
fn a_pod_that_cannot_write_its_journal_says_so_and_goes_on() {
    let namespace = "podrights-home";
    allow_everywhere(cluster(), namespace, &NO_CONFIG_MAPS);
    let real = in_pod("podrights", namespace, namespace);
    real.seed(&["a/web"]);
    let output = real.program.run(RUN).exits(0).stdout_has("purged 1");
    let output = output.stderr_has("warning: cannot keep the journal in a ConfigMap in podrights-home: ");
    let output = output.stderr_has("cannot create resource \"configmaps\"");
    let output = output.stderr_has("warning: this run has no journal; if it is killed, its progress is lost");
    assert!(!output.stdout.contains("journal"), "{output}");
    assert!(config_maps(namespace).is_empty());
}
