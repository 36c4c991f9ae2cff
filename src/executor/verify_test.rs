//! How the list after a run changes its outcomes.

use super::*;
use crate::executor::{ReleaseResult, Run};
use crate::inventory::{UnreadableRelease, read};
use std::time::Duration;

fn listing(updated: &str, status: &str) -> Listing {
    let json = format!(
        r#"[{{"name":"web","namespace":"dev-a","revision":"1","updated":"{updated}","status":"{status}","chart":"web-1.0.0"}}]"#
    );
    read(json.as_bytes()).expect("a list")
}

/// The outcome of a purged release with this list afterwards.
fn settled(now: &Listing) -> (Verification, Outcome) {
    settled_with(now, Outcome::Purged { left_behind: Vec::new(), remarks: Vec::new() }, None)
}

/// The same for any outcome. `history` is the check of its tag, if the purge keeps its history.
fn settled_with(now: &Listing, outcome: Outcome, history: Option<Result<(), String>>) -> (Verification, Outcome) {
    let planned = listing("2026-11-20T10:00:00Z", "deployed").releases.remove(0);
    let histories = history.map(|history| (planned.id.clone(), history)).into_iter().collect::<HistoryChecks>();
    let result = ReleaseResult {
        release: planned,
        outcome,
        took: None,
        attempts: 1,
        uncertainty: None,
        afterwards: ObservedState::Unknown,
    };
    let mut run =
        Run { results: vec![result], took: Duration::ZERO, workers: 1, interruption: None, reporter_panicked: false };
    let settled = verify_purge(&mut run, now, &histories);
    (settled, run.results.remove(0).outcome)
}

fn words(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Failed(failure) => &failure.message.error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_listed_any_more_is_gone() {
    let (settled, outcome) = settled(&Listing::default());
    assert_eq!(settled, Verification::Verified { reported: 1, gone: 1 });
    assert!(matches!(outcome, Outcome::Purged { .. }));
}

#[test]
fn what_is_still_listed_and_what_is_listed_again_are_distinguished() {
    let (verdict, outcome) = settled(&listing("2026-11-20T10:00:00Z", "uninstalling"));
    assert_eq!(verdict, Verification::Verified { reported: 1, gone: 0 });
    assert_eq!(words(&outcome), "it is still listed: revision 1, uninstalling");
    let (_, outcome) = settled(&listing("2026-11-20T11:00:00Z", "deployed"));
    assert_eq!(words(&outcome), "it was installed again during the run: revision 1, deployed");
}

#[test]
fn what_is_listed_but_not_understood_is_not_gone() {
    let unreadable = UnreadableRelease { namespace: "dev-a".parse().ok(), name: "web".into(), why: "garbage".into() };
    let (_, outcome) = settled(&Listing { unreadable: vec![unreadable], ..Listing::default() });
    assert_eq!(words(&outcome), "some of its release records are still there: garbage");
}

#[test]
fn what_was_to_be_kept_is_gone_only_where_its_record_carries_the_mark() {
    let purged = || Outcome::Purged { left_behind: Vec::new(), remarks: Vec::new() };
    let kept = listing("2026-11-20T10:00:00Z", "uninstalled");
    let (verdict, outcome) = settled_with(&kept, purged(), Some(Ok(())));
    assert_eq!((verdict, outcome), (Verification::Verified { reported: 1, gone: 1 }, purged()));
    let says = |why: &str| Some(Err(why.to_owned()));
    for (now, why, expected) in [
        (&kept, "it has no mark", "helm uninstalled it, but it has no mark"),
        (&listing("2026-11-20T10:00:00Z", "deployed"), "x", "helm uninstalled it, but x"),
        (&Listing::default(), "x", "purged, but its release record is gone too: it cannot be restored"),
    ] {
        let (verdict, outcome) = settled_with(now, purged(), says(why));
        assert_eq!(verdict, Verification::Verified { reported: 1, gone: 0 });
        assert_eq!(words(&outcome), expected);
    }
    // Another process uninstalled it first, and decided about its history.
    for now in [&kept, &Listing::default()] {
        let (verdict, _) = settled_with(now, Outcome::AlreadyGone, says("x"));
        assert_eq!(verdict, Verification::Verified { reported: 1, gone: 1 });
    }
}

mod restored {
    use super::super::*;
    use crate::executor::ReleaseResult;
    use crate::inventory::read;
    use std::time::Duration;

    fn listing(revision: u32, status: &str) -> Listing {
        let json = format!(
            r#"[{{"name":"web","namespace":"dev-a","revision":"{revision}","updated":"2026-11-20T10:00:00Z","status":"{status}","chart":"web-1.0.0"}}]"#
        );
        read(json.as_bytes()).expect("a list")
    }

    fn settled(now: &Listing) -> (Verification, Outcome) {
        let result = ReleaseResult {
            release: listing(3, "uninstalled").releases.remove(0),
            outcome: Outcome::Restored { remarks: Vec::new() },
            took: None,
            attempts: 1,
            uncertainty: None,
            afterwards: ObservedState::Unknown,
        };
        let took = Duration::ZERO;
        let mut run = Run { results: vec![result], took, workers: 1, interruption: None, reporter_panicked: false };
        let settled = verify_restore(&mut run, now);
        (settled, run.results.remove(0).outcome)
    }

    #[test]
    fn only_what_is_deployed_with_a_later_revision_is_restored() {
        let restored = Outcome::Restored { remarks: Vec::new() };
        assert_eq!(settled(&listing(4, "deployed")), (Verification::Verified { reported: 1, gone: 1 }, restored));
        let not_back =
            [listing(3, "uninstalled"), listing(4, "pending-rollback"), listing(4, "failed"), Listing::default()];
        for now in not_back {
            let (settled, outcome) = settled(&now);
            assert_eq!(settled, Verification::Verified { reported: 1, gone: 0 });
            assert!(matches!(outcome, Outcome::Failed(failure) if failure.class == FailureClass::NotDeployed));
        }
    }
}
