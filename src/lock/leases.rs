//! Where locks are kept: what is asked of it, and that it is a namespace of the cluster.

use jiff::Timestamp;

use crate::clock::Clock;
use crate::cluster::{ApiError, Client, LeaseRequest, LeaseWriteResult, ObservedLease};
use crate::release::Namespace;

/// Some place that keeps Leases.
pub trait Leases: Send + Sync {
    /// A Lease, where there is one.
    ///
    /// # Errors
    /// Where it cannot be looked at.
    fn read(&self, name: &str) -> Result<Option<ObservedLease>, ApiError>;

    /// Writes a Lease, if it still is what was seen; where nothing was seen, if there still is none.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn write(
        &self,
        name: &str,
        wish: &LeaseRequest,
        over: Option<&ObservedLease>,
    ) -> Result<LeaseWriteResult, ApiError>;

    /// The time now, as it is written into Leases.
    fn now(&self) -> Timestamp {
        Clock::System.now()
    }
}

/// Those of one namespace.
#[derive(Debug, Clone)]
pub struct NamespaceLeases {
    /// The cluster.
    pub client: Client,
    /// The namespace.
    pub namespace: Namespace,
    /// The time that is written into them.
    pub clock: Clock,
}

impl NamespaceLeases {
    /// The same, reached in another way.
    #[must_use]
    pub fn with(&self, client: Client) -> Self {
        Self { client, ..self.clone() }
    }
}

impl Leases for NamespaceLeases {
    fn read(&self, name: &str) -> Result<Option<ObservedLease>, ApiError> {
        self.client.lease(&self.namespace, name)
    }

    fn write(
        &self,
        name: &str,
        wish: &LeaseRequest,
        over: Option<&ObservedLease>,
    ) -> Result<LeaseWriteResult, ApiError> {
        self.client.write_lease(&self.namespace, name, wish, over)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
