//! The executor with a stand-in for helm: what no helm does on demand.

use std::sync::{Arc, Barrier, Mutex};

use helm_purge::executor::{
    AlwaysFresh, Event, ExecutorConfig, HistoryChecks, OutcomeKind, Progress, Run, Verification, verify_purge,
};
use helm_purge::helm::{Action, BatchResult, Failure, FailureClass, ReleaseAttempt};
use helm_purge::inventory::Listing;
use helm_purge::options::UninstallOptions;
use helm_purge::release::ReleaseId;
use helm_purge::signal::{CancelLevel, CancelToken};

use crate::support::stand_ins::{FAIL_FAST, Failing, GO_ON, GONE, ONE_LANE, carry_out, releases};

/// Uninstalls everything, but for a release that makes it panic.
struct StandIn {
    fatal: &'static str,
}

impl Action for StandIn {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        _: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        for release in batch {
            assert!(release.name.as_str() != self.fatal, "no luck with {release}");
            on_release(GONE);
        }
        BatchResult::of(Vec::new())
    }
}

fn run(
    count: usize,
    fatal: &'static str,
    execution: ExecutorConfig,
    on_event: &mut dyn FnMut(&Event<'_>, Progress),
) -> Run {
    carry_out(count, StandIn { fatal }, AlwaysFresh, execution, on_event)
}

#[test]
fn a_worker_that_panics_is_an_outcome_of_its_release_and_of_no_other() {
    let run = run(20, "r7", GO_ON, &mut |_, _| {});
    assert_eq!((run.count(OutcomeKind::Purged), run.count(OutcomeKind::Failed)), (19, 1));
    let failed = run.results.iter().find(|result| result.outcome.is_failure()).expect("one failed");
    assert_eq!(failed.release.id.to_string(), "dev-a/r7");
}

#[test]
fn whoever_is_told_may_panic_and_every_release_still_has_its_outcome() {
    let mut count = 0;
    let mut fragile = |_: &Event<'_>, _: Progress| {
        count += 1;
        assert!(count < 5, "enough");
    };
    let run = run(20, "", GO_ON, &mut fragile);
    assert_eq!((run.count(OutcomeKind::Purged), run.reporter_panicked), (20, true));
}

#[test]
fn the_pool_is_fed_one_release_per_completion() {
    let mut most_waiting = 0;
    let mut started = 0_usize;
    let mut finished = 0_usize;
    let mut watch = |event: &Event<'_>, _: Progress| match event {
        Event::ReleaseStarted { .. } => {
            started += 1;
            most_waiting = most_waiting.max(started - finished);
        }
        Event::ReleaseFinished { .. } => finished += 1,
        _ => {}
    };
    let run = run(50, "", GO_ON, &mut watch);
    assert_eq!(run.results.len(), 50);
    assert!(most_waiting <= 4, "{most_waiting} at a time");
}

#[test]
fn after_a_failure_under_fail_fast_what_waits_is_not_started() {
    let run = run(40, "r0", FAIL_FAST, &mut |_, _| {});
    assert_eq!((run.count(OutcomeKind::Failed), run.count(OutcomeKind::NotStarted)), (1, 39));
}

#[test]
fn releases_of_a_batch_are_in_hand_one_after_the_other_and_each_has_a_start_and_an_end() {
    let mut seen = Vec::new();
    let mut watch = |event: &Event<'_>, progress: Progress| match event {
        Event::ReleaseStarted { release, .. } => seen.push(format!("+{} {}", release.name, progress.running)),
        Event::ReleaseFinished { release, .. } => {
            seen.push(format!("-{} {}", release.name, progress.running));
        }
        _ => {}
    };
    run(3, "", ONE_LANE, &mut watch);
    assert_eq!(seen, ["+r0 1", "-r0 0", "+r1 1", "-r1 0", "+r2 1", "-r2 0"]);
}

#[test]
fn the_releases_behind_one_that_fails_are_tried_again_and_the_failed_one_is_not() {
    let tried = Arc::new(Mutex::new(Vec::new()));
    let run = carry_out(6, Failing { name: "r1", tried: Arc::clone(&tried) }, AlwaysFresh, ONE_LANE, &mut |_, _| {});
    assert_eq!((run.count(OutcomeKind::Purged), run.count(OutcomeKind::Failed)), (5, 1));
    let tried = tried.lock().expect("nobody panics while it is held");
    assert_eq!(*tried, [&["r0", "r1", "r2", "r3", "r4", "r5"][..], &["r2", "r3", "r4", "r5"]]);
}

