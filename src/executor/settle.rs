//! The accounts are settled with the cluster: what was reported gone has to be gone. Pure.

use std::collections::BTreeMap;

use super::outcome::{Afterwards, Outcome, Run};
use crate::helm::{Failure, FailureClass};
use crate::inventory::Listing;
use crate::release::{Release, ReleaseId};

/// What came of the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
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

/// Compares a run with a listing taken after it, and corrects the outcomes that the listing contradicts.
pub fn settle(run: &mut Run, listing: &Listing) -> Settled {
    let index = Index::of(listing);
    let (mut reported, mut gone) = (0, 0);
    for result in &mut run.results {
        result.afterwards = index.afterwards(&result.release.id);
        let reported_gone = matches!(result.outcome, Outcome::Purged { .. } | Outcome::AlreadyGone);
        reported += usize::from(reported_gone);
        if !reported_gone {
            continue;
        }
        match contradiction(&result.release, result.afterwards) {
            None => gone += 1,
            Some(text) => {
                result.outcome = Outcome::Failed(Failure::of_our_own(FailureClass::StillListed, text));
            }
        }
    }
    if reported == 0 { Settled::NothingToVerify } else { Settled::Verified { reported, gone } }
}

/// Which releases of a plan are not any more as the plan saw them, and how.
pub fn changes(plan: &[Release], listing: &Listing) -> BTreeMap<ReleaseId, String> {
    let index = Index::of(listing);
    let change = |release: &Release| match index.afterwards(&release.id) {
        Afterwards::Listed { revision, status } if (revision, status) == (release.revision, release.status) => None,
        Afterwards::Listed { revision, status } => {
            Some(format!("now revision {revision}, {status}; was revision {}, {}", release.revision, release.status))
        }
        Afterwards::Unreadable => Some("its entry in the list cannot be understood any more".to_owned()),
        // Gone is gone: helm finds nothing, which is an outcome of its own.
        Afterwards::Gone | Afterwards::Unknown => None,
    };
    plan.iter().filter_map(|release| Some((release.id.clone(), change(release)?))).collect()
}

struct Index<'a> {
    releases: BTreeMap<&'a ReleaseId, &'a Release>,
    listing: &'a Listing,
}

impl<'a> Index<'a> {
    fn of(listing: &'a Listing) -> Self {
        Self { releases: listing.releases.iter().map(|release| (&release.id, release)).collect(), listing }
    }

    fn afterwards(&self, id: &ReleaseId) -> Afterwards {
        if let Some(release) = self.releases.get(id) {
            return Afterwards::Listed { revision: release.revision, status: release.status };
        }
        let same = |namespace: Option<&crate::release::Namespace>, name: &str| {
            namespace == Some(&id.namespace) && name == id.name.as_str()
        };
        let unreadable = self.listing.unreadable.iter().any(|entry| same(entry.namespace.as_ref(), &entry.name));
        if unreadable { Afterwards::Unreadable } else { Afterwards::Gone }
    }
}

fn contradiction(planned: &Release, afterwards: Afterwards) -> Option<String> {
    match afterwards {
        Afterwards::Gone | Afterwards::Unknown => None,
        Afterwards::Unreadable => Some("it is still listed, and its entry cannot be understood".to_owned()),
        Afterwards::Listed { revision, status } if revision == planned.revision => {
            Some(format!("it is still listed: revision {revision}, {status}"))
        }
        Afterwards::Listed { revision, status } => {
            Some(format!("it is listed again, probably installed meanwhile: revision {revision}, {status}"))
        }
    }
}
