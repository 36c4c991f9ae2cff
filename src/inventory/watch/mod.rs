//! What becomes of planned releases while a run goes on: who deploys in its tenth minute, or opts out, keeps the release.
//!
//! Watches tell of every record, every opt-out and every namespace that is written. Where one is not there, or it broke,
//! what it would tell is asked for the few releases that are about to go.

mod beginnings;
mod notes;
mod opt_outs;
mod records;
mod told;

use super::{Listing, Protection};
use crate::cluster::{ApiError, Client, StorageDriver};
use crate::parallel::join;
use crate::release::Release;
use beginnings::Beginnings;
use opt_outs::OptOutWatch;
use records::RecordWatch;

/// Whether a release is still what the plan says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// It is, or it is gone.
    AlwaysFresh,
    /// It is, but for an uninstall or a rollback that has been begun since: this is what its record says now.
    Begun(String),
    /// It is not, for this reason.
    Changed(String),
    /// It is, but it is too early for it, for this reason.
    NotYet(String),
    /// That cannot be told, for this reason.
    Unknown(ApiError),
}

/// What planned releases were last checked against.
#[derive(Debug, Clone, Copy)]
pub struct CheckedAgainst<'a> {
    /// A list.
    pub listing: &'a Listing,
    /// What protected the releases of that list.
    pub protection: &'a Protection,
}

/// What was seen of some releases of one namespace.
#[derive(Debug)]
pub struct Meanwhile {
    /// How the record of each of them stands, in their order.
    pub standings: Vec<Freshness>,
    /// What protects that namespace by now: its opt-outs and its labels. What could not be seen when the releases were
    /// checked is unseen here as well.
    pub protection: Result<Protection, ApiError>,
}

/// Knows what has changed since planned releases were checked.
#[derive(Debug)]
pub struct Watch {
    records: RecordWatch,
    opt_outs: OptOutWatch,
}

impl Watch {
    /// Begins to watch the planned releases, from the versions of the lists that they were checked against; without
    /// one, as where only a part of the cluster may be seen, there is nothing to go on from.
    pub fn begin(client: &Client, store: StorageDriver, planned: &[Release], checked: CheckedAgainst<'_>) -> Self {
        let mut beginnings = Beginnings::default();
        let version = checked.listing.version.clone();
        let records = RecordWatch::begin(client.clone(), store, planned, version, &mut beginnings);
        let opt_outs = OptOutWatch::begin(client.clone(), planned, checked, &mut beginnings);
        beginnings.wait();
        Self { records, opt_outs }
    }

    /// What there is to be said of some releases of one namespace. May take the time of a request; several are made
    /// side by side.
    pub fn look(&self, releases: &[&Release]) -> Meanwhile {
        let Some(first) = releases.first() else {
            return Meanwhile { standings: Vec::new(), protection: Err(panicked()) };
        };
        let look = || self.opt_outs.look(&first.id.namespace);
        let (protection, standings) = join(look, || self.records.look(releases));
        Meanwhile { standings, protection: protection.unwrap_or_else(|_| Err(panicked())) }
    }
}

fn panicked() -> ApiError {
    ApiError::Failed("a look at the cluster panicked".to_owned())
}
