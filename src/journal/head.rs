//! The first line of a journal: which run it is of, and what it meant to do.

use serde::{Deserialize, Serialize};

/// Which run, by whom, where, by which policies, and all that it was to purge, restore or prune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalHeader {
    /// The version of the format.
    pub format: u32,
    /// The run's name.
    pub run: String,
    /// What it does.
    #[serde(default)]
    pub operation: OperationKind,
    /// Of a restore, the names of the runs that it takes back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes_back: Vec<String>,
    /// When the journal was begun.
    pub at: String,
    /// The version of this program.
    pub program: String,
    /// In the order in which they were named.
    pub policies: Vec<PolicyRef>,
    /// Which part of their fence, where several runs share it, such as `3/16`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Where.
    pub cluster: ClusterRef,
    /// `USER@HOST`, or `pod NAMESPACE/NAME`.
    pub who: String,
    /// The process that writes.
    pub process: ProcessRef,
    /// How many releases it was to be done to.
    pub planned: usize,
    /// So many of them are named nowhere in this journal, for it would be too long.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// The others; those that have begun may be missing here.
    #[serde(default)]
    pub releases: Vec<PlannedRelease>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRef {
    /// Its name.
    pub name: String,
    /// The file as it was named.
    pub file: String,
    /// The SHA-256 of the file's bytes.
    pub sha256: String,
}

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRef {
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
pub struct ProcessRef {
    /// What its host calls itself.
    pub host: String,
    /// Its number there.
    pub pid: u32,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// Releases go. Journals that do not say what they are of are of purges: once, there was nothing else.
    #[default]
    Purge,
    /// What purges have removed comes back.
    Restore,
    /// Histories that purges have kept go.
    Prune,
    /// Something that a later version does.
    #[serde(other)]
    Unknown,
}

/// A release that it was to be done to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRelease {
    /// The namespace it is recorded in.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// As what the plan saw it.
    pub revision: u32,
}

impl JournalHeader {
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

    /// Whether another run was by policies of the same names, on the same cluster, over the same part of the fence, and
    /// matters to this one.
    pub fn is_like(&self, other: &Self) -> bool {
        let alike = self.policies_and_shard() == other.policies_and_shard() && self.cluster.is(&other.cluster);
        alike && self.operation.matters_to(other.operation)
    }

    /// Whether another run had one of these policies as well, on the same cluster, and is not about one part of the fence
    /// where this one is about another.
    pub fn has_part_of(&self, other: &Self) -> bool {
        let is_theirs = |policy: &PolicyRef| other.policies.iter().any(|theirs| theirs.name == policy.name);
        let may_meet = self.shard.is_none() || other.shard.is_none() || self.shard == other.shard;
        self.policies.iter().any(is_theirs) && may_meet && self.cluster.is(&other.cluster)
    }
}

impl OperationKind {
    /// One word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            OperationKind::Purge => "purge",
            OperationKind::Restore => "restore",
            OperationKind::Prune => "prune",
            OperationKind::Unknown => "unknown",
        }
    }

    /// What one is called in a sentence. A purge has always been a run.
    pub fn noun(self) -> &'static str {
        match self {
            OperationKind::Purge | OperationKind::Unknown => "run",
            OperationKind::Restore => "restore",
            OperationKind::Prune => "prune",
        }
    }

    /// Purges and restores undo each other. A prune touches what neither of them works on.
    fn matters_to(self, other: Self) -> bool {
        (self == OperationKind::Prune) == (other == OperationKind::Prune)
    }
}

impl ClusterRef {
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
pub(super) fn example(releases: &[&str]) -> JournalHeader {
    let planned = |text: &&str| {
        let (namespace, name) = text.split_once('/').expect("written as namespace/name");
        PlannedRelease { namespace: namespace.to_owned(), name: name.to_owned(), revision: 3 }
    };
    JournalHeader {
        format: JournalHeader::FORMAT,
        run: "20261125-190342-3f9a1c".to_owned(),
        operation: OperationKind::Purge,
        takes_back: Vec::new(),
        at: "2026-11-25T19:03:42.123Z".to_owned(),
        program: "0.1.0".to_owned(),
        policies: vec![PolicyRef { name: "end-of-day".into(), file: "p.yaml".into(), sha256: "e3b0".into() }],
        shard: None,
        cluster: ClusterRef { context: "dev-eu".into(), server: "https://dev.example.com".into(), uid: None },
        who: "alice@laptop".to_owned(),
        process: ProcessRef { host: "laptop".to_owned(), pid: 4711 },
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
            JournalHeader { cluster: ClusterRef { context, server, uid: uid.map(str::to_owned) }, ..example(&[]) }
        };
        let first = cluster("a", "https://a", Some("1"));
        assert!(first.is_like(&cluster("b", "https://b", Some("1"))));
        assert!(!first.is_like(&cluster("a", "https://a", Some("2"))));
        assert!(first.is_like(&cluster("a", "https://a", None)) && !first.is_like(&cluster("b", "https://a", None)));
        let other_policy = PolicyRef { name: "other".into(), file: "p.yaml".into(), sha256: "e3b0".into() };
        assert!(!first.is_like(&JournalHeader { policies: vec![other_policy], ..first.clone() }));
        let third = JournalHeader { shard: Some("3/16".into()), ..first.clone() };
        assert!(!first.is_like(&third) && third.is_like(&third.clone()));
    }

    #[test]
    fn a_restore_matters_to_a_purge_and_a_prune_to_neither() {
        let of = |operation| JournalHeader { operation, ..example(&[]) };
        let (purge, restore, prune) = (of(OperationKind::Purge), of(OperationKind::Restore), of(OperationKind::Prune));
        assert!(purge.is_like(&restore) && restore.is_like(&purge) && prune.is_like(&prune));
        assert!(!purge.is_like(&prune) && !prune.is_like(&restore));
        assert!(purge.has_part_of(&prune), "it is the same policy all the same");
        let part = |shard: &str| JournalHeader { shard: Some(shard.to_owned()), ..example(&[]) };
        assert!(part("1/2").has_part_of(&purge) && !part("1/2").has_part_of(&part("2/2")));
    }

    #[test]
    fn a_head_that_does_not_say_what_it_is_of_is_of_a_purge_and_one_of_a_later_version_is_read() {
        let written = serde_json::to_value(example(&[])).expect("it is JSON");
        assert_eq!(written["operation"], "purge");
        let read = |operation: Option<&str>| {
            let mut written = written.clone();
            let fields = written.as_object_mut().expect("an object");
            match operation {
                Some(operation) => drop(fields.insert("operation".to_owned(), operation.into())),
                None => drop(fields.remove("operation")),
            }
            serde_json::from_value::<JournalHeader>(written).expect("it is a head").operation
        };
        assert_eq!(read(None), OperationKind::Purge);
        assert_eq!(read(Some("restore")), OperationKind::Restore);
        assert_eq!(read(Some("repaint")), OperationKind::Unknown);
    }
}
