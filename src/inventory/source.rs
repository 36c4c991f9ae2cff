//! Where lists come from: the API, or helm if the API client cannot connect where helm can.
//!
//! The first list decides, and every later one comes from the same source: two lists can be compared only if both see the
//! same.

use super::contents::query_contents;
use super::list::list;
use super::{
    BatchRecheck, Contents, HelmInventory, HistoryStore, InventoryError, Listing, ObjectLists, Protection, protection,
};
use crate::cluster::{ApiError, Client, StorageDriver};
use crate::policy::PolicyScope;
use crate::release::Release;

/// The one source of all lists of a command.
#[derive(Debug, Clone)]
pub struct ReleaseSource {
    client: Client,
    driver: StorageDriver,
    /// Releases in this scope have to be known exactly. If the account cannot list everything, the lists cover only it.
    scope: PolicyScope,
    /// What makes the lists instead of the API, and why.
    helm: Option<(HelmInventory, String)>,
}

impl ReleaseSource {
    /// The API, as far as this client may see it; the records are in one storage driver.
    pub fn new(client: Client, driver: StorageDriver, scope: PolicyScope) -> Self {
        Self { client, driver, scope, helm: None }
    }

    /// Helm instead of the API, for this reason. Later requests may reach the API.
    #[must_use]
    pub fn by_helm(self, helm: HelmInventory, why: String) -> Self {
        Self { helm: Some((helm, why)), ..self }
    }

    /// Takes the first list from the API, or has helm make it.
    ///
    /// # Errors
    /// If neither can list.
    pub fn open(
        self,
        helm: HelmInventory,
        first: Result<(Listing, Protection), InventoryError>,
    ) -> Result<(Self, Listing, Protection), InventoryError> {
        let (source, (listing, protection)) = match first {
            Err(InventoryError::Api(error @ (ApiError::NoConnection(_) | ApiError::Unsupported(_)))) => {
                let source = self.by_helm(helm, error.to_string());
                let listed = source.list_with_protection()?;
                (source, listed)
            }
            first => (self, first?),
        };
        Ok((source, listing, protection))
    }

    /// Why helm makes the lists, if it does.
    pub fn why_helm(&self) -> Option<&str> {
        self.helm.as_ref().map(|(_, why)| why.as_str())
    }

    /// Lists every release in every state.
    ///
    /// # Errors
    /// If the list is not complete.
    pub fn list(&self) -> Result<Listing, InventoryError> {
        match &self.helm {
            None => list(&self.client, self.driver, &self.scope).map_err(InventoryError::Api),
            Some((helm, _)) => helm.list(),
        }
    }

    /// A new list, and what protects its releases now. If helm makes the list, nothing of that can be read.
    ///
    /// # Errors
    /// If the list is not complete. The protection names what could not be read.
    pub fn list_with_protection(&self) -> Result<(Listing, Protection), InventoryError> {
        let Some((helm, why)) = &self.helm else {
            return protection::query(&self.client, &self.scope, || self.list());
        };
        let listing = helm.list()?;
        let protection = Protection::unseen(&listing, &self.scope, why);
        Ok((listing, protection))
    }

    /// Reads what releases of a list hold: each has its content, or the reason why it is unknown.
    ///
    /// # Errors
    /// If none could be read at all.
    pub fn contents(&self, releases: &[&Release], lists: ObjectLists) -> Result<Contents, InventoryError> {
        match &self.helm {
            None => query_contents(&self.client, self.driver, releases, lists).map_err(InventoryError::Api),
            Some((helm, _)) => helm.contents(releases, lists),
        }
    }

    /// The recheck of planned releases batch by batch, after a check of the whole plan against a list and its protection.
    pub fn recheck(&self, planned: &[Release], listing: &Listing, protection: &Protection) -> Option<BatchRecheck> {
        let client = self.client()?.clone();
        Some(BatchRecheck::new(client, self.driver, planned, listing, protection))
    }

    /// The API client, unless helm makes the lists.
    pub fn client(&self) -> Option<&Client> {
        self.helm.is_none().then_some(&self.client)
    }

    /// The API client, with a new connection.
    pub fn reconnected(&self) -> &Client {
        self.client.reconnect();
        &self.client
    }

    /// The histories of releases, unless helm makes the lists.
    pub fn histories(&self) -> Option<HistoryStore> {
        Some(HistoryStore::new(self.client()?.clone(), self.driver))
    }
}
