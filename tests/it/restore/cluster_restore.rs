//! `restore`: what a purge with `keepHistory` has removed returns, and nothing else is touched, with Helm 3 and Helm 4.

use serde_json::{Value, json};
use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease};

use crate::support::histories::{KEEPING, RESTORE, RUN, records, status, upgrade_install, works};
use crate::support::{OrPanic, Real, Role, Snapshot, Terminal, cluster, policy, seed_releases, user};

#[test]
fn well_known_charts_are_restored_as_they_were() {
    Real::with_both("back", |real| {
        real.policy(KEEPING);
        let (alice, bob) = (real.namespace("alice"), real.namespace("bob"));
        real.install(Chart::Nginx, &alice, "web", &[]);
        real.install(Chart::Redis, &alice, "cache", &[]);
        real.install(Chart::Mysql, &bob, "db", &[]);
        let before = Snapshot::of(&real.namespace(""));
        let report = real.program.run(RUN).exits(0).json();
        assert_eq!(report["totals"]["restorable"], 3, "{report:#}");
        assert!(Snapshot::of(&real.namespace("")) != before, "they were gone");
        let plan = real.program.run("restore -f policy.yaml --dry-run").exits(0);
        drop(
            plan.stdout_has(report["run"]["id"].as_str().expect("a run"))
                .stdout_has("restore 3 releases in 2 namespaces"),
        );
        let restored = real.program.run(RESTORE).exits(0).json();
        assert_eq!(restored["report"]["totals"]["restored"], 3, "{restored:#}");
        assert_eq!(restored["report"]["verified"], json!({"state": "verified", "deployed": 3}));
        Snapshot::of(&real.namespace("")).assert_same_as(&before);
        for (namespace, name) in [(&alice, "web"), (&alice, "cache"), (&bob, "db")] {
            assert_eq!(status(real, namespace, name)["info"]["status"], "deployed");
            assert_eq!(records(namespace, name), ["v2"], "the record that the purge left is gone");
            let chart = if name == "web" {
                Chart::Nginx
            } else if name == "db" {
                Chart::Mysql
            } else {
                Chart::Redis
            };
            works(&upgrade_install(real, namespace, name, chart));
        }
        // Once more: nothing.
        real.program.run("restore -f policy.yaml --yes -A").exits(0).stderr_has("nothing to restore");
    });
}

#[test]
fn fourteen_nights_pass_whether_restore_or_a_pipeline_brings_the_releases_back() {
    Real::with_both("nights", |real| {
        real.policy(KEEPING);
        let namespace = real.namespace("a");
        let release = |name: &str| SeededRelease::new(&namespace, name).revisions(1..=5).config_maps(1);
        seed_releases(&[release("restored"), release("pipeline")]);
        for night in 1..=14 {
            real.program.run(RUN).exits(0);
            works(&upgrade_install(real, &namespace, "pipeline", Chart::Tiny));
            let restored = real.program.run(RESTORE).exits(0).json();
            assert_eq!(restored["totals"], json!({"restore": 1, "finish": 0, "leave": 0}), "{restored:#}");
            for name in ["restored", "pipeline"] {
                let status = status(real, &namespace, name);
                assert_eq!((&status["info"]["status"], &status["version"]), (&json!("deployed"), &json!(5 + night)));
            }
        }
        works(&upgrade_install(real, &namespace, "restored", Chart::Tiny));
    });
}

#[test]
fn the_age_of_the_first_deployment_survives_a_restore() {
    Real::with_both("ages", |real| {
        real.policy(KEEPING);
        let namespace = real.namespace("a");
        let ten_days = std::time::Duration::from_hours(240);
        let old = SeededRelease::new(&namespace, "old").config_maps(1).deployed_ago(ten_days);
        seed_releases(&[old, SeededRelease::new(&namespace, "new").config_maps(1)]);
        real.program.run(RUN).exits(0);
        real.program.run(RESTORE).exits(0);
        real.policy("keep: []\nrules: [{name: old, olderThan: 7d, ageFrom: firstDeploy}]\n");
        let names = real.program.run("plan -f policy.yaml -o name").exits(0).stdout;
        assert_eq!(names.trim(), format!("{namespace}/old"));
    });
}

