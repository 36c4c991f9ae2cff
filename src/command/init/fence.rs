//! Which namespaces look like people's, by their names. Pure.
//!
//! A proposal that is wrong is read by a person before anything goes; so is one that is missing. What is not sure is
//! proposed as a comment.

use std::collections::BTreeMap;

use crate::policy::SYSTEM_NAMESPACES;
use crate::release::Namespace;

/// What people call the namespaces in which they try things out, before the first `-`.
const OF_PEOPLE: &[&str] = &[
    "dev",
    "develop",
    "developer",
    "pr",
    "mr",
    "preview",
    "review",
    "feature",
    "feat",
    "branch",
    "user",
    "usr",
    "sandbox",
    "play",
    "playground",
    "scratch",
    "tmp",
    "temp",
    "test",
    "qa",
    "ci",
    "e2e",
    "demo",
];

/// What namespaces that others depend on are called, as a whole or in a part between two `-`.
const SHARED: &[&str] = &[
    "kube",
    "default",
    "system",
    "ingress",
    "gateway",
    "istio",
    "linkerd",
    "consul",
    "cert",
    "monitoring",
    "metrics",
    "observability",
    "logging",
    "logs",
    "tracing",
    "prometheus",
    "grafana",
    "loki",
    "elastic",
    "argo",
    "argocd",
    "flux",
    "tekton",
    "jenkins",
    "gitlab",
    "harbor",
    "registry",
    "vault",
    "secrets",
    "external",
    "dns",
    "velero",
    "backup",
    "storage",
    "rook",
    "longhorn",
    "openebs",
    "csi",
    "metallb",
    "cattle",
    "rancher",
    "fleet",
    "openshift",
    "gatekeeper",
    "kyverno",
    "olm",
    "operator",
    "operators",
    "crossplane",
    "keda",
    "karpenter",
    "knative",
    "auth",
    "sso",
    "keycloak",
    "shared",
    "common",
    "infra",
    "infrastructure",
    "platform",
    "tools",
    "global",
    "core",
    "prod",
    "production",
    "live",
    "stage",
    "staging",
    "uat",
];

/// An unknown beginning that so many namespaces have in common is a custom of the place.
const CUSTOM: usize = 3;

/// Namespaces with a common beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// A glob over them.
    pub(super) pattern: String,
    pub(super) members: Vec<Namespace>,
}

/// Those that look like people's.
pub(super) fn proposed(namespaces: &[Namespace]) -> Vec<Group> {
    groups(namespaces, |prefix, _| OF_PEOPLE.contains(&prefix))
}

/// Those that may be: many have the same beginning.
pub(super) fn possible(namespaces: &[Namespace]) -> Vec<Group> {
    groups(namespaces, |prefix, members| members.len() >= CUSTOM && !OF_PEOPLE.contains(&prefix) && !is_shared(prefix))
}

/// Those of a group that others may depend on: `dev-monitoring`.
pub(super) fn shared_members(group: &Group) -> impl Iterator<Item = &Namespace> {
    let rest = |namespace: &Namespace| namespace.as_str().split_once('-').map(|(_, rest)| rest.to_owned());
    group.members.iter().filter(move |namespace| rest(namespace).is_some_and(|rest| is_shared(&rest)))
}

/// Those that are in no group and not a system's either: only a person knows.
pub(super) fn single(namespaces: &[Namespace]) -> Vec<&Namespace> {
    let grouped = proposed(namespaces).into_iter().chain(possible(namespaces)).flat_map(|group| group.members);
    let grouped = grouped.collect::<Vec<_>>();
    let is_single = |namespace: &&Namespace| !is_shared(namespace.as_str()) && !grouped.contains(namespace);
    namespaces.iter().filter(is_single).collect()
}

fn groups(namespaces: &[Namespace], wanted: impl Fn(&str, &[Namespace]) -> bool) -> Vec<Group> {
    let mut by_prefix: BTreeMap<&str, Vec<Namespace>> = BTreeMap::new();
    for namespace in namespaces.iter().filter(|namespace| !SYSTEM_NAMESPACES.contains(&namespace.as_str())) {
        if let Some((prefix, _)) = namespace.as_str().split_once('-') {
            by_prefix.entry(prefix).or_default().push(namespace.clone());
        }
    }
    let groups = by_prefix.into_iter().filter(|(prefix, members)| wanted(prefix, members));
    groups.map(|(prefix, members)| Group { pattern: format!("{prefix}-*"), members }).collect()
}

fn is_shared(name: &str) -> bool {
    name.split('-').any(|part| SHARED.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespaces(names: &[&str]) -> Vec<Namespace> {
        names.iter().map(|name| name.parse().expect("a legal name")).collect()
    }

    fn patterns(groups: &[Group]) -> Vec<&str> {
        groups.iter().map(|group| group.pattern.as_str()).collect()
    }

    #[test]
    fn what_people_call_their_namespaces_is_proposed_and_what_systems_do_is_not() {
        let found = namespaces(&[
            "cert-manager",
            "default",
            "dev-alice",
            "ingress-nginx",
            "kube-node-lease",
            "kube-public",
            "kube-system",
            "monitoring",
            "pr-17",
            "prod-web",
            "team-a",
            "team-b",
            "team-c",
            "alice",
        ]);
        assert_eq!(patterns(&proposed(&found)), ["dev-*", "pr-*"]);
        assert_eq!(patterns(&possible(&found)), ["team-*"]);
        assert_eq!(single(&found), [&namespaces(&["alice"])[0]]);
    }

    #[test]
    fn beginnings_of_systems_are_never_proposed_however_many_have_them() {
        let names = ["kube-a", "kube-b", "kube-c", "prod-a", "prod-b", "prod-c", "istio-a", "istio-b", "istio-c"];
        let found = namespaces(&names);
        assert!(proposed(&found).is_empty() && possible(&found).is_empty());
    }

    #[test]
    fn a_namespace_among_peoples_that_others_depend_on_is_told_apart() {
        let found = namespaces(&["dev-alice", "dev-monitoring", "dev-shared-db"]);
        let groups = proposed(&found);
        let shared = shared_members(&groups[0]).map(Namespace::as_str).collect::<Vec<_>>();
        assert_eq!(shared, ["dev-monitoring", "dev-shared-db"]);
    }
}
