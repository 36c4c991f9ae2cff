//! Releases that are tried again, and an API server that goes away.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use FailureClass::{Gone, Hook, Login, Transient, Unreachable};

use super::scene::{LONG, Scripted, helm, scene};
use crate::executor::{Event, Outcome, RetryPolicy, Verification};
use crate::exit_code::ExitCode;
use crate::helm::FailureClass;
use crate::inventory::Freshness;
use crate::release::Release;

/// All of the releases `r0`, `r1`, … fail so.
fn all(count: usize, classes: &[FailureClass]) -> Scripted {
    let names = (0..count).map(|number| format!("r{number}")).collect::<Vec<_>>();
    Scripted::new(names.iter().map(|name| (name.as_str(), classes.to_vec())))
}

#[test]
fn what_fails_for_a_while_is_tried_again_and_counted_once() {
    let script = Scripted::new([("r1", vec![Transient, Unreachable])]);
    let (mut most_done, mut waiting) = (0, Vec::new());
    let ended = scene(3).retries(3).watched(script, |event, progress, _| {
        most_done = most_done.max(progress.done);
        if matches!(event, Event::ReleaseWaits { .. }) {
            waiting.push((progress.running, progress.failed));
        }
    });
    assert_eq!(ended.outcomes(), ["r0 purged 1", "r1 purged 3", "r2 purged 1"]);
    let mut finished = ended.events_of(&["-"]);
    finished.sort_unstable();
    assert_eq!((finished, most_done), (vec!["-r0", "-r1", "-r2"], 3));
    assert_eq!((ended.events_of(&["~"]), waiting), (vec!["~r1 1", "~r1 2"], vec![(0, 0); 2]));
}

#[test]
fn what_goes_on_failing_fails_after_its_last_try_and_what_fails_on_its_own_after_the_first() {
    for (retries, attempts) in [(0, 1), (1, 2), (3, 4)] {
        let script = Scripted::new([("r0", vec![Transient; 20]), ("r2", vec![Hook; 20])]);
        let ended = scene(3).workers(4).retries(retries).run(script);
        let last = format!("r0 failed transient {attempts}");
        assert_eq!(ended.outcomes(), [last.as_str(), "r1 purged 1", "r2 failed hook 1"]);
    }
}

#[test]
fn what_helm_does_not_find_was_uninstalled_by_the_try_before_it_or_by_something_else() {
    let script = Scripted::new([("r0", vec![Unreachable, Gone]), ("r1", vec![Gone])]);
    let ended = scene(2).workers(4).retries(3).run(script);
    assert_eq!(ended.outcomes(), ["r0 purged 2", "r1 already-gone 1"]);
}

/// A recheck that finds the release as planned the first time, and so each further time; and how often it was called.
fn later(freshness: Freshness) -> (impl Fn(&[&Release]) -> Vec<Freshness> + Send + Sync, Arc<AtomicUsize>) {
    let checks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&checks);
    let recheck = move |batch: &[&Release]| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        batch.iter().map(|_| if first { Freshness::AsPlanned } else { freshness.clone() }).collect()
    };
    (recheck, checks)
}

#[test]
fn each_try_is_preceded_by_a_check_and_only_an_uninstall_of_our_own_may_have_started() {
    let words = || "now revision 2".to_owned();
    for (freshness, outcome, asked) in [
        (Freshness::AsPlanned, "r0 purged 3", 3),
        (Freshness::Started(words()), "r0 purged 3", 3),
        (Freshness::Changed(words()), "r0 failed transient 1", 2),
    ] {
        let (recheck, checks) = later(freshness);
        let script = Scripted::new([("r0", vec![Transient, Transient])]);
        let ended = scene(1).retries(3).recheck(recheck).run(script);
        assert_eq!((ended.outcomes(), checks.load(Ordering::SeqCst)), (vec![outcome.to_owned()], asked));
        if let Outcome::Failed(failure) = &ended.run.results[0].outcome {
            assert_eq!(failure.message.error, "no luck\nnot retried: now revision 2");
        }
    }
}

#[test]
fn an_uninstall_that_began_before_the_first_try_is_not_ours() {
    let script = Scripted::default();
    let begun = |batch: &[&Release]| vec![Freshness::Started("uninstalling".to_owned()); batch.len()];
    let ended = scene(1).retries(3).recheck(begun).run(script.clone());
    assert_eq!((ended.outcomes(), script.batches().len()), (vec!["r0 changed 0".to_owned()], 0));
}

#[test]
fn under_fail_fast_only_the_last_failure_counts_and_what_waits_then_has_failed() {
    let ended = scene(2).fail_fast().retries(3).run(Scripted::new([("r0", vec![Transient])]));
    assert_eq!(ended.outcomes(), ["r0 purged 2", "r1 purged 1"]);
    let script = Scripted::new([("r0", vec![Transient]), ("r1", vec![Hook])]);
    let ended = scene(3).fail_fast().one_at_a_time().long_waits().retries(3).run(script);
    assert_eq!(ended.outcomes(), ["r0 failed transient 1", "r1 failed hook 1", "r2 not-started FailFast 0"]);
}

#[test]
fn a_signal_ends_the_wait_for_another_try() {
    let script = Scripted::new([("r0", vec![Transient])]);
    let ended = scene(1).one_at_a_time().long_waits().retries(3).watched(script, |event, _, interrupts| {
        if matches!(event, Event::ReleaseWaits { .. }) {
            interrupts.on_signal(15, Instant::now());
        }
    });
    assert_eq!(ended.outcomes(), ["r0 failed transient 1"]);
    assert_eq!(ended.events_of(&["="]), ["=r0 failed"]);
    assert_eq!(ExitCode::of_run(&ended.run, &Verification::NothingToVerify).number(), 143);
}

#[test]
fn an_api_server_that_is_back_soon_costs_no_release() {
    for workers in [1, 4] {
        let calls = AtomicUsize::new(0);
        let outage = helm(move |call| {
            let call_number = calls.fetch_add(1, Ordering::SeqCst);
            if (3..40).contains(&call_number) { call.fail(0, Unreachable) } else { call.uninstall_all() }
        });
        let mut patient = scene(9).workers(workers).one_at_a_time().retries(10);
        patient.config.retry_policy = RetryPolicy { probing: LONG, ..RetryPolicy::NONE };
        let ended = patient.run(outage);
        assert_eq!(ended.count("purged"), 9, "{:?}", ended.outcomes());
        let mut said = ended.events_of(&["paused", "resumed"]);
        said.dedup();
        assert_eq!(said, ["paused ServerGone", "resumed"]);
    }
}

#[test]
fn an_api_server_that_stays_away_ends_the_run_and_what_was_not_tried_is_not_started() {
    for (class, why, failed) in [(Unreachable, "ServerGone", 1), (Login, "LoginGone", 4)] {
        let ended = scene(8).one_at_a_time().retries(3).run(all(8, &[class; 50]));
        let not_started = ended.count(&format!("not-started {why}"));
        assert_eq!((ended.count("failed"), not_started), (failed, 8 - failed), "{:?}", ended.outcomes());
        assert_eq!(ended.events_of(&["draining"]), [format!("draining {why}")]);
        assert_eq!(ExitCode::of_run(&ended.run, &Verification::NothingToVerify), ExitCode::SomeFailed);
    }
}

#[test]
fn releases_that_fail_by_themselves_stop_no_other_however_many_they_are() {
    let ended = scene(9).one_at_a_time().retries(3).run(all(7, &[Hook]));
    assert_eq!((ended.count("failed hook"), ended.count("purged")), (7, 2));
}