#[test]
fn what_was_installed_again_since_is_not_touched() {
    Real::with_both("since", |real| {
        real.policy(KEEPING);
        real.seed(&["a/again", "a/by-hand", "a/gone", "a/web"]);
        real.program.run(RUN).exits(0);
        let namespace = real.namespace("a");
        works(&upgrade_install(real, &namespace, "again", Chart::Tiny));
        real.helm(&format!("uninstall gone -n {namespace}"));
        real.helm(&format!("rollback by-hand 1 -n {namespace}"));
        works(&upgrade_install(real, &namespace, "by-hand", Chart::Tiny));
        let before = ["again", "by-hand"].map(|name| status(real, &namespace, name));
        let output = real.program.run(RESTORE).exits(0);
        let restored = output.json();
        assert_eq!(restored["totals"], json!({"restore": 1, "finish": 0, "leave": 1}), "{output}");
        assert_eq!(restored["releases"][0]["reason"], "installed again since: revision 3, deployed");
        assert_eq!(["again", "by-hand"].map(|name| status(real, &namespace, name)), before);
        assert_eq!(records(&namespace, "gone"), [""; 0]);
    });
}

#[test]
fn a_release_that_is_installed_again_before_the_confirmation_is_kept() {
    let real = Real::new("thinks", HelmVersion::Four);
    real.policy(KEEPING);
    real.seed(&["a/again", "a/web"]);
    real.program.run(RUN).exits(0);
    let mut terminal = Terminal::start(real.program.command("restore -f policy.yaml"));
    terminal.wait_for("About to restore 2 releases on throwaway.");
    works(&upgrade_install(&real, &real.namespace("a"), "again", Chart::Tiny));
    terminal.type_text("throwaway\r");
    assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
    terminal.wait_for("restored 1");
    terminal.wait_for("changed since the plan, left alone");
    assert_eq!(status(&real, &real.namespace("a"), "again")["version"], 2);
}

#[test]
fn a_history_that_is_deleted_before_the_answer_to_the_question_is_not_rolled_back() {
    let real = Real::new("deleted", HelmVersion::Four);
    real.policy(KEEPING);
    real.seed(&["a/gone", "a/web"]);
    real.program.run(RUN).exits(0);
    let mut terminal = Terminal::start(real.program.command("restore -f policy.yaml"));
    terminal.wait_for("About to restore 2 releases on throwaway.");
    let record = "sh.helm.release.v1.gone.v1";
    cluster().api().delete(Kind::SECRET, Some(&real.namespace("a")), record).or_panic();
    terminal.type_text("throwaway\r");
    assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
    terminal.wait_for("restored 1");
    terminal.wait_for("the release record that the purge kept is gone");
    assert_eq!(records(&real.namespace("a"), "web"), ["v2"]);
}

#[test]
fn a_restore_is_confirmed_as_a_run_is_and_a_dry_run_changes_nothing() {
    let real = Real::new("asked", HelmVersion::Three);
    real.policy(KEEPING);
    real.seed(&["a/web"]);
    real.program.run(RUN).exits(0);
    real.program.run("restore -f policy.yaml").exits(2).stderr_has("not a terminal");
    real.program.run("restore -f policy.yaml --confirm other -A").exits(2).stderr_has("but the context is `throwaway`");
    real.program.run("restore --yes").exits(2).stderr_has("--yes requires the name of the policy");
    let unknown = real.program.run("restore -f policy.yaml --run yesterday --dry-run").exits(2);
    unknown.stderr_has("--run: \"yesterday\" is not a valid run ID");
    let mut terminal = Terminal::start(real.program.command("restore -f policy.yaml"));
    terminal.wait_for("About to restore 1 release on throwaway.");
    terminal.type_text("\r");
    assert_eq!(terminal.wait().code(), Some(7), "{}", terminal.screen());
    terminal.wait_for("declined; nothing was restored");
    let namespace = real.namespace("a");
    assert_eq!(status(&real, &namespace, "web")["info"]["status"], "uninstalled");
    let other = real.namespace("b");
    real.program.run(&format!("restore -f policy.yaml --confirm throwaway -n {other}")).exits(0);
    assert_eq!(records(&namespace, "web"), ["v1"]);
    real.program.run(&format!("restore -f policy.yaml --confirm throwaway -n {namespace}")).exits(0);
    assert_eq!(records(&namespace, "web"), ["v2"]);
}

