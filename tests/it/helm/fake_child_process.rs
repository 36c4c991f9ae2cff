//! The process engine on its own: children that do not want to end, and nothing left of them.

use std::path::PathBuf;
use std::time::Duration;

use helm_purge::helm::child::{ChildExit, ChildLimits, ChildStep, ExitKind, Invocation, OutputSink, StopCause, run};
use helm_purge::signal::{CancelLevel, CancelToken};
use serde_json::{Value, json};

use crate::support::{FakeHelm, Gate};

/// A fake helm that uninstalls `dev-a/a`, with this behaviour.
fn child(fake: &FakeHelm, behaviour: &Value) -> Invocation {
    fake.behaves("dev-a/a", behaviour);
    Invocation {
        program: PathBuf::from(env!("CARGO_BIN_EXE_fake-helm")),
        arguments: ["uninstall", "--namespace=dev-a", "--", "a"].map(Into::into).to_vec(),
        environment: vec![
            ("FAKE_HELM".into(), Some(fake.program.folder().join("fake").into())),
            ("HELM_PURGE_TEST".into(), Some(fake.program.folder().into())),
        ],
    }
}

fn limits(deadline: Duration, grace: Duration) -> ChildLimits {
    ChildLimits { grace, ..ChildLimits::with_deadline(deadline) }
}

fn ends(behaviour: &Value, limits: ChildLimits) -> (ChildExit, usize) {
    let fake = FakeHelm::new();
    let mut bytes = 0;
    let ended =
        run(&child(&fake, behaviour), limits, &CancelToken::default(), &mut |piece: &[u8]| bytes += piece.len());
    fake.program.leaves_no_process();
    (ended.expect("the child can be started"), bytes)
}

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn a_child_that_ends_on_its_own_gives_its_code_and_its_words() {
    let (ended, _) = ends(&json!({"exit": 7, "stderr": "Error: no\n"}), ChildLimits::with_deadline(LONG));
    assert_eq!((ended.kind, ended.cause, ended.left_a_process), (ExitKind::Code(7), None, false));
    assert_eq!(ended.stderr, b"Error: no\n");
}

#[test]
fn a_child_that_hangs_is_terminated_at_its_deadline() {
    let (ended, _) = ends(&json!({"hangs": true}), limits(SHORT, LONG));
    assert_eq!((ended.kind, ended.cause), (ExitKind::Signal(15), Some(StopCause::Deadline(SHORT))));
}

#[test]
fn a_child_that_ignores_term_is_killed_after_the_grace_period() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    let invocation = child(&fake, &json!({"gate": gate.address(), "ignoresTerm": true, "hangs": true}));
    let stop = CancelToken::default();
    let listener = stop.clone();
    let worker = std::thread::spawn(move || run(&invocation, limits(LONG, SHORT), &listener, &mut |_: &[u8]| {}));
    // It is at the gate only after it has stopped to listen.
    let waiting = gate.arrival();
    stop.raise(CancelLevel::Terminate);
    let ended = worker.join().expect("the engine does not panic").expect("the child can be started");
    assert_eq!((ended.kind, ended.cause), (ExitKind::Signal(9), Some(StopCause::Cancelled)));
    drop(waiting);
    fake.program.leaves_no_process();
}

#[test]
fn a_child_that_stops_itself_is_killed_at_once() {
    let (ended, _) = ends(&json!({"stopsItself": true}), limits(LONG, LONG));
    assert_eq!((ended.kind, ended.cause), (ExitKind::Signal(9), Some(StopCause::StoppedItself)));
}

#[test]
fn a_grandchild_that_holds_the_pipe_delays_nothing_and_is_ended() {
    let (ended, _) = ends(&json!({"leavesGrandchild": true, "exit": 0}), limits(LONG, LONG));
    assert_eq!((ended.kind, ended.cause, ended.left_a_process), (ExitKind::Code(0), None, true));
}

#[test]
fn a_grandchild_in_a_group_of_its_own_is_ended_with_its_session() {
    let (ended, _) = ends(&json!({"leavesQuietGrandchild": true, "exit": 0}), limits(LONG, LONG));
    assert_eq!((ended.kind, ended.cause), (ExitKind::Code(0), None));
}

#[test]
fn a_gigabyte_on_stdout_is_read_to_its_end() {
    let (ended, bytes) = ends(&json!({"floodsStdout": 1 << 30}), limits(LONG, LONG));
    assert!(ended.succeeded() && bytes > 1 << 30, "{bytes}");
}

#[test]
fn a_child_that_floods_stderr_is_ended() {
    let mut limits = limits(LONG, LONG);
    limits.stderr = 1 << 20;
    let (ended, _) = ends(&json!({"floodsStderr": 4_usize << 30}), limits);
    assert_eq!(ended.cause, Some(StopCause::TooMuchStderr));
    assert!(ended.stderr.len() <= 256 << 10);
}