/// Says the same of every batch, whatever its length.
struct Stubborn(Vec<ReleaseAttempt>);

impl Action for Stubborn {
    fn run(
        &self,
        _: &[&ReleaseId],
        _: &UninstallOptions,
        _: &CancelToken,
        _: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        BatchResult::of(self.0.clone())
    }
}

#[test]
fn a_batch_that_comes_to_nothing_again_and_again_ends_all_the_same() {
    for says in [vec![], vec![ReleaseAttempt::NotStarted; 9], vec![ReleaseAttempt::NotStarted]] {
        let run = carry_out(9, Stubborn(says.clone()), AlwaysFresh, ONE_LANE, &mut |_, _| {});
        assert_eq!(run.count(OutcomeKind::Failed), 9, "{says:?}");
    }
}

/// Begins nothing, because a word from elsewhere than a signal says so.
struct Deaf;

impl Action for Deaf {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        stop: &CancelToken,
        _: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        stop.raise(CancelLevel::Terminate);
        BatchResult::of(vec![ReleaseAttempt::NotStarted; batch.len()])
    }
}

#[test]
fn what_was_given_back_because_everything_ends_is_not_handed_out_again() {
    let mut returned = 0;
    let mut count =
        |event: &Event<'_>, _: Progress| returned += usize::from(matches!(event, Event::ReleaseReturned { .. }));
    let run = carry_out(9, Deaf, AlwaysFresh, ONE_LANE, &mut count);
    assert_eq!((run.count(OutcomeKind::NotStarted), returned), (9, 1));
    assert!(run.results.iter().all(|result| result.took.is_none()));
}

/// Takes back what it said.
struct Liar;

impl Action for Liar {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        _: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        on_release(GONE);
        let failure = Failure::new(FailureClass::Unclear, "said twice");
        let rest = vec![ReleaseAttempt::Unclear(failure.clone()); batch.len() - 1];
        BatchResult { revoked: Some(failure), rest }
    }
}

/// The listing in which these of `r0`, `r1`, … are left.
fn left(numbers: &[usize]) -> Listing {
    let all = releases(10);
    Listing { releases: numbers.iter().map(|number| all[*number].clone()).collect(), ..Listing::default() }
}

#[test]
fn what_is_revoked_has_failed_until_the_list_says_that_it_is_gone() {
    let mut run = carry_out(3, Liar, AlwaysFresh, ONE_LANE, &mut |_, _| {});
    assert_eq!(run.count(OutcomeKind::Failed), 3, "nobody has looked");
    assert_eq!(
        verify_purge(&mut run, &left(&[1]), &HistoryChecks::new()),
        Verification::Verified { reported: 2, gone: 2 }
    );
    assert_eq!((run.count(OutcomeKind::Purged), run.count(OutcomeKind::Failed)), (2, 1));
    assert!(run.results[1].outcome.is_failure());
}

#[test]
fn fail_fast_ends_the_batches_of_the_other_workers_as_well() {
    let run =
        carry_out(20, Paired(Barrier::new(2)), AlwaysFresh, ExecutorConfig { workers: 2, ..FAIL_FAST }, &mut |_, _| {});
    let (failed, not_started) = (run.count(OutcomeKind::Failed), run.count(OutcomeKind::NotStarted));
    assert_eq!((failed, not_started), (1, 19));
}

/// Of two batches that run at the same time the one with `r0` fails, and the other one waits to be drained.
struct Paired(Barrier);

impl Action for Paired {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        stop: &CancelToken,
        _: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        self.0.wait();
        let mut rest = vec![ReleaseAttempt::NotStarted; batch.len()];
        if batch[0].name.as_str() == "r0" {
            rest[0] = ReleaseAttempt::Failed(Failure::new(FailureClass::Other, "no luck"));
            return BatchResult::of(rest);
        }
        while stop.urgency() == CancelLevel::Run {
            std::thread::yield_now();
        }
        BatchResult::of(rest)
    }
}
