//! The inventory from the metadata of Helm's records, through the API.
//!
//! `helm list` downloads and decodes every revision of every release; this reads labels and times, and a payload only
//! where something depends on it.

mod doubt;
mod group;
mod read;
mod views;

use super::{
    BatchRecheck, ClusterWide, Contents, Inventory, InventoryError, KeptRecords, Listing, ObjectLists, Protection,
    Unreadable,
};
use crate::cluster::{ApiError, Client, StorageDriver, SupersededRevisions};
use crate::policy::PolicyScope;
use crate::release::{Namespace, Release};
pub(super) use group::listing as listing_of;
pub(super) use read::contents as contents_of;
use views::View;

/// Lists through the API.
#[derive(Debug)]
pub struct MetadataInventory {
    client: Client,
    store: StorageDriver,
    /// Where releases have to be known exactly, and what is looked at where not everything may be.
    fence: PolicyScope,
}

impl MetadataInventory {
    /// Lists what one client sees, of the records in one store.
    pub fn new(client: Client, store: StorageDriver, fence: PolicyScope) -> Self {
        Self { client, store, fence }
    }

    /// Asks what protects releases in the whole cluster: best at the same time as the list.
    pub fn ask_cluster_wide(&self) -> ClusterWide {
        ClusterWide::ask(&self.client)
    }

    /// With a list, the whole of what protects its releases.
    pub fn protection(&self, cluster_wide: ClusterWide, listing: &Listing) -> Protection {
        cluster_wide.complete(&self.client, &self.fence, listing)
    }

    /// Where nothing of it could be looked at, for the given reason.
    pub(super) fn unseen_protection(&self, listing: &Listing, why: &str) -> Protection {
        Protection::unseen(listing, &self.fence, why)
    }

    /// What it lists with.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// What looks at the records of uninstalled releases.
    pub(super) fn kept_records(&self) -> KeptRecords {
        KeptRecords::new(self.client.clone(), self.store)
    }

    pub(super) fn recheck(&self, planned: &[Release], listing: &Listing, protection: &Protection) -> BatchRecheck {
        BatchRecheck::new(self.client.clone(), self.store, planned, listing, protection)
    }
}

impl Inventory for MetadataInventory {
    fn list(&self) -> Result<Listing, InventoryError> {
        let view = views::look(self).map_err(InventoryError::Look)?;
        let View { mut records, replaced, unlisted, namespaces } = view;
        for (namespace, names) in group::replaced_in_front(&records, &replaced) {
            let more = self.client.records_of(self.store, namespace, &names).map_err(InventoryError::Look)?;
            records.extend(more);
        }
        let namespaces = namespaces.unwrap_or_default();
        let mut listing = Listing { unlisted, namespaces, ..group::listing(records) };
        listing.unreadable.extend(replaced.iter().flat_map(|(namespace, found)| odd_names(namespace, found)));
        listing.unreadable.sort();
        Ok(listing)
    }

    fn contents(&self, releases: &[&Release], lists: ObjectLists) -> Result<Contents, InventoryError> {
        read::contents(&self.client, self.store, releases, lists).map_err(InventoryError::Look)
    }
}

/// Records whose names do not say of which release they are: whatever that is, it is not understood.
fn odd_names(namespace: &Namespace, found: &SupersededRevisions) -> Vec<Unreadable> {
    let why = "its name does not say which release and revision it is of";
    let entry =
        |name: &String| Unreadable { namespace: Some(namespace.clone()), name: name.clone(), why: why.to_owned() };
    found.odd.iter().map(entry).collect()
}

impl ApiError {
    /// Whether helm may see what the client could not.
    pub(super) fn helm_may_see_more(&self) -> bool {
        match self {
            ApiError::NoConnection(_) | ApiError::Unsupported(_) => true,
            ApiError::Forbidden(_) | ApiError::NoAnswer(_) | ApiError::Failed(_) | ApiError::Cancelled => false,
        }
    }
}
