//! Whether this is the cluster that the policies, or a saved plan, are for. Pure.

use std::collections::BTreeSet;

use super::Refusal;
use crate::cluster::{Connection, Identity};
use crate::policy::{ClusterEntry, ClusterMatch, Policy, PolicySet};
use crate::saved_plan::{SavedPlan, SavedPolicy};

/// Whether a person sees the plan before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interactivity {
    /// A person types the context's name.
    Attended,
    /// `--yes`: a context's name is not enough.
    Unattended,
    /// A pod, on its own cluster. Its context and its server do not tell which one, because both are the same in many
    /// clusters.
    InPod,
}

/// The facts about a cluster that a policy can name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClusterFacts<'a> {
    pub connection: &'a Connection,
    /// `None` if it could not be read.
    pub identity: Option<&'a Identity>,
}

/// Compares the cluster with the policy's `clusters`.
///
/// # Errors
/// If no entry names the cluster, or if no person sees the plan and the entries name the cluster too weakly for that.
pub(crate) fn cluster(policy: &Policy, facts: &ClusterFacts<'_>, attendance: Interactivity) -> Result<(), Refusal> {
    let is_match = |entry: &&ClusterEntry| compare(entry, facts) == ClusterMatch::Matches;
    let matching = policy.clusters.iter().filter(is_match).collect::<Vec<_>>();
    if matching.is_empty() {
        return Err(not_in_policy(policy, facts));
    }
    too_weak(&matching, facts.connection, attendance).map_or(Ok(()), Err)
}

/// The refusal that [`cluster`] will give for any identity of the cluster, as far as it is known without a request.
pub(crate) fn named_too_weakly(policy: &Policy, connection: &Connection, attendance: Interactivity) -> Option<Refusal> {
    let facts = ClusterFacts { connection, identity: None };
    let is_possible =
        |entry: &&ClusterEntry| matches!(compare(entry, &facts), ClusterMatch::Matches | ClusterMatch::UidUnknown);
    too_weak(&policy.clusters.iter().filter(is_possible).collect::<Vec<_>>(), connection, attendance)
}

fn too_weak(matching: &[&ClusterEntry], connection: &Connection, attendance: Interactivity) -> Option<Refusal> {
    let ClusterEntry { place, .. } = matching.first()?;
    let is_enough = |entry: &&ClusterEntry| match attendance {
        Interactivity::Attended => true,
        Interactivity::Unattended => !entry.has_context_only(),
        Interactivity::InPod => entry.uid.is_some(),
    };
    if matching.iter().any(is_enough) {
        return None;
    }
    let (message, hint) = if attendance == Interactivity::InPod {
        let message = "a run in a pod needs `uid`, because the context and the server are the same in many clusters";
        (format!("{message} ({place})"), "add `uid` to the entry; `helm purge init` prints it")
    } else {
        let message = "unattended runs need `server` or `uid`; the policy identifies this cluster only by its context";
        let hint = "context names differ between kubeconfigs: add `server` or `uid` to the entry; `helm purge init` prints both";
        (format!("{message} `{}` ({place})", connection.context), hint)
    };
    Some(Refusal { guard: "clusters-unattended", message, hint })
}

/// Whether only the cluster's identity can show that the policy names it.
pub(crate) fn needs_identity(policy: &Policy, facts: &ClusterFacts<'_>) -> bool {
    let matches = policy.clusters.iter().map(|entry| compare(entry, facts)).collect::<Vec<_>>();
    matches.contains(&ClusterMatch::UidUnknown) && !matches.contains(&ClusterMatch::Matches)
}

/// Compares the cluster before the first delete with the planned one. If the plan knows no identity, there is nothing to
/// compare: the address is pinned, and each release is compared by its record.
///
/// # Errors
/// If it is another cluster.
pub(crate) fn same_cluster(planned: &Identity, now: &Identity) -> Result<(), Refusal> {
    if planned == now {
        return Ok(());
    }
    let (planned, here) = (&planned.0, &now.0);
    Err(Refusal {
        guard: "cluster-swapped",
        message: format!(
            "the API server address now points to a different cluster: its uid is {here}, the plan is for {planned}"
        ),
        hint: "check where the API server address points (DNS, a proxy, a tunnel), then make a new plan",
    })
}

fn compare(entry: &ClusterEntry, facts: &ClusterFacts<'_>) -> ClusterMatch {
    let uid = facts.identity.map(|identity| identity.0.as_str());
    entry.matches(facts.connection.context.as_str(), &facts.connection.server, uid)
}

fn not_in_policy(policy: &Policy, facts: &ClusterFacts<'_>) -> Refusal {
    let why = |entry: &ClusterEntry| match compare(entry, facts) {
        ClusterMatch::Matches => "matches".to_owned(),
        ClusterMatch::OtherContext => "another context".to_owned(),
        ClusterMatch::OtherServer => "another server".to_owned(),
        ClusterMatch::OtherUid => {
            let uid = facts.identity.map_or("unknown", |identity| identity.0.as_str());
            format!("another uid; this cluster's is {uid}")
        }
        ClusterMatch::UidUnknown => "cannot read the uid of this cluster".to_owned(),
    };
    let (context, server) = (&facts.connection.context, &facts.connection.server);
    let entries =
        policy.clusters.iter().map(|entry| format!("\n{}: {}", entry.place, why(entry))).collect::<Vec<_>>().concat();
    Refusal {
        guard: "clusters",
        message: format!(
            "`clusters` in the policy does not match this cluster: context `{context}`, server {server}{entries}"
        ),
        hint: "switch the context, or add this cluster to `clusters` in a reviewed change",
    }
}

