//! What a command line takes away from a plan. It can only take away.

use crate::policy::KeepEntry;
use crate::release::{Namespace, ReleaseId};

/// What narrows a plan: nothing in it can make a release go that would stay without it.
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
}
