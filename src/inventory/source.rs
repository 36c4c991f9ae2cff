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

/// Reads through the API.
#[derive(Debug, Clone)]
pub struct ApiInventory {
    client: Client,
    driver: StorageDriver,
    /// Where releases have to be known exactly, and where to look if the account may not see everything.
    scope: PolicyScope,
}

/// The one source of all lists of a command.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a command has one")]
pub enum ReleaseSource {
    /// The API.
    Api(ApiInventory),
    /// Helm.
    Helm {
        /// What lists.
        helm: HelmInventory,
        /// Why it is not the API.
        why: String,
        /// The API, which later requests may reach.
        api: ApiInventory,
    },
}

impl ApiInventory {
    /// For what this client may see, of the records in one storage driver.
    pub fn new(client: Client, driver: StorageDriver, scope: PolicyScope) -> Self {
        Self { client, driver, scope }
    }

    /// Lists every release in every state.
    ///
    /// # Errors
    /// If the list is not complete.
    pub fn list(&self) -> Result<Listing, InventoryError> {
        list(&self.client, self.driver, &self.scope).map_err(InventoryError::Look)
    }

    /// A list, and what protects its releases.
    ///
    /// # Errors
    /// If the list is not complete. What protects releases says itself what could not be read.
    pub fn list_with_protection(&self) -> Result<(Listing, Protection), InventoryError> {
        protection::query(&self.client, &self.scope, || self.list())
    }

    /// Reads what releases of a list hold: each has its content, or the reason why it is unknown.
    ///
    /// # Errors
    /// If none could be read at all.
    pub fn contents(&self, releases: &[&Release], lists: ObjectLists) -> Result<Contents, InventoryError> {
        query_contents(&self.client, self.driver, releases, lists).map_err(InventoryError::Look)
    }
}

impl ReleaseSource {
    /// Takes the first list from the API, or has helm make it.
    ///
    /// # Errors
    /// If neither can list.
    pub fn open(
        api: ApiInventory,
        helm: HelmInventory,
        first: Result<(Listing, Protection), InventoryError>,
    ) -> Result<(Self, Listing, Protection), InventoryError> {
        let source = match first {
            Ok((listing, protection)) => return Ok((Self::Api(api), listing, protection)),
            Err(InventoryError::Look(error @ (ApiError::NoConnection(_) | ApiError::Unsupported(_)))) => {
                Self::Helm { helm, why: error.to_string(), api }
            }
            Err(error) => return Err(error),
        };
        let (listing, protection) = source.list_with_protection()?;
        Ok((source, listing, protection))
    }

    /// Why helm makes the lists, if it does.
    pub fn why_helm(&self) -> Option<&str> {
        match self {
            Self::Api(_) => None,
            Self::Helm { why, .. } => Some(why),
        }
    }

    /// Lists every release in every state.
    ///
    /// # Errors
    /// If the list is not complete.
    pub fn list(&self) -> Result<Listing, InventoryError> {
        match self {
            Self::Api(api) => api.list(),
            Self::Helm { helm, .. } => helm.list(),
        }
    }

    /// A new list, and what protects its releases now. If helm makes the list, nothing of that can be read.
    ///
    /// # Errors
    /// If the list is not complete.
    pub fn list_with_protection(&self) -> Result<(Listing, Protection), InventoryError> {
        match self {
            Self::Api(api) => api.list_with_protection(),
            Self::Helm { helm, why, api } => {
                let listing = helm.list()?;
                let protection = Protection::unseen(&listing, &api.scope, why);
                Ok((listing, protection))
            }
        }
    }

    /// Reads what releases of a list hold: each has its content, or the reason why it is unknown.
    ///
    /// # Errors
    /// If none could be read at all.
    pub fn contents(&self, releases: &[&Release], lists: ObjectLists) -> Result<Contents, InventoryError> {
        match self {
            Self::Api(api) => api.contents(releases, lists),
            Self::Helm { helm, .. } => helm.contents(releases, lists),
        }
    }

    /// What asks about planned releases batch by batch, once they were checked against a list and what protects its
    /// releases.
    pub fn recheck(&self, planned: &[Release], listing: &Listing, protection: &Protection) -> Option<BatchRecheck> {
        let api = self.api()?;
        Some(BatchRecheck::new(api.client.clone(), api.driver, planned, listing, protection))
    }

    /// The API client, unless helm makes the lists.
    pub fn client(&self) -> Option<&Client> {
        self.api().map(|api| &api.client)
    }

    /// The API client, over a new connection from here on.
    pub fn reconnected(&self) -> &Client {
        let (Self::Api(api) | Self::Helm { api, .. }) = self;
        api.client.reconnect();
        &api.client
    }

    /// The histories of releases, unless helm makes the lists.
    pub fn histories(&self) -> Option<HistoryStore> {
        self.api().map(|api| HistoryStore::new(api.client.clone(), api.driver))
    }

    fn api(&self) -> Option<&ApiInventory> {
        match self {
            Self::Api(api) => Some(api),
            Self::Helm { .. } => None,
        }
    }
}
