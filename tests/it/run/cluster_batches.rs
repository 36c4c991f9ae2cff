//! Several releases in one real helm: what is settled with the fake holds for Helm 3 and Helm 4 as well.

use rustix::process::Signal;
use serde_json::{Value, json};
use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease};

use crate::support::{OrPanic, Output, Real, cluster, seed_releases};

const RUN: &str = "run -f policy.yaml --yes -A -o json --workers=1";

/// With each helm, its calls logged.
fn with_both(test: &str, run: impl Fn(&Real)) {
    for helm in HelmVersion::BOTH {
        let mut real = Real::new(test, helm);
        real.log_calls("calls");
        run(&real);
    }
}

/// The pid and the releases of each uninstall, in order.
fn uninstalls(real: &Real) -> Vec<(u32, String)> {
    let calls = real.program.read("calls");
    let uninstall = |line: &str| {
        let (pid, rest) = line.split_once(" uninstall ")?;
        let (_, names) = rest.split_once(" -- ")?;
        Some((pid.parse().ok()?, names.to_owned()))
    };
    calls.lines().filter_map(uninstall).collect()
}

fn batches(real: &Real) -> Vec<String> {
    uninstalls(real).into_iter().map(|(_, names)| names).collect()
}

#[track_caller]
fn came_to(output: &Output, expected: &[&str]) {
    assert_eq!(output.results(), expected, "{output}");
}

fn install_failing(real: &Real, name: &str, flags: &[&str]) {
    let namespace = real.namespace("a");
    real.install(Chart::Failing, &namespace, name, flags);
}

#[test]
fn the_releases_behind_one_that_fails_go_all_the_same() {
    with_both("batched", |real| {
        real.seed(&["a/a", "a/c", "a/d"]);
        install_failing(real, "b", &[]);
        let output = real.program.run(RUN).exits(1);
        came_to(&output, &["a purged gone", "b failed hook listed", "c purged gone", "d purged gone"]);
        assert_eq!(batches(real), ["a b c d", "c d"]);
        assert_eq!(real.listed(), ["a/b"]);
        let left = cluster().api().list(Kind::CONFIG_MAP, Some(&real.namespace("a"))).expect("they can be listed");
        assert!(left.iter().all(|name| !name.starts_with("c-") && !name.starts_with("d-")), "{left:?}");
    });
}

#[test]
fn a_first_signal_ends_a_batch_with_the_release_in_progress() {
    with_both("drained", |real| {
        real.seed(&["a/a", "a/c", "a/d"]);
        install_failing(real, "b", &["--set", "outcome=hanging"]);
        let running = real.program.start(RUN);
        running.wait_for_stderr("/a ");
        let pod = pod_of_the_hook(real);
        running.signal(Signal::INT);
        running.wait_for_stderr("stopping: 1 release is being uninstalled and will be finished, 2 not started");
        let (helm, _) = uninstalls(real).remove(0);
        real.program.wait_until_unheard(helm);
        let ends = json!({"metadata": {"annotations": {"throwaway-cluster/outcome": null}}});
        cluster().api().patch(Kind::POD, Some(&real.namespace("a")), &pod, &ends).expect("the admin may do this");
        let output = running.finish().exits(130);
        came_to(&output, &["a purged gone", "b purged gone", "c not-started listed", "d not-started listed"]);
        assert_eq!(output.json()["verified"], json!({"state": "verified", "gone": 2}));
        assert_eq!(batches(real), ["a b c d"]);
        assert_eq!(real.listed(), ["a/c", "a/d"]);
        real.program.leaves_no_process();
        let output = real.program.run(RUN).exits(0);
        came_to(&output, &["c purged gone", "d purged gone"]);
    });
}

#[test]
fn a_purge_that_is_killed_leaves_its_helm_to_end_with_the_release_in_progress_and_a_second_run_finishes() {
    with_both("killed-batches", |real| {
        real.seed(&["a/a", "a/c", "a/d"]);
        install_failing(real, "b", &["--set", "outcome=hanging"]);
        let running = real.program.start(RUN);
        running.wait_for_stderr("/a ");
        let pod = pod_of_the_hook(real);
        running.signal(Signal::KILL);
        drop(running.finish());
        assert_eq!(real.program.orphans().len(), 1, "helm goes on alone");
        let ends = json!({"metadata": {"annotations": {"throwaway-cluster/outcome": null}}});
        cluster().api().patch(Kind::POD, Some(&real.namespace("a")), &pod, &ends).expect("the admin may do this");
        real.program.leaves_no_process();
        assert_eq!(batches(real), ["a b c d"]);
        assert_eq!(real.listed(), ["a/c", "a/d"]);
        let output = real.program.run(RUN).exits(0);
        came_to(&output, &["c purged gone", "d purged gone"]);
        assert!(real.listed().is_empty());
    });
}

/// The pod of the Job that runs before `b` is deleted, once it runs.
fn pod_of_the_hook(real: &Real) -> String {
    let namespace = real.namespace("a");
    let running = |pod: &Value| pod["status"]["phase"] == "Running";
    let pod = throwaway_cluster::wait_until("the pod of the hook", || {
        Ok(cluster().api().objects(Kind::POD, Some(&namespace))?.into_iter().find(running))
    });
    let pod = pod.or_panic();
    pod["metadata"]["name"].as_str().expect("a pod has a name").to_owned()
}

#[test]
fn a_line_that_is_forged_by_the_name_of_a_kept_object_purges_nothing() {
    with_both("forged", |real| {
        let forging = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {
                "name": "x\nrelease \"b\" uninstalled",
                "annotations": {"helm.sh/resource-policy": "keep"},
            },
        });
        let a = SeededRelease::new(&real.namespace("a"), "a").recorded_object(forging);
        seed_releases(&[a]);
        install_failing(real, "b", &[]);
        real.seed(&["a/c"]);
        let output = real.program.run(RUN).exits(1);
        came_to(&output, &["a purged gone", "b failed unclear listed", "c failed unclear listed"]);
        assert_eq!(
            output.json()["releases"][1]["message"],
            "helm printed this out of order: release \"b\" uninstalled"
        );
        assert_eq!(real.listed(), ["a/b", "a/c"]);
    });
}
