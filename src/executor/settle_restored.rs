//! The accounts of a restore are settled with the cluster: what was reported restored has to be deployed. Pure.

use super::outcome::{Afterwards, Outcome, Run};
use super::settle::Settled;
use crate::helm::{Failure, FailureClass};
use crate::inventory::{Found, Listing};
use crate::release::Status;

/// Compares a restore with a listing taken after it, and corrects the outcomes that the listing contradicts.
pub fn settle_restored(run: &mut Run, listing: &Listing) -> Settled {
    let (mut reported, mut back) = (0, 0);
    for result in &mut run.results {
        let found = listing.find(&result.release.id);
        result.afterwards = match found {
            Found::Release(now) => Afterwards::Listed { revision: now.revision, status: now.status },
            Found::Unreadable(_) => Afterwards::Unreadable,
            Found::Unlisted(_) => Afterwards::Unknown,
            Found::Nothing => Afterwards::Gone,
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
        result.outcome = Outcome::Failed(Failure::of_our_own(FailureClass::NotDeployed, text));
    }
    if reported == 0 { Settled::NothingToVerify } else { Settled::Verified { reported, gone: back } }
}
