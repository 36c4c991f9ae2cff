//! What a command works on: the cluster and how to reach it, the releases in it, and the change that is planned.

use jiff::{SignedDuration, Timestamp};

use crate::cluster::{Client, Connection, Identity};
use crate::guard::Scope;
use crate::helm::Helm;
use crate::inventory::{Contents, Listing, Protection, ReleaseSource};
use crate::operation_kind::OperationKind;
use crate::plan::ClusterState;
use crate::policy::{Policy, PolicySet};
use crate::release::Release;
use crate::run_id::RunId;
use crate::shard::Shard;

/// Which policies, which cluster and which part of it, and how to read and change it. `operation::take_snapshot` builds it,
/// once for each command.
pub(crate) struct Target {
    /// Never empty.
    pub policies: PolicySet,
    /// Pinned: every helm process gets the same one.
    pub connection: Connection,
    /// None if the account cannot read it.
    pub identity: Option<Identity>,
    pub helm: Helm,
    pub inventory: ReleaseSource,
    /// By `-n` and `-A`.
    pub scope: Scope,
    /// The part of the namespaces, if several processes share them.
    pub shard: Option<Shard>,
    /// When the releases were listed, by the clock that is behind: ages are not larger, and nothing ends too early.
    pub now: Timestamp,
    /// How far the own clock is ahead of the API server's; negative if it is behind, zero if they agree.
    pub clock_difference: SignedDuration,
}

impl Target {
    /// None if the API does not answer.
    pub(crate) fn client(&self) -> Option<&Client> {
        self.inventory.client()
    }

    /// How far the own clock is ahead of the one that is behind.
    pub(crate) fn ahead(&self) -> SignedDuration {
        self.clock_difference.max(SignedDuration::ZERO)
    }

    /// `now` by the clock that is ahead.
    pub(crate) fn latest(&self) -> Timestamp {
        self.now + self.clock_difference.abs()
    }

    pub(crate) fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.name == name)
    }
}

/// What was listed at `Target::now`, before any release's record is read.
pub(crate) struct Snapshot {
    pub(crate) listing: Listing,
    pub(crate) protection: Protection,
}

impl Snapshot {
    pub(crate) fn with<'a>(&'a self, contents: &'a Contents, target: &Target) -> ClusterState<'a> {
        ClusterState { listing: &self.listing, contents, protection: &self.protection, now: target.now }
    }
}

/// A purge, a restore or a forget before it begins: what the lock, the journal and the note about the previous run need.
pub(crate) struct PlannedChange<'a> {
    pub(crate) operation: OperationKind,
    pub(crate) target: &'a Target,
    /// The releases that change. Without any, the operation needs neither a lock nor a journal.
    pub(crate) releases: Vec<&'a Release>,
    /// The runs that a restore restores.
    pub(crate) restored_runs: &'a [RunId],
}
