//! Every way in which a run can end, and the screens of a terminal.

use rustix::process::Signal;
use serde_json::json;

use super::{Screens, behaves, freeze, world};
use crate::support::{Arrival, CEILING, FakeHelm, Gate, Terminal, poll, two_at_a_gate};

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
fn runs_that_are_interrupted() {
    let mut screens = Screens::of("run-ended");
    for format in ["", "-logged", "-json"] {
        // One signal: what runs is finished.
        let ((fake, gate), name) = (at_a_gate(), format!("one-signal{format}"));
        let running = screens.start(&fake.program, &name);
        let first = gate.arrival();
        running.signal(Signal::INT);
        running.wait_for_stderr(if format == "-logged" { "\"stopping\"" } else { "stopping: " });
        first.go();
        screens.finish(&fake.program, &name, running);

        // Two signals: what runs is ended. Three: it is killed. The same one twice would be taken for an echo.
        for (name, behaviour, third) in [
            ("two-signals", json!({}), None),
            ("three-signals", json!({"ignoresTerm": true, "hangs": true}), Some(Signal::INT)),
        ] {
            let ((fake, gate), name) = (at_a_gate(), format!("{name}{format}"));
            let mut behaviour = behaviour;
            behaviour["gate"] = json!(gate.address());
            behaves(&fake, "dev-a/a", &behaviour);
            // The last look is never answered: it would be chance whether the signal or the answer comes first.
            let silence = Gate::new();
            fake.lists_at(3, &json!({"gate": silence.address()}));
            let running = screens.start(&fake.program, &name);
            let _first = gate.arrival();
            running.signal(Signal::TERM);
            running.wait_for_stderr(if format == "-logged" { "\"stopping\"" } else { "stopping: " });
            running.signal(Signal::HUP);
            if let Some(third) = third {
                running.wait_for_stderr(if format == "-logged" { "\"TERM\"" } else { "(TERM)" });
                running.signal(third);
            }
            screens.finish(&fake.program, &name, running);
        }

        // Nothing is started that might not be done before the deadline.
        let ((fake, gate), name) = (at_a_gate(), format!("deadline{format}"));
        let running = screens.start(&fake.program, &name);
        let first = gate.arrival();
        running.wait_for_stderr(if format == "-logged" { "\"stopping\"" } else { "(the deadline is near)" });
        first.go();
        screens.finish(&fake.program, &name, running);
    }
    for name in ["before-the-plan", "before-the-plan-logged"] {
        let (fake, gate) = (world("keep: []\n", &["dev-a/a"]), Gate::new());
        fake.lists_at(1, &json!({"gate": gate.address()}));
        let running = screens.start(&fake.program, name);
        let waiting = gate.arrival();
        running.signal(Signal::INT);
        // The list goes on until it is ended by the signal.
        let ended = poll(CEILING, || rustix::process::test_kill_process(pid(waiting.pid)).err());
        assert!(ended.is_some(), "the list goes on");
        screens.finish(&fake.program, name, running);
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
        let terminal = screens.start_on_a_terminal(&fake.program, name);
        terminal.wait_for("Type the context name to continue:");
        terminal.type_text(answer);
        screens.finish_on_a_terminal(&fake.program, name, terminal);
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
