//! Which way the inventory is made: through the API, or by helm where the API client cannot see what helm can.
//!
//! The first list decides, and every later one goes the same way: two lists can be compared only if both see alike.

use std::sync::OnceLock;

use super::{
    BatchRecheck, ClusterWide, Contents, HelmInventory, Inventory, InventoryError, KeptRecords, Listing,
    MetadataInventory, ObjectLists, Protection,
};
use crate::cluster::Client;
use crate::parallel::join;
use crate::release::Release;

/// Both ways, and which one it is.
#[derive(Debug)]
pub struct AnyWay {
    metadata: MetadataInventory,
    helm: HelmInventory,
    /// Why it is helm's way, where it is; set by the first list that succeeds.
    chosen: OnceLock<Option<String>>,
}

impl AnyWay {
    /// Through the API first.
    pub fn new(metadata: MetadataInventory, helm: HelmInventory) -> Self {
        Self { metadata, helm, chosen: OnceLock::new() }
    }

    /// Why helm makes the list, where it does.
    pub fn why_helm(&self) -> Option<&str> {
        self.chosen.get()?.as_deref()
    }

    /// What protects the releases of a list, from what was asked at the same time; where helm makes the lists, none of
    /// it can be seen.
    pub fn protection(&self, cluster_wide: ClusterWide, listing: &Listing) -> Protection {
        match self.why_helm() {
            Some(why) => self.metadata.unseen_protection(listing, why),
            None => self.metadata.protection(cluster_wide, listing),
        }
    }

    /// A new list, and what protects its releases now.
    ///
    /// # Errors
    /// Where there is no list.
    pub fn list_with_protection(&self) -> Result<(Listing, Protection), InventoryError> {
        let ask = || self.why_helm().is_none().then(|| self.metadata.ask_cluster_wide());
        let (cluster_wide, listing) = join(ask, || self.list());
        let listing = listing?;
        let cluster_wide = cluster_wide.ok().flatten().unwrap_or_else(ClusterWide::unanswered);
        let protection = self.protection(cluster_wide, &listing);
        Ok((listing, protection))
    }

    /// What asks about planned releases batch by batch, once they were checked against a list and what protects its
    /// releases; if helm makes the lists, nothing can.
    pub fn recheck(&self, planned: &[Release], listing: &Listing, protection: &Protection) -> Option<BatchRecheck> {
        self.why_helm().is_none().then(|| self.metadata.recheck(planned, listing, protection))
    }

    /// Whoever can tell which objects are still there; where helm makes the lists, nobody can.
    pub fn client(&self) -> Option<&Client> {
        self.why_helm().is_none().then(|| self.metadata.client())
    }

    /// The API client, over a new connection from here on.
    pub fn reconnected(&self) -> &Client {
        let client = self.metadata.client();
        client.reconnect();
        client
    }

    /// What looks at the records of uninstalled releases; where helm makes the lists, nobody can.
    pub fn kept_records(&self) -> Option<KeptRecords> {
        self.why_helm().is_none().then(|| self.metadata.kept_records())
    }

    fn chosen(&self) -> &dyn Inventory {
        match self.why_helm() {
            Some(_) => &self.helm,
            None => &self.metadata,
        }
    }
}

impl AnyWay {
    /// Takes the first list that was made through the API, or has helm make it. The way it was made is kept to.
    ///
    /// # Errors
    /// Where neither can list.
    pub fn begin(&self, first: Result<Listing, InventoryError>) -> Result<Listing, InventoryError> {
        let (listing, why) = match first {
            Err(InventoryError::Look(error)) if error.helm_may_see_more() => {
                (self.helm.list()?, Some(error.to_string()))
            }
            other => (other?, None),
        };
        // Set once: a list that was made at the same time has seen no less.
        let _ = self.chosen.set(why);
        Ok(listing)
    }
}

impl Inventory for AnyWay {
    fn list(&self) -> Result<Listing, InventoryError> {
        if self.chosen.get().is_some() { self.chosen().list() } else { self.begin(self.metadata.list()) }
    }

    fn contents(&self, releases: &[&Release], lists: ObjectLists) -> Result<Contents, InventoryError> {
        self.chosen().contents(releases, lists)
    }
}