/// Compares the policies of a saved plan with the named ones: they must have the same text, wherever the files are.
///
/// # Errors
/// If they differ.
pub(crate) fn saved_policies(saved: &SavedPlan, policies: &PolicySet) -> Result<(), Refusal> {
    let now = policies.iter().map(|policy| SavedPolicy { name: policy.name.clone(), digest: policy.digest });
    let (now, then) = (now.collect::<BTreeSet<_>>(), saved.policies.iter().cloned().collect::<BTreeSet<_>>());
    if now == then {
        return Ok(());
    }
    let has = |policies: &BTreeSet<SavedPolicy>, name: &str| policies.iter().any(|policy| policy.name == name);
    let missing = then.difference(&now).map(|policy| {
        let what = if has(&now, &policy.name) { "has changed" } else { "was not given" };
        format!("{} {what}", policy.name)
    });
    let new = now
        .iter()
        .filter(|policy| !has(&then, &policy.name))
        .map(|policy| format!("{} was not part of the plan", policy.name));
    let differences = missing.chain(new).collect::<Vec<_>>().join("; ");
    Err(Refusal {
        guard: "plan.policies",
        message: format!("the saved plan {} was made with other policies: {differences}", saved.file),
        hint: "pass the original policy files with -f, or create a new plan and have it reviewed",
    })
}

/// Compares the cluster of a saved plan with this one: by its identity, or by its address if the plan knows no identity.
///
/// # Errors
/// If it is another cluster, or may be another one.
pub(crate) fn saved_cluster(saved: &SavedPlan, facts: &ClusterFacts<'_>) -> Result<(), Refusal> {
    let shown = |identity: Option<&Identity>, server: &str| {
        identity.map_or_else(|| format!("server {server}"), |identity| format!("uid {}", identity.0))
    };
    let (then, server) = (saved.cluster.identity.as_ref(), facts.connection.server.as_str());
    if then.map_or(saved.cluster.server == server, |then| facts.identity == Some(then)) {
        return Ok(());
    }
    // If the plan knows no uid, this cluster's uid explains nothing.
    let (planned, here) =
        (shown(then, &saved.cluster.server), shown(facts.identity.filter(|_| then.is_some()), server));
    Err(Refusal {
        guard: "plan.cluster",
        message: format!("the saved plan {} is for another cluster: {planned}; this one has {here}", saved.file),
        hint: "switch the context, or make a plan for this cluster",
    })
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
        let options = ConnectionOptions { in_cluster: Some(in_cluster), ..ConnectionOptions::default() };
        Connection::resolve(&options).expect("it resolves")
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
        let refused = |clusters: &str, attendance| judge(clusters, attendance).expect_err("named too weakly").message;
        assert!(refused(alias, Interactivity::Unattended).contains("only by its context"));
        assert_eq!(judge(server, Interactivity::Unattended), Ok(()));
        assert!(refused(server, Interactivity::InPod).contains("needs `uid`"));
        assert_eq!(judge(uid, Interactivity::InPod), Ok(()));
        assert_eq!(judge(&format!("{server}, {uid}"), Interactivity::InPod), Ok(()));
    }

    #[test]
    fn before_the_first_delete_it_has_to_be_the_same_cluster() {
        let identity = |uid: &str| Identity(uid.to_owned());
        assert_eq!(same_cluster(&identity("u"), &identity("u")), Ok(()));
        let refusal = same_cluster(&identity("u"), &identity("v")).expect_err("another one");
        assert_eq!(
            refusal.to_string(),
            "the API server address now points to a different cluster: its uid is v, the plan is for u"
        );
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
        let options = ConnectionOptions { api_server: Some("https://here".to_owned()), ..ConnectionOptions::default() };
        let connection = Connection::resolve(&options).expect("it resolves");
        let is_same = |server: &str, then: Option<&str>, now: Option<&str>| {
            let identity = now.map(|uid| Identity(uid.to_owned()));
            let facts = ClusterFacts { connection: &connection, identity: identity.as_ref() };
            saved_cluster(&saved(server, then, &[]), &facts).is_ok()
        };
        assert!(is_same("https://elsewhere", Some("u"), Some("u")), "the address may have changed");
        assert!(!is_same("https://here", Some("u"), Some("v")));
        assert!(!is_same("https://here", Some("u"), None), "the uid is unknown now");
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
        assert!(differences(&[("x", "other")]).ends_with("other policies: x has changed"));
        assert!(differences(&[("y", POLICY)]).ends_with("other policies: y was not given; x was not part of the plan"));
        assert!(differences(&[("x", POLICY), ("y", POLICY)]).ends_with("other policies: y was not given"));
        assert!(differences(&[]).ends_with("other policies: x was not part of the plan"));
    }
}
