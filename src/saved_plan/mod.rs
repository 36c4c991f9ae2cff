//! A plan that was saved: read strictly, from what `plan -o json` or `-o yaml` wrote.
//!
//! Somebody has looked at it, and agreed to that and nothing more. So of a plan that is not understood completely nothing
//! is used, but for fields that a later version may have added.

mod document;
mod error;
mod read;

pub use error::SavedPlanError;

use jiff::Timestamp;

use crate::cluster::Identity;
use crate::policy::Digest;
use crate::release::Release;

/// A plan that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedPlan {
    /// The file as it was named, or `-` for standard input.
    pub file: String,
    /// When it was made.
    pub created: Timestamp,
    /// For which cluster.
    pub cluster: SavedCluster,
    /// By which policies.
    pub policies: Vec<SavedPolicy>,
    /// What it was to purge, as it was then; sorted, each once.
    pub chosen: Vec<Release>,
}

/// The cluster of a saved plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedCluster {
    /// What its context was called there. Foreign text.
    pub context: String,
    /// Its address there. Foreign text.
    pub server: String,
    /// Its identity, where that could be read.
    pub identity: Option<Identity>,
}

/// A policy of a saved plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SavedPolicy {
    /// Its name.
    pub name: String,
    /// What tells its text from every other.
    pub digest: Digest,
}
