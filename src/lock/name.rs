//! What locks are called, and their holders.

use std::num::NonZeroU32;

use crate::run_id::RunId;

/// A lock: of which policy, and the name of its Lease. Sorted by the latter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockName {
    /// The policy.
    pub policy: String,
    /// The Lease.
    pub lease: String,
}

/// The name of the Lease of a policy, or of one shard of it, counted from 1.
pub fn lease_name(policy: &str, shard: Option<NonZeroU32>) -> String {
    let shard = shard.map_or_else(String::new, |shard| format!("-{shard}"));
    format!("helm-purge-{policy}{shard}")
}

impl LockName {
    /// Those of some policies, each once, in the order in which every run takes them.
    pub fn of<'a>(policies: impl IntoIterator<Item = &'a str>, shard: Option<NonZeroU32>) -> Vec<Self> {
        let name = |policy: &str| Self { policy: policy.to_owned(), lease: lease_name(policy, shard) };
        let mut names = policies.into_iter().map(name).collect::<Vec<_>>();
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

    #[test]
    fn a_lease_is_called_after_its_policy_and_shard() {
        assert_eq!(lease_name("end-of-day", None), "helm-purge-end-of-day");
        assert_eq!(lease_name("end-of-day", NonZeroU32::new(3)), "helm-purge-end-of-day-3");
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
