//! The cluster that a command works on, and what it works on it with: built once, by `operation::preflight`.

use jiff::Timestamp;

use crate::cluster::{Client, Connection, Identity};
use crate::guard::Scope;
use crate::helm::Helm;
use crate::inventory::ReleaseSource;
use crate::policy::{Policy, PolicySet};
use crate::shard::Shard;

/// Which policies, which cluster and which part of it, and how to read and change it.
pub struct Target {
    /// Never empty.
    pub policies: PolicySet,
    /// Pinned: helm gets the same one.
    pub connection: Connection,
    /// None if the account may not read it.
    pub identity: Option<Identity>,
    /// The helm that changes something.
    pub helm: Helm,
    /// What lists releases.
    pub inventory: ReleaseSource,
    /// What `-n` and `-A` say.
    pub scope: Scope,
    /// The part of the namespaces, if several processes share them.
    pub shard: Option<Shard>,
    /// When the releases were listed.
    pub now: Timestamp,
}

impl Target {
    /// None if the API cannot be asked.
    pub(crate) fn client(&self) -> Option<&Client> {
        self.inventory.client()
    }

    /// The policy of that name, of these policies.
    pub(crate) fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.iter().find(|policy| policy.name == name)
    }
}
