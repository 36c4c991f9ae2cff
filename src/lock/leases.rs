//! Locks as Leases: their names, their holders, and the namespace that has them.

use jiff::Timestamp;

use crate::clock::Clock;
use crate::cluster::{ApiError, Client, LeaseRequest, LeaseWriteResult, ObservedLease};
use crate::release::Namespace;
use crate::run_id::RunId;
use crate::shard::Shard;

/// The lock of a policy, or of one shard of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockName {
    pub(crate) policy: String,
    pub(crate) shard: Option<Shard>,
    /// The name of the Lease.
    pub(crate) lease: String,
    pub(crate) mode: LockMode,
}

/// What a run requests of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LockMode {
    /// To hold it.
    Acquire,
    /// That no other run holds it when this run begins.
    CheckFree,
}

/// The name of the Lease of a policy, or of one shard of it. No policy's name has a dot, so no other policy has a Lease of that
/// name.
pub(crate) fn lease_name(policy: &str, shard: Option<Shard>) -> String {
    let shard = shard.map_or_else(String::new, |shard| format!(".shard-{}-of-{}", shard.number(), shard.of()));
    format!("helm-purge-{policy}{shard}")
}

impl LockName {
    /// Those of some policies, each once, in the order in which every run acquires them. A run of a shard holds the lock of the
    /// shard, and begins if no run holds that of the whole scope.
    pub(crate) fn of<'a>(policies: impl IntoIterator<Item = &'a str>, shard: Option<Shard>) -> Vec<Self> {
        let name = |policy: &str, shard, mode| {
            let (policy, lease) = (policy.to_owned(), lease_name(policy, shard));
            Self { policy, shard, lease, mode }
        };
        let names = policies.into_iter().flat_map(|policy| {
            let whole = shard.map(|_| name(policy, None, LockMode::CheckFree));
            whole.into_iter().chain([name(policy, shard, LockMode::Acquire)])
        });
        let mut names = names.collect::<Vec<_>>();
        names.sort_by(|left, right| left.lease.cmp(&right.lease));
        names.dedup();
        names
    }
}

/// The name of a holder: the run, and the user and machine where a person finds it.
pub(crate) fn holder(run: &RunId, user: Option<&str>, machine: &str) -> String {
    match user {
        Some(user) => format!("{run} {user}@{machine}"),
        None => format!("{run} {machine}"),
    }
}

/// A store of Leases: a namespace or, in tests, the memory.
pub(crate) trait Leases: Send + Sync {
    /// A Lease, if it exists.
    fn read(&self, name: &str) -> Result<Option<ObservedLease>, ApiError>;

    /// Writes a Lease if it is still the observed one or, if none was observed, if there is still none.
    fn write(
        &self,
        name: &str,
        request: &LeaseRequest,
        over: Option<&ObservedLease>,
    ) -> Result<LeaseWriteResult, ApiError>;

    /// The time now, as it is written into Leases.
    fn now(&self) -> Timestamp {
        Clock::System.now()
    }
}

/// Those of one namespace.
#[derive(Debug, Clone)]
pub(crate) struct NamespaceLeases {
    pub(crate) client: Client,
    pub(crate) namespace: Namespace,
    pub(crate) clock: Clock,
}

impl Leases for NamespaceLeases {
    fn read(&self, name: &str) -> Result<Option<ObservedLease>, ApiError> {
        self.client.lease(&self.namespace, name)
    }

    fn write(
        &self,
        name: &str,
        request: &LeaseRequest,
        over: Option<&ObservedLease>,
    ) -> Result<LeaseWriteResult, ApiError> {
        self.client.write_lease(&self.namespace, name, request, over)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(text: &str) -> Shard {
        text.parse().expect("a shard")
    }

    #[test]
    fn a_lease_is_called_after_its_policy_and_shard_and_never_like_that_of_another_policy() {
        assert_eq!(lease_name("end-of-day", None), "helm-purge-end-of-day");
        assert_eq!(lease_name("end-of-day", Some(shard("3/16"))), "helm-purge-end-of-day.shard-3-of-16");
        assert_ne!(lease_name("end-of-day", Some(shard("3/16"))), lease_name("end-of-day", Some(shard("3/8"))));
        for policy in ["end-of-day-3", "end-of-day-shard-3-of-16"] {
            assert_ne!(lease_name(policy, None), lease_name("end-of-day", Some(shard("3/16"))));
        }
        assert_eq!(
            "end-of-day.shard-3-of-16".parse::<crate::release::Namespace>(),
            Err(crate::release::InvalidName::Character),
            "policies are named like these"
        );
    }

    #[test]
    fn who_purges_a_shard_holds_its_lock_and_only_looks_at_that_of_the_whole_scope() {
        let names = LockName::of(["b", "a"], Some(shard("2/4")));
        let said = names.iter().map(|name| (name.lease.as_str(), name.mode)).collect::<Vec<_>>();
        let expected = [
            ("helm-purge-a", LockMode::CheckFree),
            ("helm-purge-a.shard-2-of-4", LockMode::Acquire),
            ("helm-purge-b", LockMode::CheckFree),
            ("helm-purge-b.shard-2-of-4", LockMode::Acquire),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn every_run_takes_its_locks_in_the_same_order() {
        let names = |policies: &[&str]| {
            let names = LockName::of(policies.iter().copied(), None);
            names.into_iter().map(|name| name.policy).collect::<Vec<_>>()
        };
        assert_eq!(names(&["b", "a", "c"]), ["a", "b", "c"]);
        assert_eq!(names(&["c", "b", "a", "b"]), ["a", "b", "c"]);
    }
}
