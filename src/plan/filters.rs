//! What a command line takes away from a plan. It can only take away.

use crate::policy::KeepEntry;
use crate::release::{Namespace, ReleaseId};
use crate::shard::Shard;

/// What narrows a plan: nothing in it can make a release go that would stay without it, but for opt-outs that nobody
/// can see.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Only this namespace.
    pub namespace: Option<Namespace>,
    /// Only the namespaces of this part of the fence; limits count over all of it.
    pub shard: Option<Shard>,
    /// Only releases that one of these names; all, where there is none.
    pub only: Vec<KeepEntry>,
    /// Releases that one of these names are kept as well.
    pub keep: Vec<KeepEntry>,
    /// The release of this program itself.
    pub own_release: Option<ReleaseId>,
    /// What becomes of releases where opt-outs could not be looked at.
    pub unseen_opt_outs: UnseenOptOuts,
}

/// What an opt-out is worth that cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnseenOptOuts {
    /// Where there may be one, everything stays.
    #[default]
    Keep,
    /// Nothing: somebody said so on the command line. Those that can be seen count all the same.
    GoWithout,
}

impl Filters {
    /// Whether a namespace is asked for.
    pub fn asks_for(&self, namespace: &Namespace) -> bool {
        self.namespace.as_ref().is_none_or(|only| only == namespace) && self.shard_holds(namespace)
    }

    /// Whether a namespace is in the part that is asked for.
    pub(super) fn shard_holds(&self, namespace: &Namespace) -> bool {
        self.shard.is_none_or(|shard| shard.holds(namespace))
    }

    /// Whether that is asked for which is in no namespace that can be read: with one namespace nobody, of several parts
    /// one is.
    pub(super) fn asks_for_homeless(&self) -> bool {
        self.namespace.is_none() && self.shard.is_none_or(Shard::is_first)
    }

    /// The same over all parts of the fence.
    #[must_use]
    pub fn of_all_shards(&self) -> Self {
        Self { shard: None, ..self.clone() }
    }
}
