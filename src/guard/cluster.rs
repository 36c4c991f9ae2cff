//! Is this a cluster that the policy names? Pure.

use std::collections::BTreeSet;

use super::Refusal;
use crate::cluster::{Connection, Identity};
use crate::policy::{ClusterEntry, ClusterField, ClusterMatch, Policy, PolicySet};
use crate::saved_plan::{SavedPlan, SavedPolicy};

/// Whether somebody looks at the plan before it is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interactivity {
    /// Somebody types the context's name.
    Attended,
    /// `--yes`: an alias is not enough.
    Unattended,
    /// A pod, on its own cluster: neither its context nor its server says which one that is, for both are the
    /// same in many clusters.
    InPod,
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
pub fn cluster(policy: &Policy, facts: &ClusterFacts<'_>, attendance: Interactivity) -> Result<(), Refusal> {
    let matching = policy.clusters.iter().filter(|entry| compare(entry, facts) == ClusterMatch::Matches);
    let matching = matching.collect::<Vec<_>>();
    let Some(first) = matching.first() else { return Err(not_in_policy(policy, facts)) };
    let enough = |entry: &&ClusterEntry| match attendance {
        Interactivity::Attended => true,
        Interactivity::Unattended => !entry.has_context_only(),
        Interactivity::InPod => entry.uid.is_some(),
    };
    if matching.iter().any(enough) {
        return Ok(());
    }
    let (place, context) = (first.place.clone(), facts.connection.context().to_string());
    Err(if attendance == Interactivity::InPod {
        Refusal::NamedWithoutUid { place }
    } else {
        Refusal::NamedByAliasOnly { place, context }
    })
}

/// Compares the cluster before the first delete with the one that was planned for. Where its identity could not be read
/// then, there is nothing to compare: the address is pinned, and each release is compared by its record.
///
/// # Errors
/// Where it is another one.
pub fn same_cluster(planned: &Identity, now: &Identity) -> Result<(), Refusal> {
    if planned == now {
        return Ok(());
    }
    Err(Refusal::ClusterSwapped { planned: planned.0.clone(), here: now.0.clone() })
}

fn compare(entry: &ClusterEntry, facts: &ClusterFacts<'_>) -> ClusterMatch {
    let uid = facts.identity.map(|identity| identity.0.as_str());
    entry.matches(facts.connection.context().as_str(), facts.connection.server(), uid)
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
        entries: policy.clusters.iter().map(|entry| (entry.place.clone(), why(entry))).collect(),
    }
}

/// Compares the policies of a saved plan with those that were named now: the same ones, letter by letter, wherever their
/// files lie.
///
/// # Errors
/// Where they differ.
pub fn saved_policies(saved: &SavedPlan, policies: &PolicySet) -> Result<(), Refusal> {
    let now = policies.iter().map(|policy| SavedPolicy { name: policy.name.clone(), digest: policy.digest });
    let (now, then) = (now.collect::<BTreeSet<_>>(), saved.policies.iter().cloned().collect::<BTreeSet<_>>());
    if now == then {
        return Ok(());
    }
    let has = |policies: &BTreeSet<SavedPolicy>, name: &str| policies.iter().any(|policy| policy.name == name);
    let missing = then.difference(&now).map(|policy| {
        let what = if has(&now, &policy.name) { "is not the same text any more" } else { "was not named" };
        format!("{} {what}", policy.name)
    });
    let new = now.iter().filter(|policy| !has(&then, &policy.name)).map(|policy| format!("{} is another", policy.name));
    Err(Refusal::OtherPolicies { plan: saved.file.clone(), differences: missing.chain(new).collect() })
}

