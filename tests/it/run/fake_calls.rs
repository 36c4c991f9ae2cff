//! Runs against the fake helm: exact calls, outcomes and screens.

use serde_json::json;

use crate::support::{Arrival, FakeHelm, Gate, RUN, kubeconfig};

#[test]
fn what_is_chosen_goes_and_what_is_kept_stays() {
    let fake = FakeHelm::new();
    fake.policy("keep: ['*/vault', {charts: [traefik], reason: shared by everyone}]\n");
    for (namespace, name) in
        [("dev-a", "redis"), ("dev-a", "vault"), ("dev-b", "traefik"), ("dev-b", "web"), ("prod", "web")]
    {
        fake.release(&format!("{namespace}/{name}"));
    }
    fake.program.run(RUN).exits(0).stdout_has("purged 2 · failed 0").stdout_has("verified: 2 of 2 are gone");
    assert_eq!(fake.left(), ["dev-a/vault", "dev-b/traefik", "prod/web"]);
}

#[test]
fn every_helm_is_called_with_exactly_these_arguments() {
    let fake = FakeHelm::new();
    fake.policy("keep: []\ndefaults: {timeout: 90s}\n");
    fake.release("dev-a/redis");
    fake.program.run(RUN).exits(0);
    let calls = fake.calls();
    let kubeconfig =
        calls[1].iter().find(|argument| argument.starts_with("--kubeconfig=")).expect("a kubeconfig").clone();
    let list = [
        "list",
        "--all-namespaces",
        "--max",
        "0",
        "--output",
        "json",
        "--time-format",
        "2006-01-02T15:04:05.999999999Z07:00",
        "--deployed",
        "--failed",
        "--pending",
        "--uninstalling",
        "--superseded",
        "--uninstalled",
        &kubeconfig,
        "--kube-context=dev-eu",
    ];
    let uninstall =
        ["uninstall", "--namespace=dev-a", "--timeout=90s", &kubeconfig, "--kube-context=dev-eu", "--", "redis"];
    let record = ["status", "--namespace=dev-a", "--output=json", &kubeconfig, "--kube-context=dev-eu", "--", "redis"];
    assert_eq!(calls, [&["version", "--template", "{{.Version}}"][..], &list, &record, &list, &uninstall, &list]);
}

#[test]
fn children_find_a_pinned_cluster_and_a_quiet_helm_in_their_environment() {
    let mut fake = FakeHelm::with(["dev-a/redis"]);
    fake.program.set("HELM_NAMESPACE", "dev-a").set("HELM_KUBETOKEN", "abc").set("HELM_NO_PLUGINS", "0");
    fake.program.run("run -f policy.yaml --yes").exits(0);
    let log = fake.log();
    let start = log.iter().find(|event| event["argv"][0] == "uninstall").expect("an uninstall was started");
    let environment = &start["environment"];
    assert_eq!((&environment["HELM_NO_PLUGINS"], &environment["HELM_DEBUG"]), (&json!("1"), &json!("true")));
    assert_eq!(
        (&environment["HELM_COLOR"], &environment["NO_COLOR"], &environment["LC_ALL"]),
        (&json!("never"), &json!("1"), &json!("C"))
    );
    for resolved in ["HELM_NAMESPACE", "HELM_KUBETOKEN", "HELM_KUBECONTEXT"] {
        assert!(environment.get(resolved).is_none(), "{resolved} is still set");
    }
    let pinned = environment["KUBECONFIG"].as_str().expect("a kubeconfig is named");
    assert!(
        !pinned.starts_with(fake.program.folder().to_str().expect("a folder has a name")),
        "not the user's own: {pinned}"
    );
    assert!(!std::path::Path::new(pinned).exists(), "the private file is gone after the run");
    let listed = log.iter().find(|event| event["argv"][0] == "list").expect("a list was started");
    assert_eq!(listed["environment"]["HELM_DEBUG"], "false");
}

#[test]
fn a_helm_process_that_uninstalls_is_lazy_and_modest_unless_the_user_wants_it_otherwise() {
    for (set, expected) in [
        (&[][..], [Some("400"), Some("256MiB"), Some("1")]),
        (&[("GOMEMLIMIT", "1GiB")], [Some("400"), Some("1GiB"), Some("1")]),
        (&[("GOGC", "50")], [Some("50"), None, Some("1")]),
        (&[("GOGC", "")], [Some("400"), Some("256MiB"), Some("1")]),
        (&[("GOMAXPROCS", "4")], [Some("400"), Some("256MiB"), Some("4")]),
    ] {
        let mut fake = FakeHelm::with(["dev-a/redis"]);
        for (name, value) in set {
            fake.program.set(name, *value);
        }
        fake.program.run(RUN).exits(0);
        let log = fake.log();
        let found = |command: &str| {
            let start = log.iter().find(|event| event["argv"][0] == command).expect("it was started");
            ["GOGC", "GOMEMLIMIT", "GOMAXPROCS"].map(|name| start["environment"][name].as_str())
        };
        assert_eq!(found("uninstall"), expected, "{set:?}");
        let untouched = ["GOGC", "GOMEMLIMIT", "GOMAXPROCS"]
            .map(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| *value));
        assert_eq!(found("list"), untouched, "a list is long enough as it is");
    }
}

