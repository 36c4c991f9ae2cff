//! What locks are called, and their holders.

use crate::run_id::RunId;
use crate::shard::Shard;

/// A lock: of which policy, and the name of its Lease. Sorted by the latter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockName {
    /// The policy.
    pub policy: String,
    /// The part of its fence, where it is the lock of one.
    pub shard: Option<Shard>,
    /// The Lease.
    pub lease: String,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a run wants of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To hold it.
    Hold,
    /// That nobody else does when this run begins.
    BeFree,
}

/// The name of the Lease of a policy, or of one shard of it: no policy's name has a dot, so no other policy's Lease is
/// called like that.
pub fn lease_name(policy: &str, shard: Option<Shard>) -> String {
    let shard = shard.map_or_else(String::new, |shard| format!(".shard-{}-of-{}", shard.number(), shard.of()));
    format!("helm-purge-{policy}{shard}")
}

impl LockName {
    /// Those of some policies, each once, in the order in which every run takes them. Who purges a shard holds the lock of
    /// that, and begins when nobody purges the whole fence.
    pub fn of<'a>(policies: impl IntoIterator<Item = &'a str>, shard: Option<Shard>) -> Vec<Self> {
        let name = |policy: &str, shard, purpose| {
            let (policy, lease) = (policy.to_owned(), lease_name(policy, shard));
            Self { policy, shard, lease, purpose }
        };
        let names = policies.into_iter().flat_map(|policy| {
            let whole = shard.map(|_| name(policy, None, Purpose::BeFree));
            whole.into_iter().chain([name(policy, shard, Purpose::Hold)])
        });
        let mut names = names.collect::<Vec<_>>();
        names.sort_by(|left, right| left.lease.cmp(&right.lease));
        names.dedup();
        names
    }
}

/// What a holder is called: the run, and where a person finds it.
pub fn holder(run: &RunId, user: Option<&str>, machine: &str) -> String {
    match user {
        Some(user) => format!("{run} {user}@{machine}"),
        None => format!("{run} {machine}"),
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
        assert!(
            "end-of-day.shard-3-of-16".parse::<crate::release::Namespace>().is_err(),
            "policies are named like these"
        );
    }

    #[test]
    fn who_purges_a_shard_holds_its_lock_and_only_looks_at_that_of_the_whole_fence() {
        let names = LockName::of(["b", "a"], Some(shard("2/4")));
        let said = names.iter().map(|name| (name.lease.as_str(), name.purpose)).collect::<Vec<_>>();
        let expected = [
            ("helm-purge-a", Purpose::BeFree),
            ("helm-purge-a.shard-2-of-4", Purpose::Hold),
            ("helm-purge-b", Purpose::BeFree),
            ("helm-purge-b.shard-2-of-4", Purpose::Hold),
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
