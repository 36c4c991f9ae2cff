//! Runs of the past: the list, one run in every format, and what is printed of a run that was killed.

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
    let mut screens = Screens::of("log");
    let mut fake = world("keep: []\nretries: 0\n", &[]);
    screens.take(&fake.program, "none none-json");

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
    let journal = |id: &str| format!(".local/state/helm-purge/runs/{id}.jsonl");
    screens.take(&fake.program, "after-a-kill-plan after-a-kill-restore");
    let (running, arrival) = start(&mut fake, ids[1]);
    fake.program.file(&journal("20191229-010203-000009"), "nonsense\n");
    fake.program.file(&journal("20191228-010203-000008"), "");
    screens.take(
        &fake.program,
        "table wide json yaml name coloured with-cluster logged one-well one-failed \
         one-failed-wide one-failed-json one-failed-yaml one-failed-name one-failed-coloured \
         one-killed one-killed-json one-running one-running-json one-unreadable one-of-no-run \
         one-file no-such-file beside-a-run-plan offered \
         narrow narrow-coloured",
    );
    arrival.go();
    drop(running.finish());
    screens.end();
}
