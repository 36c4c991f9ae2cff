//! The executor with a stand-in for helm: what no helm does on demand.

use std::sync::Arc;

use helm_purge::executor::{Event, Execution, FailureHandling, OutcomeKind, Run, Telling, execute};
use helm_purge::helm::{Attempt, Uninstall};
use helm_purge::inventory::read;
use helm_purge::release::{Release, ReleaseId};
use helm_purge::signal::{Interrupts, Stage, StopSignal};

/// Uninstalls everything, but for a release that makes it panic.
struct StandIn {
    fatal: &'static str,
}

impl Uninstall for StandIn {
    fn uninstall(&self, release: &ReleaseId, _: &StopSignal) -> Attempt {
        assert!(release.name.as_str() != self.fatal, "no luck with {release}");
        Attempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() }
    }
}

fn releases(count: usize) -> Vec<Release> {
    let entry = |number| {
        format!(
            r#"{{"name":"r{number}","namespace":"dev-a","revision":"1","updated":"2026-11-20T10:00:00Z","status":"deployed","chart":"c-1.0.0"}}"#
        )
    };
    let entries = (0..count).map(entry).collect::<Vec<_>>().join(",");
    read(format!("[{entries}]").as_bytes()).expect("a list").releases
}

const GO_ON: Execution = Execution { workers: 4, failures: FailureHandling::GoOn };
const FAIL_FAST: Execution = Execution { workers: 1, failures: FailureHandling::FailFast };

fn run(count: usize, fatal: &'static str, execution: Execution, on_event: &mut dyn FnMut(&Event<'_>)) -> Run {
    let interrupts = Interrupts::silent();
    interrupts.enter(Stage::Purging);
    let run = execute(releases(count), execution, Arc::new(StandIn { fatal }), &interrupts, on_event);
    run.expect("a few threads can be had")
}

#[test]
fn a_worker_that_panics_is_an_outcome_of_its_release_and_of_no_other() {
    let run = run(20, "r7", GO_ON, &mut |_| {});
    assert_eq!((run.count(OutcomeKind::Purged), run.count(OutcomeKind::Failed)), (19, 1));
    let failed = run.results.iter().find(|result| result.outcome.is_failure()).expect("one failed");
    assert_eq!(failed.release.id.to_string(), "dev-a/r7");
}

#[test]
fn whoever_is_told_may_panic_and_every_release_still_has_its_outcome() {
    let mut count = 0;
    let mut fragile = |_: &Event<'_>| {
        count += 1;
        assert!(count < 5, "enough");
    };
    let run = run(20, "", GO_ON, &mut fragile);
    assert_eq!((run.count(OutcomeKind::Purged), run.telling), (20, Telling::Lost));
}

#[test]
fn the_pool_is_fed_one_release_per_completion() {
    let mut most_waiting = 0;
    let mut started = 0_usize;
    let mut finished = 0_usize;
    let mut watch = |event: &Event<'_>| match event {
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
    let run = run(40, "r0", FAIL_FAST, &mut |_| {});
    assert_eq!((run.count(OutcomeKind::Failed), run.count(OutcomeKind::NotStarted)), (1, 39));
}
