//! Signals to the program itself: drain, TERM, KILL, and the accounts in every case.

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Arrival, FakeHelm, Gate, Running};

const RUN: &str = "run -f policy.yaml --yes -A --workers=2 --batch=1 -o json";

/// Four releases, two workers, everything at the gate.
fn busy(ignores_term: bool) -> (FakeHelm, Gate) {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    for name in ["a", "b", "c", "d"] {
        fake.release(&format!("dev-a/{name}"));
        fake.behaves(&format!("dev-a/{name}"), &json!({"gate": gate.address(), "ignoresTerm": ignores_term}));
    }
    (fake, gate)
}

/// Sends a signal and waits until the program has said that it has heard it.
fn send(running: &Running, signal: Signal, until: &str) {
    running.signal(signal);
    running.wait_for_stderr(until);
}

#[test]
fn the_first_signal_finishes_what_runs_and_begins_nothing_more() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (fake, gate) = busy(false);
        let running = fake.program.start(RUN);
        let waiting = [gate.arrival(), gate.arrival()];
        send(&running, signal, "stopping: 2 releases are being uninstalled and will be finished, 2 not started");
        waiting.into_iter().for_each(Arrival::go);
        let report = running.finish().exits(code).json();
        assert_eq!((&report["totals"]["purged"], &report["totals"]["notStarted"]), (&json!(2), &json!(2)), "{report}");
        assert_eq!(report["exitCode"], code);
        assert_eq!(fake.left(), ["dev-a/c", "dev-a/d"]);
        fake.program.leaves_no_process();
    }
}

/// Each signal as the first, with its exit code, and the one that comes after it: another one, for the same one that
/// comes at once is taken for an echo.
const EACH: [(Signal, i32, Signal); 3] =
    [(Signal::INT, 130, Signal::TERM), (Signal::TERM, 143, Signal::HUP), (Signal::HUP, 129, Signal::INT)];

#[test]
fn the_second_signal_terminates_what_runs() {
    for (first, code, second) in EACH {
        let (fake, gate) = busy(false);
        let running = fake.program.start(RUN);
        let waiting = [gate.arrival(), gate.arrival()];
        send(&running, first, "stopping:");
        send(&running, second, "(TERM)");
        let report = running.finish().exits(code).json();
        assert_eq!((&report["totals"]["failed"], &report["totals"]["notStarted"]), (&json!(2), &json!(2)), "{report}");
        assert_eq!(report["releases"][0]["class"], "interrupted");
        drop(waiting);
        fake.program.leaves_no_process();
    }
}

#[test]
fn the_third_signal_kills_what_ignores_the_second() {
    for (first, code, second) in EACH {
        let (fake, gate) = busy(true);
        let running = fake.program.start(RUN);
        let waiting = [gate.arrival(), gate.arrival()];
        send(&running, first, "stopping:");
        send(&running, second, "(TERM)");
        send(&running, first, "(KILL)");
        let report = running.finish().exits(code).json();
        assert_eq!(report["totals"]["failed"], 2, "{report}");
        drop(waiting);
        fake.program.leaves_no_process();
    }
}

#[test]
fn a_signal_while_the_releases_are_listed_ends_the_run_at_once() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    fake.release("dev-a/a");
    fake.lists(&json!({"gate": gate.address()}));
    let running = fake.program.start(RUN);
    let waiting = gate.arrival();
    running.signal(Signal::INT);
    running.finish().exits(130).stderr_has("interrupted; nothing was purged");
    drop(waiting);
    assert_eq!(fake.left(), ["dev-a/a"]);
    fake.program.leaves_no_process();
}

#[test]
fn a_signal_during_the_last_look_ends_it_and_is_the_exit_code() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    fake.release("dev-a/a");
    fake.lists_at(3, &json!({"gate": gate.address()}));
    let running = fake.program.start(RUN);
    let waiting = gate.arrival();
    running.signal(Signal::INT);
    let report = running.finish().exits(130).json();
    assert_eq!(
        (&report["totals"]["purged"], &report["verified"]["state"]),
        (&json!(1), &json!("not-verified")),
        "{report}"
    );
    assert_eq!(report["interruptedBySignal"], 2);
    drop(waiting);
    fake.program.leaves_no_process();
}

#[test]
fn a_signal_while_helm_is_asked_for_its_version_is_no_error_of_helm() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    let wrapper = format!("#!/bin/sh\ncase $1 in version) exec '{}' list;; esac\n", env!("CARGO_BIN_EXE_fake-helm"));
    let mut fake = fake;
    let helm = fake.program.executable("helm", &wrapper);
    fake.program.set("HELM_BIN", helm);
    fake.lists(&json!({"gate": gate.address()}));
    let running = fake.program.start(RUN);
    let waiting = gate.arrival();
    running.signal(Signal::TERM);
    running.finish().exits(143).stderr_has("interrupted; nothing was purged");
    drop(waiting);
}

#[test]
fn with_sigchld_ignored_by_the_parent_children_are_still_waited_for() {
    let fake = FakeHelm::with(["dev-a/a"]);
    let script = format!(
        "trap '' CHLD; exec {} run --without-opt-outs -f policy.yaml --yes -A",
        env!("CARGO_BIN_EXE_helm-purge")
    );
    Running::start(fake.program.shell(&script)).finish().exits(0);
    assert!(fake.left().is_empty());
}
