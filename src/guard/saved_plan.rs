//! Is a saved plan one for this cluster and these policies? Pure.

use std::collections::BTreeSet;

use super::{ClusterFacts, Refusal};
use crate::cluster::Identity;
use crate::policy::PolicySet;
use crate::saved_plan::{SavedPlan, SavedPolicy};

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
    let server = facts.connection.server().as_str();
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
    use crate::settings::ConnectionOptions;

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
