//! `restore` and `forget` beside other runs: the lock, the journal, which purge was the last, and which cluster it is.

use rustix::process::Signal;
use serde_json::{Value, json};
use throwaway_cluster::{Answer, Cluster, Components, Fault, HelmVersion, Kind, SeededRelease, Which};

use crate::support::histories::{KEEPING, RESTORE, RUN, old_history, records, status, works};
use crate::support::pods::in_pod;
use crate::support::{
    OrPanic, Real, Running, Terminal, allow_nobody, cluster, create_namespace, seed_releases,
    wait_until_nobody_is_allowed,
};

const DRY_RUN: &str = "restore -f policy.yaml --dry-run";
const FORGET: &str = "forget --older-than 14d -f policy.yaml --yes -A -o json";
const RUNS: &str = "log --local -o json";

/// Two releases in the scope of a policy that keeps histories, and a namespace for its lock.
fn prepare(test: &str) -> Real {
    let real = Real::new(test, HelmVersion::Three);
    real.policy(KEEPING);
    real.seed(&["a/one", "a/two"]);
    create_namespace(&real.namespace("locks"));
    real
}

fn start(real: &Real, command: &str, flags: &str) -> Running {
    real.program.start(&format!("{command} --lock-namespace {} {flags}", real.namespace("locks")))
}

/// The newest of the journals on this machine.
fn newest(real: &Real) -> Value {
    real.program.run(RUNS).exits(0).json()["runs"][0].clone()
}

#[test]
fn a_restore_and_a_forget_do_not_run_beside_a_purge_and_one_that_waits_takes_back_all_of_it() {
    let mut real = prepare("held-back");
    old_history(&real, "old");
    real.hold_helm("uninstall");
    let purge = start(&real, RUN, "--workers=1 --batch=1");
    real.program.wait_for_file("calls", "uninstall");
    let policy = real.namespace("x").trim_end_matches("-x").to_owned();
    for command in [RESTORE, FORGET] {
        let refused = start(&real, command, "").finish().exits(6);
        let refused = refused.stderr_has(&format!("error: another run holds the lock of the policy {policy}: "));
        refused.stderr_has("hint: wait for it with --lock-wait");
    }
    for (command, nothing) in [(RESTORE, "nothing was restored"), (FORGET, "nothing was forgotten")] {
        let impatient = start(&real, command, "--lock-wait 1m");
        impatient.wait_for_stderr("waiting: another run holds the lock");
        impatient.signal(Signal::INT);
        impatient.finish().exits(130).stderr_has(&format!("interrupted; {nothing}"));
    }
    // It begins while nothing is gone yet, and plans once more when the purge is over.
    let restore = start(&real, RESTORE, "--lock-wait 1m");
    restore.wait_for_stderr("waiting: another run holds the lock");
    real.let_helm_go();
    let purged = purge.finish().exits(0).run_id();
    let restored = restore.finish().exits(0);
    let report = restored.json();
    assert_eq!((&report["runs"], &report["report"]["totals"]["restored"]), (&json!([purged]), &json!(2)), "{restored}");
    assert_eq!(records(&real.namespace("a"), "old"), ["v1"], "nobody has asked for that");
    assert_eq!(start(&real, FORGET, "").finish().exits(0).json()["releases"][0]["forgotten"], true);
    let lease = format!("helm-purge-{policy}");
    let kind = Kind::new("coordination.k8s.io/v1", "Lease");
    let lease = cluster().api().get(kind, Some(&real.namespace("locks")), &lease).expect("the API answers");
    assert!(lease.expect("there is a Lease")["spec"]["holderIdentity"].is_null(), "everybody gave it back");
}

