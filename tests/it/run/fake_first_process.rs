//! As the first process of a container, which no signal ends that it does not listen to.

use std::io::Write;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::support::{Arrival, FakeHelm, Running, two_at_a_gate};

/// How this user gets to be the first process of something; none where the system does not let anybody but root.
fn unshare() -> Option<Vec<&'static str>> {
    let namespaces = ["--pid", "--fork", "--mount-proc"];
    let ways = [namespaces.to_vec(), [&["--user", "--map-root-user"], &namespaces[..]].concat()];
    let works = |way: &Vec<&str>| {
        Command::new("unshare").args(way).arg("true").output().is_ok_and(|output| output.status.success())
    };
    ways.into_iter().find(works)
}

/// Says why a test shows nothing here, past the capture of the test's output.
fn cannot(name: &str) {
    let text = format!("{name}: NOT RUN, this user may not make a namespace of processes (unshare --pid)\n");
    std::io::stderr().write_all(text.as_bytes()).expect("stderr can be written to");
}

/// The program as process 1, and its number as seen from here.
fn start(fake: &FakeHelm, way: &[&str]) -> (Running, Pid) {
    let program = env!("CARGO_BIN_EXE_helm-purge");
    let arguments = "run --without-opt-outs -f policy.yaml --yes -A --workers=2 --batch=1 -o json";
    let script = format!("exec unshare {} -- bash -c 'echo $$ > pid; exec {program} {arguments}'", way.join(" "));
    let running = Running::start(fake.program.shell(&script));
    fake.program.wait_for_file("pid", "1\n");
    let outer = running.pid();
    let children = std::fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).expect("it runs");
    let pid = children.split_whitespace().next().and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw);
    (running, pid.expect("it has a child"))
}

fn send(pid: Pid, signal: Signal) {
    kill_process(pid, signal).expect("it runs");
}

#[test]
fn as_the_first_process_signals_drain_terminate_and_kill_as_anywhere() {
    let Some(way) = unshare() else { return cannot("as_the_first_process_signals_drain") };
    for (first, code, second) in
        [(Signal::INT, 130, Signal::TERM), (Signal::TERM, 143, Signal::HUP), (Signal::HUP, 129, Signal::INT)]
    {
        let (fake, gate) = two_at_a_gate();
        let (running, pid) = start(&fake, &way);
        let waiting = [gate.arrival(), gate.arrival()];
        send(pid, first);
        running.wait_for_stderr("stopping: 2 releases are being uninstalled and will be finished");
        waiting.into_iter().for_each(Arrival::go);
        let report = running.finish().exits(code).json();
        assert_eq!(report["totals"]["purged"], 2, "{report}");

        let (fake, gate) = two_at_a_gate();
        for name in ["a", "b"] {
            fake.behaves(&format!("dev-a/{name}"), &json!({"gate": gate.address(), "ignoresTerm": true}));
        }
        let (running, pid) = start(&fake, &way);
        let waiting = [gate.arrival(), gate.arrival()];
        send(pid, first);
        running.wait_for_stderr("stopping:");
        send(pid, second);
        running.wait_for_stderr("(TERM)");
        send(pid, first);
        running.wait_for_stderr("(KILL)");
        let report = running.finish().exits(code).json();
        assert_eq!(report["totals"]["failed"], 2, "{report}");
        drop(waiting);
        fake.program.leaves_no_process();
    }
}

#[test]
fn a_container_whose_first_process_is_killed_takes_every_helm_with_it() {
    let Some(way) = unshare() else { return cannot("a_container_whose_first_process_is_killed") };
    let (fake, gate) = two_at_a_gate();
    let (running, pid) = start(&fake, &way);
    let waiting = [gate.arrival(), gate.arrival()];
    send(pid, Signal::KILL);
    drop(running.finish());
    fake.program.leaves_no_process();
    drop(waiting);
    for name in ["a", "b"] {
        fake.behaves(&format!("dev-a/{name}"), &json!({}));
    }
    fake.program.run("run -f policy.yaml --yes -A").exits(0);
    assert!(fake.left().is_empty());
}
