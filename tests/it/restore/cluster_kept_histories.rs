//! Histories that are kept, and what Helm makes of them the next day, with Helm 3 and Helm 4.

use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease};

use crate::support::histories::{RUN, records, status, upgrade_install, works};
use crate::support::{FakeHelm, Real, cluster, seed_releases};

/// Revisions whose records Helm reads in an order that is not theirs.
fn odd_histories() -> [std::ops::RangeInclusive<u32>; 3] {
    [8..=12, 3..=12, 9..=18]
}

#[test]
fn helm_alone_cannot_upgrade_over_a_history_that_it_kept_at_some_revisions() {
    Real::with_both("alone", |real| {
        let namespace = real.namespace("a");
        for (number, revisions) in odd_histories().into_iter().enumerate() {
            let name = format!("r{number}");
            seed_releases(&[SeededRelease::new(&namespace, &name).revisions(revisions)]);
            real.helm(&format!("uninstall {name} -n {namespace} --keep-history"));
            let upgraded = upgrade_install(real, &namespace, &name, Chart::Tiny);
            let said = String::from_utf8_lossy(&upgraded.stderr);
            assert_eq!(upgraded.status.code(), Some(1), "{name}: {said}");
            assert!(said.contains("has no deployed releases"), "{name}: {said}");
        }
    });
}

#[test]
fn of_a_history_that_is_kept_one_marked_record_is_left_and_helm_goes_on_with_it() {
    Real::with_both("kept", |real| {
        real.policy("keep: []\ndefaults: {keepHistory: true}\n");
        let namespace = real.namespace("a");
        for (number, revisions) in odd_histories().into_iter().enumerate() {
            let release = SeededRelease::new(&namespace, &format!("r{number}")).revisions(revisions).config_maps(1);
            seed_releases(&[release]);
        }
        let report = real.program.run(RUN).exits(0).json();
        assert_eq!(report["totals"]["restorable"], 3, "{report:#}");
        assert_eq!(report["releases"][0]["afterwards"], "kept", "{report:#}");
        let mark = format!(
            "helm-purge {} {}",
            report["run"]["id"].as_str().expect("a name"),
            real.namespace("x").trim_end_matches("-x")
        );
        for (number, newest) in [12, 12, 18].into_iter().enumerate() {
            let name = format!("r{number}");
            assert_eq!(records(&namespace, &name), [format!("v{newest}")]);
            let info = &status(real, &namespace, &name)["info"];
            assert_eq!((&info["status"], &info["description"]), (&"uninstalled".into(), &mark.clone().into()));
            works(&upgrade_install(real, &namespace, &name, Chart::Tiny));
            assert_eq!(status(real, &namespace, &name)["version"], newest + 1);
        }
    });
}

#[test]
fn older_records_that_an_interrupted_run_left_are_removed_by_the_next_one() {
    let real = Real::new("leftover", HelmVersion::Three);
    let (namespace, policy) = (real.namespace("a"), real.namespace("x").trim_end_matches("-x").to_owned());
    let seed = |name: &str| seed_releases(&[SeededRelease::new(&namespace, name).revisions(1..=3)]);
    let uninstall = |name: &str, description: &str| {
        real.helm(&format!("uninstall {name} -n {namespace} --keep-history --description '{description}'"));
    };
    for (name, description) in [
        ("ours", format!("helm-purge 20261125-190342-3f9a1c {policy}")),
        ("other", "helm-purge 20261125-190342-3f9a1c somebody-elses".to_owned()),
        ("hand", "Uninstallation complete".to_owned()),
    ] {
        seed(name);
        uninstall(name, &description);
    }
    real.program.run("plan -f policy.yaml").exits(0);
    assert_eq!(records(&namespace, "ours"), ["v1", "v2", "v3"], "a plan changes nothing");
    real.program.run(RUN).exits(0);
    assert_eq!(records(&namespace, "ours"), ["v3"]);
    for name in ["other", "hand"] {
        assert_eq!(records(&namespace, name), ["v1", "v2", "v3"], "{name}");
    }
}

