//! The last question before releases are given to helm: who answers what, and what becomes of the releases.

use std::sync::{Arc, Mutex};

use helm_purge::executor::{Event, OutcomeKind, Progress, Recheck, execute};
use helm_purge::inventory::Freshness;
use helm_purge::release::Release;
use helm_purge::signal::{CancelLevel, Interrupts, Stage};

use crate::support::stand_ins::{Failing, ONE_LANE, carry_out, means, planned, releases};

/// Finds some changed, forgets to answer for the last, and may panic.
struct Watch {
    changed: &'static [&'static str],
    answers: usize,
}

impl Recheck for Watch {
    fn recheck(&self, batch: &[&Release]) -> Vec<Freshness> {
        assert!(self.answers > 0, "the watch is broken");
        let standing = |release: &&Release| {
            let changed = self.changed.contains(&release.id.name.as_str());
            let change = changed.then(|| Freshness::Changed(format!("now {} is another", release.id.name)));
            change.unwrap_or(Freshness::AsPlanned)
        };
        batch.iter().map(standing).take(self.answers).collect()
    }
}

#[test]
fn what_changed_since_the_plan_is_left_alone_and_the_others_of_its_batch_go() {
    let tried = Arc::new(Mutex::new(Vec::new()));
    let mut ended = Vec::new();
    let mut watch = |event: &Event<'_>, progress: Progress| match event {
        Event::ReleaseStarted { release, .. } => ended.push(format!("+{}", release.name)),
        Event::ReleaseFinished { release, .. } => {
            ended.push(format!("-{} {}", release.name, progress.running));
        }
        _ => {}
    };
    let still = Watch { changed: &["r0", "r1", "r3"], answers: 10 };
    let run = carry_out(5, Failing { name: "", tried: Arc::clone(&tried) }, still, ONE_LANE, &mut watch);
    assert_eq!((run.count(OutcomeKind::Changed), run.count(OutcomeKind::Purged)), (3, 2));
    assert_eq!(*tried.lock().expect("nobody panics while it is held"), [["r2", "r4"]]);
    assert_eq!(ended, ["+r0", "-r3 1", "-r1 1", "-r0 0", "+r2", "-r2 0", "+r4", "-r4 0"]);
}

#[test]
fn what_nobody_answered_for_is_not_given_to_helm() {
    for (answers, purged) in [(0, 0), (2, 2)] {
        let tried = Arc::new(Mutex::new(Vec::new()));
        let uninstall = Failing { name: "", tried: Arc::clone(&tried) };
        let run = carry_out(5, uninstall, Watch { changed: &[], answers }, ONE_LANE, &mut |_, _| {});
        assert_eq!((run.count(OutcomeKind::Purged), run.count(OutcomeKind::Failed)), (purged, 5 - purged));
        assert_eq!(tried.lock().expect("nobody panics while it is held").concat().len(), purged);
    }
}

/// Counts how often it is asked.
struct Asked(Arc<Mutex<usize>>);

impl Recheck for Asked {
    fn recheck(&self, batch: &[&Release]) -> Vec<Freshness> {
        *self.0.lock().expect("nobody panics while it is held") += 1;
        vec![Freshness::AsPlanned; batch.len()]
    }
}

#[test]
fn a_worker_that_comes_to_a_draining_run_asks_nobody_and_begins_nothing() {
    let interrupts = Interrupts::silent();
    interrupts.enter(Stage::Changing);
    let (asked, tried) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (uninstall, still) = (Failing { name: "", tried: Arc::clone(&tried) }, Asked(Arc::clone(&asked)));
    // Between the hand-out and the worker: whoever is told of the first release raises the word.
    let stop = interrupts.stop().clone();
    let mut raise = |event: &Event<'_>, _: Progress| {
        if matches!(event, Event::ReleaseStarted { .. }) {
            stop.raise(CancelLevel::Drain);
        }
    };
    let run = execute(planned(releases(5)), ONE_LANE, means(uninstall, still), &interrupts, &mut raise);
    assert_eq!(run.expect("a thread can be had").count(OutcomeKind::NotStarted), 5);
    assert_eq!((*asked.lock().expect("it is whole"), tried.lock().expect("it is whole").len()), (0, 0));
}