#[test]
fn a_guard_that_refuses_says_of_a_restore_and_of_a_forget_what_they_have_not_done() {
    let real = Real::new("refusedback", HelmVersion::Four);
    real.program.file("policy.yaml", &policy("x", "throwaway", "a", ""));
    for (command, nothing) in [
        ("restore -f policy.yaml --yes -A", "nothing was restored"),
        ("forget --older-than=1d -f policy.yaml --yes -A", "nothing was forgotten"),
        ("run -f policy.yaml --yes -A", "nothing was purged"),
    ] {
        let refused = real.program.run(command).exits(5).stderr_has("refused").stderr_has(nothing);
        assert_eq!(refused.stderr.matches("nothing was ").count(), 1, "{refused}");
    }
}

#[test]
fn what_is_still_being_deleted_is_waited_for_and_where_it_does_not_go_nothing_is_rolled_back() {
    Real::with_both("leaving", |real| {
        real.policy(KEEPING);
        let namespace = real.namespace("a");
        let held = json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "held", "finalizers": ["example.com/held"]},
        });
        seed_releases(&[SeededRelease::new(&namespace, "web").object(held)]);
        real.program.run(RUN).exits(0);
        let output = real.program.run(&format!("{RESTORE} --timeout 1s")).exits(1);
        let report = &output.json()["report"]["releases"][0];
        assert_eq!(report["class"], "leftovers", "{output}");
        assert!(
            report["message"].as_str().expect("words").contains(&format!("ConfigMap {namespace}/held")),
            "{output}"
        );
        assert_eq!(status(real, &namespace, "web")["info"]["status"], "uninstalled");
        let running = real.program.start("restore -f policy.yaml --yes -A --timeout 1m");
        running.wait_for_stderr("which is still being deleted");
        let release = json!({"metadata": {"finalizers": null}});
        cluster().api().patch(Kind::CONFIG_MAP, Some(&namespace), "held", &release).expect("it is there");
        running.finish().exits(0).stdout_has("verified: 1 of 1 are deployed on throwaway");
        let back = cluster().api().get(Kind::CONFIG_MAP, Some(&namespace), "held").expect("the API answers");
        let back = back.expect("it is there");
        assert_eq!(back["metadata"]["deletionTimestamp"], Value::Null, "it stays");
    });
}

/// A hook that never ends.
fn hanging(event: &str) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "hanging", "annotations": {
            "helm.sh/hook": event, "helm.sh/hook-delete-policy": "before-hook-creation",
        }},
        "spec": {"backoffLimit": 0, "template": {
            "metadata": {"annotations": {"throwaway-cluster/outcome": "hanging"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "hook", "image": "busybox:1.37"}]},
        }},
    })
}

fn wait_for_job(namespace: &str) {
    throwaway_cluster::wait_until("the hook's Job", || {
        let jobs = cluster().api().list(Kind::JOB, Some(namespace))?;
        Ok((!jobs.is_empty()).then_some(()))
    })
    .or_panic();
}

