//! The lock: one run at a time for each policy, by a Lease in the cluster.
//!
//! It is a courtesy, not a guard: to uninstall twice is harmless, and what is gone is an outcome of its own. So a lock
//! that cannot be written is no reason to stop, and one that was lost in the middle of a run is none either: half a purge
//! leaves the cluster no better than a whole one beside another. It keeps two runs from showing the same failures twice,
//! and a second run from an answer that the first one is still working on.
//!
//! - A run takes the locks of all of its policies, in the order of their names, so that no two runs wait for each other.
//! - A run of one shard takes the lock of that shard, and begins only when nobody holds that of the whole fence. The other
//!   way round nobody looks: which shards there are, a run over the whole fence does not know.
//! - It renews them while it goes on, and gives them back at its end, however that comes.
//! - A run that was killed gives nothing back. Its lock is taken over once it has not been renewed for as long as it
//!   says: see [`claim`]. It is never held for ever.

mod acquire;
mod busy;
mod claim;
mod held;
mod leases;
mod name;

#[cfg(test)]
mod lock_test;

pub use acquire::{AcquireError, Patience, Pause, Taken, acquire};
pub use busy::LockHeld;
pub use claim::{LeaseState, claim};
pub use held::{LockGuard, Lost, Reach};
pub use leases::{Leases, NamespaceLeases};
pub use name::{LockName, Purpose, holder, lease_name};

use std::time::Duration;

/// For how long after its last renewal a lock is held. A run renews it three times as often; an API server that is away
/// for a moment does not cost it the lock.
pub const DURATION: Duration = Duration::from_mins(1);