/// Compares the cluster of a saved plan with this one: by its identity, or where that could not be read for the plan, by
/// its address.
///
/// # Errors
/// Where it is another one, or that cannot be told.
pub fn saved_cluster(saved: &SavedPlan, facts: &ClusterFacts<'_>) -> Result<(), Refusal> {
    let of = |identity: Option<&Identity>, server: &str| {
        identity.map_or_else(|| format!("server {server}"), |identity| format!("uid {}", identity.0))
    };
    let server = facts.connection.server();
    let is_same = match (&saved.cluster.identity, facts.identity) {
        (Some(then), now) => now == Some(then),
        (None, _) => saved.cluster.server == server,
    };
    // Where the plan knows no uid, today's says nothing about it.
    let comparable = facts.identity.filter(|_| saved.cluster.identity.is_some());
    let other = || Refusal::OtherCluster {
        plan: saved.file.clone(),
        planned: of(saved.cluster.identity.as_ref(), &saved.cluster.server),
        here: of(comparable, server),
    };
    if is_same { Ok(()) } else { Err(other()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Connection;
    use crate::policy::{Policy, sha256};
    use crate::saved_plan::SavedCluster;
    use crate::settings::{ConnectionOptions, InCluster};

    /// A pod's connection: the least that resolves without a kubeconfig.
    fn pod(folder: &std::path::Path) -> Connection {
        std::fs::write(folder.join("token"), "x").expect("a file can be written");
        let in_cluster = InCluster { host: "10.96.0.1".into(), port: "443".into(), service_account: folder.to_owned() };
        let wish = ConnectionOptions { in_cluster: Some(in_cluster), ..ConnectionOptions::default() };
        Connection::resolve(&wish).expect("it resolves")
    }

    fn judge(clusters: &str, attendance: Interactivity) -> Result<(), Refusal> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let connection = pod(folder.path());
        let text = format!(
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: x}}\nclusters: [{clusters}]\nnamespaces: [a]\n"
        );
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        let identity = Identity("0f9d1c2e-5f3a-4c1e-9a53-0b8f1d2e3a4b".to_owned());
        cluster(&policy, &ClusterFacts { connection: &connection, identity: Some(&identity) }, attendance)
    }

    #[test]
    fn how_well_a_cluster_has_to_be_named_depends_on_who_looks() {
        let (alias, server) = ("in-cluster", "{server: 'https://10.96.0.1*'}");
        let uid = "{uid: 0f9d1c2e-5f3a-4c1e-9a53-0b8f1d2e3a4b}";
        for clusters in [alias, server, uid] {
            assert_eq!(judge(clusters, Interactivity::Attended), Ok(()), "{clusters}");
        }
        assert!(matches!(judge(alias, Interactivity::Unattended), Err(Refusal::NamedByAliasOnly { .. })));
        assert_eq!(judge(server, Interactivity::Unattended), Ok(()));
        assert!(matches!(judge(server, Interactivity::InPod), Err(Refusal::NamedWithoutUid { .. })));
        assert_eq!(judge(uid, Interactivity::InPod), Ok(()));
        assert_eq!(judge(&format!("{server}, {uid}"), Interactivity::InPod), Ok(()));
    }

    #[test]
    fn before_the_first_delete_it_has_to_be_the_same_cluster() {
        let identity = |uid: &str| Identity(uid.to_owned());
        assert_eq!(same_cluster(&identity("u"), &identity("u")), Ok(()));
        let refusal = same_cluster(&identity("u"), &identity("v")).expect_err("another one");
        assert_eq!(refusal.to_string(), "the address leads to another cluster by now: its uid is v, the plan is for u");
    }

    #[test]
    fn a_cluster_that_no_entry_names_is_refused_with_what_differs() {
        let other = "{uid: 00000000-0000-4000-8000-000000000000}";
        let refusal = judge(&format!("'dev-*', {other}"), Interactivity::Attended).expect_err("another cluster");
        let text = refusal.to_string();
        assert!(text.contains("policy.yaml:4:13: another context"), "{text}");
        assert!(text.contains("another uid; this cluster's is 0f9d1c2e"), "{text}");
    }

    const POLICY: &str =
        "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\nnamespaces: [a]\n";

    fn saved(server: &str, uid: Option<&str>, policies: &[(&str, &str)]) -> SavedPlan {
        let policy =
            |(name, text): &(&str, &str)| SavedPolicy { name: (*name).to_owned(), digest: sha256(text.as_bytes()) };
        SavedPlan {
            file: "plan.json".to_owned(),
            created: "2026-11-25T18:00:00Z".parse().expect("a time"),
            cluster: SavedCluster {
                context: "anything".to_owned(),
                server: server.to_owned(),
                identity: uid.map(|uid| Identity(uid.to_owned())),
            },
            policies: policies.iter().map(policy).collect(),
            chosen: Vec::new(),
        }
    }

    #[test]
    fn a_cluster_is_the_same_by_its_uid_and_by_its_address_only_where_no_uid_was_known() {
        let wish = ConnectionOptions { api_server: Some("https://here".to_owned()), ..ConnectionOptions::default() };
        let connection = Connection::resolve(&wish).expect("it resolves");
        let is_same = |server: &str, then: Option<&str>, now: Option<&str>| {
            let identity = now.map(|uid| Identity(uid.to_owned()));
            let facts = ClusterFacts { connection: &connection, identity: identity.as_ref() };
            saved_cluster(&saved(server, then, &[]), &facts).is_ok()
        };
        assert!(is_same("https://elsewhere", Some("u"), Some("u")), "it may have another address by now");
        assert!(!is_same("https://here", Some("u"), Some("v")));
        assert!(!is_same("https://here", Some("u"), None), "that cannot be told");
        assert!(is_same("https://here", None, None) && is_same("https://here", None, Some("u")));
        assert!(!is_same("https://elsewhere", None, None) && !is_same("https://elsewhere", None, Some("u")));
    }

    #[test]
    fn policies_are_the_same_by_their_names_and_texts() {
        let policy = Policy::read("policy.yaml", POLICY.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        let policies = PolicySet::new(vec![policy]).expect("there is one");
        let differences = |then: &[(&str, &str)]| match saved_policies(&saved("s", None, then), &policies) {
            Ok(()) => String::new(),
            Err(refusal) => refusal.to_string(),
        };
        assert_eq!(differences(&[("x", POLICY)]), "");
        assert!(differences(&[("x", "other")]).ends_with("other policies: x is not the same text any more"));
        assert!(differences(&[("y", POLICY)]).ends_with("other policies: y was not named; x is another"));
        assert!(differences(&[("x", POLICY), ("y", POLICY)]).ends_with("other policies: y was not named"));
        assert!(differences(&[]).ends_with("other policies: x is another"));
    }
}