#[test]
fn a_restore_that_was_killed_is_finished_by_the_next_one() {
    Real::with_both("killed", |real| {
        real.policy(KEEPING);
        let namespace = real.namespace("a");
        let slow = SeededRelease::new(&namespace, "slow").config_maps(1).hook(hanging("pre-rollback"));
        seed_releases(&[slow, SeededRelease::new(&namespace, "web").config_maps(1)]);
        real.program.run(RUN).exits(0);
        let running = real.program.start(&format!("{RESTORE} --workers 1"));
        wait_for_job(&namespace);
        real.program.kill(running);
        throwaway_cluster::wait_until("what the killed helm has stored", || {
            Ok((status(real, &namespace, "slow")["info"]["status"] == "pending-rollback").then_some(()))
        })
        .or_panic();
        let plan = real.program.run("restore -f policy.yaml --dry-run").exits(0);
        plan.stdout_has("an earlier restore did not finish").stdout_has("restore 2 releases");
        // The hook still hangs: helm gives up, and what it leaves then is tried again as well.
        let failed = real.program.run(&format!("{RESTORE} --timeout 2s")).exits(1).json();
        assert_eq!(failed["report"]["totals"]["restored"], 1, "{failed:#}");
        real.policy("keep: []\ndefaults: {keepHistory: true, hooks: skip}\n");
        let done = real.program.run(RESTORE).exits(0).json();
        assert_eq!(
            done["report"]["totals"],
            json!({"planned": 1, "restored": 1, "failed": 0, "changed": 0, "notStarted": 0})
        );
        for name in ["slow", "web"] {
            assert_eq!(status(real, &namespace, name)["info"]["status"], "deployed");
            assert!(!records(&namespace, name).contains(&"v1".to_owned()), "{:?}", records(&namespace, name));
        }
    });
}

#[test]
fn a_rollback_that_helm_gave_up_is_tried_again() {
    Real::with_both("quota", |real| {
        real.policy(KEEPING);
        real.seed(&["a/web"]);
        let namespace = real.namespace("a");
        real.program.run(RUN).exits(0);
        let quota = Kind::new("v1", "ResourceQuota");
        let none_more = json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "full", "namespace": namespace},
            "spec": {"hard": {"configmaps": "0"}},
        });
        cluster().api().create(&none_more).expect("a quota can be made");
        throwaway_cluster::wait_until("the quota", || {
            let found = cluster().api().get(quota, Some(&namespace), "full")?;
            Ok(found.filter(|found| found["status"]["used"]["configmaps"].is_string()).map(drop))
        })
        .or_panic();
        let failed = real.program.run(RESTORE).exits(1).json();
        let words = failed["report"]["releases"][0].to_string();
        assert!(words.contains("exceeded quota"), "{failed:#}");
        assert_eq!(status(real, &namespace, "web")["info"]["status"], "failed");
        cluster().api().delete(quota, Some(&namespace), "full").expect("it is there");
        throwaway_cluster::wait_until("the end of the quota", || {
            Ok(cluster().api().get(quota, Some(&namespace), "full")?.is_none().then_some(()))
        })
        .or_panic();
        real.program.run(RESTORE).exits(0);
        assert_eq!(status(real, &namespace, "web")["info"]["status"], "deployed");
        assert!(!records(&namespace, "web").contains(&"v1".to_owned()), "{:?}", records(&namespace, "web"));
    });
}

#[test]
fn a_purge_that_was_killed_is_finished_by_the_next_one_and_both_are_taken_back() {
    Real::with_both("halfway", |real| {
        let order = "order: {first: [{releases: [early]}]}\n";
        real.policy(&format!("{KEEPING}{order}"));
        let namespace = real.namespace("a");
        let seed = |name: &str| SeededRelease::new(&namespace, name).revisions(1..=2).config_maps(1);
        seed_releases(&[seed("early"), seed("slow").hook(hanging("pre-delete"))]);
        let running = real.program.start(RUN);
        wait_for_job(&namespace);
        real.program.kill(running);
        assert_eq!(records(&namespace, "early"), ["v1", "v2"], "nobody has tidied up");
        real.policy(&format!("keep: []\ndefaults: {{keepHistory: true, hooks: skip}}\n{order}"));
        let second = real.program.run(RUN).exits(0).json();
        assert_eq!(second["totals"]["restorable"], 1, "{second:#}");
        assert_eq!(
            (records(&namespace, "early"), records(&namespace, "slow")),
            (vec!["v2".to_owned()], vec!["v2".to_owned()])
        );
        // Who has no journal of the first one has to name it.
        let dry_run = ["restore", "-f", "policy.yaml", "--dry-run", "-o", "json"];
        let elsewhere = Real::new("halfway", real.helm);
        elsewhere.policy(&format!("{KEEPING}{order}"));
        let plan = elsewhere.program.run(&dry_run).exits(0).json();
        let first = plan["otherRuns"][0]["run"].as_str().expect("the run that was killed").to_owned();
        let second = second["run"]["id"].as_str().expect("a run").to_owned();
        assert_eq!((&plan["runs"], &plan["totals"]["restore"]), (&json!([second]), &json!(1)), "{plan:#}");
        let both = [&dry_run[..], &["--run", &first, "--run", &second]].concat();
        assert_eq!(elsewhere.program.run(&both).exits(0).json()["totals"]["restore"], 2);
        // Who has, takes both for one.
        let plan = real.program.run(&dry_run[..4]).exits(0);
        drop(
            plan.stdout_has(&format!("run {first}, begun")).stdout_has("it did not end well, and the next one went on"),
        );
        let report = real.program.run(RESTORE).exits(0).json();
        assert_eq!((&report["runs"], &report["unfinishedRuns"]), (&json!([second, first]), &json!([first])));
        assert_eq!(report["report"]["totals"]["restored"], 2, "{report:#}");
        assert_eq!(status(real, &namespace, "early")["info"]["status"], "deployed");
    });
}