#[test]
fn a_restore_that_finds_more_after_it_has_waited_for_a_purge_asks_again() {
    let mut real = prepare("asks-again");
    real.hold_helm("uninstall");
    let purge = start(&real, RUN, "--workers=1 --batch=1");
    real.program.wait_for_file("calls", "uninstall");
    let locks = real.namespace("locks");
    let line = format!("restore -f policy.yaml --lock-namespace {locks} --lock-wait 1m");
    let mut terminal = Terminal::start(real.program.command(&line));
    terminal.wait_for("waiting: another run holds the lock");
    real.let_helm_go();
    purge.finish().exits(0);
    terminal.wait_for("About to restore 2 releases on throwaway.");
    terminal.type_text("\r");
    assert_eq!(terminal.wait().code(), Some(7), "{}", terminal.screen());
    assert_eq!(records(&real.namespace("a"), "one"), ["v1"]);
}

#[test]
fn a_purge_does_not_run_beside_a_restore() {
    let mut real = prepare("aside");
    real.program.run(RUN).exits(0);
    real.hold_helm("rollback");
    let restore = start(&real, RESTORE, "--workers=1");
    real.program.wait_for_file("calls", "rollback");
    // Somebody has installed something meanwhile: else there were nothing to purge, and no lock to take.
    real.seed(&["a/three"]);
    start(&real, RUN, "").finish().exits(6).stderr_has("another run holds the lock of the policy");
    let note = real.program.run("plan -f policy.yaml").exits(0);
    note.stderr_has("note: restore ").stderr_has(" of the same policy is in progress: ");
    real.let_helm_go();
    assert_eq!(restore.finish().exits(0).json()["report"]["totals"]["restored"], 2);
    assert_eq!(real.listed(), ["a/one", "a/three", "a/two"]);
}

#[test]
fn a_restore_that_was_killed_names_what_it_had_in_progress_and_the_next_one_finishes_it() {
    let mut real = prepare("reckoned");
    let purged = real.program.run(RUN).exits(0).run_id();
    real.hold_helm("rollback");
    let running = real.program.start(&format!("{RESTORE} --workers=1"));
    real.program.wait_for_file("calls", "rollback");
    let run = newest(&real);
    assert_eq!((&run["operation"], &run["state"]), (&json!("restore"), &json!("running")), "{run:#}");
    assert_eq!((&run["restores"], &run["totals"]["planned"]), (&json!([purged]), &json!(2)), "{run:#}");
    real.program.kill(running);
    let run = newest(&real);
    let one = format!("{}/one", real.namespace("a"));
    assert_eq!((&run["state"], &run["inProgress"]), (&json!("killed"), &json!([one])), "{run:#}");
    let id = run["id"].as_str().expect("it has a name").to_owned();
    let table = real.program.run("log --local").exits(0).stdout_has("killed, 1 in progress");
    assert!(table.stdout.contains("restore") && table.stdout.contains("purge"), "{table}");
    let detail = real.program.run(&format!("log --local {id}")).exits(0);
    detail.stdout_has(&format!("what     restore of {purged}")).stdout_has(&format!("{one}  in-hand"));
    let says = format!("note: restore {id} of ");
    let plan = real.program.run(DRY_RUN).exits(0).stderr_has(&says).stderr_has("planned again unless already restored");
    drop(plan);
    real.program.run("plan -f policy.yaml").exits(0).stderr_has("`restore` restores the rest");
    real.let_helm_go();
    let restored = real.program.run(RESTORE).exits(0);
    assert_eq!(restored.json()["report"]["totals"]["restored"], 2, "{restored}");
    assert_eq!(restored.json()["run"]["journal"].as_array().map(Vec::len), Some(1), "{restored}");
    let run = newest(&real);
    assert_eq!((&run["id"], &run["state"]), (&restored.json()["run"]["id"], &json!("finished")), "{run:#}");
    assert_eq!((&run["totals"]["restored"], &run["verified"]["gone"]), (&json!(2), &json!(2)), "{run:#}");
    assert!(!real.program.run(DRY_RUN).exits(0).stderr.contains("was killed"));
}

