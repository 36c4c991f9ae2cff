//! Which namespaces look like people's, and which namespaces and charts look shared by everyone, by their names. Pure.
//!
//! A person reads every proposal before anything is purged. An uncertain proposal becomes a comment in the policy.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::SYSTEM_NAMESPACES;
use crate::release::Namespace;

/// Prefixes, before the first `-`, of namespaces in which people try things out.
const PERSONAL_PREFIXES: &str = "\
    dev develop developer pr mr preview review feature feat branch user usr sandbox play playground scratch \
    tmp temp test qa ci e2e demo";

/// Names of namespaces that others depend on, as a whole or as a part between two `-`.
const SHARED_NAMESPACES: &str = "\
    kube default system ingress gateway istio linkerd consul cert monitoring metrics observability logging \
    logs tracing prometheus grafana loki elastic argo argocd flux tekton jenkins gitlab harbor registry vault \
    secrets external dns velero backup storage rook longhorn openebs csi metallb cattle rancher fleet \
    openshift gatekeeper kyverno olm operator operators crossplane keda karpenter knative auth sso keycloak \
    shared common infra infrastructure platform tools global core prod production live stage staging uat";

/// Charts that others depend on: the reason for the `keep` entry, prefixes of their names, and parts of their names
/// between two `-`. The first reason that fits is used.
const SHARED_CHARTS: &[(&str, &str, &str)] = &[
    ("operator: resources it manages get stuck without it", "", "operator"),
    ("defines custom resources that other releases use", "", "crds"),
    ("shared ingress controller", "traefik", "ingress"),
    ("shared service mesh", "istio linkerd", ""),
    ("shared certificate management", "cert-manager", ""),
    ("shared DNS", "external-dns", ""),
    ("shared secrets backend", "external-secrets sealed-secrets vault", ""),
    ("shared monitoring", "grafana metrics-server", "prometheus"),
    ("shared logging", "loki", ""),
    ("shared deployment tool", "argo flux", ""),
    ("shared backups", "velero", ""),
    ("shared storage driver", "", "csi"),
    ("shared autoscaler", "keda karpenter", "autoscaler"),
];

/// So many namespaces with the same unknown prefix are a convention of this cluster.
const CUSTOM: usize = 3;

/// Namespaces with a common prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamespaceGroup {
    /// A glob over them.
    pub(super) pattern: String,
    pub(super) members: Vec<Namespace>,
}

/// A release, and its chart if that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundRelease {
    pub(super) name: String,
    pub(super) chart: Option<String>,
}

/// An entry for `keep`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeepSuggestion {
    /// `charts`; or `releases`, for a release whose chart is not known.
    pub(super) key: &'static str,
    pub(super) name: String,
    pub(super) reason: &'static str,
}

/// Groups whose prefix people use for their own namespaces.
pub(super) fn personal_groups(namespaces: &[Namespace]) -> Vec<NamespaceGroup> {
    groups(namespaces, |prefix, _| is_personal(prefix))
}

/// Groups that may belong to people, because many namespaces have the same prefix.
pub(super) fn possible_groups(namespaces: &[Namespace]) -> Vec<NamespaceGroup> {
    groups(namespaces, |prefix, members| members.len() >= CUSTOM && !is_personal(prefix) && !is_shared(prefix))
}

/// The namespaces of a group that others may depend on, such as `dev-monitoring`.
pub(super) fn shared_members(group: &NamespaceGroup) -> impl Iterator<Item = &Namespace> {
    let rest = |namespace: &Namespace| namespace.as_str().split_once('-').map(|(_, rest)| rest.to_owned());
    group.members.iter().filter(move |namespace| rest(namespace).is_some_and(|rest| is_shared(&rest)))
}

/// Namespaces that are in no group.
pub(super) fn ungrouped(namespaces: &[Namespace]) -> Vec<&Namespace> {
    let groups = personal_groups(namespaces).into_iter().chain(possible_groups(namespaces));
    let grouped = groups.flat_map(|group| group.members).collect::<BTreeSet<_>>();
    namespaces.iter().filter(|namespace| !grouped.contains(namespace)).collect()
}

fn groups(namespaces: &[Namespace], is_included: impl Fn(&str, &[Namespace]) -> bool) -> Vec<NamespaceGroup> {
    let mut by_prefix: BTreeMap<&str, Vec<Namespace>> = BTreeMap::new();
    for namespace in namespaces.iter().filter(|namespace| !SYSTEM_NAMESPACES.contains(&namespace.as_str())) {
        if let Some((prefix, _)) = namespace.as_str().split_once('-') {
            by_prefix.entry(prefix).or_default().push(namespace.clone());
        }
    }
    let groups = by_prefix.into_iter().filter(|(prefix, members)| is_included(prefix, members));
    groups.map(|(prefix, members)| NamespaceGroup { pattern: format!("{prefix}-*"), members }).collect()
}

