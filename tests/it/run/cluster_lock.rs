//! The lock, on the real cluster: two runs of one policy, a killed one, thirty policies, and whoever cannot lock.

use rustix::process::Signal;
use serde_json::{Value, json};
use throwaway_cluster::{HelmVersion, Kind};

use crate::support::{OrPanic, Output, Real, Running, cluster, create_namespace, user_everywhere};

const LEASE: Kind<'_> = Kind::new("coordination.k8s.io/v1", "Lease");
const RUN: &str = "run -A -f policy.yaml --yes --workers=1 --batch=1 -o json";

fn prepare(test: &str) -> Real {
    let mut real = Real::new(test, HelmVersion::Four);
    real.seed(&["a/one", "a/two"]);
    create_namespace(&locks(&real));
    real.hold_helm("uninstall");
    real
}

fn locks(real: &Real) -> String {
    real.namespace("locks")
}

fn start(real: &Real, flags: &str) -> Running {
    real.program.start(&format!("{RUN} --lock-namespace {} {flags}", locks(real)))
}

/// A run that has taken the lock and has started to uninstall.
fn start_and_hold(real: &Real) -> Running {
    let running = start(real, "");
    real.program.wait_for_file("calls", "uninstall");
    running
}

fn lease(real: &Real) -> Value {
    let name = format!("helm-purge-{}", real.namespace("x").trim_end_matches("-x"));
    let found = cluster().api().get(LEASE, Some(&locks(real)), &name).or_panic();
    found.expect("there is a Lease")["spec"].clone()
}

fn change_lease(real: &Real, spec: &Value) {
    let name = format!("helm-purge-{}", real.namespace("x").trim_end_matches("-x"));
    let changed = cluster().api().patch(LEASE, Some(&locks(real)), &name, &json!({"spec": spec}));
    changed.or_panic();
}

#[track_caller]
fn totals(output: &Output) -> [u64; 3] {
    let report = output.json();
    ["purged", "alreadyGone", "failed"].map(|key| report["totals"][key].as_u64().expect("a number"))
}

#[test]
fn of_two_runs_of_one_policy_the_second_waits_or_says_who_is_first() {
    let real = prepare("lock-two");
    let first = start_and_hold(&real);
    let holder = lease(&real)["holderIdentity"].as_str().expect("somebody holds it").to_owned();
    let refused = start(&real, "").finish().exits(6);
    let policy = real.namespace("x").trim_end_matches("-x").to_owned();
    let refused = refused.stderr_has(&format!("error: another run holds the lock of the policy {policy}: {holder}"));
    refused.stderr_has("hint: wait for it with --lock-wait");
    start(&real, "--lock-wait 1s").finish().exits(6).stderr_has("waiting: another run holds the lock");
    let second = start(&real, "--lock-wait 1m");
    second.wait_for_stderr("waiting: another run holds the lock");
    let impatient = start(&real, "--lock-wait 1m");
    impatient.wait_for_stderr("waiting: another run holds the lock");
    impatient.signal(Signal::INT);
    impatient.finish().exits(130).stderr_has("interrupted; nothing was purged");
    real.let_helm_go();
    assert_eq!(totals(&first.finish().exits(0)), [2, 0, 0]);
    assert_eq!(totals(&second.finish().exits(0)), [0, 2, 0], "nothing is uninstalled twice");
    assert!(lease(&real)["holderIdentity"].is_null() && lease(&real)["leaseTransitions"] == 1, "{}", lease(&real));
}

#[test]
fn a_plan_and_a_dry_run_take_no_lock_and_a_run_outside_a_pod_says_where_there_is_none() {
    let real = prepare("lock-none");
    real.program.run("plan -f policy.yaml").exits(0);
    start(&real, "--dry-run").finish().exits(0);
    let leases = cluster().api().list(LEASE, Some(&locks(&real))).expect("Leases can be listed");
    assert!(leases.is_empty(), "{leases:?}");
    real.program.run(&format!("{RUN} --lock-namespace No")).exits(2).stderr_has("`No` is not a valid namespace name");
    real.let_helm_go();
    let output = real.program.run(RUN).exits(0).stderr_has("note: running without a lock; use --lock-namespace");
    assert_eq!(totals(&output), [2, 0, 0]);
    let nothing_left = start(&real, "").finish().exits(0);
    assert!(cluster().api().list(LEASE, Some(&locks(&real))).expect("Leases can be listed").is_empty());
    drop(nothing_left);
}

#[test]
fn the_lock_of_a_killed_run_is_taken_over_once_it_has_not_been_renewed_for_its_duration() {
    let real = prepare("lock-killed");
    let killed = start_and_hold(&real);
    killed.signal(Signal::KILL);
    drop(killed.finish());
    let (before, holder) = (lease(&real), lease(&real)["holderIdentity"].clone());
    assert_eq!(before["leaseDurationSeconds"], 60);
    // As a run writes it that is to be missed sooner.
    change_lease(&real, &json!({"leaseDurationSeconds": 2}));
    let next = start(&real, "--lock-wait 1m");
    next.wait_for_stderr("waiting: another run holds the lock");
    assert_eq!(lease(&real)["holderIdentity"], holder, "not before its time");
    real.let_helm_go();
    next.finish().exits(0);
    assert!(lease(&real)["holderIdentity"].is_null() && lease(&real)["leaseTransitions"] == 1, "{}", lease(&real));
    assert!(real.listed().is_empty());
}