#[test]
fn a_forget_keeps_a_journal_and_without_a_place_for_one_nothing_is_forgotten_nor_restored() {
    let real = prepare("forgotten");
    old_history(&real, "old");
    let no_room = real.program.run(&format!("{FORGET} --journal /dev/full")).exits(4);
    drop(no_room.stderr_has("/dev/full: No space left on device").stderr_has("or run without a journal: --no-journal"));
    assert_eq!(records(&real.namespace("a"), "old"), ["v1"]);
    let forgotten = real.program.run(FORGET).exits(0);
    let run = newest(&real);
    assert_eq!((&run["operation"], &run["id"]), (&json!("forget"), &forgotten.json()["run"]["id"]), "{run:#}");
    assert_eq!((&run["totals"]["forgotten"], &run["totals"]["planned"]), (&json!(1), &json!(1)), "{run:#}");
    let one = real.program.run(&["log", "--local", run["id"].as_str().expect("text")]).exits(0);
    one.stdout_has("what     forget").stdout_has(&format!("{}/old  forgotten", real.namespace("a")));
    real.program.run(RUN).exits(0);
    let no_room = real.program.run(&format!("{RESTORE} --journal /dev/full")).exits(4);
    no_room.stderr_has("/dev/full: No space left on device");
    assert_eq!(status(&real, &real.namespace("a"), "one")["info"]["status"], "uninstalled");
    let silent = real.program.run(&format!("{RESTORE} --no-journal")).exits(0).json();
    assert_eq!((&silent["run"]["journal"], &newest(&real)["operation"]), (&json!([]), &json!("purge")), "{silent:#}");
}

#[test]
fn a_deadline_ends_a_restore_with_accounts_for_everything() {
    let mut real = prepare("hurried");
    real.program.run(RUN).exits(0);
    real.hold_helm("rollback");
    // Less time than a release may take: nothing more is started in its second half.
    let running = real.program.start(&format!("{RESTORE} --workers=1 --max-duration=10s"));
    real.program.wait_for_file("calls", "rollback");
    running.wait_for_stderr("will be finished, 1 not started (the deadline is near)");
    real.let_helm_go();
    let late = running.finish().exits(8).json();
    let totals = &late["report"]["totals"];
    assert_eq!((&totals["restored"], &totals["notStarted"]), (&json!(1), &json!(1)), "{late:#}");
    assert_eq!(real.program.run(RESTORE).exits(0).json()["report"]["totals"]["restored"], 1);
}

#[test]
fn a_signal_ends_a_restore_with_accounts_for_everything() {
    let mut real = prepare("signalled");
    real.program.run(RUN).exits(0);
    real.hold_helm("rollback");
    let running = real.program.start(&format!("{RESTORE} --workers=1"));
    real.program.wait_for_file("calls", "rollback");
    running.signal(Signal::TERM);
    running.wait_for_stderr("stopping: 1 release is being restored and will be finished, 1 not started");
    real.let_helm_go();
    running.finish().exits(143);
    let run = newest(&real);
    assert_eq!((&run["state"], &run["exitCode"]), (&json!("interrupted"), &json!(143)), "{run:#}");
    assert_eq!((&run["totals"]["restored"], &run["totals"]["notStarted"]), (&json!(1), &json!(1)), "{run:#}");
    assert_eq!(real.program.run(RESTORE).exits(0).json()["report"]["totals"]["restored"], 1);
}

