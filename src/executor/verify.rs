//! Compares a run with a list taken after it: releases that were reported gone must be gone, histories must be there, and
//! what was reported restored must be deployed. Pure.

#[cfg(test)]
#[path = "verify_test.rs"]
mod tests;

use std::collections::BTreeMap;

use super::outcome::{ObservedState, Outcome, ReleaseResult, Run};
use crate::helm::{Failure, FailureClass};
use crate::inventory::{Found, Listing};
use crate::release::{Release, ReleaseId, Status};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// The list covers every release that was reported gone (or restored).
    Verified {
        /// How many were reported.
        reported: usize,
        /// How many of them really are.
        gone: usize,
    },
    /// There was no list after the run, for this reason.
    NotVerified(String),
    /// No release was reported gone or restored.
    NothingToVerify,
}

/// The releases whose history the purge keeps, after the run: `Ok` if the record has the history tag of the run, else why
/// it has not.
pub type HistoryChecks = BTreeMap<ReleaseId, Result<(), String>>;

/// Resolves what was uncertain, and corrects the outcomes that the list contradicts.
pub fn verify_purge(run: &mut Run, listing: &Listing, histories: &HistoryChecks) -> Verification {
    let (mut reported, mut gone) = (0, 0);
    for result in &mut run.results {
        let found = listing.find(&result.release.id);
        let history = histories.get(&result.release.id);
        result.afterwards = if history == Some(&Ok(())) { ObservedState::Kept } else { observed_state(found) };
        let uncertainty = result.uncertainty.take();
        if let Some(outcome) = uncertainty.and_then(|doubt| doubt.resolve(&result.release, result.afterwards)) {
            result.outcome = outcome;
        }
        if !result.outcome.is_gone() {
            continue;
        }
        reported += 1;
        let failure = match history {
            None => still_listed(&result.release, found),
            Some(history) => not_kept(result, found, history),
        };
        match failure {
            None => gone += 1,
            Some(failure) => result.outcome = Outcome::Failed(failure),
        }
    }
    Verification::of(reported, gone)
}

/// Corrects the outcomes that the list contradicts.
pub(crate) fn verify_restore(run: &mut Run, listing: &Listing) -> Verification {
    let (mut reported, mut restored) = (0, 0);
    for result in &mut run.results {
        let found = listing.find(&result.release.id);
        result.afterwards = observed_state(found);
        if !matches!(result.outcome, Outcome::Restored { .. }) {
            continue;
        }
        reported += 1;
        let text = match found {
            Found::Release(now) if now.status == Status::Deployed && now.revision > result.release.revision => {
                restored += 1;
                continue;
            }
            Found::Release(now) => format!("it is not deployed: revision {}, {}", now.revision, now.status),
            Found::Unreadable(entry) => format!("its release record cannot be read: {}", entry.why),
            Found::Unlisted(entry) => format!("cannot check whether it is restored: {}", entry.why),
            Found::Nothing => "it is not listed".to_owned(),
        };
        result.outcome = Outcome::Failed(Failure::new(FailureClass::NotDeployed, text));
    }
    Verification::of(reported, restored)
}

impl Verification {
    fn of(reported: usize, gone: usize) -> Self {
        if reported == 0 { Self::NothingToVerify } else { Self::Verified { reported, gone } }
    }
}

fn observed_state(found: Found<'_>) -> ObservedState {
    match found {
        Found::Release(now) => ObservedState::Listed { revision: now.revision, status: now.status },
        Found::Unreadable(_) => ObservedState::Unreadable,
        Found::Unlisted(_) => ObservedState::Unknown,
        Found::Nothing => ObservedState::Gone,
    }
}

/// Why a release that is gone cannot be restored although it should be restorable. If another process uninstalled it
/// first, that process decided about its history.
fn not_kept(result: &ReleaseResult, found: Found<'_>, history: &Result<(), String>) -> Option<Failure> {
    let why = history.as_ref().err()?;
    let failure = |text: String| Some(Failure::new(FailureClass::History, text));
    match (&result.outcome, found) {
        (Outcome::AlreadyGone, Found::Nothing) => None,
        (Outcome::AlreadyGone, Found::Release(now)) if now.status == Status::Uninstalled => None,
        (_, Found::Nothing) => failure("purged, but its release record is gone too: it cannot be restored".to_owned()),
        (_, Found::Release(now)) if now.revision == result.release.revision && now.status != Status::Uninstalling => {
            failure(format!("helm uninstalled it, but {why}"))
        }
        (_, found) => still_listed(&result.release, found),
    }
}

/// Why a release that was reported gone is not.
fn still_listed(planned: &Release, found: Found<'_>) -> Option<Failure> {
    let text = match found {
        Found::Nothing => return None,
        Found::Unreadable(entry) => format!("some of its release records are still there: {}", entry.why),
        Found::Unlisted(entry) => format!("cannot check whether it is gone: {}", entry.why),
        // Its own uninstall may have changed its state; a later deployment is that of another process.
        Found::Release(now) if now.revision == planned.revision && now.updated == planned.updated => {
            format!("it is still listed: revision {}, {}", now.revision, now.status)
        }
        Found::Release(now) => {
            format!("it was installed again during the run: revision {}, {}", now.revision, now.status)
        }
    };
    Some(Failure::new(FailureClass::StillListed, text))
}
