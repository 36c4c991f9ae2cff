//! What is in the cluster: its releases, what they hold, and what protects them.
//!
//! A list is complete or it is an error: a release that is missing from it could be the one that a limit or a later check
//! needs. Only a single entry may be unreadable; then the list names it, and a plan keeps it. Nothing here decides
//! anything about a release.

mod contents;
mod fast_yaml;
mod go_json;
mod helm_list;
mod history;
mod list;
mod manifest;
mod opt_outs;
mod protection;
mod recheck;
mod record;
mod source;
mod superseded;

pub use contents::{Contents, ObjectLists};
pub use helm_list::{HelmInventory, read};
pub(crate) use history::{HistoryStore, older, single};
pub use opt_outs::{OptOut, OptOutSource};
pub(crate) use opt_outs::{UnreadableOptOuts, VisibleOptOuts};
pub use protection::Protection;
pub(crate) use protection::{ManagedNamespace, ManagedRelease};
pub(crate) use recheck::{BatchRecheck, Freshness, Rechecked};
pub use source::ReleaseSource;

use std::collections::BTreeMap;

use crate::cluster::{ApiError, NamespaceFacts, StorageDriver};
use crate::helm::Failure;
use crate::release::{Namespace, Release, ReleaseId};

/// Every release that was listed, sorted by namespace and name, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Those that could be read.
    pub releases: Vec<Release>,
    /// Those that could not.
    pub unreadable: Vec<UnreadableRelease>,
    /// Namespaces that refused. Nothing in them is purged.
    pub unlisted: Vec<SkippedNamespace>,
    /// The namespaces of the scope, if the account may list namespaces. Others are unknown.
    pub namespaces: BTreeMap<Namespace, NamespaceFacts>,
}

/// A namespace of the scope that refused a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedNamespace {
    pub namespace: Namespace,
    /// In the API server's words.
    pub why: String,
}

/// An entry of a list that could not be read. It is never purged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnreadableRelease {
    /// Its namespace, if that much could be read: without it the entry is in no policy's scope.
    pub namespace: Option<Namespace>,
    /// What stands in place of its name. Untrusted text.
    pub name: String,
    /// What could not be read.
    pub why: String,
}

/// The state of a release in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// It is there.
    Release(&'a Release),
    /// It is there, and could not be read.
    Unreadable(&'a UnreadableRelease),
    /// Its namespace refused.
    Unlisted(&'a SkippedNamespace),
    /// It is not there.
    Nothing,
}

impl Listing {
    /// Finds a release. An entry that leaves a doubt comes first.
    pub fn find(&self, id: &ReleaseId) -> Found<'_> {
        let is_it = |entry: &&UnreadableRelease| {
            entry.namespace.as_ref() == Some(&id.namespace) && entry.name == id.name.as_str()
        };
        if let Some(entry) = self.unreadable.iter().find(is_it) {
            return Found::Unreadable(entry);
        }
        if let Some(entry) = self.unlisted.iter().find(|entry| entry.namespace == id.namespace) {
            return Found::Unlisted(entry);
        }
        let at = self.releases.binary_search_by(|release| release.id.cmp(id));
        at.map_or(Found::Nothing, |at| Found::Release(&self.releases[at]))
    }

    /// How a planned release has changed in this list. A release that is not in it is gone, which is not a change.
    pub fn change_of(&self, planned: &Release) -> Option<String> {
        match self.find(&planned.id) {
            Found::Release(now) => planned.difference(now),
            Found::Unreadable(UnreadableRelease { why, .. }) | Found::Unlisted(SkippedNamespace { why, .. }) => {
                Some(why.clone())
            }
            Found::Nothing => None,
        }
    }
}

/// Why the releases could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    #[error("cannot list releases: {0}")]
    Api(ApiError),
    #[error("`helm list` failed ({}): {}", .0.class, .0.message.all())]
    Helm(Failure),
    #[error("cannot read the output of `helm list`: {0}")]
    Format(String),
    #[error("`HELM_DRIVER={0}` is not supported: releases must be stored in Secrets or ConfigMaps")]
    Driver(String),
}

/// Where releases are stored by the value of `HELM_DRIVER`. Helm stores them there too: its processes inherit the variable.
///
/// # Errors
/// For any other value.
pub fn record_store(driver: Option<&str>) -> Result<StorageDriver, InventoryError> {
    match driver {
        None | Some("secret" | "secrets") => Ok(StorageDriver::Secrets),
        Some("configmap" | "configmaps") => Ok(StorageDriver::ConfigMaps),
        Some(other) => Err(InventoryError::Driver(other.to_owned())),
    }
}