#[test]
fn a_history_that_helm_could_not_store_is_a_failure_although_helm_calls_it_a_success() {
    Real::with_both("unstored", |real| {
        let mut real = Real::new("unstored", real.helm);
        real.policy("keep: []\ndefaults: {keepHistory: true}\n");
        real.seed(&["a/web"]);
        let user = real.namespace("user");
        let rights = [("secrets", &["get", "list", "delete"][..]), ("configmaps", &["*"]), ("namespaces", &["*"])];
        let kubeconfig = crate::support::user_everywhere(cluster(), &user, &rights);
        real.program.set("KUBECONFIG", kubeconfig);
        let report = real.program.run(RUN).exits(1).json();
        let release = &report["releases"][0];
        assert_eq!((&release["outcome"], &release["class"]), (&"failed".into(), &"history".into()), "{report:#}");
        let message = release["message"].as_str().expect("a message");
        assert!(message.contains("Failed to store updated release"), "{message}");
        assert_eq!(report["totals"]["restorable"], 0);
    });
}

#[test]
fn where_only_helm_can_see_the_cluster_no_history_is_promised() {
    let fake = FakeHelm::with(["dev-a/web"]);
    let run = ["run", "-f", "policy.yaml", "--yes", "-A", "--keep-history"];
    fake.program.run(&run).exits(5).stderr_has("`keepHistory` needs direct access to the API server");
    assert_eq!(fake.left(), ["dev-a/web"]);
}

#[test]
fn a_rule_keeps_the_histories_of_what_it_selects_and_a_flag_those_of_everything_and_both_say_which() {
    let real = Real::new("by-rule", HelmVersion::Three);
    let (kept, gone) = (real.namespace("kept"), real.namespace("gone"));
    let rules = "keep: []\nrules:\n  - {name: kept, namespaces: [PREFIX-kept], keepHistory: true}\n  \
                 - {name: gone, namespaces: [PREFIX-gone]}\n";
    real.policy(rules);
    for (flag, expected) in [("", 1), ("--keep-history", 2)] {
        real.seed(&["kept/web", "gone/web"]);
        let plan = real.program.run(&format!("plan -f policy.yaml {flag}")).exits(0);
        let run = real.program.run(&format!("run -f policy.yaml --yes -A {flag}")).exits(0).stdout_has("purged 2");
        if expected == 1 {
            plan.stdout_has(&format!("1 of 2 releases ({kept}/web) can be restored: "));
            run.stdout_has(&format!("undo (of 1: {kept}/web): helm purge restore --run "));
        } else {
            plan.stdout_has("all of it can be restored: ");
            run.stdout_has(" · undo: helm purge restore --run ");
        }
        let left = [&kept, &gone].map(|namespace| records(namespace, "web").len());
        assert_eq!(left, [1, expected - 1]);
        real.program.run("restore -f policy.yaml --yes -A").exits(0);
        for namespace in [&kept, &gone] {
            let mut helm = real.helm_command();
            // What was not kept is not there.
            let _ = helm.args(["uninstall", "web", "-n", namespace]).output().expect("helm starts");
        }
    }
}

#[test]
fn what_cannot_be_restored_is_printed_before_the_purge() {
    let real = Real::new("losses", HelmVersion::Three);
    real.policy("keep: []\ndefaults: {keepHistory: true, dataLoss: allow}\n");
    let namespace = real.namespace("a");
    real.install(Chart::Claim, &namespace, "files", &[]);
    let job = serde_json::json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "init", "annotations": {"helm.sh/hook": "post-install"}},
    });
    seed_releases(&[SeededRelease::new(&namespace, "web").hook(job).config_maps(1)]);
    let claims = cluster().api().list(Kind::CLAIM, Some(&namespace)).expect("claims can be listed");
    let plan = real.program.run("plan -f policy.yaml").exits(0);
    let plan = plan.stdout_has("all of it can be restored").stdout_has("by helm-purge itself and not by helm");
    let plan = plan.stdout_has(&format!("of {namespace}/web does not come back: Job init, created by a hook"));
    plan.stdout_has(&format!(
        "of {namespace}/files does not come back: the data of PersistentVolumeClaim {}",
        claims[1]
    ));
    let explained = real.program.run(&["explain", "-f", "policy.yaml", &format!("{namespace}/web")]).exits(0);
    explained.stdout_has("`helm purge restore` brings it back, but not Job init, created by a hook");
    let document = real.program.run("plan -f policy.yaml -o json").exits(0).json();
    assert_eq!(document["releases"][1]["losses"][0], "Job init, created by a hook", "{document:#}");
    real.policy("keep: []\ndefaults: {dataLoss: allow}\n");
    let without = real.program.run("plan -f policy.yaml").exits(0);
    assert!(!without.stdout.contains("restored") && !without.stdout.contains("come back"), "{without}");
}
