//! The deadline of a run: what could exceed it is not started, and what was started is finished.

use std::time::{Duration, Instant};

use super::scene::{Ended, LONG, Scripted, helm, releases, scene};
use crate::clock::Clock;
use crate::executor::{NotStarted, Outcome, PhaseNumber, Verification};
use crate::exit_code::ExitCode;
use crate::helm::{BatchResult, Failure, FailureClass, ReleaseAttempt};
use crate::signal::CancelLevel;
use crate::uninstall_options::UninstallOptions;

#[test]
fn after_the_deadline_nothing_starts_in_any_phase_and_that_is_printed_once() {
    let script = Scripted::default();
    let mut late = scene(5).timeout(LONG);
    late.config.deadline = Some(Instant::now());
    late.tasks[4].phase = PhaseNumber(1);
    let ended = late.run(script.clone());
    assert_eq!((ended.count("not-started Deadline"), script.batches().len()), (5, 0));
    assert_eq!(ended.events, ["draining Deadline"]);
}

#[test]
fn if_a_release_may_take_longer_than_the_run_half_of_the_run_is_used() {
    let mut short = scene(2);
    short.config.deadline = Some(Instant::now() + LONG);
    for (task, timeout) in short.tasks.iter_mut().zip([LONG / 2, 24 * LONG]) {
        task.options = UninstallOptions::with_timeout(timeout);
    }
    assert_eq!(short.run(Scripted::default()).count("purged"), 2);
}

#[test]
fn a_batch_ends_with_the_release_that_is_in_progress_at_the_deadline() {
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    let (path, clock) = (file.path().to_owned(), Clock::Ahead(Box::leak(file.path().into())));
    let mut run = scene(6).timeout(Duration::from_mins(5));
    (run.config.clock, run.config.deadline) = (clock, Some(clock.instant() + LONG));
    let ended = run.run(helm(move |call| {
        call.uninstall(1);
        std::fs::write(&path, LONG.as_secs().to_string()).expect("the clock can be moved");
        while call.stop.level() == CancelLevel::Run {
            std::thread::yield_now();
        }
        BatchResult::of(vec![ReleaseAttempt::NotStarted; call.batch.len() - 1])
    }));
    assert_eq!((ended.count("purged"), ended.count("not-started Deadline")), (1, 5));
}

fn exit_code(outcomes: &[Outcome], signal: Option<i32>) -> ExitCode {
    let scene = scene(outcomes.len());
    if let Some(signal) = signal {
        scene.interrupts.on_signal(signal, Instant::now());
    }
    let Ended { mut run, .. } = scene.run(Scripted::default());
    for (result, outcome) in run.results.iter_mut().zip(outcomes) {
        result.outcome = outcome.clone();
    }
    ExitCode::of_run(&run, &Verification::NothingToVerify)
}

#[test]
fn a_signal_goes_before_a_failure_and_a_failure_before_the_deadline() {
    let late = Outcome::NotStarted(NotStarted::Deadline);
    let failed = Outcome::Failed(Failure::new(FailureClass::Other, "no luck"));
    let needed = Outcome::StillNeeded { by: releases(1).remove(0).id };
    assert_eq!(exit_code(std::slice::from_ref(&late), None), ExitCode::DeadlineReached);
    assert_eq!(exit_code(&[late.clone(), failed.clone()], None), ExitCode::SomeFailed);
    assert_eq!(exit_code(&[needed], None), ExitCode::Done, "the release that needs it has the failure");
    assert_eq!(exit_code(&[late, failed], Some(15)), ExitCode::Signal(15));
}
