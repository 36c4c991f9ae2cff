//! The inventory by way of `helm list`: its JSON, entry by entry. For where the API client cannot see what helm can.
//!
//! Helm 3 and Helm 4 print the same, byte for byte. Helm leaves out a record that it cannot decode, without a word:
//! the release then shows with an older revision, most often a replaced one, or not at all.

#[cfg(test)]
mod arbitrary_test;
mod entries;

pub use entries::read;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::contents::{GatheredContents, content_of, read_stored};
use super::{Contents, Inventory, InventoryError, Listing, ObjectLists};
use crate::cluster::Connection;
use crate::helm::{self, FailureClass, Helm, ListError};
use crate::parallel::run_workers;
use crate::release::{Content, Release, Status};
use crate::signal::{CancelLevel, CancelToken};

/// So many helm processes at a time show what releases hold.
const SIDE_BY_SIDE: usize = 8;

/// Lists with helm.
#[derive(Debug, Clone)]
pub struct HelmInventory {
    /// Which helm.
    pub helm: Helm,
    /// The pinned cluster.
    pub connection: Connection,
    /// How long helm may take for the list.
    pub deadline: Duration,
    /// Ends a list that is under way.
    pub stop: CancelToken,
}

impl Inventory for HelmInventory {
    fn list(&self) -> Result<Listing, InventoryError> {
        let json = helm::list(&self.helm, &self.connection, self.deadline, &self.stop).map_err(InventoryError::List)?;
        Ok(without_replaced(read(&json)?))
    }

    fn contents(&self, releases: &[&Release], lists: ObjectLists) -> Result<Contents, InventoryError> {
        let waiting = Mutex::new(releases.iter());
        let (found, not_started) = (Mutex::new(GatheredContents::default()), Mutex::new(None));
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        run_workers(SIDE_BY_SIDE.min(releases.len()), || {
            while let Some(release) = next().filter(|_| self.stop.urgency() < CancelLevel::Terminate) {
                let content = match self.content(release, lists) {
                    Ok(content) => content,
                    Err(error) => return *not_started.lock().unwrap_or_else(PoisonError::into_inner) = Some(error),
                };
                found.lock().unwrap_or_else(PoisonError::into_inner).add(release, content);
            }
        });
        match not_started.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(InventoryError::List(error)),
            None => Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner).into_contents()),
        }
    }
}

impl HelmInventory {
    /// What a release holds, or why helm does not show it. That helm could not be started says nothing about the release.
    fn content(&self, release: &Release, lists: ObjectLists) -> Result<Result<Content, String>, ListError> {
        match helm::record(&self.helm, &self.connection, &release.id, &self.stop) {
            Ok(json) => Ok(read_content(release, &json, lists)),
            Err(error) if error.failure.class == FailureClass::CannotStart => Err(error),
            Err(error) => Ok(Err(format!("helm does not show it: {}", error.failure.words.all()))),
        }
    }
}

fn read_content(release: &Release, json: &[u8], lists: ObjectLists) -> Result<Content, String> {
    let stored = read_stored(json).map_err(|why| format!("what helm shows of it cannot be read: {why}"))?;
    // Helm does not show the chart here; its list does.
    let content = content_of(release, &stored, lists)?;
    Ok(Content { chart: release.chart.clone(), ..content })
}

/// A newest revision that is marked as replaced is what an undecodable newer one leaves to be seen, more often than
/// anything else.
fn without_replaced(listing: Listing) -> Listing {
    let (doubtful, releases) =
        listing.releases.into_iter().partition::<Vec<_>, _>(|release| release.status == Status::Superseded);
    let mut unreadable = listing.unreadable;
    let why = "its newest revision is superseded, and whether there is a newer one cannot be told";
    unreadable.extend(doubtful.iter().map(|release| entries::named(&release.id, why.to_owned())));
    unreadable.sort();
    Listing { releases, unreadable, ..listing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_superseded_newest_revision_is_kept() {
        let entry = |name: &str, status: &str| {
            format!(
                r#"{{"name":"{name}","namespace":"t6","revision":"12","updated":"-","status":"{status}","chart":"c-0.1.0"}}"#
            )
        };
        let listing = read(format!("[{},{}]", entry("a", "superseded"), entry("b", "deployed")).as_bytes());
        let listing = without_replaced(listing.expect("a list"));
        assert_eq!((listing.releases.len(), listing.unreadable.len()), (1, 1));
    }
}
