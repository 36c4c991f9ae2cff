//! A lock that another run holds, in words.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::LockName;
use super::claim::duration;
use crate::cluster::ObservedLease;
use crate::release::Namespace;

/// Another run holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockHeld {
    /// Which one.
    pub name: LockName,
    /// What its Lease said.
    pub lease: ObservedLease,
    /// When it said so.
    pub now: Timestamp,
}

impl LockHeld {
    /// How to go on.
    pub fn hint(&self, namespace: &Namespace) -> String {
        let Self { name: LockName { lease, .. }, lease: seen, .. } = self;
        format!(
            "wait for it with --lock-wait 10m. If that run is dead, its lock is free {} s after its last word; by hand: \
             kubectl delete lease {lease} --namespace {namespace}",
            duration(seen).as_secs()
        )
    }

    fn ago(&self, time: Timestamp) -> u64 {
        Duration::try_from(self.now.duration_since(time)).unwrap_or_default().as_secs()
    }
}

impl fmt::Display for LockHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holder = self.lease.holder.as_deref().unwrap_or("nobody");
        let shard = self.name.shard.map_or_else(String::new, |shard| format!("shard {shard} of "));
        write!(f, "another run holds the lock of {shard}the policy {}: {holder}", self.name.policy)?;
        if let Some(since) = self.lease.acquired {
            write!(f, ", since {}", since.strftime("%Y-%m-%dT%H:%M:%SZ"))?;
        }
        if let Some(renewed) = self.lease.renewed {
            write!(f, ", last heard of {} s ago", self.ago(renewed))?;
        }
        Ok(())
    }
}

impl Error for LockHeld {}
