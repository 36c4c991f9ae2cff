//! Every release ends in exactly one outcome, whatever a helm, a worker or the reporter does.

use std::sync::Barrier;

use proptest::prelude::*;

use super::scene::{Scripted, helm, releases, scene};
use crate::executor::{Event, HistoryChecks, Verification, verify_purge};
use crate::helm::{BatchResult, Failure, FailureClass, ReleaseAttempt};
use crate::inventory::Listing;
use crate::signal::CancelLevel;

#[test]
fn a_worker_that_panics_is_an_outcome_of_its_release_and_of_no_other() {
    let panics = helm(|call| {
        for release in call.batch {
            assert!(release.name.as_str() != "r7", "no luck with {release}");
            call.uninstall(1);
        }
        BatchResult::of(Vec::new())
    });
    let ended = scene(20).workers(4).run(panics);
    assert_eq!((ended.count("purged"), ended.count("failed")), (19, 1));
    assert!(ended.outcomes().iter().any(|outcome| outcome.starts_with("r7 failed ")), "{:?}", ended.outcomes());
}

#[test]
fn a_reporter_that_panics_costs_no_release_its_outcome() {
    let mut count = 0;
    let ended = scene(20).workers(4).watched(Scripted::default(), |_, _, _| {
        count += 1;
        assert!(count < 5, "enough");
    });
    assert_eq!((ended.count("purged"), ended.run.reporter_panicked), (20, true));
}

#[test]
fn no_more_releases_are_in_progress_than_there_are_workers() {
    let mut most = 0;
    let ended = scene(50).workers(4).watched(Scripted::default(), |_, progress, _| most = most.max(progress.running));
    assert_eq!(ended.count("purged"), 50);
    assert!((1..=4).contains(&most), "{most} at a time");
}

#[test]
fn after_a_failure_under_fail_fast_what_waits_is_not_started() {
    let ended = scene(40).fail_fast().run(Scripted::new([("r0", vec![FailureClass::Other])]));
    assert_eq!((ended.count("failed other"), ended.count("not-started FailFast")), (1, 39));
}

#[test]
fn releases_of_a_batch_are_in_progress_one_after_the_other_and_each_has_a_start_and_an_end() {
    let mut running = Vec::new();
    let ended = scene(3).watched(Scripted::default(), |event, progress, _| {
        if matches!(event, Event::ReleaseStarted { .. } | Event::ReleaseFinished { .. }) {
            running.push(progress.running);
        }
    });
    assert_eq!(ended.events, ["+r0", "-r0", "+r1", "-r1", "+r2", "-r2"]);
    assert_eq!(running, [1, 0, 1, 0, 1, 0]);
}

#[test]
fn the_releases_behind_one_that_fails_are_tried_again_and_the_failed_one_is_not() {
    let script = Scripted::new([("r1", vec![FailureClass::Other])]);
    let ended = scene(6).run(script.clone());
    assert_eq!((ended.count("purged"), ended.count("failed")), (5, 1));
    assert_eq!(script.batches(), ["r0 r1 r2 r3 r4 r5", "r2 r3 r4 r5"]);
}

#[test]
fn a_batch_that_is_not_started_again_and_again_ends_all_the_same() {
    for says in [vec![], vec![ReleaseAttempt::NotStarted; 9], vec![ReleaseAttempt::NotStarted]] {
        let answer = says.clone();
        let ended = scene(9).run(helm(move |_| BatchResult::of(answer.clone())));
        assert_eq!(ended.count("failed"), 9, "{says:?}");
    }
}

#[test]
fn what_a_cancelled_helm_returns_is_not_scheduled_again() {
    let ended = scene(9).run(helm(|call| {
        call.stop.raise(CancelLevel::Terminate);
        BatchResult::of(vec![ReleaseAttempt::NotStarted; call.batch.len()])
    }));
    assert_eq!((ended.count("not-started"), ended.events_of(&["<"]).len()), (9, 1));
    assert!(ended.run.results.iter().all(|result| result.took.is_none()));
}

proptest! {
    #[test]
    fn after_a_run_began_to_drain_no_batch_starts_and_every_release_has_an_outcome(
        count in 1_usize..30, workers in 1_usize..5, drain_at in 0_usize..40,
    ) {
        let (mut events, mut late) = (0, 0);
        let ended = scene(count).workers(workers).one_at_a_time().watched(Scripted::default(), |event, _, interrupts| {
            late += usize::from(events > drain_at && matches!(event, Event::ReleaseStarted { .. }));
            if events == drain_at {
                interrupts.stop().raise(CancelLevel::Drain);
            }
            events += 1;
        });
        // The event may be one of several that were reported before the loop checks signals again.
        prop_assert!(late < workers, "{late} started");
        prop_assert_eq!(ended.count("purged") + ended.count("not-started Interrupted"), count);
    }
}

#[test]
fn what_is_revoked_has_failed_until_the_list_says_that_it_is_gone() {
    let mut ended = scene(3).run(helm(|call| {
        call.uninstall(1);
        let failure = Failure::new(FailureClass::Unclear, "said twice");
        let rest = vec![ReleaseAttempt::Unclear(failure.clone()); call.batch.len() - 1];
        BatchResult { revoked: Some(failure), rest }
    }));
    assert_eq!(ended.count("failed unclear"), 3, "there was no list yet");
    let left = Listing { releases: releases(2).split_off(1), ..Listing::default() };
    let verification = verify_purge(&mut ended.run, &left, &HistoryChecks::new());
    assert_eq!(verification, Verification::Verified { reported: 2, gone: 2 });
    assert_eq!(ended.outcomes(), ["r0 purged 1", "r1 failed unclear 1", "r2 purged 1"]);
}

#[test]
fn fail_fast_ends_the_batches_of_the_other_workers_as_well() {
    let both = Barrier::new(2);
    let ended = scene(20).workers(2).fail_fast().run(helm(move |call| {
        both.wait();
        if call.batch[0].name.as_str() == "r0" {
            return call.fail(0, FailureClass::Other);
        }
        while call.stop.level() == CancelLevel::Run {
            std::thread::yield_now();
        }
        BatchResult::of(vec![ReleaseAttempt::NotStarted; call.batch.len()])
    }));
    assert_eq!((ended.count("failed"), ended.count("not-started")), (1, 19));
}
