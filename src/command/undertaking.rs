//! What a command is about to do to a cluster: all that its lock and its journal have to know of it.

use crate::cluster::{Client, Connection, Identity};
use crate::journal::OperationOfHead;
use crate::policy::Policies;
use crate::release::Release;
use crate::run_id::RunId;
use crate::shard::Shard;

use super::prepare::Prepared;

/// A purge, a restore or a prune, before it begins.
pub(super) struct Undertaking<'a> {
    pub(super) operation: OperationOfHead,
    pub(super) policies: &'a Policies,
    pub(super) connection: &'a Connection,
    pub(super) identity: Option<&'a Identity>,
    /// Which part of the fence, where several share it.
    pub(super) shard: Option<Shard>,
    /// None where the API cannot be asked.
    pub(super) client: Option<&'a Client>,
    /// What it is to be done to. Where that is nothing, there is nothing to lock and nothing to take down.
    pub(super) releases: Vec<&'a Release>,
    /// The runs that are taken back.
    pub(super) takes_back: &'a [RunId],
}

impl Prepared {
    /// A purge of what the plan chooses.
    pub(super) fn undertaking(&self) -> Undertaking<'_> {
        Undertaking {
            operation: OperationOfHead::Purge,
            policies: &self.policies,
            connection: &self.connection,
            identity: self.identity.as_ref(),
            shard: self.narrowing.shard,
            client: self.inventory.client(),
            releases: self.plan.chosen().collect(),
            takes_back: &[],
        }
    }
}

impl Undertaking<'_> {
    pub(super) fn is_nothing(&self) -> bool {
        self.releases.is_empty()
    }
}
