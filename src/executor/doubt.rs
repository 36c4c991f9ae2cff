//! What could not be told while the run went on, and what the cluster makes of it.

use super::outcome::{NotStarted, ObservedState, Outcome};
use crate::helm::{Failure, FailureClass, ReleaseAttempt};
use crate::release::{Release, Status};

/// What a release may be instead of what its outcome says. That is the careful answer, and it stands where nobody can
/// look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncertainty {
    /// What it is where the cluster does not list it any more.
    pub if_gone: Box<Outcome>,
    /// What it is where the cluster shows that it was begun, and it should not have been.
    pub if_started: Option<Failure>,
}

impl Uncertainty {
    fn only_if_gone(outcome: Outcome) -> Self {
        Self { if_gone: Box::new(outcome), if_started: None }
    }

    /// What the release is, where the cluster says something else than its outcome.
    pub(super) fn resolve(self, planned: &Release, afterwards: ObservedState) -> Option<Outcome> {
        match afterwards {
            ObservedState::Gone | ObservedState::Kept => Some(*self.if_gone),
            // Helm marks a release before it deletes anything of it.
            ObservedState::Listed { revision, status: Status::Uninstalling }
                if revision == planned.revision && planned.status != Status::Uninstalling =>
            {
                self.if_started.map(Outcome::Failed)
            }
            ObservedState::Listed { .. } | ObservedState::Unreadable | ObservedState::Unknown => None,
        }
    }
}

/// What an attempt comes to, and what is doubtful about it. A release that helm could not find is taken for gone.
/// `why` is for one that was not begun.
pub(super) fn outcome_of(attempt: ReleaseAttempt, why: NotStarted) -> (Outcome, Option<Uncertainty>) {
    match attempt {
        ReleaseAttempt::Uninstalled { left_behind, remarks } => (Outcome::Purged { left_behind, remarks }, None),
        ReleaseAttempt::RolledBack => (Outcome::Restored { remarks: Vec::new() }, None),
        ReleaseAttempt::Failed(failure) | ReleaseAttempt::Unclear(failure) if failure.class == FailureClass::Gone => {
            (Outcome::AlreadyGone, None)
        }
        ReleaseAttempt::Failed(failure) => (Outcome::Failed(failure), None),
        ReleaseAttempt::Unclear(failure) => {
            let if_gone = purged_after_all(Vec::new(), Vec::new(), &failure);
            (Outcome::Failed(failure), Some(Uncertainty::only_if_gone(if_gone)))
        }
        ReleaseAttempt::NotStarted => (Outcome::NotStarted(why), None),
        ReleaseAttempt::Unobserved { if_started } => {
            let if_gone = Box::new(Outcome::Purged { left_behind: Vec::new(), remarks: Vec::new() });
            (Outcome::NotStarted(why), Some(Uncertainty { if_gone, if_started: Some(if_started) }))
        }
    }
}

/// What becomes of a release that was told as purged when nothing proves that any more.
pub(super) fn revoked(told: Outcome, failure: Failure) -> (Outcome, Option<Uncertainty>) {
    match told {
        Outcome::Purged { left_behind, remarks } => {
            let if_gone = purged_after_all(left_behind, remarks, &failure);
            (Outcome::Failed(failure), Some(Uncertainty::only_if_gone(if_gone)))
        }
        other => (other, None),
    }
}

/// Gone, with a word on why that had to be asked.
fn purged_after_all(left_behind: Vec<String>, mut remarks: Vec<String>, failure: &Failure) -> Outcome {
    remarks.push(format!("gone, says the list; {}", failure.message.error));
    Outcome::Purged { left_behind, remarks }
}

#[cfg(test)]
mod tests {
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
        let remarks = vec!["gone, says the list; words".to_owned()];
        assert_eq!(unclear(ObservedState::Gone), Outcome::Purged { left_behind: vec![], remarks });
    }

    #[test]
    fn what_is_revoked_keeps_what_was_said_of_it_where_it_is_gone() {
        let left_behind = vec!["[ConfigMap] x".to_owned()];
        let told = Outcome::Purged { left_behind: left_behind.clone(), remarks: vec![] };
        let (outcome, doubt) = revoked(told, failure());
        assert_eq!(outcome, Outcome::Failed(failure()));
        let resolved = doubt.and_then(|doubt| doubt.resolve(&planned(Status::Deployed), ObservedState::Gone));
        let remarks = vec!["gone, says the list; words".to_owned()];
        assert_eq!(resolved, Some(Outcome::Purged { left_behind, remarks }));
    }
}
