//! Somebody else is at work while a run goes on: who deploys meanwhile keeps the release.

use serde_json::Value;
use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease};

use crate::support::{Real, allow_everywhere, cluster, user_everywhere, wait_until_refused};

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

/// Upgrades one release and installs another anew while the hook of the first one hangs, and does `more` before it ends.
fn meanwhile(real: &Real, more: impl FnOnce()) -> Value {
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
    more();
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

/// The program, but not helm, is a user of this test who may do this with Secrets, and everything with what else is looked at
/// or asked about.
fn as_user(real: &mut Real, verbs: &[&str]) -> String {
    let user = real.namespace("user");
    let kubeconfig = user_everywhere(cluster(), &user, &rights(verbs));
    real.program.set("KUBECONFIG", kubeconfig);
    let helm = cluster().helm(real.helm).unwrap_or_else(|error| panic!("{error}"));
    let script = format!(
        "#!/bin/sh\nfor word do\n  shift\n  case $word in --kubeconfig=*) word='--kubeconfig={}' ;; esac\n  \
         set -- \"$@\" \"$word\"\ndone\nexec '{}' \"$@\"\n",
        cluster().kubeconfig().display(),
        helm.display()
    );
    let wrapper = real.program.executable("helm", &script);
    real.program.set("HELM_BIN", wrapper);
    user
}

fn rights<'a>(verbs: &'a [&'a str]) -> [(&'a str, &'a [&'a str]); 4] {
    [("secrets", verbs), ("configmaps", &["*"]), ("namespaces", &["*"]), ("jobs", &["*"])]
}

#[test]
fn a_release_that_is_deployed_while_the_run_goes_on_is_left_alone() {
    Real::with_both("meanwhile", |real| {
        prepare(real);
        let report = meanwhile(real, || {});
        keeps_what_changed(real, &report);
    });
}

#[test]
fn what_the_watch_has_told_needs_no_list() {
    let mut real = Real::new("unlisted", HelmVersion::Three);
    prepare(&real);
    let user = as_user(&mut real, &["get", "list", "watch"]);
    // A watch that was begun goes on without the right to begin one.
    let report = meanwhile(&real, || {
        allow_everywhere(cluster(), &user, &rights(&["get"]));
        wait_until_refused(cluster(), &user, "secrets");
    });
    assert_eq!(report["verified"]["state"], "not-verified", "lists are refused: {report:#}");
    keeps_what_changed(&real, &report);
}

#[test]
fn where_watching_is_not_allowed_each_batch_is_listed_again() {
    let mut real = Real::new("unwatched", HelmVersion::Four);
    prepare(&real);
    as_user(&mut real, &["get", "list"]);
    let report = meanwhile(&real, || {});
    keeps_what_changed(&real, &report);
}
