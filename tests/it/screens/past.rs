//! Runs of the past: the list, one run in every format, and what is said of a run that was killed.

use serde_json::json;

use super::{Screens, add, behaves, world};
use crate::support::{FakeHelm, Gate};

const RUN: &str = "run -f policy.yaml --yes -A --workers 1 --batch 1";

/// A run of this name over what is there.
fn run(fake: &mut FakeHelm, id: &str, now: &str) {
    fake.program.set("HELM_PURGE_TEST_RUN_ID", id).set("HELM_PURGE_TEST_NOW", now);
    drop(fake.program.run(RUN));
    fake.program.set("HELM_PURGE_TEST_NOW", super::NOW).set("HELM_PURGE_TEST_RUN_ID", super::RUN);
}

#[test]
fn runs_of_the_past() {
    let mut screens = Screens::of("runs");
    let mut fake = world("keep: []\nretries: 0\n", &[]);
    let folder = ".local/state/helm-purge/runs";
    screens.take("none", &fake.program, "runs --local", &[]);
    screens.take("none-json", &fake.program, "runs --local -o json", &[]);

    // One that went well, one with a failure, one that was killed, one that goes on, and two that cannot be read.
    for name in ["dev-a/web", "dev-b/web"] {
        add(&fake, name, &[]);
    }
    run(&mut fake, "20191230-010203-000001", "2019-12-30T01:02:03Z");
    for name in ["dev-a/hook", "dev-b/web"] {
        add(&fake, name, &[]);
    }
    behaves(&fake, "dev-a/hook", &json!({"exit": 1, "stderr": "Error: no \u{1b}[31mluck\n"}));
    run(&mut fake, "20191231-010203-000002", "2019-12-31T01:02:03Z");
    let gate = Gate::new();
    behaves(&fake, "dev-a/hook", &json!({"gate": gate.address()}));
    let ids = [("20200101-010203-000003", "2020-01-01T01:02:03Z"), ("20200102-010203-000004", "2020-01-02T01:02:03Z")];
    let start = |fake: &mut FakeHelm, (id, now): (&str, &str)| {
        fake.program.set("HELM_PURGE_TEST_RUN_ID", id).set("HELM_PURGE_TEST_NOW", now);
        let running = fake.program.start(RUN);
        let arrival = gate.arrival();
        fake.program.set("HELM_PURGE_TEST_NOW", super::NOW).set("HELM_PURGE_TEST_RUN_ID", super::RUN);
        (running, arrival)
    };
    let (killed, _arrival) = start(&mut fake, ids[0]);
    fake.program.kill(killed);
    let journal = |id: &str| format!("{folder}/{id}.jsonl");
    for (name, line) in
        [("after-a-kill-plan", "plan -f policy.yaml"), ("after-a-kill-restore", "restore -f policy.yaml --dry-run")]
    {
        screens.take(name, &fake.program, line, &[]);
    }
    let (running, arrival) = start(&mut fake, ids[1]);
    fake.program.file(&journal("20191229-010203-000009"), "nonsense\n");
    fake.program.file(&journal("20191228-010203-000008"), "");
    for (name, line) in [
        ("table", "runs --local"),
        ("wide", "runs --local -o wide"),
        ("json", "runs --local -o json"),
        ("yaml", "runs --local -o yaml"),
        ("name", "runs --local -o name"),
        ("coloured", "runs --local --color always"),
        ("with-cluster", "runs"),
        ("logged", "runs --log-format json"),
        ("one-well", "runs --local 20191230-010203-000001"),
        ("one-failed", "runs --local 20191231-010203-000002"),
        ("one-failed-wide", "runs --local 20191231-010203-000002 -o wide"),
        ("one-failed-json", "runs --local 20191231-010203-000002 -o json"),
        ("one-failed-yaml", "runs --local 20191231-010203-000002 -o yaml"),
        ("one-failed-name", "runs --local 20191231-010203-000002 -o name"),
        ("one-failed-coloured", "runs --local 20191231-010203-000002 --color always"),
        ("one-killed", "runs --local 20200101-010203-000003"),
        ("one-killed-json", "runs --local 20200101-010203-000003 -o json"),
        ("one-running", "runs --local 20200102-010203-000004"),
        ("one-running-json", "runs --local 20200102-010203-000004 -o json"),
        ("one-unreadable", "runs --local 20191229-010203-000009"),
        ("one-of-no-run", "runs --local 20180101-010203-000001"),
        ("one-file", "runs --journal .local/state/helm-purge/runs/20191230-010203-000001.jsonl"),
        ("no-such-file", "runs --journal nope.jsonl"),
        ("beside-a-run-plan", "plan -f policy.yaml"),
        ("offered", "__complete -- runs 2019"),
    ] {
        screens.take(name, &fake.program, line, &[]);
    }
    arrival.go();
    drop(running.finish());
    screens.end();
}
