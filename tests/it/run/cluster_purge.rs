//! Whole purges on the real cluster, with Helm 3 and Helm 4.

use serde_json::json;
use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease, Status};

use crate::support::{OrPanic, PLAN, RUN, Real, Terminal, cluster, seed_releases};

#[test]
fn well_known_charts_go_and_kept_ones_stay_untouched() {
    Real::with_both("charts", |real| {
        real.policy("keep: ['*/vault']\n");
        let (alice, bob) = (real.namespace("alice"), real.namespace("bob"));
        for (namespace, release, chart) in [
            (&alice, "web", Chart::Nginx),
            (&alice, "vault", Chart::Redis),
            (&bob, "cache", Chart::Redis),
            (&bob, "db", Chart::Mysql),
        ] {
            real.install(chart, namespace, release, &[]);
        }
        let before = cluster().api().list(Kind::SECRET, Some(&alice)).expect("secrets can be listed");
        let output = real.program.run(RUN).exits(0).stdout_has("purged 3 · failed 0").stdout_has("verified: 3 of 3");
        output.stdout_has("cache  [ConfigMap] cache-tuning (helm.sh/resource-policy: keep)");
        assert_eq!(real.listed(), ["alice/vault"]);
        let after = cluster().api().list(Kind::SECRET, Some(&alice)).expect("secrets can be listed");
        assert!(after.iter().all(|name| before.contains(name)) && after.iter().any(|name| name.contains("vault")));
        let sets = cluster().api().list(Kind::STATEFUL_SET, Some(&alice)).expect("stateful sets can be listed");
        assert_eq!(sets, ["vault"], "what is kept still runs");
        real.program.run(RUN).exits(0).stderr_has("nothing to purge");
    });
}

#[test]
fn every_form_of_keep_keeps() {
    Real::with_both("keeps", |real| {
        real.policy(
            "keep:\n  - PREFIX-a/whole\n  - '*/vault'\n  - {namespaces: ['*-c'], reason: ours}\n  \
             - {releases: ['ci-*']}\n  - {charts: [traefik]}\n  - {namespaces: ['*-d'], releases: [db], charts: ['my*']}\n",
        );
        real.seed(&["a/whole", "a/other", "b/vault", "b/web", "c/web", "d/ci-1", "d/cd-1"]);
        let chart = |name: &str, chart: &str| SeededRelease::new(&real.namespace("d"), name).chart(chart, "1.0.0");
        let seeded = [chart("proxy", "traefik"), chart("db", "mysql"), chart("db2", "mysql")];
        seed_releases(&seeded);
        real.program.run(RUN).exits(0).stdout_has("purged 4");
        assert_eq!(real.listed(), ["a/whole", "b/vault", "c/web", "d/ci-1", "d/db", "d/proxy"]);
    });
}

