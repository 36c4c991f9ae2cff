//! The executor and a journal that refuses: nothing begins that was not taken down.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use helm_purge::executor::{
    AlwaysFresh, Backends, Event, ExecutorConfig, Journal, NotStarted, Outcome, OutcomeKind, Progress, Run,
    Verification, execute,
};
use helm_purge::exit_code::ExitCode;
use helm_purge::helm::{Action, BatchResult, ReleaseAttempt};
use helm_purge::options::UninstallOptions;
use helm_purge::release::ReleaseId;
use helm_purge::signal::{CancelToken, Interrupts, Stage};

use crate::support::stand_ins::{GO_ON, GONE, ONE_LANE, means, planned, releases};

/// Takes down so many starts.
struct Short {
    left: AtomicUsize,
    /// What was taken down, and what happened, in order.
    seen: Arc<Mutex<Vec<String>>>,
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Refuses,
    Panics,
}

impl Journal for Short {
    fn starting(&self, releases: &[&ReleaseId]) -> Result<(), String> {
        if self.left.load(Ordering::SeqCst) == 0 {
            assert!(self.then == Then::Refuses, "out of paper");
            return Err("no room".to_owned());
        }
        self.left.fetch_sub(1, Ordering::SeqCst);
        let names = releases.iter().map(|release| release.name.to_string()).collect::<Vec<_>>().join(" ");
        self.seen.lock().expect("nobody panics while it is held").push(format!("? {names}"));
        Ok(())
    }

    fn happened(&self, event: &Event<'_>) {
        assert!(!matches!(event, Event::Tick) || self.then == Then::Refuses, "events harm nobody");
    }
}

/// Says what it was given.
struct Noting(Arc<Mutex<Vec<String>>>);

impl Action for Noting {
    fn run(
        &self,
        batch: &[&ReleaseId],
        _: &UninstallOptions,
        _: &CancelToken,
        on_release: &mut dyn FnMut(ReleaseAttempt),
    ) -> BatchResult {
        let names = batch.iter().map(|release| release.name.to_string()).collect::<Vec<_>>().join(" ");
        self.0.lock().expect("nobody panics while it is held").push(format!("! {names}"));
        for _ in batch {
            on_release(GONE);
        }
        BatchResult::of(Vec::new())
    }
}

/// A run of so many releases, what was seen of it, and what was said of the journal.
fn run(count: usize, starts: usize, then: Then, execution: ExecutorConfig) -> (Run, Vec<String>, Vec<String>) {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let journal = Short { left: AtomicUsize::new(starts), seen: Arc::clone(&seen), then };
    let means = Backends { journal: Arc::new(journal), ..means(Noting(Arc::clone(&seen)), AlwaysFresh) };
    let interrupts = Interrupts::silent();
    interrupts.enter(Stage::Changing);
    let mut said = Vec::new();
    let mut listen = |event: &Event<'_>, _: Progress| match event {
        Event::NotRecorded { why, .. } => said.push((*why).to_owned()),
        Event::Draining { because, .. } => said.push(because.as_str().to_owned()),
        _ => {}
    };
    let run = execute(planned(releases(count)), execution, means, &interrupts, &mut listen);
    let seen = seen.lock().expect("nobody panics while it is held").clone();
    (run.expect("a few threads can be had"), seen, said)
}

#[test]
fn a_batch_is_taken_down_before_a_helm_has_it() {
    let (run, seen, _) = run(25, usize::MAX, Then::Refuses, ONE_LANE);
    assert_eq!(run.count(OutcomeKind::Purged), 25);
    assert!(seen.len() > 2);
    for pair in seen.chunks(2) {
        assert_eq!(pair[0].strip_prefix('?'), pair[1].strip_prefix('!'), "{seen:?}");
    }
}

#[test]
fn after_a_refusal_nothing_begins_and_what_runs_is_accounted_for() {
    for (then, why) in [(Then::Refuses, "no room"), (Then::Panics, "it panicked")] {
        for execution in [ONE_LANE, GO_ON] {
            let (run, seen, said) = run(25, 2, then, execution);
            let (purged, waiting) = (run.count(OutcomeKind::Purged), run.count(OutcomeKind::NotStarted));
            assert!(purged + waiting == 25 && waiting > 0, "{purged} purged, {waiting} not started");
            let refused = Outcome::NotStarted(NotStarted::JournalRefused);
            assert_eq!(run.results.iter().filter(|result| result.outcome == refused).count(), waiting);
            let begun = seen.iter().filter(|line| line.starts_with('!')).count();
            // A worker that has not begun yet hears of it as well.
            assert!(if execution == ONE_LANE { begun == 2 } else { begun <= 2 }, "{seen:?}");
            assert_eq!(said, [why, "the journal could not be written"]);
            assert_eq!(ExitCode::of_run(&run, &Verification::NothingToVerify), ExitCode::SomeFailed);
        }
    }
}

#[test]
fn a_journal_that_refuses_at_once_lets_nothing_begin() {
    let (run, seen, _) = run(9, 0, Then::Refuses, GO_ON);
    assert_eq!((run.count(OutcomeKind::NotStarted), seen.len()), (9, 0));
}