fn is_personal(prefix: &str) -> bool {
    PERSONAL_PREFIXES.split_whitespace().any(|word| word == prefix)
}

/// Whether others depend on the namespace, by its name.
pub(super) fn is_shared(name: &str) -> bool {
    SHARED_NAMESPACES.split_whitespace().any(|word| has_part(name, word))
}

fn has_part(name: &str, word: &str) -> bool {
    name.split('-').any(|part| part == word)
}

/// A suggestion for each chart or release that others seem to depend on, each chart once.
pub(super) fn keep_suggestions(releases: &[FoundRelease]) -> Vec<KeepSuggestion> {
    let named = releases.iter().map(|release| match &release.chart {
        Some(chart) => ("charts", chart),
        None => ("releases", &release.name),
    });
    let plain = named.filter(|(_, name)| is_plain(name)).collect::<BTreeSet<_>>();
    let suggestion = |(key, name): (&'static str, &String)| {
        let reason = shared_reason(name)?;
        Some(KeepSuggestion { key, name: name.clone(), reason })
    };
    plain.into_iter().filter_map(suggestion).collect()
}

fn shared_reason(name: &str) -> Option<&'static str> {
    let begins = |words: &str| words.split_whitespace().any(|word| name.starts_with(word));
    let has = |words: &str| words.split_whitespace().any(|word| has_part(name, word));
    let is_it = |(_, beginnings, parts): &&(&str, &str, &str)| begins(beginnings) || has(parts);
    SHARED_CHARTS.iter().find(is_it).map(|(reason, ..)| *reason)
}

/// Whether a policy can have the name without quotes or escapes. A chart can have almost any name.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte != b'-');
    name.len() <= 53 && name.bytes().all(plain) && is_end(name.bytes().next()) && is_end(name.bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespaces(names: &[&str]) -> Vec<Namespace> {
        names.iter().map(|name| name.parse().expect("a legal name")).collect()
    }

    fn patterns(groups: &[NamespaceGroup]) -> Vec<&str> {
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
        assert_eq!(patterns(&personal_groups(&found)), ["dev-*", "pr-*"]);
        assert_eq!(patterns(&possible_groups(&found)), ["team-*"]);
        let single = ungrouped(&found).into_iter().filter(|namespace| !is_shared(namespace.as_str()));
        assert_eq!(single.map(Namespace::as_str).collect::<Vec<_>>(), ["alice"]);
    }

    #[test]
    fn beginnings_of_systems_are_never_proposed_however_many_have_them() {
        let names = ["kube-a", "kube-b", "kube-c", "prod-a", "prod-b", "prod-c", "istio-a", "istio-b", "istio-c"];
        let found = namespaces(&names);
        assert!(personal_groups(&found).is_empty() && possible_groups(&found).is_empty());
    }

    #[test]
    fn a_namespace_among_peoples_that_others_depend_on_is_distinguished() {
        let found = namespaces(&["dev-alice", "dev-monitoring", "dev-shared-db"]);
        let groups = personal_groups(&found);
        let shared = shared_members(&groups[0]).map(Namespace::as_str).collect::<Vec<_>>();
        assert_eq!(shared, ["dev-monitoring", "dev-shared-db"]);
    }

    fn seen(release: &str, chart: Option<&str>) -> FoundRelease {
        FoundRelease { name: release.to_owned(), chart: chart.map(str::to_owned) }
    }

    #[test]
    fn what_others_depend_on_is_proposed_once_by_its_chart_or_else_by_its_release() {
        let releases = [
            seen("web", Some("web")),
            seen("nginx-a", Some("ingress-nginx")),
            seen("nginx-b", Some("ingress-nginx")),
            seen("my-operator", None),
            seen("kps", Some("kube-prometheus-stack")),
            seen("cooperator", None),
        ];
        let named = keep_suggestions(&releases).into_iter().map(|found| (found.key, found.name)).collect::<Vec<_>>();
        let chart = |name: &str| ("charts", name.to_owned());
        let expected = [chart("ingress-nginx"), chart("kube-prometheus-stack"), ("releases", "my-operator".to_owned())];
        assert_eq!(named, expected);
    }

    #[test]
    fn a_chart_whose_name_would_mean_something_else_in_a_policy_is_left_out() {
        for chart in ["Vault", "vault*", "vault-1.0", "vault\n- x", "vault, y", "", "-vault", "vault-", "\u{202e}vault"]
        {
            assert_eq!(keep_suggestions(&[seen("a", Some(chart))]), [], "{chart:?}");
        }
    }
}
