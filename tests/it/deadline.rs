//! The deadline of a run: what could go beyond it is not begun, what was begun is finished, and the exit code says so.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use helm_purge::executor::{
    AlwaysFresh, Event, ExecutorConfig, NotStarted, Outcome, OutcomeKind, PhaseNumber, Progress, Run, Task,
    Verification, execute,
};
use helm_purge::exit_code::ExitCode;
use helm_purge::helm::{Action, BatchResult, Failure, FailureClass, ReleaseAttempt};
use helm_purge::options::UninstallOptions;
use helm_purge::release::ReleaseId;
use helm_purge::signal::{CancelLevel, CancelToken, Interrupts, Stage};
use serde_json::json;

use crate::support::stand_ins::{Failing, GO_ON, GONE, ONE_LANE, means, planned, releases};
use crate::support::{FakeHelm, Gate};

const RUN: [&str; 7] = ["run", "-f", "policy.yaml", "--yes", "-A", "-o", "json"];

const HOUR: Duration = Duration::from_hours(1);

fn carry_out(
    plan: Vec<Task>,
    deadline: Instant,
    action: impl Action + 'static,
    on_event: &mut dyn FnMut(&Event<'_>, Progress),
) -> Run {
    let interrupts = Interrupts::silent();
    interrupts.enter(Stage::Changing);
    let execution = ExecutorConfig { deadline: Some(deadline), ..ONE_LANE };
    execute(plan, execution, means(action, AlwaysFresh), &interrupts, on_event).expect("a thread can be had")
}

/// The releases `r0`, `r1`, … with these timeouts.
fn with_timeouts(timeouts: &[Duration]) -> Vec<Task> {
    let plan = planned(releases(timeouts.len())).into_iter().zip(timeouts);
    plan.map(|(planned, timeout)| Task { options: UninstallOptions::with_timeout(*timeout), ..planned }).collect()
}

fn begun() -> (Arc<Mutex<Vec<Vec<String>>>>, Failing) {
    let tried = Arc::new(Mutex::new(Vec::new()));
    (Arc::clone(&tried), Failing { name: "", tried })
}

const TOO_LATE: Outcome = Outcome::NotStarted(NotStarted::Deadline);

#[test]
fn after_the_deadline_nothing_is_begun_and_that_is_said_once() {
    let (tried, uninstall) = begun();
    let mut said = Vec::new();
    let mut listen = |event: &Event<'_>, _: Progress| {
        if let Event::Draining { because, .. } = event {
            said.push(*because);
        }
    };
    let run = carry_out(with_timeouts(&[HOUR; 5]), Instant::now(), uninstall, &mut listen);
    assert!(run.results.iter().all(|result| result.outcome == TOO_LATE));
    assert!(tried.lock().expect("it is whole").is_empty());
    assert_eq!(said, [NotStarted::Deadline]);
}

#[test]
fn where_there_is_less_time_than_a_release_may_take_half_of_it_is_used() {
    let (_, uninstall) = begun();
    let run = carry_out(with_timeouts(&[HOUR / 2, 24 * HOUR]), Instant::now() + HOUR, uninstall, &mut |_, _| {});
    assert_eq!(run.count(OutcomeKind::Purged), 2);
}

#[test]
fn later_phases_end_with_the_one_that_the_deadline_ends() {
    let (tried, uninstall) = begun();
    let mut plan = with_timeouts(&[HOUR; 3]);
    plan[2].phase = PhaseNumber(1);
    let run = carry_out(plan, Instant::now(), uninstall, &mut |_, _| {});
    assert!(run.results.iter().all(|result| result.outcome == TOO_LATE));
    assert!(tried.lock().expect("it is whole").is_empty());
}

/// Uninstalls one release, and then does nothing until it is told to begin nothing more.
struct UntilDrained;

impl Action for UntilDrained {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        stop: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        on_release(GONE);
        while stop.urgency() == CancelLevel::Run {
            std::thread::yield_now();
        }
        BatchResult::of(vec![ReleaseAttempt::NotStarted; batch.len() - 1])
    }
}

#[test]
fn a_batch_ends_with_the_release_that_it_is_at() {
    // Two batches could be made of these; the moment comes while the first one is under way.
    let deadline = Instant::now() + Duration::from_secs(2);
    let run = carry_out(with_timeouts(&[HOUR; 6]), deadline, UntilDrained, &mut |_, _| {});
    let late = run.results.iter().filter(|result| result.outcome == TOO_LATE).count();
    assert_eq!((run.count(OutcomeKind::Purged), late), (1, 5));
}

fn of(outcomes: &[Outcome], interrupts: &Interrupts) -> ExitCode {
    let (_, uninstall) = begun();
    let plan = planned(releases(outcomes.len()));
    let mut run = execute(plan, GO_ON, means(uninstall, AlwaysFresh), interrupts, &mut |_, _| {}).expect("threads");
    for (result, outcome) in run.results.iter_mut().zip(outcomes) {
        result.outcome = outcome.clone();
    }
    ExitCode::of_run(&run, &Verification::NothingToVerify)
}

#[test]
fn a_signal_goes_before_a_failure_and_a_failure_before_the_deadline() {
    let failed = Outcome::Failed(Failure::new(FailureClass::Other, "no luck"));
    let needed = Outcome::StillNeeded { by: releases(1).remove(0).id };
    let quiet = Interrupts::silent();
    assert_eq!(of(std::slice::from_ref(&TOO_LATE), &quiet), ExitCode::DeadlineReached);
    assert_eq!(of(&[TOO_LATE, failed.clone()], &quiet), ExitCode::SomeFailed);
    assert_eq!(of(&[needed], &quiet), ExitCode::Done, "the failure that it is needed for says so itself");
    let interrupts = Interrupts::silent();
    interrupts.enter(Stage::Changing);
    interrupts.on_signal(15, Instant::now());
    assert_eq!(of(&[TOO_LATE, failed], &interrupts), ExitCode::Signal(15));
}

#[test]
fn a_run_ends_in_time_and_finishes_what_it_has_begun() {
    let fake = FakeHelm::new();
    fake.policy("keep: []\nworkers: 1\n");
    for name in ["a", "b", "c"] {
        fake.release("dev-a", name);
    }
    let gate = Gate::new();
    fake.behaves("dev-a", "a", &json!({"gate": gate.address()}));
    // Less time than a release may take: nothing more is begun in its second half.
    let running = fake.program.start(&[&RUN[..], &["--batch", "1", "--max-duration", "5s"]].concat());
    let waiting = gate.arrival();
    running.wait_for_stderr(
        "stopping: 1 release is being uninstalled and will be finished, 2 not started (the deadline is near)",
    );
    waiting.go();
    let report = running.finish().exits(8).json();
    assert_eq!((&report["totals"]["purged"], &report["totals"]["notStarted"]), (&json!(1), &json!(2)), "{report}");
    assert_eq!(report["releases"][1]["message"], "it might not have been done by the deadline");
    assert_eq!(fake.left(), ["dev-a/b", "dev-a/c"]);
    fake.program.leaves_no_process();
}

#[test]
fn a_time_that_nobody_understands_is_a_wrong_command_line() {
    let fake = FakeHelm::new();
    fake.program.run(&[&RUN[..], &["--max-duration", "50"]].concat()).exits(2).stderr_has("--max-duration");
    assert!(fake.calls().is_empty());
}
