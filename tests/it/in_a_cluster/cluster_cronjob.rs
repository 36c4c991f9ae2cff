//! deploy/cronjob: what the API server says to it, and its pods.

use serde_json::{Value, json};
use throwaway_cluster::{Chart, HelmVersion, Kind};

use super::objects::{Apply, HOME, apply, deploy, essence, find, succeeds};
use super::pod::{Ended, Pod};
use super::root::cannot_be_made;
use crate::support::{Program, Real, cluster, user_of, wait_until_allowed};

const CRON_JOB: Kind<'_> = Kind::new("batch/v1", "CronJob");

#[test]
fn the_plain_file_holds_the_objects_of_base_and_live() {
    let plain = apply(&deploy("cronjob/plain.yaml"), Apply::OnlyAsked);
    let live = apply(&deploy("cronjob/overlays/live"), Apply::OnlyAsked);
    assert_eq!(plain.len(), live.len());
    for object in &live {
        let (kind, name) = (object["kind"].as_str().expect("a text"), object["metadata"]["name"].as_str());
        let other = find(&plain, kind, name.expect("a text"));
        assert_eq!(essence(other), essence(object), "{kind}");
        assert_eq!(other["metadata"]["labels"], object["metadata"]["labels"], "{kind}");
    }
}

#[test]
fn base_and_preview_only_show_the_plan_live_purges_and_restore_keeps_every_history() {
    let arguments = |path: &str, name: &str| {
        let objects = apply(&deploy(path), Apply::OnlyAsked);
        Pod::of(find(&objects, "CronJob", name)).arguments()
    };
    let base = arguments("cronjob/base", "helm-purge");
    assert_eq!(base[..2], ["run", "--dry-run"]);
    assert_eq!(arguments("cronjob/overlays/preview", "helm-purge"), base);
    let live = arguments("cronjob/overlays/live", "helm-purge");
    assert_eq!(live, base.iter().filter(|argument| *argument != "--dry-run").cloned().collect::<Vec<_>>());
    let evening = arguments("cronjob/overlays/restore", "helm-purge");
    assert_eq!(evening, [&live[..], &["--keep-history".to_owned()]].concat());
    assert_eq!(arguments("cronjob/overlays/restore", "helm-purge-restore")[0], "restore");
}

#[test]
fn the_policy_of_the_cronjob_is_one() {
    let file = deploy("cronjob/base/policy.yaml");
    let output = Program::new().run(&["validate", &file.to_string_lossy()]).exits(0);
    assert!(!output.stderr.contains("warning"), "{output}");
}

/// The shipped policy, for this cluster, this test's namespaces, and any time of the day.
fn here(real: &Real) -> impl Fn(&str) -> String {
    let scope = real.namespace("*");
    move |policy: &str| {
        let zeros = "00000000-0000-0000-0000-000000000000";
        assert!(policy.contains(zeros) && policy.contains("\"dev-*\"") && policy.contains("\nwindow: "), "{policy}");
        let lines = policy.lines().filter(|line| !line.starts_with("window: ") && !line.starts_with("limits: "));
        let policy = lines.collect::<Vec<_>>().join("\n");
        policy.replace(zeros, cluster().uid()).replace("dev-*", &scope).replace("end-of-day", &scope.replace("-*", ""))
    }
}

fn stored(name: &str) -> Pod {
    let object = cluster().api().get(CRON_JOB, Some(HOME), name).expect("it can be read");
    Pod::of(&object.expect("it was applied"))
}

/// Runs a CronJob's pod, which has to be content.
fn run(real: &Real, name: &str) -> Ended {
    let ended = stored(name).run(real.helm, &here(real));
    assert_eq!(ended.output.status.code(), Some(0), "{}", ended.output);
    assert_eq!((&ended.message["exitCode"], &ended.message["failed"]), (&json!(0), &json!([])), "{:#}", ended.message);
    for line in ended.output.stderr.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "no JSON: {line}");
    }
    ended
}

/// Binds what the policy needs in this test's namespaces, by what `rbac` prints, and waits until it holds.
fn bind(real: &Real, purpose: &str, account: &str) {
    let policy = here(real)(&std::fs::read_to_string(deploy("cronjob/base/policy.yaml")).expect("it is there"));
    let policy = policy.replace("defaults: {", "defaults: {keepHistory: true, ");
    real.program.file("bound.yaml", &policy);
    let account_flag = format!("--service-account={HOME}/{account}");
    let printed = real.program.run(&format!("rbac -f bound.yaml --for {purpose} {account_flag}")).exits(0);
    drop(apply(&real.program.file("roles.yaml", &printed.stdout), Apply::ForReal));
    for namespace in ["a", "b"] {
        wait_until_allowed(cluster(), &user_of(HOME, account), &real.namespace(namespace), &["delete", "secrets"]);
    }
}

