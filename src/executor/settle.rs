//! The accounts are settled with the cluster: what was reported gone has to be gone, and what was to be kept of it has to
//! be there. Pure.

use std::collections::BTreeMap;

use super::outcome::{ObservedState, Outcome, ReleaseResult, Run};
use crate::helm::{Failure, FailureClass};
use crate::inventory::{Found, Listing};
use crate::release::{Release, ReleaseId, Status};

/// What came of the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Every release that was reported gone was looked for.
    Verified {
        /// How many were reported gone.
        reported: usize,
        /// How many of them are.
        gone: usize,
    },
    /// There was no last look, for this reason.
    NotVerified(String),
    /// Nothing was reported gone.
    NothingToVerify,
}

/// The releases whose history was to be kept, as they are after the run: each with the mark of the run on its record, or
/// why that is not so.
pub type Histories = BTreeMap<ReleaseId, Result<(), String>>;

/// Compares a run with a listing taken after it: settles what was in doubt, and corrects the outcomes that the listing
/// contradicts.
pub fn settle(run: &mut Run, listing: &Listing, histories: &Histories) -> Verification {
    let (mut reported, mut gone) = (0, 0);
    for result in &mut run.results {
        let found = listing.find(&result.release.id);
        let history = histories.get(&result.release.id);
        result.afterwards = if history == Some(&Ok(())) { ObservedState::Kept } else { afterwards(found) };
        let doubt = result.doubt.take().and_then(|doubt| doubt.resolve(&result.release, result.afterwards));
        if let Some(outcome) = doubt {
            result.outcome = outcome;
        }
        if !result.outcome.is_gone() {
            continue;
        }
        reported += 1;
        let failure = match history {
            None => contradiction(&result.release, found).map(|text| Failure::new(FailureClass::StillListed, text)),
            Some(history) => not_kept(result, found, history),
        };
        match failure {
            None => gone += 1,
            Some(failure) => result.outcome = Outcome::Failed(failure),
        }
    }
    if reported == 0 { Verification::NothingToVerify } else { Verification::Verified { reported, gone } }
}

fn afterwards(found: Found<'_>) -> ObservedState {
    match found {
        Found::Release(now) => ObservedState::Listed { revision: now.revision, status: now.status },
        Found::Unreadable(_) => ObservedState::Unreadable,
        Found::Unlisted(_) => ObservedState::Unknown,
        Found::Nothing => ObservedState::Gone,
    }
}

/// Why a release cannot be restored that is gone and should be restorable. Whoever got there first decided about its
/// history for himself.
fn not_kept(result: &ReleaseResult, found: Found<'_>, history: &Result<(), String>) -> Option<Failure> {
    let why = history.as_ref().err()?;
    let failure = |text: String| Some(Failure::new(FailureClass::History, text));
    match (&result.outcome, found) {
        (Outcome::AlreadyGone, Found::Nothing) => None,
        (Outcome::AlreadyGone, Found::Release(now)) if now.status == Status::Uninstalled => None,
        (_, Found::Nothing) => failure("it is gone, and its record with it: it cannot be restored".to_owned()),
        (_, Found::Release(now)) if now.revision == result.release.revision && now.status != Status::Uninstalling => {
            failure(format!("helm uninstalled it, but {why}"))
        }
        (_, found) => contradiction(&result.release, found).map(|text| Failure::new(FailureClass::StillListed, text)),
    }
}

/// Why a release that was reported gone is not.
fn contradiction(planned: &Release, found: Found<'_>) -> Option<String> {
    let now = match found {
        Found::Nothing => return None,
        Found::Unreadable(entry) => return Some(format!("something of it is still there: {}", entry.why)),
        Found::Unlisted(entry) => return Some(format!("whether it is gone cannot be told: {}", entry.why)),
        Found::Release(now) => now,
    };
    let state = format!("revision {}, {}", now.revision, now.status);
    // Its own uninstall may have changed its state; a later deployment is somebody else's.
    Some(if now.revision == planned.revision && now.updated == planned.updated {
        format!("it is still listed: {state}")
    } else {
        format!("it is listed again, installed meanwhile: {state}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::{ReleaseResult, ReporterHealth, Run};
    use crate::inventory::{UnreadableRelease, read};
    use std::time::Duration;

    fn listing(updated: &str, status: &str) -> Listing {
        let json = format!(
            r#"[{{"name":"web","namespace":"dev-a","revision":"1","updated":"{updated}","status":"{status}","chart":"web-1.0.0"}}]"#
        );
        read(json.as_bytes()).expect("a list")
    }

    /// What becomes of a purged release when the cluster says this afterwards.
    fn settled(now: &Listing) -> (Verification, Outcome) {
        settled_with(now, Outcome::Purged { left_behind: Vec::new(), remarks: Vec::new() }, None)
    }

    /// The same, of any outcome; its history is as it is, where it was to be kept.
    fn settled_with(now: &Listing, outcome: Outcome, history: Option<Result<(), String>>) -> (Verification, Outcome) {
        let planned = listing("2026-11-20T10:00:00Z", "deployed").releases.remove(0);
        let histories = history.map(|history| (planned.id.clone(), history)).into_iter().collect::<Histories>();
        let result = ReleaseResult {
            release: planned,
            outcome,
            took: None,
            attempts: 1,
            doubt: None,
            afterwards: ObservedState::Unknown,
        };
        let mut run = Run {
            results: vec![result],
            took: Duration::ZERO,
            workers: 1,
            interruption: None,
            telling: ReporterHealth::Whole,
        };
        let settled = settle(&mut run, now, &histories);
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
    fn what_is_still_listed_and_what_is_listed_again_are_told_apart() {
        let (verdict, outcome) = settled(&listing("2026-11-20T10:00:00Z", "uninstalling"));
        assert_eq!(verdict, Verification::Verified { reported: 1, gone: 0 });
        assert_eq!(words(&outcome), "it is still listed: revision 1, uninstalling");
        let (_, outcome) = settled(&listing("2026-11-20T11:00:00Z", "deployed"));
        assert_eq!(words(&outcome), "it is listed again, installed meanwhile: revision 1, deployed");
    }

    #[test]
    fn what_is_listed_but_not_understood_is_not_gone() {
        let unreadable =
            UnreadableRelease { namespace: "dev-a".parse().ok(), name: "web".into(), why: "garbage".into() };
        let (_, outcome) = settled(&Listing { unreadable: vec![unreadable], ..Listing::default() });
        assert_eq!(words(&outcome), "something of it is still there: garbage");
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
            (&Listing::default(), "x", "it is gone, and its record with it: it cannot be restored"),
        ] {
            let (verdict, outcome) = settled_with(now, purged(), says(why));
            assert_eq!(verdict, Verification::Verified { reported: 1, gone: 0 });
            assert_eq!(words(&outcome), expected);
        }
        // Somebody else was there first, and has decided about the history himself.
        for now in [&kept, &Listing::default()] {
            let (verdict, _) = settled_with(now, Outcome::AlreadyGone, says("x"));
            assert_eq!(verdict, Verification::Verified { reported: 1, gone: 1 });
        }
    }
}
