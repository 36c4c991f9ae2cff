//! Somebody else is at work while a run goes on: who deploys meanwhile keeps the release.

use serde_json::Value;
use throwaway_cluster::{HelmVersion, Kind, SeededRelease};

use super::meanwhile::{RUN, SEE, as_user, hold_helm_at_the_first, run_meanwhile};
use crate::support::{OrPanic, Real, cluster, seed_releases};

/// A release that helm holds, with which every run begins, and three more behind it.
fn prepare(test: &str, helm: HelmVersion) -> Real {
    let mut real = Real::new(test, helm);
    real.seed(&["a/a-first", "a/again", "a/same", "a/upgraded"]);
    hold_helm_at_the_first(&mut real);
    real
}

/// Installs one release again and upgrades another while helm holds the first one.
fn report(real: &Real) -> Value {
    let deploy = || {
        let again = "sh.helm.release.v1.again.v1";
        cluster().api().delete(Kind::SECRET, Some(&real.namespace("a")), again).or_panic();
        let seed = |name: &str| SeededRelease::new(&real.namespace("a"), name);
        seed_releases(&[seed("again"), seed("upgraded").revisions(2..=2)]);
    };
    run_meanwhile(real, RUN, deploy).exits(0).json()
}

#[track_caller]
fn keeps_what_changed(real: &Real, report: &Value) {
    let outcome = |index: usize| report["releases"][index]["outcome"].as_str().expect("an outcome");
    assert_eq!([0, 1, 2, 3].map(outcome), ["purged", "changed", "purged", "changed"], "{report:#}");
    let message = report["releases"][3]["message"].as_str().expect("a message");
    assert_eq!(message, "now revision 2, deployed; was revision 1, deployed");
    assert_eq!(real.listed(), ["a/again", "a/upgraded"]);
}

#[test]
fn a_release_that_is_deployed_while_the_run_goes_on_is_left_alone() {
    for helm in HelmVersion::BOTH {
        let real = prepare("meanwhile", helm);
        keeps_what_changed(&real, &report(&real));
    }
}

#[test]
fn with_no_more_than_get_and_list_each_batch_is_checked_again() {
    let mut real = prepare("getandlist", HelmVersion::Four);
    as_user(&mut real, &[("secrets", SEE), ("configmaps", SEE), ("namespaces", SEE)]);
    keeps_what_changed(&real, &report(&real));
}

#[test]
fn a_release_whose_labels_change_while_the_run_goes_on_is_left_alone() {
    let mut real = Real::new("relabelled", HelmVersion::Four);
    let tier = |name: &str, tier: &str| SeededRelease::new(&real.namespace("a"), name).label("tier", tier);
    seed_releases(&[tier("a-first", "web"), tier("changed", "web"), tier("db", "db"), tier("same", "web")]);
    hold_helm_at_the_first(&mut real);
    let label = || {
        let change = serde_json::json!({"metadata": {"labels": {"tier": "db"}}});
        let record = "sh.helm.release.v1.changed.v1";
        cluster().api().patch(Kind::SECRET, Some(&real.namespace("a")), record, &change).or_panic();
    };
    let report = run_meanwhile(&real, &format!("{RUN} -l tier=web"), label).exits(0).json();
    let row = |index: usize| report["releases"][index]["outcome"].as_str().expect("an outcome");
    assert_eq!([0, 1, 2].map(row), ["purged", "changed", "purged"], "{report:#}");
    let message = report["releases"][1]["message"].as_str().expect("a message");
    assert_eq!(message, "its labels are now tier=db; were tier=web");
    assert_eq!(real.listed(), ["a/changed", "a/db"]);
}
