//! What is counted while a run goes on, whatever happens to its releases.

use super::*;
use crate::helm::FailureClass;
use crate::options::UninstallOptions;
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
    vec![Task::with_all_others(release, UninstallOptions::with_timeout(Duration::from_mins(5))); PLANNED]
}

/// One of the things that may happen to a release, in whatever order messages come.
fn happen(accounts: &mut Accounts, what: usize, place: usize) {
    let uninstalled = ReleaseAttempt::Uninstalled { left_behind: Vec::new(), remarks: Vec::new() };
    let answer = match what {
        0 => Answer::Attempted(uninstalled),
        1 => Answer::Attempted(ReleaseAttempt::Failed(failure())),
        2 => Answer::Attempted(ReleaseAttempt::NotStarted),
        3 => Answer::Changed("it is another one".to_owned()),
        4 => return accounts.revoke(&[place], &failure()),
        5 => return accounts.judge(place, Outcome::StillNeeded { by: planned().remove(0).release.id }),
        6 => return accounts.judge(place, Outcome::Failed(failure())),
        7 | 8 => {
            let answer = if what == 7 {
                Answer::NotTold(failure())
            } else {
                Answer::Attempted(ReleaseAttempt::Failed(failure()))
            };
            accounts.put_off(Lane(0), place, &answer, Duration::ZERO);
            return;
        }
        _ => return accounts.leave_in_doubt(place, failure(), NotStarted::Interrupted),
    };
    accounts.end(Lane(0), place, answer, Duration::ZERO);
}

proptest! {
    #[test]
    fn what_is_counted_on_the_way_is_what_the_results_say(events in vec((0_usize..10, 0..PLANNED), 0..40)) {
        let mut accounts = Accounts::new(Arc::new(planned()), 1, Clock::System);
        for (what, place) in events {
            happen(&mut accounts, what, place);
        }
        for place in accounts.to_be_tried_again().collect::<Vec<_>>() {
            accounts.judge(place, Outcome::Failed(failure()));
        }
        let Progress { done, failed, .. } = accounts.progress();
        let results = accounts.into_results(NotStarted::Interrupted);
        let counted = |is: fn(&Outcome) -> bool| results.iter().filter(|result| is(&result.outcome)).count();
        prop_assert_eq!(done, counted(|outcome| !matches!(outcome, Outcome::NotStarted(_))));
        prop_assert_eq!(failed, counted(Outcome::is_failure));
    }
}
