//! The lock: one run at a time for each policy, by a Lease in the cluster.
//!
//! It is a courtesy, not a guard: uninstalling a release twice is harmless, and "already gone" is an outcome of its own. So a lock
//! that cannot be written does not stop a run, and neither does a lock that is lost in mid-run: half a purge leaves the cluster no
//! better than a whole one beside another. The lock keeps two runs from reporting the same failures, and a second run from
//! acting on results that the first one is still producing.
//!
//! - A run acquires the locks of all of its policies, in the order of their names, so that no two runs wait for each other.
//! - A run of one shard acquires the lock of that shard, and begins only if no run holds that of the whole scope. A run over the
//!   whole scope does not check the other way round, because it does not know which shards there are.
//! - A run renews its locks while it goes on, and releases them at its end, however it ends.
//! - A run that was killed releases nothing. Its lock can be taken over once it has not been renewed for the duration in its
//!   Lease: see `LeaseState`. No lock is held forever.

mod acquire;
mod guard;
mod leases;

#[cfg(test)]
mod lock_test;

pub(crate) use acquire::{AcquireError, LockHeld, acquire};
pub(crate) use guard::{LockGuard, LostLock};
pub(crate) use leases::{LockName, NamespaceLeases, holder};

use std::time::Duration;

/// For how long after its last renewal a lock is held. A run renews it three times as often, so it does not lose the lock if the
/// API server is away for a moment.
pub(crate) const DURATION: Duration = Duration::from_mins(1);
