//! A journal that refuses: nothing starts that it has not recorded.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::scene::{Ended, Scene, helm, scene};
use crate::executor::{Event, Journal, Verification};
use crate::exit_code::ExitCode;
use crate::release::ReleaseId;

type Lines = Arc<Mutex<Vec<String>>>;

/// Records a number of starts, and then refuses or panics.
struct Limited {
    starts: AtomicUsize,
    lines: Lines,
    then: Then,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Refuses,
    Panics,
}

fn note(lines: &Lines, sign: char, releases: &[&ReleaseId]) {
    let names = releases.iter().map(|release| release.name.as_str()).collect::<Vec<_>>().join(" ");
    lines.lock().expect("no test panics while it holds the lock").push(format!("{sign}{names}"));
}

impl Journal for Limited {
    fn starting(&self, releases: &[&ReleaseId]) -> Result<(), String> {
        if self.starts.load(Ordering::SeqCst) == 0 {
            assert!(self.then == Then::Refuses, "out of paper");
            return Err("no room".to_owned());
        }
        self.starts.fetch_sub(1, Ordering::SeqCst);
        note(&self.lines, '?', releases);
        Ok(())
    }

    fn happened(&self, event: &Event<'_>) {
        assert!(!matches!(event, Event::Tick) || self.then == Then::Refuses, "a panic here stops no run");
    }
}

/// What came of it, and each batch as the journal (`?`) and helm (`!`) got it.
fn run(scene: Scene, starts: usize, then: Then) -> (Ended, Vec<String>) {
    let lines = Lines::default();
    let called = Arc::clone(&lines);
    let journal = Limited { starts: AtomicUsize::new(starts), lines: Arc::clone(&lines), then };
    let ended = scene.journal(journal).run(helm(move |call| {
        note(&called, '!', call.batch);
        call.uninstall_all()
    }));
    let lines = lines.lock().expect("no test panics while it holds the lock").clone();
    (ended, lines)
}

#[test]
fn a_batch_is_recorded_before_a_helm_process_gets_it() {
    let (ended, lines) = run(scene(25), usize::MAX, Then::Refuses);
    assert_eq!(ended.count("purged"), 25);
    assert!(lines.len() > 2);
    for pair in lines.chunks(2) {
        assert_eq!(pair[0].strip_prefix('?'), pair[1].strip_prefix('!'), "{lines:?}");
    }
}

#[test]
fn after_a_refusal_nothing_starts_and_what_runs_is_accounted_for() {
    for (then, why) in [(Then::Refuses, "no room"), (Then::Panics, "it panicked")] {
        for workers in [1, 4] {
            let (ended, lines) = run(scene(25).workers(workers), 2, then);
            let (purged, refused) = (ended.count("purged"), ended.count("not-started JournalRefused"));
            assert!(purged + refused == 25 && refused > 0, "{purged} purged, {refused} refused");
            let started = lines.iter().filter(|line| line.starts_with('!')).count();
            // With several workers the second may not have begun its batch when the journal refuses.
            assert!(if workers == 1 { started == 2 } else { started <= 2 }, "{lines:?}");
            let not_recorded = format!("not recorded: {why}");
            assert_eq!(
                ended.events_of(&["not recorded", "draining"]),
                [not_recorded.as_str(), "draining JournalRefused"]
            );
            assert_eq!(ExitCode::of_run(&ended.run, &Verification::NothingToVerify), ExitCode::SomeFailed);
        }
    }
}

#[test]
fn a_journal_that_refuses_at_once_lets_nothing_start() {
    let (ended, lines) = run(scene(9).workers(4), 0, Then::Refuses);
    assert_eq!((ended.count("not-started JournalRefused"), lines.len()), (9, 0));
}
