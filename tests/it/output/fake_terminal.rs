//! What is only there on a terminal: the question, the bars, Ctrl-C, and helm as a parent that dies of it.

use serde_json::json;

use crate::support::{FakeHelm, Gate, Terminal, two_at_a_gate};

const RUN: &str = "run -f policy.yaml";

#[test]
fn the_question_is_answered_with_the_contexts_name_and_with_nothing_else() {
    for (answer, code, left) in [("dev-eu\r", 0, 0), ("yes\r", 7, 1), ("\r", 7, 1), ("\u{4}", 7, 1), ("\u{3}", 130, 1)]
    {
        let fake = FakeHelm::with(["dev-a/redis"]);
        let mut terminal = Terminal::start(fake.program.command(RUN));
        terminal.wait_for("About to uninstall 1 release on dev-eu. Type the context name to continue:");
        terminal.type_text(answer);
        let status = terminal.wait();
        assert_eq!(status.code(), Some(code), "after {answer:?}:\n{}", terminal.screen());
        assert_eq!(fake.left().len(), left, "after {answer:?}");
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_answer_to_it() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    fake.release("dev-a/redis");
    fake.lists_at(1, &json!({"gate": gate.address()}));
    let mut terminal = Terminal::start(fake.program.command(RUN));
    let waiting = gate.arrival();
    terminal.type_text("dev-eu\r");
    terminal.wait_for("dev-eu");
    waiting.go();
    terminal.wait_for("Type the context name to continue:");
    terminal.type_text("\r");
    assert_eq!(terminal.wait().code(), Some(7), "{}", terminal.screen());
    assert_eq!(fake.left(), ["dev-a/redis"]);
}

#[test]
fn an_answer_that_was_started_and_not_ended_keeps_no_signal_waiting() {
    let fake = FakeHelm::with(["dev-a/redis"]);
    let mut terminal = Terminal::start(fake.program.command(RUN));
    terminal.wait_for("Type the context name to continue:");
    terminal.type_text("dev\u{4}");
    terminal.press_ctrl_c();
    assert_eq!(terminal.wait().code(), Some(130), "{}", terminal.screen());
    assert_eq!(fake.left(), ["dev-a/redis"]);
}

#[test]
fn what_changed_while_a_user_thought_about_the_plan_is_left_alone() {
    let fake = FakeHelm::with(["dev-a/redis", "dev-a/web"]);
    let mut terminal = Terminal::start(fake.program.command(RUN));
    terminal.wait_for("Type the context name");
    fake.release_with("dev-a/web", &[("revision", json!("2"))]);
    terminal.type_text("dev-eu\r");
    assert_eq!(terminal.wait().code(), Some(0));
    terminal.wait_for("changed since the plan, left alone");
    terminal.wait_for("dev-a/web  now revision 2, deployed; was revision 1, deployed");
    assert_eq!(fake.left(), ["dev-a/web"]);
}

#[test]
fn there_is_a_bar_for_each_worker_and_one_for_all_and_none_of_them_stays() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    for name in ["a", "b", "c"] {
        fake.release(&format!("dev-a/{name}"));
        fake.behaves(&format!("dev-a/{name}"), &json!({"gate": gate.address()}));
    }
    fake.behaves("dev-a/a", &json!({"gate": gate.address(), "exit": 1, "stderr": "Error: no luck\n"}));
    let mut terminal = Terminal::start(fake.program.command(&format!("{RUN} --confirm dev-eu --workers 2 --batch=1")));
    let (first, second) = (gate.arrival(), gate.arrival());
    terminal.wait_until("two bars and a total", |screen| {
        screen.contains("dev-a/a ") && screen.contains("dev-a/b ") && screen.contains("0/3")
    });
    first.go();
    second.go();
    let third = gate.arrival();
    terminal.wait_until("progress", |screen| screen.contains("dev-a/c ") && screen.contains("2/3 failed 1"));
    terminal.wait_until("the failure above the bars", |screen| screen.contains("failed dev-a/a"));
    third.go();
    assert_eq!(terminal.wait().code(), Some(1));
    terminal.wait_for("purged 2 · failed 1");
    let screen = terminal.screen();
    assert!(!screen.contains("2/3") && !screen.contains('█') && !screen.contains('⠋'), "{screen}");
}

