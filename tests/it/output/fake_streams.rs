//! Streams that are closed, full, or a terminal that is tiny or gone: a purge goes on, and says what it can.

use serde_json::{Value, json};

use crate::support::{FakeHelm, Terminal, two_at_a_gate};

const PROGRAM: &str = env!("CARGO_BIN_EXE_helm-purge");
const RUN: &str = "run --without-opt-outs -f policy.yaml --yes -A";

fn eight() -> FakeHelm {
    FakeHelm::with((0..8).map(|number| format!("dev-a/r{number}")))
}

#[test]
fn whatever_becomes_of_both_streams_everything_goes_and_only_what_was_lost_is_a_failure() {
    for (streams, code) in [
        (">&-", 0),
        ("2>&-", 0),
        (">&- 2>&-", 0),
        ("</dev/null >&- 2>&-", 0),
        (">/dev/full", 9),
        ("2>/dev/full", 9),
        (">/dev/full 2>/dev/full", 9),
        (">/dev/full 2>&-", 9),
        ("2>/dev/full >&-", 9),
        ("2>&1 | true", 0),
        ("2>said | true", 0),
    ] {
        for format in ["table", "json", "name"] {
            let fake = eight();
            let script = format!("{PROGRAM} {RUN} -o {format} {streams}; exit ${{PIPESTATUS[0]}}");
            let output = fake.program.shell(&script).output().expect("bash can be started");
            assert_eq!((output.status.code(), fake.left().len()), (Some(code), 0), "{streams} -o {format}");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("panicked"), "{streams} -o {format}");
            assert_eq!(said.contains("could not write to stdout"), streams == ">/dev/full", "{streams}: {said}");
        }
    }
}

#[test]
fn a_plan_on_a_full_disk_is_a_failure_and_a_closed_pipe_is_not() {
    for (streams, code) in [(">&-", 0), (">/dev/full", 9), (">/dev/full 2>&1", 9), ("2>/dev/full", 9), ("| true", 0)] {
        let fake = eight();
        let script = format!("{PROGRAM} plan --without-opt-outs -f policy.yaml {streams}; exit ${{PIPESTATUS[0]}}");
        let output = fake.program.shell(&script).output().expect("bash can be started");
        assert_eq!(output.status.code(), Some(code), "{streams}");
    }
}

#[test]
fn a_terminal_of_one_character_is_no_reason_to_stop() {
    let (fake, gate) = two_at_a_gate();
    fake.policy("keep: ['*/vault']\n");
    fake.release("dev-a/vault");
    let run = ["run", "-f", "policy.yaml", "--confirm", "dev-eu", "--workers=2"];
    let mut terminal = Terminal::start(fake.program.command(&run));
    let waiting = [gate.arrival(), gate.arrival()];
    terminal.wait_for("0/2");
    terminal.resize(1, 1);
    waiting.into_iter().for_each(crate::support::Arrival::go);
    assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
    assert_eq!(fake.left(), ["dev-a/vault"]);
    // Small from the beginning: the plan, the question, the bars and the summary.
    let fake = eight();
    fake.behaves("dev-a/r3", &json!({"exit": 1, "stderr": "Error: no luck\n"}));
    let script = format!("stty rows 1 columns 1; exec {PROGRAM} run --without-opt-outs -f policy.yaml -o wide");
    let mut terminal = Terminal::start(fake.program.shell(&script));
    terminal.wait_for("Type the context name to continue:");
    terminal.type_text("dev-eu\r");
    assert_eq!(terminal.wait().code(), Some(1), "{}", terminal.screen());
    assert_eq!(fake.left(), ["dev-a/r3"]);
    assert!(!terminal.raw().contains("panicked"), "{}", terminal.raw());
}

/// The report in a file, while the talk goes to the terminal.
fn report(fake: &FakeHelm) -> Value {
    let text = fake.program.read("report");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const WITH_BARS: &str = "run --without-opt-outs -f policy.yaml --confirm dev-eu --workers=1 -o json > report";

#[test]
fn a_terminal_that_is_closed_drains_the_run_and_the_report_is_whole() {
    let (fake, gate) = two_at_a_gate();
    let mut terminal = Terminal::start(fake.program.shell(&format!("exec {PROGRAM} {WITH_BARS}")));
    let waiting = gate.arrival();
    terminal.wait_for("0/2");
    terminal.hang_up();
    // The line that would say so has nobody to read it; that its helm is not listened to any more says it, too.
    fake.program.wait_until_unheard(waiting.pid);
    waiting.go();
    assert_eq!(terminal.wait().code(), Some(129));
    let report = report(&fake);
    assert_eq!((&report["exitCode"], &report["interruptedBySignal"]), (&json!(129), &json!(1)), "{report}");
    let outcomes = report["releases"].as_array().expect("a list").iter().map(|release| release["outcome"].clone());
    assert_eq!(outcomes.collect::<Vec<_>>(), ["purged", "not-started"]);
    assert_eq!(fake.left(), ["dev-a/b"]);
    fake.program.leaves_no_process();
}

#[test]
fn under_nohup_a_closed_terminal_loses_the_bars_and_nothing_of_the_report() {
    let (fake, gate) = two_at_a_gate();
    fake.behaves("dev-a/b", &json!({"gate": gate.address(), "exit": 1, "stderr": "Error: no luck\n"}));
    let script = format!("trap '' HUP; {PROGRAM} {WITH_BARS}; echo ended with $? > code");
    let mut terminal = Terminal::start(fake.program.shell(&script));
    let waiting = gate.arrival();
    terminal.wait_for("0/2");
    terminal.hang_up();
    waiting.go();
    gate.arrival().go();
    fake.program.wait_for_file("code", "ended with 1");
    let report = report(&fake);
    assert_eq!((&report["totals"]["purged"], &report["totals"]["failed"]), (&json!(1), &json!(1)), "{report}");
    assert_eq!(fake.left(), ["dev-a/b"]);
    fake.program.leaves_no_process();
}