#[test]
fn once_the_last_run_is_restored_what_the_one_before_has_left_is_restored_only_by_its_name() {
    let real = Real::new("leftover-run", HelmVersion::Four);
    real.policy(KEEPING);
    real.seed(&["a/old"]);
    let first = real.program.run(RUN).exits(0).run_id();
    real.seed(&["a/web"]);
    let second = real.program.run(RUN).exits(0).run_id();
    let restored = real.program.run(RESTORE).exits(0).json();
    assert_eq!((&restored["runs"], &restored["report"]["totals"]["restored"]), (&json!([second]), &json!(1)));
    assert_eq!(restored["otherRuns"], json!([{"run": first, "releases": 1}]));

    let again =
        real.program.run("restore -f policy.yaml --yes -A").exits(0).stderr_has(&format!("run {second}, begun"));
    let again = again.stderr_has("nothing is here that this run has left").stderr_has("nothing to restore");
    let again = again.stderr_has(&format!("other runs have left releases as well, name them with --run: {first} (1)"));
    again.stderr_has("warning: other runs have left 1 release that can be restored: name a run with --run");
    assert_eq!(status(&real, &real.namespace("a"), "old")["info"]["status"], "uninstalled");

    // The cluster alone does not tell of the second one any more: then the head says which run it is and when it was.
    let elsewhere = Real::new("leftover-run", HelmVersion::Four);
    elsewhere.policy(KEEPING);
    let plan = elsewhere.program.run(DRY_RUN).exits(0).stdout_has(&format!("run {first}, begun"));
    assert!(!plan.stdout.contains(&second), "{plan}");

    let by_name = format!("restore -f policy.yaml --yes -A --run {first}");
    let plan = real.program.run(&format!("{DRY_RUN} --run {first}")).exits(0);
    plan.stdout_has(&format!("the last run of the policy is another one: {second}, begun"));
    real.program.run(&by_name).exits(0).stdout_has("restored 1");
    assert_eq!(real.listed(), ["a/old", "a/web"]);
}

#[test]
fn a_purge_whose_clock_was_ahead_does_not_keep_the_last_one_from_being_restored() {
    let mut real = Real::new("ahead-run", HelmVersion::Four);
    real.policy(KEEPING);
    real.seed(&["a/old"]);
    let last = real.program.run(RUN).exits(0).run_id();
    real.seed(&["a/web"]);
    let ahead = real.program.file("ahead", "240");
    real.program.set("HELM_PURGE_TEST_AHEAD", ahead);
    let future = real.program.run(RUN).exits(0).run_id();
    real.program.file("ahead", "0");
    let restored = real.program.run(RESTORE).exits(0).json();
    assert_eq!((&restored["runs"], &restored["report"]["totals"]["restored"]), (&json!([last]), &json!(1)));
    real.program.run(&format!("restore -f policy.yaml --yes -A --run {future}")).exits(0).stdout_has("restored 1");
    assert_eq!(real.listed(), ["a/old", "a/web"]);
}

#[test]
fn a_pod_that_restores_brings_back_what_the_pods_of_a_purge_have_removed() {
    let home = "podmorning-home";
    let evening = in_pod("podmorning", home, "cluster-admin");
    let policy = evening.program.read("policy.yaml");
    let policy = format!("{policy}defaults: {{keepHistory: true}}\n");
    evening.program.file("policy.yaml", &policy);
    evening.seed(&["a/one"]);
    // One that fails, as its Job would try it again.
    let broken = SeededRelease::new(&evening.namespace("a"), "broken").config_maps(1).hook(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "No", "annotations": {"helm.sh/hook": "pre-delete"}},
    }));
    seed_releases(&[broken]);
    let first = evening.program.run(RUN).exits(1).run_id();
    evening.program.file("policy.yaml", &policy.replace("keepHistory: true", "keepHistory: true, hooks: skip"));
    let second = evening.program.run(RUN).exits(0).run_id();
    let restored = evening.program.run(RESTORE).exits(0);
    let report = restored.json();
    assert_eq!((&report["runs"], &report["unfinishedRuns"]), (&json!([second, first]), &json!([first])), "{restored}");
    assert_eq!(report["report"]["totals"]["restored"], 2, "{restored}");
    let config_map = format!("configmap {home}/helm-purge-run-{}", restored.run_id());
    assert_eq!(report["run"]["journal"], json!([config_map]), "{restored}");
    let laptop = Real::new("podmorning", HelmVersion::Three);
    let runs = laptop.program.run(&format!("log -n {home} -o json")).exits(0).json();
    let operations = [0, 1, 2].map(|at| runs["runs"][at]["operation"].clone());
    assert_eq!(operations, [json!("restore"), json!("purge"), json!("purge")], "{runs:#}");
}

