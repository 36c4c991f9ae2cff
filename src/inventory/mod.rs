//! What is there: every release of the cluster, as one value.
//!
//! A listing is whole or it is an error: a release that is missing from it could be the one that a limit or a
//! later check needed. Only a single entry may be unreadable, and then it is carried along and kept.
//! Nothing here decides anything about a release.

mod cross_check;
mod helm_list;

pub use helm_list::{HelmInventory, read};

use std::fmt;

use crate::helm::ListError;
use crate::release::{Namespace, Release};

/// Every release that was listed, sorted by namespace and name, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Those that were understood.
    pub releases: Vec<Release>,
    /// Those that were not.
    pub unreadable: Vec<Unreadable>,
    /// Why the list could not be compared with the records it was made from, where it could not.
    pub unchecked: Option<String>,
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
}

impl fmt::Display for InventoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
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