#[test]
fn what_defines_a_kind_is_restored_before_what_is_of_it() {
    Real::with_both("kinds", |real| {
        real.policy("keep: []\ndefaults: {keepHistory: true, blastRadius: cluster}\n");
        let namespace = real.namespace("a");
        real.install(Chart::Definition, &namespace, "base", &[]);
        let definition =
            cluster().api().objects(Kind::new("apiextensions.k8s.io/v1", "CustomResourceDefinition"), None);
        let definition = definition
            .expect("definitions can be listed")
            .into_iter()
            .find(|found| found["metadata"]["annotations"]["meta.helm.sh/release-namespace"] == namespace.as_str());
        let definition = definition.expect("the chart has one");
        let (group, kind) = (&definition["spec"]["group"], &definition["spec"]["names"]["kind"]);
        let version = definition["spec"]["versions"][0]["name"].as_str().expect("a version");
        let api_version = format!("{}/{version}", group.as_str().expect("a group"));
        let widget = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "one"}});
        throwaway_cluster::wait_until("the kind", || {
            Ok(cluster().api().list(Kind::new(&api_version, kind.as_str().unwrap_or_default()), None).ok().map(drop))
        })
        .or_panic();
        seed_releases(&[SeededRelease::new(&namespace, "app").object(widget)]);
        let plan = real.program.run("plan -f policy.yaml -o json").exits(0).json();
        assert_eq!(
            plan["releases"][1]["losses"][0],
            format!(
                "the contents of CustomResourceDefinition {}",
                definition["metadata"]["name"].as_str().expect("a name")
            ),
            "{plan:#}"
        );
        real.program.run(RUN).exits(0);
        let report = real.program.run(RESTORE).exits(0).json();
        assert_eq!(report["report"]["totals"]["restored"], 2, "{report:#}");
        let back = cluster().api().list(Kind::new(&api_version, kind.as_str().expect("a kind")), Some(&namespace));
        assert_eq!(back.expect("they can be listed"), ["one"]);
    });
}

