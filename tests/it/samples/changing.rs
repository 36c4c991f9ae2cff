//! Runs on a fake cluster: every outcome, in every format, and every way in which a run can end.

use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use super::{JOURNAL, Samples, behaves, freeze, world};
use crate::support::{Arrival, FakeHelm, Gate, Terminal, two_at_a_gate};

/// One helm after the other, so that things happen in one order.
const RUN: &str = "run -f policy.yaml --yes -A --workers 1 --batch 1";
const REPORTS: &str = "--report report.json --report report.yaml --report report.md --termination-log termination";
const REPORT_FILES: [&str; 5] = ["report.json", "report.yaml", "report.md", "termination", JOURNAL];

const FORBIDDEN: &str = "\
uninstall.go:125: 2026 [debug] uninstall: Failed to delete release: [configmaps \"b\" is forbidden: User \"x\" cannot \
delete resource \"configmaps\"]
Error: failed to delete release: rbac
helm.go:92: 2026 [debug] failed to delete release: rbac
";
const HOOK: &str = "Error: 1 error occurred:\n\t* job c-pre failed: BackoffLimitExceeded\n\n\n";
const TRANSIENT: &str =
    "Error: uninstall: Release not loaded: a: query: failed to query with labels: etcdserver: leader changed\n";
const LOGGED_OUT: &str =
    "Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials\n";
const KEPT: &str = "These resources were kept due to the resource policy:\n[ConfigMap] a-kept\n\n";

/// Releases that end in every way that helm knows. What is tried again is the last, so that chance changes no order.
fn every_outcome() -> FakeHelm {
    let names = ["behind", "forbidden", "gone", "hook", "hostile", "silent", "vault", "well", "worn"];
    let releases = names.map(|name| format!("dev-a/{name}"));
    let fake = world("keep: ['*/vault']\nretries: 1\n", &releases.each_ref().map(String::as_str));
    for (name, behaviour) in [
        ("behind", json!({"stdout": KEPT})),
        ("forbidden", json!({"exit": 1, "stderr": FORBIDDEN})),
        (
            "gone",
            json!({"exit": 1, "stderr": "Error: uninstall: Release not loaded: gone: release: not found\n", "removes": true}),
        ),
        ("hook", json!({"exit": 1, "stderr": HOOK})),
        ("hostile", json!({"exit": 1, "stderr": "Error: no `luck` | <b> \u{1b}[2J\u{202e}\nmore\n"})),
        ("worn", json!({"exit": 1, "stderr": TRANSIENT, "once": true})),
        ("silent", json!({"saysSo": 0, "removes": false})),
    ] {
        behaves(&fake, &format!("dev-a/{name}"), &behaviour);
    }
    fake
}

#[test]
fn runs_in_every_format() {
    let mut samples = Samples::of("run");
    for (name, more, files) in [
        ("table", "", &[JOURNAL][..]),
        ("wide", " -o wide", &[]),
        ("json", " -o json", &[]),
        ("yaml", " -o yaml", &[]),
        ("name", " -o name", &[]),
        ("quiet", " -q", &[]),
        ("verbose", " -v", &[]),
        ("coloured", " --color always", &[]),
        ("logged", " --log-format json", &[]),
        ("logged-verbose", " --log-format json -v -o json", &[]),
        ("logged-quiet", " --log-format json -q", &[]),
        ("reported", &format!(" {REPORTS}"), &REPORT_FILES),
        ("fail-fast", " --fail-fast", &[JOURNAL]),
        ("fail-fast-logged", " --fail-fast --log-format json -o json", &[]),
        ("without-journal", " --no-journal", &[JOURNAL]),
        ("journal-elsewhere", " --journal here.jsonl -o json", &["here.jsonl"]),
        ("confirmed", " --retries 0", &[]),
        ("report-nowhere", " --report nowhere/report.json --termination-log /dev/full", &[]),
    ] {
        samples.take(name, &every_outcome().program, &format!("{RUN}{more}"), files);
    }
    samples.end();
}

#[test]
fn runs_that_go_well_and_runs_with_one_fault() {
    let mut samples = Samples::of("run-short");
    let two = ["dev-a/a", "dev-b/b"];
    for (name, more, files) in [
        ("well", "", &[JOURNAL][..]),
        ("well-json", " -o json", &[]),
        ("well-quiet", " -q", &[]),
        ("well-reported", &format!(" {REPORTS} --log-format json"), &REPORT_FILES),
        ("well-confirmed", " --confirm dev-eu", &[]),
        ("well-as-one-shard", " --shard 1/1 -o json", &[JOURNAL]),
    ] {
        let line = if name == "well-confirmed" { RUN.replace("--yes ", "") } else { RUN.to_owned() };
        samples.take(name, &world("keep: []\n", &two).program, &format!("{line}{more}"), files);
    }
    for (name, list) in
        [("not-verified", json!({"exit": 1, "stderr": "Error: no luck\n"})), ("changed", json!({"stdout": "[]"}))]
    {
        for (format, more) in [("", ""), ("-json", " -o json"), ("-logged", " --log-format json")] {
            let fake = world("keep: []\n", &two);
            fake.lists_at(if name == "changed" { 2 } else { 3 }, &list);
            samples.take(&format!("{name}{format}"), &fake.program, &format!("{RUN}{more}"), &[JOURNAL]);
        }
    }
    let names = ["a", "b", "c", "d", "e"].map(|name| format!("dev-a/{name}"));
    for (name, more) in
        [("login-gone", ""), ("login-gone-json", " -o json"), ("login-gone-logged", " --log-format json")]
    {
        let fake = world("retries: 0\n", &names.each_ref().map(String::as_str));
        for release in &names {
            behaves(&fake, release, &json!({"exit": 1, "stderr": LOGGED_OUT}));
        }
        samples.take(name, &fake.program, &format!("{RUN}{more}"), &[JOURNAL]);
    }
    samples.end();
}