#[test]
fn a_child_is_ended_when_asked_and_killed_when_asked_again() {
    for (level, ignores_term, signal) in [(CancelLevel::Terminate, false, 15), (CancelLevel::Kill, true, 9)] {
        let fake = FakeHelm::new();
        let gate = Gate::new();
        let invocation = child(&fake, &json!({"gate": gate.address(), "ignoresTerm": ignores_term}));
        let stop = CancelToken::default();
        let listener = stop.clone();
        let worker = std::thread::spawn(move || run(&invocation, limits(LONG, LONG), &listener, &mut |_: &[u8]| {}));
        let waiting = gate.arrival();
        stop.raise(level);
        let ended = worker.join().expect("the engine does not panic").expect("the child can be started");
        assert_eq!((ended.kind, ended.cause), (ExitKind::Signal(signal), Some(StopCause::Cancelled)));
        drop(waiting);
        fake.program.leaves_no_process();
    }
}

#[test]
fn what_cannot_be_started_is_an_error() {
    let invocation = Invocation { program: "/no/such/program".into(), arguments: vec![], environment: vec![] };
    let ended = run(&invocation, ChildLimits::with_deadline(LONG), &CancelToken::default(), &mut |_: &[u8]| {});
    assert_eq!(ended.map_err(|error| error.kind()).err(), Some(std::io::ErrorKind::NotFound));
}

/// A listener that takes each line for the end of a step.
struct Steps {
    lines: usize,
    last: usize,
}

impl OutputSink for Steps {
    fn write(&mut self, bytes: &[u8]) {
        self.lines += String::from_utf8_lossy(bytes).matches('\n').count();
    }

    fn step(&self) -> ChildStep {
        match self.lines {
            lines if lines < self.last => ChildStep::More(lines),
            lines if lines == self.last => ChildStep::Last,
            _ => ChildStep::Leaving,
        }
    }
}

/// A fake helm that uninstalls `dev-a/a`, `dev-a/b` and `dev-a/c`.
fn child_of_three(fake: &FakeHelm, behaviours: [&Value; 3]) -> Invocation {
    for (name, behaviour) in ["a", "b", "c"].into_iter().zip(behaviours) {
        fake.behaves(&format!("dev-a/{name}"), behaviour);
    }
    let mut invocation = child(fake, behaviours[0]);
    invocation.arguments.extend(["b", "c"].map(Into::into));
    invocation
}

/// Runs a child of three steps beside the test; gives how it ended, and how many lines were heard.
fn three_steps(invocation: Invocation, stop: CancelToken) -> std::thread::JoinHandle<(ChildExit, usize)> {
    std::thread::spawn(move || {
        let mut steps = Steps { lines: 0, last: 2 };
        let ended = run(&invocation, ChildLimits::with_deadline(LONG), &stop, &mut steps);
        (ended.expect("the child can be started"), steps.lines)
    })
}

#[test]
fn a_draining_child_dies_at_the_end_of_its_step_and_what_it_said_before_is_heard() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    let held = json!({"gate": gate.address()});
    let invocation = child_of_three(&fake, [&json!({}), &held, &held]);
    let stop = CancelToken::default();
    let worker = three_steps(invocation, stop.clone());
    let second = gate.arrival();
    assert_eq!(second.who, "dev-a/b");
    stop.raise(CancelLevel::Drain);
    fake.program.wait_until_unheard(second.pid);
    second.go();
    let (ended, lines) = worker.join().expect("the engine does not panic");
    assert_eq!((ended.kind, ended.cause, ended.closed_output), (ExitKind::Signal(13), None, true));
    assert_eq!(lines, 1);
    assert!(gate.arrived().is_none(), "the third step was begun");
    fake.program.leaves_no_process();
}

#[test]
fn a_draining_child_at_its_last_step_is_heard_to_its_end() {
    let fake = FakeHelm::new();
    let gate = Gate::new();
    let invocation = child_of_three(&fake, [&json!({}), &json!({}), &json!({"gate": gate.address()})]);
    let stop = CancelToken::default();
    let worker = three_steps(invocation, stop.clone());
    let last = gate.arrival();
    stop.raise(CancelLevel::Drain);
    last.go();
    let (ended, lines) = worker.join().expect("the engine does not panic");
    assert!(ended.succeeded() && !ended.closed_output && lines == 3, "{ended:?}, {lines}");
}

#[test]
fn a_child_that_talks_without_end_can_be_drained_too() {
    let fake = FakeHelm::new();
    let stop = CancelToken::default();
    stop.raise(CancelLevel::Drain);
    let mut steps = Steps { lines: 0, last: 1 };
    let invocation = child(&fake, &json!({"floodsStdout": usize::MAX}));
    let ended = run(&invocation, ChildLimits::with_deadline(LONG), &stop, &mut steps);
    let ended = ended.expect("the child can be started");
    assert_eq!((ended.kind, ended.closed_output), (ExitKind::Signal(13), true));
}

#[test]
fn a_child_that_has_done_everything_and_does_not_end_is_ended_soon() {
    let fake = FakeHelm::new();
    let limits = ChildLimits { leaving: SHORT, ..ChildLimits::with_deadline(LONG) };
    let mut steps = Steps { lines: 0, last: 0 };
    let invocation = child(&fake, &json!({"hangsAfterwards": true}));
    let ended = run(&invocation, limits, &CancelToken::default(), &mut steps);
    let ended = ended.expect("the child can be started");
    assert_eq!((ended.kind, ended.cause), (ExitKind::Signal(15), Some(StopCause::Deadline(SHORT))));
    fake.program.leaves_no_process();
}
