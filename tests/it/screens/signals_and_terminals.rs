//! Every way in which a run can end, and the screens of a terminal.

use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use super::{JOURNAL, Screens, behaves, freeze, world};
use crate::support::{Arrival, FakeHelm, Gate, Terminal, two_at_a_gate};

/// One helm after the other, so that things happen in one order.
const RUN: &str = "run -f policy.yaml --yes -A --workers 1 --batch 1";
const REPORTS: &str = "--report report.json --report report.yaml --report report.md --termination-log termination";
const REPORT_FILES: [&str; 5] = ["report.json", "report.yaml", "report.md", "termination", JOURNAL];

const HOOK: &str = "Error: 1 error occurred:\n\t* job c-pre failed: BackoffLimitExceeded\n\n\n";

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
    let mut screens = Screens::of("run-ended");
    let variants = [("", ""), ("-logged", " --log-format json"), ("-json", " -o json")];
    for (format, more) in variants {
        // One signal: what runs is finished.
        let ((fake, gate), line) = (at_a_gate(), format!("{RUN} {REPORTS}{more}"));
        let running = fake.program.start(&line);
        let first = gate.arrival();
        running.signal(Signal::INT);
        running.wait_for_stderr(if format == "-logged" { "\"draining\"" } else { "stopping: " });
        first.go();
        screens.finish(&format!("one-signal{format}"), &fake.program, &line, running, &REPORT_FILES);

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
            screens.finish(&format!("{name}{format}"), &fake.program, &line, running, &[JOURNAL]);
        }

        // Nothing is begun that might not be done before the deadline.
        let ((fake, gate), line) = (at_a_gate(), format!("{RUN} --max-duration 5s{more}"));
        let running = fake.program.start(&line);
        let first = gate.arrival();
        running.wait_for_stderr(if format == "-logged" { "\"draining\"" } else { "(the deadline is near)" });
        first.go();
        screens.finish(&format!("deadline{format}"), &fake.program, &line, running, &[JOURNAL]);
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
        screens.finish(name, &fake.program, &line, running, &REPORT_FILES);
    }
    screens.end();
}

fn pid(number: u32) -> rustix::process::Pid {
    let number = i32::try_from(number).expect("a pid is small");
    rustix::process::Pid::from_raw(number).expect("a pid is positive")
}

#[test]
fn screens_of_a_terminal() {
    let mut screens = Screens::of("terminal");
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
        screens.compare(name, &format!("$ helm-purge {line}\nexit code {code}\n{screen}\n"));
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
    screens.compare("bars", &format!("{bars}\n"));
    arrivals.into_iter().for_each(Arrival::go);
    terminal.wait();
    screens.end();
}

/// What moves is always the same.
fn without_spinner(line: &str) -> String {
    line.replace(|letter| "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".contains(letter), "⠋")
}