#[test]
fn the_lock_of_a_run_that_is_long_dead_delays_nothing() {
    let real = prepare("lock-dead");
    let killed = start_and_hold(&real);
    killed.signal(Signal::KILL);
    drop(killed.finish());
    change_lease(&real, &json!({"renewTime": "2026-01-01T00:00:00.000000Z"}));
    real.let_helm_go();
    let output = start(&real, "").finish().exits(0);
    assert!(!output.stderr.contains("waiting"), "{output}");
}

#[test]
fn after_one_signal_and_after_two_the_lock_is_given_back() {
    for (name, signals, says) in [("lock-one", 1, "stopping:"), ("lock-both", 2, "(TERM)")] {
        let real = prepare(name);
        let running = start_and_hold(&real);
        running.signal(Signal::INT);
        running.wait_for_stderr("stopping:");
        if signals == 2 {
            running.signal(Signal::TERM);
        } else {
            real.let_helm_go();
        }
        running.wait_for_stderr(says);
        running.finish().exits(130);
        assert!(lease(&real)["holderIdentity"].is_null(), "{signals}: {}", lease(&real));
    }
}

#[test]
fn a_run_that_gets_one_lock_and_not_the_next_gives_the_first_one_back() {
    let real = prepare("lock-early");
    let policy = real.program.read("policy.yaml");
    let name = real.namespace("x").trim_end_matches("-x").to_owned();
    real.program.file("later.yaml", &policy.replace(&format!("name: {name}"), &format!("name: {name}-later")));
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    let later = cluster().api().create(&json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": format!("helm-purge-{name}-later"), "namespace": locks(&real)},
        "spec": {"holderIdentity": "somebody", "leaseDurationSeconds": 60, "renewTime": now},
    }));
    later.or_panic();
    let refused = start(&real, "-f later.yaml").finish().exits(6);
    refused.stderr_has(&format!("holds the lock of the policy {name}-later: somebody, last renewed"));
    assert!(lease(&real)["holderIdentity"].is_null(), "{}", lease(&real));
    assert_eq!(real.listed(), ["a/one", "a/two"]);
}

#[test]
fn a_lock_that_a_user_takes_away_is_reported_and_the_run_goes_on() {
    let real = prepare("lock-lost");
    let running = start_and_hold(&real);
    change_lease(&real, &json!({"holderIdentity": "somebody"}));
    real.let_helm_go();
    let output = running.finish().exits(0).stderr_has("was lost, somebody holds it now; the run continues");
    assert_eq!(totals(&output), [2, 0, 0]);
    assert_eq!(lease(&real)["holderIdentity"], "somebody", "it is not ours to give back");
}

#[test]
fn who_cannot_write_leases_is_warned_once_and_purges_all_the_same() {
    let mut real = prepare("lock-forbidden");
    let all: &[&str] = &["*"];
    let user = real.namespace("user");
    let kubeconfig = user_everywhere(cluster(), &user, &[("secrets", all), ("configmaps", all), ("namespaces", all)]);
    real.program.set("KUBECONFIG", kubeconfig);
    real.let_helm_go();
    let output = start(&real, "").finish().exits(0).stderr_has("leases.coordination.k8s.io");
    assert_eq!(output.stderr.matches("warning: cannot take the lock").count(), 1, "{output}");
    assert_eq!(totals(&output), [2, 0, 0]);
}

#[test]
fn a_lock_in_a_namespace_that_is_not_there_is_a_warning_as_well() {
    let real = prepare("lock-nowhere");
    real.let_helm_go();
    let output = real.program.run(&format!("{RUN} --lock-namespace lock-nowhere-at-all")).exits(0);
    assert_eq!(totals(&output.stderr_has("warning: cannot take the lock: namespaces")), [2, 0, 0]);
}

#[test]
fn thirty_policies_side_by_side_and_the_other_way_round_wait_for_each_other_and_end() {
    let real = Real::new("lock-many", HelmVersion::Three);
    create_namespace(&locks(&real));
    let names = (10..40).map(|number| format!("p{number}")).collect::<Vec<_>>();
    real.seed(
        &names
            .iter()
            .map(|name| format!("{name}/web"))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    let policy = real.program.read("policy.yaml");
    let files = names.iter().map(|name| {
        let prefix = real.namespace("x").trim_end_matches("-x").to_owned();
        let text = policy.replace(&format!("'{prefix}-*'"), &real.namespace(name));
        let text = text.replace(&format!("{{name: {prefix}}}"), &format!("{{name: {prefix}-{name}}}"));
        real.program.file(&format!("{name}.yaml"), &text);
        format!("{name}.yaml")
    });
    let files = files.collect::<Vec<_>>();
    let run = |files: &mut dyn Iterator<Item = &String>| {
        let files = files.map(|file| format!("-f {file}")).collect::<Vec<_>>().join(" ");
        let locks = locks(&real);
        real.program.start(&format!("run -A {files} --yes -o json --lock-wait 1m --lock-namespace {locks}"))
    };
    let runs = [run(&mut files.iter()), run(&mut files.iter().rev())];
    let totals = runs.map(|running| totals(&running.finish().exits(0)));
    assert_eq!([totals[0][0] + totals[1][0], totals[0][2] + totals[1][2]], [30, 0], "{totals:?}");
    let leases = cluster().api().objects(LEASE, Some(&locks(&real))).expect("Leases can be listed");
    assert_eq!(leases.len(), 30);
    assert!(leases.iter().all(|lease| lease["spec"]["holderIdentity"].is_null()), "{leases:#?}");
}
