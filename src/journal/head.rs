//! The first line of a journal: which run it is of, and what it meant to do.

use serde::{Deserialize, Serialize};

/// Which run, by whom, where, by which policies, and all that it was to purge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// The version of the format.
    pub format: u32,
    /// The run's name.
    pub run: String,
    /// When the journal was begun.
    pub at: String,
    /// The version of this program.
    pub program: String,
    /// In the order in which they were named.
    pub policies: Vec<PolicyOfHead>,
    /// Which part of their fence, where several runs share it, such as `3/16`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Where.
    pub cluster: ClusterOfHead,
    /// `USER@HOST`, or `pod NAMESPACE/NAME`.
    pub who: String,
    /// The process that writes.
    pub process: ProcessOfHead,
    /// How many releases were to go.
    pub planned: usize,
    /// So many of them are named nowhere in this journal, for it would be too long.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// The others; those that have begun may be missing here.
    #[serde(default)]
    pub releases: Vec<PlannedOfHead>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyOfHead {
    /// Its name.
    pub name: String,
    /// The file as it was named.
    pub file: String,
    /// The SHA-256 of the file's bytes.
    pub sha256: String,
}

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterOfHead {
    /// The context's name.
    pub context: String,
    /// The API server's address.
    pub server: String,
    /// The uid of the namespace `kube-system`, where it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessOfHead {
    /// What its host calls itself.
    pub host: String,
    /// Its number there.
    pub pid: u32,
}

/// A release that was to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOfHead {
    /// The namespace it is recorded in.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// As what the plan saw it.
    pub revision: u32,
}

impl Head {
    /// The version of the format that this program writes. A reader takes what it knows of later ones.
    pub const FORMAT: u32 = 1;

    /// The names of the policies, and the shard where there is one, in one word: runs of the same have the same.
    pub fn policies_and_shard(&self) -> String {
        let shard = self.shard.as_ref().map_or_else(String::new, |shard| format!(" {shard}"));
        format!("{}{shard}", self.policy_names())
    }

    fn policy_names(&self) -> String {
        self.policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(",")
    }

    /// When the journal was begun, where that can be read.
    pub(super) fn begun(&self) -> Option<jiff::Timestamp> {
        self.at.parse().ok()
    }

    /// Whether another run was by policies of the same names, on the same cluster, over the same part of the fence.
    pub fn is_like(&self, other: &Self) -> bool {
        self.policies_and_shard() == other.policies_and_shard() && self.cluster.is(&other.cluster)
    }
}

impl ClusterOfHead {
    /// By the uid where both have one: addresses change, and may be the same for many.
    fn is(&self, other: &Self) -> bool {
        match (&self.uid, &other.uid) {
            (Some(uid), Some(other)) => uid == other,
            _ => self.server == other.server && self.context == other.context,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it out like this")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[cfg(test)]
pub(super) fn example(releases: &[&str]) -> Head {
    let planned = |text: &&str| {
        let (namespace, name) = text.split_once('/').expect("written as namespace/name");
        PlannedOfHead { namespace: namespace.to_owned(), name: name.to_owned(), revision: 3 }
    };
    Head {
        format: Head::FORMAT,
        run: "20261125-190342-3f9a1c".to_owned(),
        at: "2026-11-25T19:03:42.123Z".to_owned(),
        program: "0.1.0".to_owned(),
        policies: vec![PolicyOfHead { name: "end-of-day".into(), file: "p.yaml".into(), sha256: "e3b0".into() }],
        shard: None,
        cluster: ClusterOfHead { context: "dev-eu".into(), server: "https://dev.example.com".into(), uid: None },
        who: "alice@laptop".to_owned(),
        process: ProcessOfHead { host: "laptop".to_owned(), pid: 4711 },
        planned: releases.len(),
        left_out: 0,
        releases: releases.iter().map(planned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_alike_by_their_policies_and_by_the_clusters_uid_where_both_have_one() {
        let cluster = |context: &str, server: &str, uid: Option<&str>| {
            let (context, server) = (context.to_owned(), server.to_owned());
            Head { cluster: ClusterOfHead { context, server, uid: uid.map(str::to_owned) }, ..example(&[]) }
        };
        let first = cluster("a", "https://a", Some("1"));
        assert!(first.is_like(&cluster("b", "https://b", Some("1"))));
        assert!(!first.is_like(&cluster("a", "https://a", Some("2"))));
        assert!(first.is_like(&cluster("a", "https://a", None)) && !first.is_like(&cluster("b", "https://a", None)));
        let other_policy = PolicyOfHead { name: "other".into(), file: "p.yaml".into(), sha256: "e3b0".into() };
        assert!(!first.is_like(&Head { policies: vec![other_policy], ..first.clone() }));
        let third = Head { shard: Some("3/16".into()), ..first.clone() };
        assert!(!first.is_like(&third) && third.is_like(&third.clone()));
    }
}
