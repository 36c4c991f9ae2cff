//! What is there: every release of the cluster, as one value.
//!
//! A listing is whole or it is an error: a release that is missing from it could be the one that a limit or a
//! later check needed. Only a single entry may be unreadable, and then it is carried along and kept.
//! Nothing here decides anything about a release.

mod contents;
mod helm_list;
mod metadata;
mod watch;
mod way;

pub use contents::Contents;
pub use helm_list::{HelmInventory, read};
pub use metadata::MetadataInventory;
pub use watch::{Standing, Watch};
pub use way::AnyWay;

use std::fmt;

use crate::cluster::LookError;
use crate::helm::ListError;
use crate::release::{Namespace, Release, ReleaseId};

/// Every release that was listed, sorted by namespace and name, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Those that were understood.
    pub releases: Vec<Release>,
    /// Those that were not.
    pub unreadable: Vec<Unreadable>,
    /// Namespaces that could not be looked at. Nothing in them is purged.
    pub unlisted: Vec<Unlisted>,
    /// From where a watch on the whole cluster can go on, where all of it was listed through the API.
    pub version: Option<String>,
}

impl Listing {
    /// What this list says against a planned release; one that is not in it is gone, which is no change.
    pub fn change_of(&self, planned: &Release) -> Option<String> {
        let at = self.releases.binary_search_by(|release| release.id.cmp(&planned.id));
        let difference = at.ok().and_then(|at| planned.difference(&self.releases[at]));
        difference.or_else(|| self.not_understood(&planned.id))
    }

    fn not_understood(&self, id: &ReleaseId) -> Option<String> {
        let is_it =
            |entry: &&Unreadable| entry.namespace.as_ref() == Some(&id.namespace) && entry.name == id.name.as_str();
        let unlisted = || self.unlisted.iter().find(|entry| entry.namespace == id.namespace).map(|entry| &entry.why);
        self.unreadable.iter().find(is_it).map(|entry| &entry.why).or_else(unlisted).cloned()
    }
}

/// A namespace of the fence that refused to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unlisted {
    /// Which.
    pub namespace: Namespace,
    /// In the API server's words.
    pub why: String,
}

/// An entry that could not be understood. It is never purged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// Its namespace, where that much is known: without it no fence can claim the entry.
    pub namespace: Option<Namespace>,
    /// What stands where its name should be. Foreign text.
    pub name: String,
    /// What could not be understood.
    pub why: String,
}

/// Why there is no listing.
#[derive(Debug)]
pub enum InventoryError {
    /// The API server did not list.
    Look(LookError),
    /// Helm did not list.
    List(ListError),
    /// Helm listed something that is no list.
    Format(String),
    /// The releases are stored where this program cannot see them.
    Driver(String),
}

/// Whatever can list the releases of a cluster.
pub trait Inventory {
    /// Lists every release in every state.
    ///
    /// # Errors
    /// Where the list is not whole.
    fn list(&self) -> Result<Listing, InventoryError>;

    /// Reads what releases of a list hold: each has its content, or the reason why that cannot be told.
    ///
    /// # Errors
    /// Where none could be read at all.
    fn contents(&self, releases: &[&Release]) -> Result<Contents, InventoryError>;
}

impl fmt::Display for InventoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InventoryError::Look(error) => write!(f, "the releases could not be listed: {error}"),
            InventoryError::List(error) => error.fmt(f),
            InventoryError::Format(what) => {
                write!(f, "`helm list` printed something that is no list of releases: {what}")
            }
            InventoryError::Driver(driver) => {
                write!(
                    f,
                    "`HELM_DRIVER={driver}` is not supported: releases have to be stored in Secrets or ConfigMaps"
                )
            }
        }
    }
}

impl std::error::Error for InventoryError {}
