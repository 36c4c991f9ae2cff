//! What a command is about to do to a cluster: all that its lock and its journal have to know of it.

pub(in crate::command) mod carry_out;
pub(in crate::command) mod confirm;
pub(in crate::command) mod journal;
pub(in crate::command) mod lock;

use crate::cli::Command;
use crate::cluster::{Client, Connection, Identity};
use crate::journal::OperationKind;
use crate::policy::PolicySet;
use crate::release::Release;
use crate::run_id::RunId;
use crate::shard::Shard;

use crate::command::prepare::Prepared;

/// A purge, a restore or a prune, before it begins.
pub(in crate::command) struct Undertaking<'a> {
    pub(in crate::command) operation: OperationKind,
    pub(in crate::command) policies: &'a PolicySet,
    pub(in crate::command) connection: &'a Connection,
    pub(in crate::command) identity: Option<&'a Identity>,
    /// Which part of the fence, where several share it.
    pub(in crate::command) shard: Option<Shard>,
    /// None where the API cannot be asked.
    pub(in crate::command) client: Option<&'a Client>,
    /// What it is to be done to. Where that is nothing, there is nothing to lock and nothing to take down.
    pub(in crate::command) releases: Vec<&'a Release>,
    /// The runs that are taken back.
    pub(in crate::command) takes_back: &'a [RunId],
}

/// What a command is for: what only looks, or prepares, is there for the sake of a purge.
pub(in crate::command) fn operation(command: &Command) -> OperationKind {
    match command {
        Command::Restore(_) => OperationKind::Restore,
        Command::Prune(_) => OperationKind::Prune,
        _ => OperationKind::Purge,
    }
}

/// What is said where it has not come to that.
pub(in crate::command) fn nothing_done(operation: OperationKind) -> &'static str {
    match operation {
        OperationKind::Purge | OperationKind::Unknown => "nothing was purged",
        OperationKind::Restore => "nothing was restored",
        OperationKind::Prune => "nothing was pruned",
    }
}

impl Prepared {
    /// A purge of what the plan chooses.
    pub(in crate::command) fn undertaking(&self) -> Undertaking<'_> {
        Undertaking {
            operation: OperationKind::Purge,
            policies: &self.policies,
            connection: &self.connection,
            identity: self.identity.as_ref(),
            shard: self.filters.shard,
            client: self.inventory.client(),
            releases: self.plan.chosen().collect(),
            takes_back: &[],
        }
    }
}

impl Undertaking<'_> {
    pub(in crate::command) fn is_nothing(&self) -> bool {
        self.releases.is_empty()
    }
}
