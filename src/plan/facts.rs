//! What a plan is made from, besides the policies.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::inventory::{Contents, Listing, Protection};
use crate::release::{Known, Namespace};

/// Everything that is known of a cluster at one moment.
#[derive(Debug, Clone, Copy)]
pub struct ClusterState<'a> {
    /// Its releases.
    pub listing: &'a Listing,
    /// What those hold that [`to_read`](super::to_read) names.
    pub contents: &'a Contents,
    /// What protects releases besides the policies.
    pub protection: &'a Protection,
    /// The moment.
    pub now: Timestamp,
}

impl<'a> ClusterState<'a> {
    /// The labels of a namespace.
    pub(super) fn labels(&self, namespace: &Namespace) -> Known<&'a BTreeMap<String, String>> {
        self.protection.facts(namespace).map_or(Known::Unknown, |facts| Known::Is(&facts.labels))
    }
}
