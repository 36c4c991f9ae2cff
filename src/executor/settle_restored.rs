//! The accounts of a restore are settled with the cluster: what was reported restored has to be deployed. Pure.

use super::outcome::{ObservedState, Outcome, Run};
use super::settle::Verification;
use crate::helm::{Failure, FailureClass};
use crate::inventory::{Found, Listing};
use crate::release::Status;

/// Compares a restore with a listing taken after it, and corrects the outcomes that the listing contradicts.
pub fn settle_restored(run: &mut Run, listing: &Listing) -> Verification {
    let (mut reported, mut back) = (0, 0);
    for result in &mut run.results {
        let found = listing.find(&result.release.id);
        result.afterwards = match found {
            Found::Release(now) => ObservedState::Listed { revision: now.revision, status: now.status },
            Found::Unreadable(_) => ObservedState::Unreadable,
            Found::Unlisted(_) => ObservedState::Unknown,
            Found::Nothing => ObservedState::Gone,
        };
        if !matches!(result.outcome, Outcome::Restored { .. }) {
            continue;
        }
        reported += 1;
        let text = match found {
            Found::Release(now) if now.status == Status::Deployed && now.revision > result.release.revision => {
                back += 1;
                continue;
            }
            Found::Release(now) => format!("it is not deployed: revision {}, {}", now.revision, now.status),
            Found::Unreadable(entry) => format!("it is not understood: {}", entry.why),
            Found::Unlisted(entry) => format!("whether it is back cannot be told: {}", entry.why),
            Found::Nothing => "it is not listed".to_owned(),
        };
        result.outcome = Outcome::Failed(Failure::new(FailureClass::NotDeployed, text));
    }
    if reported == 0 { Verification::NothingToVerify } else { Verification::Verified { reported, gone: back } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::{ReleaseResult, ReporterHealth};
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
            doubt: None,
            afterwards: ObservedState::Unknown,
        };
        let (took, telling) = (Duration::ZERO, ReporterHealth::Whole);
        let mut run = Run { results: vec![result], took, workers: 1, interruption: None, telling };
        let settled = settle_restored(&mut run, now);
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