#[test]
fn every_state_that_helm_knows_is_seen_and_only_the_settled_ones_go() {
    Real::with_both("states", |real| {
        let releases = Status::ALL.into_iter().map(|status| {
            SeededRelease::new(&real.namespace("a"), &format!("r-{}", status.as_str())).status(status).revisions(1..=3)
        });
        seed_releases(&releases.collect::<Vec<_>>());
        let plan = real.program.run(&format!("{PLAN} -o json")).exits(0).json();
        let of = |decision: &str| {
            let releases = plan["releases"].as_array().expect("a list").iter();
            let chosen = releases.filter(|release| release["decision"] == decision);
            chosen.map(|release| release["status"].as_str().unwrap_or("unreadable").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("purge"), ["deployed", "failed", "superseded", "uninstalling"]);
        // Helm itself never lists the state `unknown`.
        assert_eq!(of("keep"), ["pending-install", "pending-rollback", "pending-upgrade", "uninstalled", "unknown"]);
        real.program.run(RUN).exits(0).stdout_has("purged 4");
        assert_eq!(
            real.listed(),
            ["a/r-pending-install", "a/r-pending-rollback", "a/r-pending-upgrade", "a/r-uninstalled"]
        );
    });
}

#[test]
fn no_list_is_cut_at_two_hundred_and_fifty_six() {
    Real::with_both("many", |real| {
        let releases = (0..270).map(|number| {
            SeededRelease::new(&real.namespace(&format!("n{:02}", number % 27)), &format!("r{number:03}"))
        });
        seed_releases(&releases.collect::<Vec<_>>());
        let names = real.program.run(&format!("{PLAN} -o name")).exits(0).stdout;
        assert_eq!(names.lines().count(), 270);
        real.program
            .run(&format!("{RUN} -q"))
            .exits(0)
            .stdout_has("purged 270 · failed 0")
            .stdout_has("verified: 270 of 270");
        assert!(real.listed().is_empty());
    });
}

#[test]
fn a_release_that_fails_stops_no_other_and_says_why_in_helms_own_words() {
    Real::with_both("fails", |real| {
        let namespace = real.namespace("a");
        real.install(Chart::Failing, &namespace, "broken", &[]);
        real.seed(&["a/web", "b/web"]);
        let output = real.program.run(&format!("{RUN} -o json")).exits(1);
        let report = output.json();
        assert_eq!((&report["totals"]["purged"], &report["totals"]["failed"]), (&json!(2), &json!(1)), "{output}");
        let failed = &report["releases"][0];
        assert_eq!(
            (&failed["name"], &failed["class"], &failed["afterwards"]),
            (&json!("broken"), &json!("hook"), &json!("listed"))
        );
        let words = format!("{} {}", failed["message"], failed["cause"]);
        assert!(words.contains("broken") && words.to_lowercase().contains("fail"), "{words}");
        assert_eq!(real.listed(), ["a/broken"]);
    });
}

#[test]
fn an_object_that_cannot_be_deleted_fails_its_release_with_the_cause_that_helm_hides() {
    Real::with_both("rights", |real| {
        real.seed(&["a/web"]);
        let user = format!("poor-{}", real.helm);
        let rules = json!([
            {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "update", "delete"]},
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]},
            {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]},
        ]);
        allow(&user, &rules);
        let kubeconfig = cluster().kubeconfig_for_user(&user, None).expect("a kubeconfig can be made");
        let output = real.program.run(&format!("{RUN} --kubeconfig {}", kubeconfig.display())).exits(1);
        let output = output.stdout_has("a/web  rbac").stdout_has("failed to delete release: web");
        output.stdout_has("is forbidden: User").stdout_has("cannot delete resource \"configmaps\"");
    });
}

#[test]
fn a_user_without_rights_gets_a_clear_word_and_nothing_is_purged() {
    Real::with_both("nobody", |real| {
        real.seed(&["a/web"]);
        let kubeconfig = cluster().kubeconfig_for_user("nobody", None).expect("a kubeconfig can be made");
        let run = format!("{RUN} --kubeconfig {}", kubeconfig.display());
        // The policy asks for the UID, which this user cannot read.
        real.program.run(&run).exits(5).stderr_has("cannot read the uid of this cluster");
        let policy = real.program.read("policy.yaml");
        real.program.file("policy.yaml", &policy.replace(&format!(", uid: {}", cluster().uid()), ""));
        let output = real.program.run(&run).exits(4);
        output
            .stderr_has("secrets is forbidden")
            .stderr_has("hint: allow the user to list namespaces, and to list Secrets");
        assert_eq!(real.listed(), ["a/web"]);
    });
}

#[test]
fn a_cluster_that_is_not_in_the_policy_is_left_alone() {
    Real::with_both("foreign", |real| {
        real.seed(&["a/web"]);
        let policy = real.program.read("policy.yaml");
        let foreign = "00000000-0000-4000-8000-000000000000";
        real.program.file("policy.yaml", &policy.replace(cluster().uid(), foreign));
        real.program.run(RUN).exits(5).stderr_has("another uid").stderr_has(cluster().uid());
        real.program.run(PLAN).exits(5).stderr_has("another uid");
        assert_eq!(real.listed(), ["a/web"]);
    });
}

#[test]
fn a_release_that_another_user_uninstalls_meanwhile_is_already_gone() {
    Real::with_both("race", |real| {
        real.seed(&["a/db", "a/web"]);
        let mut terminal = Terminal::start(real.program.command("run -f policy.yaml"));
        terminal.wait_for("About to uninstall 2 releases on throwaway.");
        real.helm(&format!("uninstall web --namespace {}", real.namespace("a")));
        terminal.type_text("throwaway\r");
        assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
        terminal.wait_for("purged 1 · failed 0 · already gone 1");
        terminal.wait_for("verified: 2 of 2 are gone from throwaway");
    });
}

#[test]
fn a_release_that_is_installed_again_while_a_user_thinks_is_left_alone() {
    let real = Real::new("again", HelmVersion::Four);
    let namespace = real.namespace("a");
    let install = || cluster().install(real.helm, Chart::Tiny, &namespace, "web", &[]);
    install().or_panic();
    let mut terminal = Terminal::start(real.program.command("run -f policy.yaml"));
    terminal.wait_for("About to uninstall 1 release on throwaway.");
    real.helm(&format!("uninstall web --namespace {namespace}"));
    install().or_panic();
    terminal.type_text("throwaway\r");
    assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
    terminal.wait_for("changed since the plan, left alone");
    assert_eq!(real.listed(), ["a/web"]);
}

