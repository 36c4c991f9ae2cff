//! A run that is to end while a helm process has several releases: it ends with the one in progress, and the accounts are right
//! for each of them.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Arrival, FakeHelm, Gate, Output, Running};

const RUN: &str = "run -f policy.yaml --yes -A -o json --workers=1";

/// A batch of `a`, `b`, `c` and `d` that has done `a` and has `b` in progress.
struct InHand {
    fake: FakeHelm,
    gate: Gate,
    running: Running,
    second: Arrival,
}

/// `b` waits at the gate, with this behaviour besides; so would `c` and `d`.
fn in_hand(of_b: &Value) -> InHand {
    let (fake, gate) = (FakeHelm::new(), Gate::new());
    let held = |behaviour: &Value| {
        let mut held = behaviour.clone();
        held["gate"] = json!(gate.address());
        held
    };
    fake.releases(["dev-a/a", "dev-a/b", "dev-a/c", "dev-a/d"]);
    fake.behaves("dev-a/b", &held(of_b));
    fake.behaves("dev-a/c", &held(&json!({})));
    fake.behaves("dev-a/d", &held(&json!({})));
    let running = fake.program.start(RUN);
    let second = gate.arrival();
    assert_eq!(second.who, "dev-a/b");
    running.wait_for_stderr("purged dev-a/a");
    InHand { fake, gate, running, second }
}

impl InHand {
    /// A first signal, and `b` goes on once nobody listens to its helm any more.
    fn drained(self) -> (FakeHelm, Gate, Output) {
        self.running.signal(Signal::INT);
        self.running.wait_for_stderr("stopping: 1 release is being uninstalled and will be finished, 2 not started");
        self.fake.program.wait_until_unheard(self.second.pid);
        self.second.go();
        let output = self.running.finish().exits(130);
        self.fake.program.leaves_no_process();
        (self.fake, self.gate, output)
    }
}

#[track_caller]
fn came_to<const COUNT: usize>(output: &Output, expected: [&str; COUNT]) {
    let report = output.json();
    let releases = report["releases"].as_array().expect("a list").iter();
    let words = |release: &Value| {
        let class = release["class"].as_str().map(|class| format!(" {class}")).unwrap_or_default();
        format!(
            "{}{class}, {}",
            release["outcome"].as_str().unwrap_or_default(),
            release["afterwards"].as_str().unwrap_or_default()
        )
    };
    assert_eq!(releases.map(words).collect::<Vec<_>>(), expected, "{output}");
}

#[test]
fn the_first_signal_ends_a_batch_with_the_release_in_progress() {
    let (fake, gate, output) = in_hand(&json!({})).drained();
    came_to(&output, ["purged, gone", "purged, gone", "not-started, listed", "not-started, listed"]);
    assert_eq!(output.json()["verified"], json!({"state": "verified", "gone": 2}));
    assert_eq!(fake.left(), ["dev-a/c", "dev-a/d"]);
    assert!(gate.arrived().is_none(), "another release was begun");
    output.stderr_has("purged dev-a/b");
}

#[test]
fn a_run_that_is_killed_leaves_its_helm_to_end_with_the_release_in_progress_and_a_second_run_finishes() {
    let InHand { fake, gate, running, second } = in_hand(&json!({}));
    running.signal(Signal::KILL);
    let output = running.finish();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(9), "{output}");
    second.go();
    fake.program.leaves_no_process();
    assert_eq!(fake.left(), ["dev-a/c", "dev-a/d"]);
    assert!(gate.arrived().is_none(), "another release was begun");
    for name in ["c", "d"] {
        fake.behaves(&format!("dev-a/{name}"), &json!({}));
    }
    came_to(&fake.program.run(RUN).exits(0), ["purged, gone"; 2]);
    assert!(fake.left().is_empty());
}

#[test]
fn every_helm_of_a_run_that_is_killed_ends_with_its_release() {
    let (fake, gate) = (FakeHelm::new(), Gate::new());
    for (namespace, name) in (0..4).flat_map(|place| (0..3).map(move |number| (place, number))) {
        let (namespace, name) = (format!("dev-{namespace}"), format!("r{name}"));
        fake.release(&format!("{namespace}/{name}"));
        fake.behaves(&format!("{namespace}/{name}"), &json!({"gate": gate.address()}));
    }
    let running = fake.program.start("run -f policy.yaml --yes -A --workers=4 --batch=3");
    let waiting = [gate.arrival(), gate.arrival(), gate.arrival(), gate.arrival()];
    let begun = waiting.iter().map(|arrival| arrival.who.clone()).collect::<Vec<_>>();
    running.signal(Signal::KILL);
    drop(running.finish());
    waiting.into_iter().for_each(Arrival::go);
    fake.program.leaves_no_process();
    assert!(gate.arrived().is_none(), "another release was begun");
    let left = fake.left();
    assert_eq!(left.len(), 8, "{left:?}");
    assert!(begun.iter().all(|release| !left.contains(release)), "{begun:?} {left:?}");
}