#[test]
fn the_bar_of_a_worker_shows_the_release_that_its_helm_is_at() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    for name in ["a", "b", "c"] {
        fake.release(&format!("dev-a/{name}"));
        fake.behaves(&format!("dev-a/{name}"), &json!({"gate": gate.address()}));
    }
    let mut terminal = Terminal::start(fake.program.command(&format!("{RUN} --confirm dev-eu --workers 1")));
    for (done, name) in ["a", "b", "c"].into_iter().enumerate() {
        let arrival = gate.arrival();
        terminal.wait_until(name, |screen| {
            screen.contains(&format!("dev-a/{name} ")) && screen.contains(&format!("{done}/3"))
        });
        arrival.go();
    }
    assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
    assert_eq!(fake.calls().iter().filter(|call| call[0] == "uninstall").count(), 1, "one helm for all of them");
}

#[test]
fn a_dumb_terminal_and_a_quiet_run_get_no_bars() {
    for (term, flag) in [("dumb", ""), ("xterm", "-q")] {
        let fake = FakeHelm::with(["dev-a/redis"]);
        let run = format!("{RUN} --without-opt-outs --confirm dev-eu {flag}");
        let shell = format!("TERM={term} exec {} {run}", env!("CARGO_BIN_EXE_helm-purge"));
        let mut terminal = Terminal::start(fake.program.shell(&shell));
        assert_eq!(terminal.wait().code(), Some(0));
        terminal.wait_for("purged 1");
        let raw = terminal.raw();
        assert!(!raw.contains("\u{1b}[1A") && !raw.contains('█'), "{raw:?}");
    }
}

#[test]
fn ctrl_c_takes_the_bars_away_and_lets_finish_what_runs() {
    let (fake, gate) = two_at_a_gate();
    let mut terminal = Terminal::start(fake.program.command(ONE_BY_ONE));
    let waiting = gate.arrival();
    terminal.wait_for("0/2");
    terminal.press_ctrl_c();
    terminal.wait_for("stopping: 1 release is being uninstalled and will be finished, 1 not started");
    terminal.wait_until("no bars", |screen| !screen.contains("0/2"));
    waiting.go();
    assert_eq!(terminal.wait().code(), Some(130));
    terminal.wait_for("purged dev-a/a");
    terminal.wait_for("not started (the run was interrupted)");
    assert_eq!(fake.left(), ["dev-a/b"]);
    fake.program.leaves_no_process();
}

#[test]
fn on_a_terminal_a_second_signal_terminates_and_a_third_kills() {
    let (fake, gate) = two_at_a_gate();
    fake.behaves("dev-a/a", &json!({"gate": gate.address(), "ignoresTerm": true}));
    let mut terminal = Terminal::start(fake.program.command(ONE_BY_ONE));
    let waiting = gate.arrival();
    terminal.wait_for("0/2");
    terminal.press_ctrl_c();
    terminal.wait_for("again to end them where they are (a second run finishes them) · pid ");
    let screen = terminal.screen();
    let pid = screen.split_once("· pid ").and_then(|(_, rest)| rest.split_whitespace().next());
    let pid = pid.and_then(|pid| pid.parse().ok()).and_then(rustix::process::Pid::from_raw).expect("it says its pid");
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    terminal.wait_for("ending what runs (TERM); once more to end it at once (KILL)");
    terminal.press_ctrl_c();
    terminal.wait_for("ending what runs at once (KILL)");
    assert_eq!(terminal.wait().code(), Some(130), "{}", terminal.screen());
    terminal.wait_for("purged 0 · failed 1");
    assert_eq!(fake.left(), ["dev-a/a", "dev-a/b"]);
    drop(waiting);
    fake.program.leaves_no_process();
}

const ONE_BY_ONE: &str = "run --without-opt-outs -f policy.yaml --confirm dev-eu --workers=1 --batch=1";

#[test]
fn a_terminal_that_is_closed_ends_nothing_half_way() {
    let (fake, gate) = two_at_a_gate();
    let script = format!("exec {} {ONE_BY_ONE} 2>talk", env!("CARGO_BIN_EXE_helm-purge"));
    let mut terminal = Terminal::start(fake.program.shell(&script));
    let waiting = gate.arrival();
    terminal.hang_up();
    fake.program.wait_for_file("talk", "stopping: 1 release is being uninstalled and will be finished");
    waiting.go();
    assert_eq!(terminal.wait().code(), Some(129));
    assert_eq!(fake.left(), ["dev-a/b"]);
    fake.program.leaves_no_process();
}