#[test]
fn a_release_whose_newest_record_cannot_be_decoded_is_kept_and_named() {
    Real::with_both("garbage", |real| {
        let namespace = real.namespace("a");
        let intact = |name: &str| SeededRelease::new(&namespace, name).config_maps(1);
        let broken =
            |name: &str, revision| SeededRelease::new(&namespace, name).revisions(revision..=revision).undecodable();
        // Its older records can be read: helm would show it with revision 2.
        seed_releases(&[intact("half").revisions(1..=2), broken("half", 3)]);
        // None of its records can be read: helm would not show it at all.
        seed_releases(&[broken("whole", 1), intact("web")]);
        let output = real.program.run(RUN).exits(0).stdout_has("purged 1 · failed 0");
        let output = output.stderr_has("cannot read the release record: revision 3: cannot decode its release record");
        output.stderr_has("cannot read the release record: revision 1: cannot decode its release record");
        assert_eq!(real.listed(), ["a/half"]);
        let secrets = cluster().api().list(Kind::SECRET, Some(&namespace)).expect("secrets can be listed");
        assert!(secrets.contains(&"sh.helm.release.v1.whole.v1".to_owned()), "{secrets:?}");
    });
}

#[test]
fn a_record_that_lies_in_another_namespace_than_its_release_is_kept() {
    let real = Real::new("elsewhere", HelmVersion::Three);
    let forged = SeededRelease::new(&real.namespace("a"), "web").payload_namespace(&real.namespace("b"));
    seed_releases(&[forged]);
    let output = real.program.run(RUN).exits(0).stderr_has("nothing to purge");
    let elsewhere =
        format!("its release record is for namespace {}, but is stored in another one", real.namespace("b"));
    output.stderr_has(&elsewhere);
}

#[test]
fn releases_that_are_stored_in_configmaps_are_purged_as_well() {
    Real::with_both("configmaps", |real| {
        let stored = SeededRelease::new(&real.namespace("a"), "web").storage(throwaway_cluster::Storage::ConfigMaps);
        seed_releases(&[stored]);
        let mut command = real.program.command(RUN);
        let output = command.env("HELM_DRIVER", "configmap").output().expect("it can be started");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("verified: 1 of 1"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    });
}

#[test]
fn a_hook_that_never_ends_is_ended_by_the_second_signal_and_the_release_is_still_accounted_for() {
    Real::with_both("hanging", |real| {
        let namespace = real.namespace("a");
        let flags = ["--set", "outcome=hanging"];
        real.install(Chart::Failing, &namespace, "slow", &flags);
        real.seed(&["b/web"]);
        let running = real.program.start(&format!("{RUN} --workers 1 -o json"));
        throwaway_cluster::wait_until("the hook's Job", || {
            let jobs = cluster().api().list(Kind::JOB, Some(&namespace))?;
            Ok((!jobs.is_empty()).then_some(()))
        })
        .or_panic();
        running.signal(rustix::process::Signal::INT);
        running.wait_for_stderr("stopping: 1 release is being uninstalled and will be finished, 1 not started");
        running.signal(rustix::process::Signal::TERM);
        let report = running.finish().exits(130).json();
        assert_eq!(report["releases"][0]["class"], "interrupted", "{report}");
        assert_eq!(report["releases"][1]["outcome"], "not-started");
        assert_eq!(real.listed(), ["a/slow", "b/web"]);
        real.program.leaves_no_process();
    });
}

#[test]
fn a_reader_that_goes_away_does_not_stop_a_purge() {
    Real::with_both("head", |real| {
        real.seed(&["a/one", "a/two", "b/three"]);
        let script = format!("{} {RUN} -o name | head -n 1 > first", env!("CARGO_BIN_EXE_helm-purge"));
        assert!(real.program.shell(&script).status().expect("bash can be started").success());
        assert!(real.listed().is_empty());
    });
}

/// Lets a user do this in the whole cluster.
fn allow(user: &str, rules: &serde_json::Value) {
    let api = cluster().api();
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": user}, "rules": rules,
    });
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": user},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": user},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}],
    });
    api.apply(&role).and_then(|_| api.apply(&binding)).expect("the admin may do this");
}
