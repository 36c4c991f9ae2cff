//! What is known of one release. It may be tried several times and come to nothing each time but the last.

use std::time::Duration;

use crate::executor::doubt::Uncertainty;
use crate::executor::outcome::{NotStarted, ObservedState, Outcome, ReleaseResult};
use crate::helm::Failure;
use crate::release::Release;

#[derive(Debug, Clone, Default)]
pub(super) struct Entry {
    pub(super) outcome: Option<Outcome>,
    pub(super) doubt: Option<Uncertainty>,
    /// All tries together.
    took: Option<Duration>,
    pub(super) attempts: u32,
    /// What it failed with when it was to be tried again.
    failed: Option<Failure>,
}

impl Entry {
    /// It has come to this. What helm does not find any more after a try of our own went by that try; and what is not
    /// begun again stays what it was before, failed.
    pub(super) fn told(&self, outcome: Outcome, doubt: Option<Uncertainty>) -> Self {
        let outcome = match (outcome, &self.failed) {
            (Outcome::AlreadyGone, Some(_)) if self.was_given() => {
                let remarks = vec!["gone when it was tried again; what helm left of it before is not known".to_owned()];
                Outcome::Purged { left_behind: Vec::new(), remarks }
            }
            (Outcome::NotStarted(_), Some(failure)) => Outcome::Failed(failure.clone()),
            (outcome, _) => outcome,
        };
        self.settled(outcome, doubt)
    }

    /// It is not what the plan says any more. Where it was tried before, it may be half uninstalled, and somebody has to
    /// know that.
    pub(super) fn changed(&self, what: String) -> Self {
        let outcome = match &self.failed {
            Some(failure) => {
                let mut failure = failure.clone();
                failure.message.error.push_str("\nnot tried again: ");
                failure.message.error.push_str(&what);
                Outcome::Failed(failure)
            }
            None => Outcome::Changed(what),
        };
        self.settled(outcome, None)
    }

    /// It has come to this, whatever was before.
    pub(super) fn settled(&self, outcome: Outcome, doubt: Option<Uncertainty>) -> Self {
        Self { outcome: Some(outcome), doubt, ..self.clone() }
    }

    /// It has failed, and will be tried again.
    pub(super) fn failed_for_now(&self, failure: Failure) -> Self {
        Self { outcome: None, doubt: None, failed: Some(failure), ..self.clone() }
    }

    /// This was one more try, which took helm so long, where helm was given it.
    pub(super) fn tried(self, took: Option<Duration>) -> Self {
        let took = match (self.took, took) {
            (Some(before), Some(took)) => Some(before + took),
            (before, took) => before.or(took),
        };
        Self { took, attempts: self.attempts + 1, ..self }
    }

    /// Whether helm was given it.
    pub(super) fn was_given(&self) -> bool {
        self.took.is_some()
    }

    pub(super) fn last_failure(&self) -> Option<&Failure> {
        self.failed.as_ref()
    }

    /// The end; `why` is for one that was never tried and has come to nothing.
    pub(super) fn into_result(self, release: Release, why: NotStarted) -> ReleaseResult {
        let Self { outcome, doubt, took, attempts, failed } = self;
        let without_one = || failed.map_or(Outcome::NotStarted(why), Outcome::Failed);
        let outcome = outcome.unwrap_or_else(without_one);
        ReleaseResult { release, outcome, took, attempts, doubt, afterwards: ObservedState::Unknown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::helm::FailureClass;

    fn failure() -> Failure {
        Failure::new(FailureClass::Unreachable, "gone")
    }

    fn tried_once() -> Entry {
        Entry::default().failed_for_now(failure()).tried(Some(Duration::from_secs(1)))
    }

    #[test]
    fn what_helm_does_not_find_after_a_try_of_our_own_was_purged_by_it_and_else_by_somebody_else() {
        assert_eq!(Entry::default().told(Outcome::AlreadyGone, None).outcome, Some(Outcome::AlreadyGone));
        let asked_in_vain = Entry::default().failed_for_now(failure()).tried(None);
        assert_eq!(asked_in_vain.told(Outcome::AlreadyGone, None).outcome, Some(Outcome::AlreadyGone));
        assert!(matches!(tried_once().told(Outcome::AlreadyGone, None).outcome, Some(Outcome::Purged { .. })));
    }

    #[test]
    fn what_failed_and_was_not_begun_again_has_failed() {
        let not_started = || Outcome::NotStarted(NotStarted::Interrupted);
        assert_eq!(tried_once().told(not_started(), None).outcome, Some(Outcome::Failed(failure())));
        assert_eq!(Entry::default().told(not_started(), None).outcome, Some(not_started()));
    }

    #[test]
    fn what_failed_and_was_changed_then_has_failed_and_says_both() {
        let Some(Outcome::Failed(failure)) = tried_once().changed("now revision 2".to_owned()).outcome else {
            panic!("it may be half uninstalled")
        };
        assert_eq!(failure.message.error, "gone\nnot tried again: now revision 2");
        assert_eq!(Entry::default().changed("x".to_owned()).outcome, Some(Outcome::Changed("x".to_owned())));
    }

    #[test]
    fn tries_are_counted_and_their_times_added() {
        let twice = tried_once().tried(None).tried(Some(Duration::from_secs(2)));
        assert_eq!((twice.attempts, twice.took), (3, Some(Duration::from_secs(3))));
    }
}
