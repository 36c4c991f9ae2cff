//! Refusals of every guard, and what ends a command before it has a plan.

use serde_json::json;

use super::{Samples, world};
use crate::support::{FakeHelm, OptOuts, RUN, kubeconfig};

const RELEASES: [&str; 5] = ["dev-a/a", "dev-a/b", "dev-b/c", "prod/d", "prod/e"];

fn replace_in_policy(fake: &FakeHelm, from: &str, to: &str) {
    let policy = fake.program.read("policy.yaml");
    assert!(policy.contains(from), "{policy}");
    fake.program.file("policy.yaml", &policy.replace(from, to));
}

#[test]
fn refusals() {
    let mut samples = Samples::of("refused");
    for (name, policy, line) in [
        ("max-releases", "limits: {maxReleases: 2}\n", RUN),
        ("max-releases-plan", "limits: {maxReleases: 2}\n", "plan -f policy.yaml"),
        ("max-releases-plan-json", "limits: {maxReleases: 2}\n", "plan -f policy.yaml -o json"),
        ("max-releases-flag", "keep: []\n", "run -f policy.yaml --yes -A --max-releases 1"),
        ("max-namespaces", "limits: {maxNamespaces: 1}\n", RUN),
        ("max-percent", "limits: {maxPercent: 30}\n", RUN),
        ("several", "limits: {maxReleases: 1, maxNamespaces: 1, maxPercent: 1}\n", RUN),
        ("several-quiet", "limits: {maxReleases: 1, maxNamespaces: 1}\n", "run -f policy.yaml --yes -A -q"),
        (
            "several-logged",
            "limits: {maxReleases: 1, maxNamespaces: 1}\n",
            "run -f policy.yaml --yes -A --log-format json",
        ),
        (
            "several-coloured",
            "limits: {maxReleases: 1, maxNamespaces: 1}\n",
            "run -f policy.yaml --yes -A --color always",
        ),
        ("several-json", "limits: {maxReleases: 1, maxNamespaces: 1}\n", "run -f policy.yaml --yes -A -o json"),
        ("window", "window: {days: [mon], from: '19:00', to: '21:00'}\n", RUN),
        ("window-of-a-zone", "timeZone: Asia/Tokyo\nwindow: {days: [thu], from: '19:00', to: '21:00'}\n", RUN),
        ("window-plan", "window: {days: [mon], from: '19:00', to: '21:00'}\n", "plan -f policy.yaml"),
        ("required-keep", "keep: [{releases: [vault], required: true}]\n", RUN),
        ("keep-history", "defaults: {keepHistory: true}\n", RUN),
        ("keep-history-flag", "keep: []\n", "run -f policy.yaml --yes -A --keep-history"),
    ] {
        samples.take(name, &world(policy, &RELEASES).program, line, &[]);
    }
    let line =
        format!("{RUN} --report report.json --report report.yaml --report report.md --termination-log termination");
    let fake = world("limits: {maxReleases: 2}\n", &RELEASES);
    samples.take("reported", &fake.program, &line, &["report.json", "report.yaml", "report.md", "termination"]);

    let mut fake = world("keep: []\n", &RELEASES);
    fake.program.set_opt_outs(OptOuts::Seen);
    samples.take("opt-outs", &fake.program, RUN, &[]);
    samples.take("opt-outs-plan", &fake.program, "plan -f policy.yaml", &[]);

    let fake = world("keep: []\n", &RELEASES);
    replace_in_policy(&fake, "{context: dev-eu, server: 'https://127.0.0.1:1'}", "dev-*");
    samples.take("named-by-context", &fake.program, RUN, &[]);
    replace_in_policy(
        &fake,
        "clusters: [dev-*]",
        "clusters: [prod, {server: 'https://elsewhere*'}, {uid: 00000000-0000-4000-8000-000000000000}]",
    );
    samples.take("another-cluster", &fake.program, RUN, &[]);
    samples.take("another-cluster-plan", &fake.program, "plan -f policy.yaml", &[]);

    let mut fake = world("keep: []\n", &RELEASES);
    fake.program.set("HELM_KUBEAPISERVER", "https://127.0.0.1:2");
    samples.take("another-server", &fake.program, RUN, &[]);

    let mut fake = world("keep: []\n", &["dev-a/helm-purge"]);
    fake.program.set("HELM_PURGE_SELF", "dev-a/helm-purge");
    samples.take("own-release", &fake.program, RUN, &[]);
    fake.program.set("HELM_PURGE_SELF", "nonsense");
    samples.take("own-release-of-no-name", &fake.program, RUN, &[]);
    samples.end();
}