#[test]
fn a_release_that_fails_while_its_batch_is_drained_has_failed() {
    let (fake, _, output) = in_hand(&json!({"exit": 1, "stderr": "Error: no luck\n"})).drained();
    came_to(&output, ["purged, gone", "failed other, listed", "not-started, listed", "not-started, listed"]);
    assert_eq!(output.json()["releases"][1]["message"], "no luck");
    assert_eq!(fake.left(), ["dev-a/b", "dev-a/c", "dev-a/d"]);
}

#[test]
fn a_helm_process_that_does_not_die_of_a_closed_stdout_is_accounted_for_by_the_list() {
    let batch = in_hand(&json!({"survivesClosedStdout": true}));
    batch.running.signal(Signal::INT);
    batch.fake.program.wait_until_unheard(batch.second.pid);
    batch.second.go();
    let third = batch.gate.arrival();
    batch.fake.behaves("dev-a/d", &json!({"exit": 0, "removes": false}));
    third.go();
    let output = batch.running.finish().exits(130);
    came_to(&output, ["purged, gone", "purged, gone", "purged, gone", "failed unclear, listed"]);
    assert_eq!(batch.fake.left(), ["dev-a/d"]);
}

#[test]
fn a_second_signal_while_a_batch_is_drained_ends_the_release_in_progress() {
    let InHand { fake, running, second, .. } = in_hand(&json!({}));
    running.signal(Signal::INT);
    fake.program.wait_until_unheard(second.pid);
    running.signal(Signal::TERM);
    running.wait_for_stderr("(TERM)");
    let output = running.finish().exits(130);
    // The last look may have been quicker than the end that the second signal makes of it.
    let report = output.json();
    let outcomes = report["releases"].as_array().expect("a list").iter().map(|release| &release["outcome"]);
    assert_eq!(outcomes.collect::<Vec<_>>(), ["purged", "failed", "not-started", "not-started"], "{report}");
    assert_eq!(report["releases"][1]["class"], "interrupted");
    drop(second);
    fake.program.leaves_no_process();
}

#[test]
fn a_release_that_turns_out_to_have_been_started_is_not_called_not_started() {
    let batch = in_hand(&json!({}));
    // As if its helm had written the line of `b` in the very moment in which nobody listened any more.
    batch.fake.release_with("dev-a/c", &[("status", json!("uninstalling"))]);
    let (_, _, output) = batch.drained();
    came_to(&output, ["purged, gone", "purged, gone", "failed interrupted, listed", "not-started, listed"]);
}

#[test]
fn without_a_last_list_only_what_was_seen_is_called_purged() {
    let batch = in_hand(&json!({}));
    batch
        .fake
        .lists_at(3, &json!({"exit": 1, "stderr": "Error: Kubernetes cluster unreachable: connection refused\n"}));
    let (_, _, output) = batch.drained();
    came_to(&output, ["purged, unknown", "purged, unknown", "not-started, unknown", "not-started, unknown"]);
    assert_eq!(output.json()["verified"]["state"], "not-verified");
}

#[test]
fn the_last_look_goes_on_when_a_run_was_drained() {
    let batch = in_hand(&json!({}));
    batch.fake.lists_at(3, &json!({"gate": batch.gate.address()}));
    batch.running.signal(Signal::INT);
    batch.fake.program.wait_until_unheard(batch.second.pid);
    batch.second.go();
    let look = batch.gate.arrival();
    assert_eq!(look.who, "list");
    look.go();
    let output = batch.running.finish().exits(130);
    assert_eq!(output.json()["verified"], json!({"state": "verified", "gone": 2}), "{output}");
}

#[test]
fn fail_fast_ends_the_batch_of_another_worker_with_the_release_in_progress() {
    let (fake, gate) = (FakeHelm::new(), Gate::new());
    fake.releases(["dev-b/a", "dev-b/b", "dev-b/c", "dev-b/d"]);
    fake.release("dev-a/x");
    for (namespace, name) in [("dev-b", "a"), ("dev-a", "x"), ("dev-b", "c")] {
        fake.behaves(&format!("{namespace}/{name}"), &json!({"gate": gate.address()}));
    }
    let failing = json!({"gate": gate.address(), "exit": 1, "stderr": "Error: no luck\n"});
    fake.behaves("dev-b/c", &failing);
    let running = fake.program.start("run -f policy.yaml --yes -A -o json --workers=2 --fail-fast");
    // Of five releases on two workers, `a b` is a batch and `c` goes alone.
    let (mut first, mut other) = (gate.arrival(), gate.arrival());
    if first.who != "dev-b/a" {
        std::mem::swap(&mut first, &mut other);
    }
    assert_eq!((first.who.as_str(), other.who.as_str()), ("dev-b/a", "dev-b/c"));
    other.go();
    running.wait_for_stderr("(--fail-fast)");
    fake.program.wait_until_unheard(first.pid);
    first.go();
    let report = running.finish().exits(1).json();
    assert_eq!(
        (&report["totals"]["purged"], &report["totals"]["failed"], &report["totals"]["notStarted"]),
        (&json!(1), &json!(1), &json!(3)),
        "{report}"
    );
    assert_eq!(fake.left(), ["dev-a/x", "dev-b/b", "dev-b/c", "dev-b/d"]);
    fake.program.leaves_no_process();
}
