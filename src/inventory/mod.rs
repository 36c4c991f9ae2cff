//! What is there: every release of the cluster, as one value.
//!
//! A listing is whole or it is an error: a release that is missing from it could be the one that a limit or a
//! later check needed. Only a single entry may be unreadable, and then it is carried along and kept.
//! Nothing here decides anything about a release.

mod contents;
mod helm_list;
mod kept;
mod listing;
mod metadata;
mod protection;
mod recheck;
mod way;

pub use contents::{Contents, ObjectLists};
pub use helm_list::{HelmInventory, read};
pub use kept::{Histories, KeptRecords, older, single};
pub use listing::{Found, Listing, Unlisted, Unreadable};
pub use metadata::MetadataInventory;
pub use protection::{
    ClusterWide, KeptReleases, ManagedNamespace, ManagedRelease, OptOut, OptOutSource, Protection, SeenMarks,
    SeenOptOut, SeenOptOuts, UnseenOptOuts, Until,
};
pub use recheck::{BatchRecheck, Freshness, Rechecked};
pub use way::AnyWay;

use std::fmt;

use crate::cluster::ApiError;
use crate::helm::ListError;
use crate::release::Release;

/// Why there is no listing.
#[derive(Debug)]
pub enum InventoryError {
    /// The API server did not list.
    Look(ApiError),
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
    fn contents(&self, releases: &[&Release], lists: ObjectLists) -> Result<Contents, InventoryError>;
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
