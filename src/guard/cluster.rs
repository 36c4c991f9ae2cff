//! Is this a cluster that the policy names? Pure.

use super::Refusal;
use crate::cluster::{Connection, Identity};
use crate::policy::{ClusterEntry, ClusterField, ClusterMatch, Identification, Policy};

/// Whether somebody looks at the plan before it is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attendance {
    /// Somebody types the context's name.
    Attended,
    /// `--yes`, or a pod.
    Unattended,
}

/// The facts about a cluster that a policy can name.
#[derive(Debug, Clone, Copy)]
pub struct ClusterFacts<'a> {
    /// The pinned connection.
    pub connection: &'a Connection,
    /// The cluster's identity, where it could be read.
    pub identity: Option<&'a Identity>,
}

/// Compares the cluster with the policy's `clusters`.
///
/// # Errors
/// Where no entry names it, or where nobody looks and none names it by more than an alias.
pub fn cluster(policy: &Policy, facts: &ClusterFacts<'_>, attendance: Attendance) -> Result<(), Refusal> {
    let matching = policy.clusters.iter().filter(|entry| compare(entry, facts) == ClusterMatch::Matches);
    let matching = matching.collect::<Vec<_>>();
    let Some(first) = matching.first() else { return Err(not_in_policy(policy, facts)) };
    let by_more = matching.iter().any(|entry| entry.identification() == Identification::ServerOrUid);
    if attendance == Attendance::Unattended && !by_more {
        let context = facts.connection.context().to_string();
        return Err(Refusal::NamedByAliasOnly { place: first.place().clone(), context });
    }
    Ok(())
}

fn compare(entry: &ClusterEntry, facts: &ClusterFacts<'_>) -> ClusterMatch {
    let uid = facts.identity.map(|identity| identity.0.as_str());
    entry.matches(facts.connection.context().as_str(), facts.connection.server().as_str(), uid)
}

fn not_in_policy(policy: &Policy, facts: &ClusterFacts<'_>) -> Refusal {
    let why = |entry: &ClusterEntry| match compare(entry, facts) {
        ClusterMatch::Matches => "matches".to_owned(),
        ClusterMatch::Differs(ClusterField::Context) => "another context".to_owned(),
        ClusterMatch::Differs(ClusterField::Server) => "another server".to_owned(),
        ClusterMatch::Differs(ClusterField::Uid) => {
            let uid = facts.identity.map_or("unknown", |identity| identity.0.as_str());
            format!("another uid; this cluster's is {uid}")
        }
        ClusterMatch::UidUnknown => "the uid of this cluster could not be read".to_owned(),
    };
    Refusal::ClusterNotInPolicy {
        context: facts.connection.context().to_string(),
        server: facts.connection.server().to_string(),
        entries: policy.clusters.iter().map(|entry| (entry.place().clone(), why(entry))).collect(),
    }
}
