//! Retries as the program does and reports them, with the fake helm.

use serde_json::json;

use crate::support::{FakeHelm, RUN};

const TRANSIENT: &str =
    "Error: uninstall: Release not loaded: a: query: failed to query with labels: etcdserver: leader changed\n";
const LOGGED_OUT: &str =
    "Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials\n";

#[test]
fn a_release_that_works_the_second_time_is_purged_and_its_attempts_are_in_the_report() {
    let fake = FakeHelm::with(["dev-a/a", "dev-a/b"]);
    fake.behaves("dev-a/a", &json!({"exit": 1, "stderr": TRANSIENT, "once": true}));
    let output = fake.program.run(&format!("{RUN} -o json")).exits(0);
    let output = output.stderr_has("trying again dev-a/a in ").stderr_has("leader changed");
    let report = output.json();
    let attempts = |index: usize| report["releases"][index]["attempts"].as_u64();
    assert_eq!((attempts(0), attempts(1), &report["totals"]["purged"]), (Some(2), Some(1), &json!(2)));
    assert!(fake.left().is_empty());
}

#[test]
fn the_flag_goes_before_the_policy_and_attempts_are_printed_where_they_were_in_vain() {
    let fake = FakeHelm::with(["dev-a/a"]);
    fake.policy("retries: 0\n");
    fake.behaves("dev-a/a", &json!({"exit": 1, "stderr": TRANSIENT}));
    let output = fake.program.run(RUN).exits(1).stdout_has("dev-a/a  transient\n");
    assert!(!output.stderr.contains("trying again"), "{output}");
    let output = fake.program.run(&format!("{RUN} --retries 1")).exits(1);
    output.stdout_has("dev-a/a  transient, after 2 attempts").stderr_has(", after 2 attempts transient: ");
    fake.program.run(&format!("{RUN} --retries 11")).exits(2).stderr_has("0..=10");
}

#[test]
fn a_login_that_is_gone_ends_the_run_after_one_more_look() {
    let fake = FakeHelm::new();
    for name in ["a", "b", "c", "d", "e", "f"] {
        fake.release(&format!("dev-a/{name}"));
        fake.behaves(&format!("dev-a/{name}"), &json!({"exit": 1, "stderr": LOGGED_OUT}));
    }
    let output = fake.program.run(&format!("{RUN} --workers 1 --batch 1")).exits(1);
    let output = output.stdout_has("failed 4 · already gone 0 · not started 2");
    let output = output.stdout_has("not started (the login was no longer accepted)");
    output.stderr_has("the login is not accepted: beginning nothing; looking again in 1.0s");
    assert_eq!(fake.left().len(), 6);
}