/// Two releases at a gate, at the fixed time.
fn at_a_gate() -> (FakeHelm, Gate) {
    let (mut fake, gate) = two_at_a_gate();
    freeze(&mut fake.program);
    for name in ["dev-a/a", "dev-a/b"] {
        super::add(&fake, name, &[]);
    }
    (fake, gate)
}

#[test]
fn runs_that_are_told_to_end() {
    let mut samples = Samples::of("run-ended");
    let variants = [("", ""), ("-logged", " --log-format json"), ("-json", " -o json")];
    for (format, more) in variants {
        // One signal: what runs is finished.
        let ((fake, gate), line) = (at_a_gate(), format!("{RUN} {REPORTS}{more}"));
        let running = fake.program.start(&line);
        let first = gate.arrival();
        running.signal(Signal::INT);
        running.wait_for_stderr(if format == "-logged" { "\"draining\"" } else { "stopping: " });
        first.go();
        samples.finish(&format!("one-signal{format}"), &fake.program, &line, running, &REPORT_FILES);

        // Two signals: what runs is ended. Three: it is killed. The same one twice would be taken for an echo.
        for (name, behaviour, third) in [
            ("two-signals", json!({}), None),
            ("three-signals", json!({"ignoresTerm": true, "hangs": true}), Some(Signal::INT)),
        ] {
            let ((fake, gate), line) = (at_a_gate(), format!("{RUN}{more}"));
            let mut behaviour = behaviour;
            behaviour["gate"] = json!(gate.address());
            behaves(&fake, "dev-a/a", &behaviour);
            // The last look is never answered: it would be chance whether the signal or the answer comes first.
            let silence = Gate::new();
            fake.lists_at(3, &json!({"gate": silence.address()}));
            let running = fake.program.start(&line);
            let _first = gate.arrival();
            running.signal(Signal::TERM);
            running.wait_for_stderr(if format == "-logged" { "\"draining\"" } else { "stopping: " });
            running.signal(Signal::HUP);
            if let Some(third) = third {
                running.wait_for_stderr(if format == "-logged" { "\"TERM\"" } else { "(TERM)" });
                running.signal(third);
            }
            samples.finish(&format!("{name}{format}"), &fake.program, &line, running, &[JOURNAL]);
        }

        // Nothing is begun that might not be done before the deadline.
        let ((fake, gate), line) = (at_a_gate(), format!("{RUN} --max-duration 5s{more}"));
        let running = fake.program.start(&line);
        let first = gate.arrival();
        running.wait_for_stderr(if format == "-logged" { "\"draining\"" } else { "(the deadline is near)" });
        first.go();
        samples.finish(&format!("deadline{format}"), &fake.program, &line, running, &[JOURNAL]);
    }
    for (name, more) in [("before-the-plan", ""), ("before-the-plan-logged", " --log-format json")] {
        let (fake, line) = (world("keep: []\n", &["dev-a/a"]), format!("{RUN} {REPORTS}{more}"));
        let gate = Gate::new();
        fake.lists_at(1, &json!({"gate": gate.address()}));
        let running = fake.program.start(&line);
        let waiting = gate.arrival();
        running.signal(Signal::INT);
        // The list goes on until it is ended by the signal.
        while rustix::process::test_kill_process(pid(waiting.pid)).is_ok() {
            sleep(Duration::from_millis(2));
        }
        samples.finish(name, &fake.program, &line, running, &REPORT_FILES);
    }
    samples.end();
}

fn pid(number: u32) -> rustix::process::Pid {
    let number = i32::try_from(number).expect("a pid is small");
    rustix::process::Pid::from_raw(number).expect("a pid is positive")
}

#[test]
fn screens_of_a_terminal() {
    let mut samples = Samples::of("terminal");
    for (name, answer) in [("agreed", "dev-eu\r"), ("declined", "yes\r"), ("nothing-typed", "\r"), ("ended", "\u{4}")] {
        let fake = world("keep: []\n", &["dev-a/redis", "dev-b/web"]);
        behaves(&fake, "dev-b/web", &json!({"exit": 1, "stderr": HOOK}));
        let line = "run -f policy.yaml --workers 1 --batch 1";
        let mut terminal = Terminal::start(fake.program.command(line));
        terminal.wait_for("Type the context's name to go on:");
        terminal.type_text(answer);
        let code = terminal.wait().code().unwrap_or_default();
        terminal.wait_until_closed();
        let screen = terminal.screen().replace(&fake.program.folder().display().to_string(), "FOLDER");
        samples.hold(name, &format!("$ helm-purge {line}\nexit code {code}\n{screen}\n"));
    }
    // Bars, while two releases are at the gate.
    let (fake, gate) = at_a_gate();
    let line = "run -f policy.yaml --confirm dev-eu --workers 2 --batch 1";
    let mut terminal = Terminal::start(fake.program.command(line));
    let arrivals = [gate.arrival(), gate.arrival()];
    terminal.wait_until("two bars", |screen| {
        screen.contains("dev-a/a ") && screen.contains("dev-a/b ") && screen.contains("0/2")
    });
    let bars = terminal.screen().lines().map(without_spinner).collect::<Vec<_>>().join("\n");
    samples.hold("bars", &format!("{bars}\n"));
    arrivals.into_iter().for_each(Arrival::go);
    terminal.wait();
    samples.end();
}

/// What moves is always the same.
fn without_spinner(line: &str) -> String {
    line.replace(|letter| "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".contains(letter), "⠋")
}