#[test]
fn a_rollback_that_the_api_server_failed_is_tried_again() {
    for helm in HelmVersion::BOTH {
        let (real, proxy) = Real::behind_a_proxy("rolled-again", helm);
        real.policy(KEEPING);
        real.seed(&["a/web"]);
        real.program.run(RUN).exits(0);
        let object = format!("POST /api/v1/namespaces/{}/configmaps*", real.namespace("a"));
        proxy.fail(&object, Which::Only(1), Fault::Answer(Answer::UNAVAILABLE));
        let output = real.program.run(RESTORE).exits(0);
        let release = &output.json()["report"]["releases"][0];
        assert_eq!((&release["outcome"], &release["attempts"]), (&json!("restored"), &json!(2)), "{output}");
        assert_eq!(status(&real, &real.namespace("a"), "web")["info"]["status"], "deployed");
        assert!(!records(&real.namespace("a"), "web").contains(&"v1".to_owned()));
    }
}

/// The same release in two clusters behind one address, uninstalled and marked in both.
struct Twins {
    real: Real,
    other: Cluster,
    relay: throwaway_cluster::Relay,
}

impl Twins {
    fn new(test: &str) -> Self {
        let mut real = Real::new(test, HelmVersion::Four);
        real.policy(KEEPING);
        let other = Cluster::start(Components::ControlPlane).or_panic();
        let (namespace, policy) = (real.namespace("a"), real.namespace("x").trim_end_matches("-x").to_owned());
        let mark = format!("helm-purge 20200102-030405-0a1b2c {policy}");
        for cluster in [cluster(), &other] {
            let web = SeededRelease::new(&namespace, "web").config_maps(1);
            cluster.seed(&[web]).or_panic();
            let mut helm = cluster.helm_command(real.helm).or_panic();
            helm.args(["uninstall", "web", "-n", &namespace, "--keep-history", "--description", &mark]);
            works(&helm.output().expect("helm starts"));
        }
        let relay = real.go_through_a_relay();
        Self { real, other, relay }
    }

    /// While somebody thinks about the plan, the address comes to lead to the other cluster.
    fn swap(&self, command: &[&str], question: &str, code: i32, says: &[&str]) {
        self.relay.lead_to(cluster());
        let mut terminal = Terminal::start(self.real.program.command(command));
        terminal.wait_for(question);
        self.relay.lead_to(&self.other);
        terminal.type_text("throwaway\r");
        assert_eq!(terminal.wait().code(), Some(code), "{}", terminal.screen());
        for words in says {
            terminal.wait_for(words);
        }
        for cluster in [cluster(), &self.other] {
            let left = cluster.api().list(Kind::SECRET, Some(&self.real.namespace("a"))).expect("they can be listed");
            assert_eq!(left, ["sh.helm.release.v1.web.v1"], "{command:?}");
        }
    }
}

#[test]
fn an_address_that_leads_to_another_cluster_after_the_plan_gets_nothing_restored_or_forgotten_there() {
    let twins = Twins::new("swapped-back");
    let restore = ["restore", "-f", "policy.yaml"];
    let forget = ["forget", "--older-than", "14d", "-f", "policy.yaml"];
    let (restores, forgets) = ("About to restore 1 release on throwaway.", "About to delete 1 kept history");
    // Where the uid may not be read, each release is compared by its record.
    for cluster in [cluster(), &twins.other] {
        allow_nobody(cluster, &["list"]);
    }
    twins.swap(&restore, restores, 0, &["changed since the plan, left alone"]);
    twins.swap(&forget, forgets, 1, &["it has changed since the plan"]);
    for cluster in [cluster(), &twins.other] {
        allow_nobody(cluster, &["list", "get"]);
        wait_until_nobody_is_allowed(cluster);
    }
    let (not_restored, not_forgotten) = ("nothing was restored", "nothing was forgotten");
    for (command, question, nothing) in [(&restore[..], restores, not_restored), (&forget, forgets, not_forgotten)] {
        twins.swap(command, question, 5, &["the API server address now points to a different cluster", nothing]);
    }
}
