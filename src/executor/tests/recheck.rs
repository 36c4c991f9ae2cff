//! The last check before releases are passed to helm.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::scene::{Scripted, scene};
use crate::cluster::ApiError;
use crate::executor::Event;
use crate::inventory::Freshness;
use crate::release::Release;
use crate::signal::CancelLevel;

#[test]
fn what_changed_since_the_plan_is_left_alone_and_the_others_of_its_batch_go() {
    let script = Scripted::default();
    let freshness = |release: &&Release| match release.id.name.as_str() {
        "r0" | "r1" | "r3" => Freshness::Changed("now revision 2".to_owned()),
        _ => Freshness::AsPlanned,
    };
    let ended = scene(5).recheck(move |batch| batch.iter().map(freshness).collect()).run(script.clone());
    assert_eq!((ended.count("changed"), ended.count("purged")), (3, 2));
    assert_eq!(script.batches(), ["r2 r4"]);
    assert_eq!(ended.events, ["+r0", "-r3", "-r1", "-r0", "+r2", "-r2", "+r4", "-r4"]);
}

#[test]
fn a_release_without_an_answer_is_not_passed_to_helm() {
    for (answers, purged) in [(0, 0), (2, 2)] {
        let script = Scripted::default();
        let recheck = move |batch: &[&Release]| {
            assert!(answers > 0, "the check is broken");
            batch.iter().map(|_| Freshness::AsPlanned).take(answers).collect()
        };
        let ended = scene(5).recheck(recheck).run(script.clone());
        assert_eq!((ended.count("purged"), ended.count("failed")), (purged, 5 - purged));
        assert_eq!(script.batches().join(" ").split_whitespace().count(), purged);
    }
}

#[test]
fn a_release_whose_record_cannot_be_read_or_that_is_too_early_is_not_passed_to_helm() {
    let refused = || Freshness::Unknown(ApiError::Forbidden("no".to_owned()));
    let early = || Freshness::NotYet("an object still goes".to_owned());
    for (freshness, class) in [(refused(), "rbac"), (early(), "leftovers")] {
        let script = Scripted::default();
        let recheck = move |batch: &[&Release]| vec![freshness.clone(); batch.len()];
        let ended = scene(2).recheck(recheck).run(script.clone());
        assert_eq!(ended.outcomes(), [0, 1].map(|number| format!("r{number} failed {class} 1")));
        assert!(script.batches().is_empty());
    }
}

#[test]
fn a_worker_of_a_run_that_drains_checks_nothing_and_starts_nothing() {
    let (checks, script) = (Arc::new(AtomicUsize::new(0)), Scripted::default());
    let counted = Arc::clone(&checks);
    let recheck = move |batch: &[&Release]| {
        counted.fetch_add(1, Ordering::SeqCst);
        vec![Freshness::AsPlanned; batch.len()]
    };
    // The batch is handed out, and its worker has not started it.
    let ended = scene(5).recheck(recheck).watched(script.clone(), |event, _, interrupts| {
        if matches!(event, Event::ReleaseStarted { .. }) {
            interrupts.stop().raise(CancelLevel::Drain);
        }
    });
    assert_eq!(ended.count("not-started"), 5);
    assert_eq!((checks.load(Ordering::SeqCst), script.batches().len()), (0, 0));
}
