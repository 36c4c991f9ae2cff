//! The deadline of a run, with the fake helm: what could exceed it is not started, what was started is finished, and the exit
//! code says so.

use std::time::Duration;

use serde_json::json;

use crate::support::{FakeHelm, Gate, MovableClock};

const RUN: &str = "run -f policy.yaml --yes -A -o json";

#[test]
fn a_run_ends_in_time_and_finishes_what_it_has_started() {
    let mut fake = FakeHelm::new();
    fake.policy("keep: []\nworkers: 1\n");
    let clock = MovableClock::new();
    fake.program.set("HELM_PURGE_TEST_AHEAD", clock.path());
    fake.releases(["dev-a/a", "dev-a/b", "dev-a/c"]);
    let gate = Gate::new();
    fake.behaves("dev-a/a", &json!({"gate": gate.address()}));
    let running = fake.program.start(&format!("{RUN} --batch 1 --max-duration 1h"));
    let waiting = gate.arrival();
    // A release may take five minutes, so none starts in the last five.
    clock.move_to(Duration::from_mins(56));
    running.wait_for_stderr(
        "stopping: 1 release is being uninstalled and will be finished, 2 not started (the deadline is near)",
    );
    waiting.go();
    let report = running.finish().exits(8).json();
    assert_eq!((&report["totals"]["purged"], &report["totals"]["notStarted"]), (&json!(1), &json!(2)), "{report}");
    assert_eq!(report["releases"][1]["message"], "it might not have finished before the deadline");
    assert_eq!(fake.left(), ["dev-a/b", "dev-a/c"]);
    fake.program.leaves_no_process();
}

#[test]
fn a_time_that_is_not_valid_is_a_wrong_command_line() {
    let fake = FakeHelm::new();
    fake.program.run(&format!("{RUN} --max-duration 50")).exits(2).stderr_has("--max-duration");
    assert!(fake.calls().is_empty());
}
