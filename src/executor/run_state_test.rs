//! The counts during a run, for anything that can happen to its releases.

use super::*;
use crate::helm::FailureClass;
use crate::uninstall_options::UninstallOptions;
use proptest::collection::vec;
use proptest::prelude::*;

const PLANNED: usize = 5;

fn failure() -> Failure {
    Failure::new(FailureClass::Other, "no luck")
}

fn planned() -> Vec<Task> {
    let release = crate::inventory::read(
        br#"[{"name":"web","namespace":"dev-a","revision":"1","updated":"-","status":"deployed","chart":"web-1.0.0"}]"#,
    );
    let release = release.expect("a list").releases.remove(0);
    vec![Task::new(release, UninstallOptions::with_timeout(Duration::from_mins(5))); PLANNED]
}

/// One of the things that can happen to a release; messages come in any order.
fn happen(state: &mut RunState, what: usize, index: usize) {
    let uninstalled = ReleaseAttempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() };
    let answer = match what {
        0 => Answer::Attempted(uninstalled),
        1 => Answer::Attempted(ReleaseAttempt::Failed(failure())),
        2 => Answer::Attempted(ReleaseAttempt::NotStarted),
        3 => Answer::Changed("it is another one".to_owned()),
        4 => return state.revoke(&[index], &failure()),
        5 => return state.judge(index, Outcome::StillNeeded { by: planned().remove(0).release.id }),
        6 => return state.judge(index, Outcome::Failed(failure())),
        7 | 8 => {
            let answer = if what == 7 {
                Answer::NotChecked(failure())
            } else {
                Answer::Attempted(ReleaseAttempt::Failed(failure()))
            };
            state.defer(index, &answer, Duration::ZERO);
            return;
        }
        _ => return state.leave_uncertain(index, failure(), NotStarted::Interrupted),
    };
    state.end(index, answer, Duration::ZERO);
}

proptest! {
    #[test]
    fn what_is_counted_on_the_way_is_what_the_results_say(events in vec((0_usize..10, 0..PLANNED), 0..40)) {
        let mut state = RunState::new(Arc::new(planned()), 1, Clock::System);
        for (what, index) in events {
            happen(&mut state, what, index);
        }
        for index in state.to_retry().collect::<Vec<_>>() {
            state.judge(index, Outcome::Failed(failure()));
        }
        let Progress { done, failed, .. } = state.progress();
        let results = state.into_results(NotStarted::Interrupted);
        let counted = |is: fn(&Outcome) -> bool| results.iter().filter(|result| is(&result.outcome)).count();
        prop_assert_eq!(done, counted(|outcome| !matches!(outcome, Outcome::NotStarted(_))));
        prop_assert_eq!(failed, counted(Outcome::is_failure));
    }
}

fn gone() -> Failure {
    Failure::new(FailureClass::Unreachable, "gone")
}

fn tried_once() -> ReleaseProgress {
    ReleaseProgress::default().failed_for_now(gone()).tried(Some(Duration::from_secs(1)))
}

#[test]
fn what_helm_does_not_find_after_an_own_try_was_purged_by_it_and_else_by_another_user() {
    assert_eq!(ReleaseProgress::default().ended(Outcome::AlreadyGone, None).outcome, Some(Outcome::AlreadyGone));
    let asked_in_vain = ReleaseProgress::default().failed_for_now(gone()).tried(None);
    assert_eq!(asked_in_vain.ended(Outcome::AlreadyGone, None).outcome, Some(Outcome::AlreadyGone));
    assert!(matches!(tried_once().ended(Outcome::AlreadyGone, None).outcome, Some(Outcome::Purged { .. })));
}

#[test]
fn what_failed_and_was_not_started_again_has_failed() {
    let not_started = || Outcome::NotStarted(NotStarted::Interrupted);
    assert_eq!(tried_once().ended(not_started(), None).outcome, Some(Outcome::Failed(gone())));
    assert_eq!(ReleaseProgress::default().ended(not_started(), None).outcome, Some(not_started()));
}

#[test]
fn what_failed_and_was_changed_then_has_failed_and_says_both() {
    let Some(Outcome::Failed(failure)) = tried_once().changed("now revision 2".to_owned()).outcome else {
        panic!("it may be half uninstalled")
    };
    assert_eq!(failure.message.error, "gone\nnot retried: now revision 2");
    assert_eq!(ReleaseProgress::default().changed("x".to_owned()).outcome, Some(Outcome::Changed("x".to_owned())));
}

#[test]
fn tries_are_counted_and_their_times_added() {
    let twice = tried_once().tried(None).tried(Some(Duration::from_secs(2)));
    assert_eq!((twice.attempts, twice.took), (3, Some(Duration::from_secs(3))));
}