#[test]
fn nothing_that_could_point_helm_elsewhere_reaches_a_child() {
    let mut fake = FakeHelm::with(["dev-a/redis"]);
    let resolved = [
        ("HELM_KUBECONTEXT", "dev-eu"),
        ("HELM_KUBETOKEN", "abc"),
        ("HELM_KUBEASUSER", "bob"),
        ("HELM_KUBEASGROUPS", "a,b"),
        ("HELM_KUBECAFILE", "/no/such/ca"),
        ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", "true"),
        ("HELM_KUBETLS_SERVER_NAME", "other"),
        ("HELM_NAMESPACE", "dev-a"),
    ];
    for (name, value) in resolved {
        fake.program.set(name, value);
    }
    fake.program.run("run -f policy.yaml --yes").exits(0);
    for event in fake.log().iter().filter(|event| event["argv"][0] != "version") {
        for (name, _) in resolved {
            assert!(event["environment"].get(name).is_none(), "{name} is still set: {event}");
        }
    }
}

#[test]
fn a_context_that_is_switched_in_another_window_retargets_no_child() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    fake.release("dev-a/redis");
    fake.behaves("dev-a/redis", &json!({"gate": gate.address(), "copiesKubeconfig": true}));
    fake.lists_at(1, &json!({"gate": gate.address()}));
    let running = fake.program.start(RUN);
    let listing = gate.arrival();
    fake.program.file("kubeconfig", &kubeconfig("production", "https://127.0.0.1:2"));
    listing.go();
    gate.arrival().go();
    running.finish().exits(0).stdout_has("gone from dev-eu");
    let seen = fake.program.read("fake/kubeconfig");
    assert!(seen.contains("https://127.0.0.1:1") && !seen.contains("production"), "{seen}");
    let calls = fake.calls();
    let of_cluster = calls.iter().filter(|call| call[0] != "version");
    assert!(of_cluster.clone().all(|call| call.contains(&"--kube-context=dev-eu".to_owned())), "{calls:?}");
}

#[test]
fn each_child_has_a_session_of_its_own() {
    let fake = FakeHelm::with(["dev-a/redis"]);
    fake.program.run(RUN).exits(0);
    for event in fake.log() {
        assert_eq!(event["pid"], event["session"], "{event}");
    }
}

#[test]
fn never_more_children_than_workers() {
    let fake = FakeHelm::with((0..24).map(|number| format!("dev-{}/r{number}", number % 5)));
    fake.program
        .run(&format!("{RUN} --workers 3 --batch 1"))
        .exits(0)
        .stdout_has("purged 24")
        .stdout_has("(3 workers)");
    assert!(fake.most_at_once() <= 3);
    assert_eq!(fake.calls().iter().filter(|call| call[0] == "uninstall").count(), 24);
}

#[test]
fn as_many_children_as_workers_run_at_the_same_time() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    for number in 0..4 {
        fake.release(&format!("dev-a/r{number}"));
        fake.behaves(&format!("dev-a/r{number}"), &json!({"gate": gate.address()}));
    }
    let running = fake.program.start(&format!("{RUN} --workers 4"));
    let waiting = (0..4).map(|_| gate.arrival()).collect::<Vec<_>>();
    waiting.into_iter().for_each(Arrival::go);
    running.finish().exits(0).stdout_has("purged 4");
}

#[test]
fn one_failing_release_stops_no_other_and_every_release_has_its_outcome() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c", "dev-a/d"]);
    fake.behaves("dev-a/b", &json!({"exit": 1, "stderr": "Error: failed to delete release: b\n"}));
    fake.behaves(
        "dev-a/c",
        &json!({"exit": 1, "removes": true, "stderr": "Error: uninstall: Release not loaded: c: release: not found\n"}),
    );
    let output = fake.program.run(&format!("{RUN} -o json")).exits(1);
    let report = output.json();
    assert_eq!(
        report["totals"],
        json!({"planned": 4, "purged": 2, "failed": 1, "alreadyGone": 1, "changed": 0, "notStarted": 0, "stillNeeded": 0, "kept": 0, "restorable": 0})
    );
    let outcomes = report["releases"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|release| release["outcome"].as_str().expect("a word"));
    assert_eq!(outcomes.collect::<Vec<_>>(), ["purged", "failed", "already-gone", "purged"]);
    assert_eq!(report["releases"][1]["afterwards"], "listed");
    assert_eq!(fake.left(), ["dev-a/b"]);
}

