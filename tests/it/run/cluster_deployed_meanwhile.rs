//! Somebody else is at work while a run goes on: who deploys meanwhile keeps the release.

use serde_json::Value;
use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease};

use crate::support::{OrPanic, Real, Rights, cluster, seed_releases, user_everywhere};

const RUN: &str = "run -A -f policy.yaml --yes --workers 1 --batch 1 -o json";
const SEE: &[&str] = &["get", "list"];

/// A release whose hook hangs until helm's timeout, with which every run begins, and three more behind it.
fn prepare(real: &Real) {
    real.policy("keep: []\ndefaults: {timeout: 4s}\n");
    let namespace = real.namespace("a");
    real.install(Chart::Failing, &namespace, "a-first", &["--set", "outcome=hanging"]);
    real.seed(&["a/again", "a/same", "a/upgraded"]);
}

/// Upgrades one release and installs another anew while the hook of the first one hangs.
fn meanwhile(real: &Real) -> Value {
    let running = real.program.start(RUN);
    throwaway_cluster::wait_until("the hook's Job", || {
        let jobs = cluster().api().list(Kind::JOB, Some(&real.namespace("a")))?;
        Ok((!jobs.is_empty()).then_some(()))
    })
    .or_panic();
    let api = cluster().api();
    let again = "sh.helm.release.v1.again.v1";
    api.delete(Kind::SECRET, Some(&real.namespace("a")), again).or_panic();
    let seed = |name: &str| SeededRelease::new(&real.namespace("a"), name);
    seed_releases(&[seed("again"), seed("upgraded").revisions(2..=2)]);
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

/// The program, but not helm, is a user of this test who may get and list what is looked at, and may make hooks.
fn as_user(real: &mut Real) {
    let user = real.namespace("user");
    let rights: &Rights<'_> = &[("secrets", SEE), ("configmaps", SEE), ("namespaces", SEE), ("jobs", &["*"])];
    let kubeconfig = user_everywhere(cluster(), &user, rights);
    real.program.set("KUBECONFIG", kubeconfig);
    let helm = cluster().helm(real.helm).or_panic();
    let script = format!(
        "#!/bin/sh\nfor word do\n  shift\n  case $word in --kubeconfig=*) word='--kubeconfig={}' ;; esac\n  \
         set -- \"$@\" \"$word\"\ndone\nexec '{}' \"$@\"\n",
        cluster().kubeconfig().display(),
        helm.display()
    );
    let wrapper = real.program.executable("helm", &script);
    real.program.set("HELM_BIN", wrapper);
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
fn with_no_more_than_get_and_list_each_batch_is_checked_again() {
    let mut real = Real::new("getandlist", HelmVersion::Four);
    prepare(&real);
    as_user(&mut real);
    let report = meanwhile(&real);
    keeps_what_changed(&real, &report);
}
