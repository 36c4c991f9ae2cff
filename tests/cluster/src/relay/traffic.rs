//! How much went through a relay.
//!
//! Must not say what it was.

use std::sync::atomic::{AtomicU64, Ordering};

/// Connections and bytes, up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How often somebody connected.
    pub connections: u64,
    /// Bytes that arrived at the API server.
    pub to_server: u64,
    /// Bytes that arrived at its clients.
    pub to_client: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    connections: AtomicU64,
    pub(super) to_server: AtomicU64,
    pub(super) to_client: AtomicU64,
}

impl Counters {
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Traffic {
        Traffic {
            connections: self.connections.load(Ordering::Relaxed),
            to_server: self.to_server.load(Ordering::Relaxed),
            to_client: self.to_client.load(Ordering::Relaxed),
        }
    }
}
