//! What a command line takes away from a plan. It can only take away.

use crate::policy::KeepEntry;
use crate::release::{Namespace, ReleaseId};

/// What narrows a plan: nothing in it can make a release go that would stay without it, but for opt-outs that nobody
/// can see.
#[derive(Debug, Clone, Default)]
pub struct Narrowing {
    /// Only this namespace.
    pub namespace: Option<Namespace>,
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