#[test]
fn what_is_missing_before_there_is_a_plan() {
    let mut samples = Samples::of("preflight");
    let all = [
        ("plan", "plan -f policy.yaml"),
        ("run", RUN),
        ("restore", "restore -f policy.yaml --yes -A"),
        ("prune", "prune -f policy.yaml --older-than 14d --yes -A"),
        ("doctor", "doctor -f policy.yaml"),
        ("init", "init"),
        ("keep", "keep dev-a/web"),
        ("keep-list", "keep --list"),
    ];
    // The fake cluster has no API server.
    let fake = world("keep: []\n", &RELEASES);
    for (name, line) in all.into_iter().skip(2) {
        samples.take(&format!("no-server-{name}"), &fake.program, line, &[]);
    }
    for (name, line) in [
        ("no-server-doctor-json", "doctor -f policy.yaml -o json --lock-namespace ops"),
        ("no-server-doctor-yaml", "doctor -f policy.yaml -o yaml --for restore"),
        ("no-server-restore-logged", "restore -f policy.yaml --yes -A --log-format json"),
        ("no-server-lock", "run -f policy.yaml --yes -A --lock-namespace ops --workers 1 --batch 1"),
        ("journal-full", "run -f policy.yaml --yes -A --journal /dev/full"),
        ("journal-nowhere", "run -f policy.yaml --yes -A --journal nowhere/at/all.jsonl"),
    ] {
        samples.take(name, &world("keep: []\n", &RELEASES).program, line, &[]);
    }
    let fake = world("keep: []\n", &RELEASES);
    let reports = "--report report.json --report report.md --termination-log termination";
    let line = format!("restore -f policy.yaml --yes -A {reports}");
    samples.take("no-server-restore-reported", &fake.program, &line, &["report.json", "report.md", "termination"]);

    let (fake, lists) = (world("keep: []\n", &RELEASES), json!({"exit": 1, "stderr": "Error: no \u{1b}[31mluck\n"}));
    fake.lists(&lists);
    samples.take("list-fails", &fake.program, RUN, &[]);
    samples.take("list-fails-logged", &fake.program, "plan -f policy.yaml --log-format json", &[]);
    fake.lists(&json!({"stdout": "[{]"}));
    samples.take("list-is-no-json", &fake.program, RUN, &[]);
    let mut fake = world("keep: []\n", &RELEASES);
    fake.version("v3.9.0");
    samples.take("helm-is-old", &fake.program, RUN, &[]);
    fake.version("something");
    samples.take("helm-is-something-else", &fake.program, RUN, &[]);
    fake.program.set("HELM_BIN", "/nonexistent/helm");
    for (name, line) in all.iter().take(2) {
        samples.take(&format!("no-helm-{name}"), &fake.program, line, &[]);
    }

    let mut fake = world("keep: []\n", &RELEASES);
    samples.take("no-such-context", &fake.program, "plan -f policy.yaml --kube-context nope", &[]);
    samples.take("no-such-kubeconfig", &fake.program, "plan -f policy.yaml --kubeconfig nope", &[]);
    samples.take("no-such-policy", &fake.program, "plan -f nope.yaml", &[]);
    samples.take("no-default-policy", &fake.program, "plan", &[]);
    fake.program.file("kubeconfig", "nonsense");
    samples.take("kubeconfig-is-nonsense", &fake.program, RUN, &[]);
    fake.program.file("kubeconfig", &kubeconfig("prod", "https://127.0.0.1:1"));
    samples.take("kubeconfig-of-another", &fake.program, RUN, &[]);
    fake.program.set("HELM_DRIVER", "sql");
    samples.take("driver", &fake.program, RUN, &[]);
    fake.program.set("KUBECONFIG", "");
    for (name, line) in all {
        samples.take(&format!("no-kubeconfig-{name}"), &fake.program, line, &[]);
    }
    fake.policy("kept: []\nworkers: 0\n");
    samples.take("policy-faults", &fake.program, RUN, &[]);
    let line = format!("{RUN} --log-format json {reports}");
    samples.take("policy-faults-reported", &fake.program, &line, &["report.json", "report.md", "termination"]);
    samples.end();
}