#[test]
fn histories_that_are_old_enough_are_forgotten_and_nothing_else() {
    let real = Real::new("forget", HelmVersion::Four);
    let (namespace, policy) = (real.namespace("a"), real.namespace("x").trim_end_matches("-x").to_owned());
    let young = helm_purge::run_id::RunId::new(jiff::Timestamp::now()).to_string();
    let old = "20200102-030405-0a1b2c";
    for (name, description) in [
        ("old", format!("helm-purge {old} {policy}")),
        ("again", format!("helm-purge {old} {policy}")),
        ("young", format!("helm-purge {young} {policy}")),
        ("other", format!("helm-purge {old} another-policy")),
        ("hand", "Uninstallation complete".to_owned()),
    ] {
        seed_releases(&[SeededRelease::new(&namespace, name).revisions(1..=2)]);
        real.helm(&format!("uninstall {name} -n {namespace} --keep-history --description '{description}'"));
    }
    works(&upgrade_install(&real, &namespace, "again", Chart::Tiny));
    let forget = ["forget", "--older-than", "14d", "-f", "policy.yaml", "-A"];
    real.program.run(&forget).exits(2).stderr_has("not a terminal");
    let plan = real.program.run(&[&forget[..], &["--dry-run"]].concat()).exits(0);
    plan.stdout_has("forget the history of 1 release · 1 younger");
    let report = real.program.run(&[&forget[..], &["--yes", "-o", "json"]].concat()).exits(0).json();
    assert_eq!(report["releases"].as_array().map(Vec::len), Some(1), "{report:#}");
    assert_eq!((&report["releases"][0]["name"], &report["releases"][0]["forgotten"]), (&json!("old"), &json!(true)));
    assert_eq!(records(&namespace, "old"), [""; 0]);
    assert_eq!(status(&real, &namespace, "again")["info"]["status"], "deployed");
    for name in ["young", "other", "hand"] {
        assert_eq!(records(&namespace, name), ["v1", "v2"], "{name}");
    }
    real.program.run(&[&forget[..], &["--yes"]].concat()).exits(0).stderr_has("nothing to forget");
}

#[test]
fn histories_in_config_maps_and_of_one_namespace_alone_are_restored_as_well() {
    let mut real = Real::new("narrow", HelmVersion::Three);
    real.policy(KEEPING);
    let namespace = real.namespace("a");
    let stored = SeededRelease::new(&namespace, "stored").storage(throwaway_cluster::Storage::ConfigMaps);
    seed_releases(&[stored.config_maps(1)]);
    real.program.set("HELM_DRIVER", "configmap");
    real.program.run(RUN).exits(0);
    let report = real.program.run(RESTORE).exits(0).json();
    assert_eq!(report["report"]["totals"]["restored"], 1, "{report:#}");
    let maps = cluster().api().list(Kind::CONFIG_MAP, Some(&namespace)).expect("they can be listed");
    assert!(maps.contains(&"sh.helm.release.v1.stored.v2".to_owned()), "{maps:?}");
    assert!(!maps.contains(&"sh.helm.release.v1.stored.v1".to_owned()), "{maps:?}");
    // Who may see one namespace only.
    real.program.set("HELM_DRIVER", "secret");
    real.seed(&["a/web"]);
    let policy = real.program.read("policy.yaml");
    let policy = policy.replace(&format!(", uid: {}", cluster().uid()), "").replace("'narrow-helm3-*'", &namespace);
    real.program.file("policy.yaml", &policy);
    real.program.set("KUBECONFIG", user(cluster(), "narrow-user", &[(&namespace, Role::Edit)]));
    let run = format!("{RUN} --without-opt-outs");
    assert_eq!(real.program.run(&run).exits(0).json()["totals"]["restorable"], 1);
    assert_eq!(real.program.run(RESTORE).exits(0).json()["report"]["totals"]["restored"], 1);
    assert_eq!(records(&namespace, "web"), ["v2"]);
}

#[test]
fn a_mark_that_another_user_has_written_does_not_reach_beyond_the_scope() {
    let real = Real::new("forged-mark", HelmVersion::Four);
    let (namespace, policy) = (real.namespace("a"), real.namespace("x").trim_end_matches("-x").to_owned());
    let house = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "forged-house"}});
    let away = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "default"}});
    for (name, object) in [("house", house), ("away", away)] {
        seed_releases(&[SeededRelease::new(&namespace, name).recorded_object(object)]);
        let mark = format!("helm-purge 20261125-190342-3f9a1c {policy}");
        real.helm(&format!("uninstall {name} -n {namespace} --keep-history --description '{mark}'"));
    }
    let report = real.program.run(RESTORE).exits(0).json();
    assert_eq!(report["totals"], json!({"restore": 0, "finish": 0, "leave": 2}), "{report:#}");
    let why = report["releases"][1]["reason"].as_str().expect("words");
    assert!(why.contains("contains objects out of scope") && why.contains("Namespace forged-house"), "{why}");
    assert_eq!(records(&namespace, "house"), ["v1"]);
}