#[test]
fn fail_fast_begins_nothing_more_and_names_what_was_not_started() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b", "dev-a/c"]);
    fake.behaves("dev-a/a", &json!({"exit": 1, "stderr": "Error: no\n"}));
    let arguments = format!("{RUN} --fail-fast --workers 1");
    let output = fake.program.run(&arguments).exits(1);
    let output = output.stdout_has("purged 0 · failed 1 · already gone 0 · not started 2");
    output.stdout_has("not started (another release failed (--fail-fast))\n  dev-a/b\n  dev-a/c");
    assert_eq!(fake.left(), ["dev-a/a", "dev-a/b", "dev-a/c"]);
}

#[test]
fn what_helm_calls_uninstalled_but_still_lists_is_a_failure() {
    let fake = FakeHelm::with(["dev-a/liar"]);
    fake.behaves("dev-a/liar", &json!({"exit": 0, "removes": false}));
    fake.program.run(RUN).exits(1).stdout_has("still-listed").stdout_has("verified: only 0 of 1 are gone");
}

#[test]
fn a_release_that_helm_cannot_find_but_the_list_has_is_a_failure() {
    let fake = FakeHelm::with(["dev-a/ghost"]);
    fake.behaves(
        "dev-a/ghost",
        &json!({"exit": 1, "stderr": "Error: uninstall: Release not loaded: ghost: release: not found\n"}),
    );
    fake.program.run(RUN).exits(1).stdout_has("still-listed");
}

#[test]
fn a_record_that_is_gone_when_helm_comes_to_delete_it_is_settled_by_the_list() {
    let run_of = |fake: &FakeHelm| fake.program.run(&format!("{RUN} -o json"));
    let text = "uninstallation completed with 1 error(s): uninstall: Failed to purge the release: release: not found";
    let race = |removes: bool| json!({"exit": 1, "removes": removes, "stderr": format!("Error: {text}\n")});
    let fake = FakeHelm::new();
    for (name, is_gone) in [("gone", true), ("there", false)] {
        fake.release(&format!("dev-a/{name}"));
        fake.behaves(&format!("dev-a/{name}"), &race(is_gone));
    }
    let report = run_of(&fake).exits(1).json();
    let [gone, there] = [0, 1].map(|index| report["releases"][index].clone());
    assert_eq!(gone["outcome"], "purged", "this run deleted its objects");
    assert_eq!(gone["remarks"], json!([format!("no longer listed, although helm failed: {text}")]));
    assert_eq!([&there["outcome"], &there["class"], &there["message"]], ["failed", "unclear", text]);
    // Where nobody can look afterwards, nothing is taken for gone.
    let fake = FakeHelm::with(["dev-a/gone"]);
    fake.behaves("dev-a/gone", &race(true));
    fake.lists_at(3, &json!({"exit": 1, "stderr": "Error: no luck\n"}));
    let report = run_of(&fake).exits(1).json();
    assert_eq!(report["releases"][0]["class"], "unclear");
}

#[test]
fn nothing_to_purge_is_no_failure_and_starts_no_uninstall() {
    let fake = FakeHelm::with(["prod/web"]);
    fake.program.run(RUN).exits(0).stderr_has("nothing to purge");
    let report = fake.program.run(&format!("{RUN} -o json")).exits(0).json();
    assert_eq!(report["totals"]["planned"], 0);
    assert!(fake.calls().iter().all(|call| call[0] != "uninstall"));
}

#[test]
fn only_keep_and_namespace_narrow_what_goes() {
    let names = |arguments: &[&str]| {
        let fake = FakeHelm::new();
        for (namespace, name) in [("dev-a", "web"), ("dev-a", "redis"), ("dev-b", "web"), ("prod", "web")] {
            fake.release(&format!("{namespace}/{name}"));
        }
        let plan = ["plan", "-f", "policy.yaml", "-o", "name"];
        let output = fake.program.run(&[&plan[..], arguments].concat()).exits(0);
        output.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["dev-a/redis", "dev-a/web", "dev-b/web"]);
    assert_eq!(names(&["*/web"]), ["dev-a/web", "dev-b/web"]);
    assert_eq!(names(&["--skip", "dev-a/*"]), ["dev-b/web"]);
    assert_eq!(names(&["-n", "dev-b"]), ["dev-b/web"]);
    assert_eq!(names(&["-n", "prod"]), Vec::<String>::new());
    assert_eq!(names(&["prod/*"]), Vec::<String>::new());
    assert_eq!(names(&["*/web", "*/redis", "--skip", "*/redis"]), ["dev-a/web", "dev-b/web"]);
}
