//! Where locks are kept: what is asked of it, and that it is a namespace of the cluster.

use jiff::Timestamp;

use crate::clock::Clock;
use crate::cluster::{Client, LeaseWish, LeaseWriting, LookError, SeenLease};
use crate::release::Namespace;

/// Some place that keeps Leases.
pub trait Leases: Send + Sync {
    /// A Lease, where there is one.
    ///
    /// # Errors
    /// Where it cannot be looked at.
    fn read(&self, name: &str) -> Result<Option<SeenLease>, LookError>;

    /// Writes a Lease, if it still is what was seen; where nothing was seen, if there still is none.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn write(&self, name: &str, wish: &LeaseWish, over: Option<&SeenLease>) -> Result<LeaseWriting, LookError>;

    /// The time now, as it is written into Leases.
    fn now(&self) -> Timestamp {
        Clock::System.now()
    }
}

/// Those of one namespace.
#[derive(Debug, Clone)]
pub struct LeasesOf {
    /// The cluster.
    pub client: Client,
    /// The namespace.
    pub namespace: Namespace,
    /// The time that is written into them.
    pub clock: Clock,
}

impl LeasesOf {
    /// The same, reached in another way.
    #[must_use]
    pub fn with(&self, client: Client) -> Self {
        Self { client, ..self.clone() }
    }
}

impl Leases for LeasesOf {
    fn read(&self, name: &str) -> Result<Option<SeenLease>, LookError> {
        self.client.lease(&self.namespace, name)
    }

    fn write(&self, name: &str, wish: &LeaseWish, over: Option<&SeenLease>) -> Result<LeaseWriting, LookError> {
        self.client.write_lease(&self.namespace, name, wish, over)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
