//! How the list after the run resolves uncertain outcomes.

use super::*;
use crate::release::Revision;

fn planned(status: Status) -> Release {
    let json = br#"[{"name":"web","namespace":"dev-a","revision":"1","updated":"2026-11-20T10:00:00Z","status":"deployed","chart":"web-1.0.0"}]"#;
    Release { status, ..crate::inventory::read(json).expect("a list").releases.remove(0) }
}

fn failure() -> Failure {
    Failure::new(FailureClass::Interrupted, "words")
}

fn listed(status: Status, revision: u32) -> ObservedState {
    ObservedState::Listed { revision: Revision(revision), status }
}

fn resolved(attempt: ReleaseAttempt, status: Status, afterwards: ObservedState) -> Outcome {
    let (outcome, doubt) = outcome_of(attempt, NotStarted::Interrupted);
    doubt.and_then(|doubt| doubt.resolve(&planned(status), afterwards)).unwrap_or(outcome)
}

#[test]
fn what_was_not_seen_was_not_started_unless_the_cluster_shows_otherwise() {
    let unseen =
        |status, afterwards| resolved(ReleaseAttempt::Unobserved { if_started: failure() }, status, afterwards);
    let not_started = Outcome::NotStarted(NotStarted::Interrupted);
    assert_eq!(unseen(Status::Deployed, ObservedState::Unknown), not_started);
    assert_eq!(unseen(Status::Deployed, listed(Status::Deployed, 1)), not_started);
    assert_eq!(unseen(Status::Deployed, listed(Status::Uninstalling, 1)), Outcome::Failed(failure()));
    assert_eq!(unseen(Status::Uninstalling, listed(Status::Uninstalling, 1)), not_started);
    assert_eq!(unseen(Status::Deployed, listed(Status::Uninstalling, 2)), not_started, "somebody else's");
    assert!(matches!(unseen(Status::Deployed, ObservedState::Gone), Outcome::Purged { .. }));
}

#[test]
fn what_is_unclear_failed_unless_it_is_gone() {
    let unclear = |afterwards| resolved(ReleaseAttempt::Unclear(failure()), Status::Deployed, afterwards);
    for afterwards in [ObservedState::Unknown, ObservedState::Unreadable, listed(Status::Deployed, 1)] {
        assert_eq!(unclear(afterwards), Outcome::Failed(failure()));
    }
    let remarks = vec!["no longer listed, although helm failed: words".to_owned()];
    assert_eq!(unclear(ObservedState::Gone), Outcome::Purged { left_behind: vec![], remarks });
}

#[test]
fn what_is_revoked_keeps_what_was_said_of_it_where_it_is_gone() {
    let left_behind = vec!["[ConfigMap] x".to_owned()];
    let told = Outcome::Purged { left_behind: left_behind.clone(), remarks: vec![] };
    let (outcome, doubt) = revoked(told, failure());
    assert_eq!(outcome, Outcome::Failed(failure()));
    let resolved = doubt.and_then(|doubt| doubt.resolve(&planned(Status::Deployed), ObservedState::Gone));
    let remarks = vec!["no longer listed, although helm failed: words".to_owned()];
    assert_eq!(resolved, Some(Outcome::Purged { left_behind, remarks }));
}