#[test]
fn as_their_service_accounts_the_pods_show_purge_and_bring_back_with_the_roles_that_rbac_prints() {
    if cannot_be_made("as_their_service_accounts_the_pods_show_purge_and_bring_back_with_the_roles_that_rbac_prints") {
        return;
    }
    let applied = |overlay: &str| apply(&deploy(&format!("cronjob/overlays/{overlay}")), Apply::ForReal);
    drop(applied("preview"));
    let reals = HelmVersion::BOTH.map(|helm| Real::new("podcron", helm));
    for real in &reals {
        install(real);
        real.seed(&["a/vault"]);
        bind(real, "run", "helm-purge");
        let ended = run(real, "helm-purge");
        assert_eq!(real.listed().len(), 3, "nothing but shown\n{}", ended.output);
    }
    drop(applied("live"));
    let unedited = stored("helm-purge").run(HelmVersion::Four, &str::to_owned);
    assert_eq!(unedited.output.status.code(), Some(5), "{}", unedited.output);
    assert_eq!((&unedited.message["exitCode"], &unedited.message["totals"]["purged"]), (&json!(5), &json!(0)));
    for real in &reals {
        let ended = run(real, "helm-purge");
        assert_eq!((&ended.message["totals"]["purged"], &ended.message["verified"]), (&json!(2), &json!("verified")));
        assert_eq!(real.listed(), ["a/vault"]);
        let left = ended.root.left_in_tmp();
        assert!(left.iter().all(|path| is_expected(path)), "{left:?}");
        install(real);
    }
    drop(applied("restore"));
    for name in ["helm-purge", "helm-purge-restore"] {
        stored(name).is_admitted();
    }
    for real in &reals {
        bind(real, "restore", "helm-purge-restore");
        let ended = run(real, "helm-purge");
        assert_eq!(ended.message["totals"]["purged"], 2);
        let ended = run(real, "helm-purge-restore");
        assert_eq!(real.listed(), ["a/vault", "a/web", "b/web"], "{}", ended.output);
        let status = succeeds(real.helm_command().args(["status", "web", "-n", &real.namespace("a")]));
        assert!(status.contains("STATUS: deployed"), "{status}");
    }
}

/// What a restore can make again.
fn install(real: &Real) {
    for namespace in ["a", "b"] {
        real.install(Chart::Tiny, &real.namespace(namespace), "web", &[]);
    }
}

#[test]
fn the_roles_are_those_that_rbac_prints_for_the_policy() {
    let text = std::fs::read_to_string(deploy("cronjob/base/policy.yaml")).expect("it is there");
    let real = Real::new("podroles", HelmVersion::Three);
    real.program.file("evening.yaml", &text);
    real.program.file("restore.yaml", &text.replace("defaults: {", "defaults: {keepHistory: true, "));
    let printed = |file: &str, purpose: &str, account: &str| {
        let account = format!("--service-account={HOME}/{account}");
        let list = real.program.run(&format!("rbac -f {file} --for {purpose} {account} -o json")).exits(0).json();
        let objects = list["items"].as_array().expect("a list").clone().into_iter();
        // What binds in scope is as many as there are namespaces, and another test may have made some.
        let in_scope = |object: &Value| object["kind"] == "RoleBinding" && object["roleRef"]["kind"] == "ClusterRole";
        let file = real.program.file("printed.json", &json!({
            "apiVersion": "v1", "kind": "List", "items": objects.filter(|object| !in_scope(object)).collect::<Vec<_>>(),
        }).to_string());
        apply(&file, Apply::OnlyAsked)
    };
    let evening = printed("evening.yaml", "run", "helm-purge");
    let morning = printed("restore.yaml", "restore", "helm-purge-restore");
    for (overlay, expected) in [("live", evening.clone()), ("restore", [evening, morning].concat())] {
        let objects = apply(&deploy(&format!("cronjob/overlays/{overlay}")), Apply::OnlyAsked);
        let roles = objects.iter().filter(|object| object["apiVersion"] == "rbac.authorization.k8s.io/v1");
        assert_eq!(roles.count(), expected.len(), "{overlay}");
        for role in &expected {
            let found = find(&objects, text_of(&role["kind"]), text_of(&role["metadata"]["name"]));
            assert_eq!(essence(found), essence(role), "{overlay}");
        }
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// What may stay behind in /tmp: discovery, helm's own folders, and the journal as a file.
fn is_expected(path: &str) -> bool {
    ["kube", "helm", ".local"].iter().any(|part| path.split('/').next() == Some(part))
}
