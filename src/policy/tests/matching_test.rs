//! The pure questions: which cluster, which namespace, what stays.

use std::collections::BTreeMap;

use crate::policy::{ClusterMatch, Policy, SelectorInput, SelectorMatch};
use crate::release::{Chart, Known, ReleaseId};

fn policy(clusters: &str, namespaces: &str, keep: &str) -> Policy {
    let text = format!(
        "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: end-of-day}}\nclusters: [{clusters}]\n\
         namespaces: [{namespaces}]\nkeep: [{keep}]\nlimits: {{maxReleases: 1}}\n"
    );
    Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))
}

fn cluster(entry: &str, context: &str, server: &str, uid: Option<&str>) -> ClusterMatch {
    policy(entry, "dev", "").clusters[0].matches(context, server, uid)
}

/// The pattern that takes the namespace in.
fn in_scope(patterns: &str, namespace: &str) -> Option<String> {
    policy("dev", patterns, "")
        .namespaces
        .matches(&namespace.parse().unwrap())
        .map(|pattern| pattern.as_str().to_owned())
}

fn kept(entry: &str, release: &str, chart: Known<&str>) -> SelectorMatch {
    kept_with(entry, release, chart, Known::Unknown)
}

fn kept_with(entry: &str, release: &str, chart: Known<&str>, labels: Known<&[(&str, &str)]>) -> SelectorMatch {
    let (namespace, name) = release.split_once('/').unwrap();
    let id = ReleaseId { namespace: namespace.parse().unwrap(), name: name.parse().unwrap() };
    let owned = |labels: &&[(&str, &str)]| {
        labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
    };
    let labels = Known::from(labels.as_known().map(owned));
    let chart = match chart {
        Known::Is(name) => Known::Is(Chart { name: name.into(), version: "1.0.0".into() }),
        Known::Unknown => Known::Unknown,
    };
    let input = SelectorInput { id: &id, chart: chart.as_ref(), labels: labels.as_ref() };
    policy("dev", "dev", entry).keep[0].matches(input)
}

const UID: &str = "0f9d0000-0000-4000-8000-000000000000";

#[test]
fn a_context_matches_as_a_whole_and_a_star_crosses_slashes_and_colons() {
    let arn = "arn:aws:eks:eu-west-1:123456789012:cluster/dev-1";
    assert_eq!(cluster("dev-*", "dev-eu", "", None), ClusterMatch::Matches);
    assert_eq!(cluster("\"*:cluster/dev-*\"", arn, "", None), ClusterMatch::Matches);
    assert_eq!(cluster("\"arn:*dev-?\"", arn, "", None), ClusterMatch::Matches);
    for context in ["my-dev-eu", "DEV-eu", "prod", "", "dev"] {
        assert_eq!(cluster("dev-*", context, "", None), ClusterMatch::OtherContext, "{context}");
    }
}

#[test]
fn every_field_that_is_given_must_match_and_the_first_that_does_not_is_named() {
    let entry = format!("{{context: \"dev-*\", server: \"https://*.dev.example.com*\", uid: {UID}}}");
    let server = "https://api.dev.example.com:6443";
    let upper = UID.to_uppercase();
    assert_eq!(cluster(&entry, "dev-eu", server, Some(UID)), ClusterMatch::Matches);
    assert_eq!(cluster(&entry, "dev-eu", server, Some(&upper)), ClusterMatch::Matches);
    assert_eq!(cluster(&entry, "dev-eu", server, None), ClusterMatch::UidUnknown);
    assert_eq!(cluster(&entry, "prod", server, None), ClusterMatch::OtherContext);
    assert_eq!(cluster(&entry, "dev-eu", "https://prod.example.com", None), ClusterMatch::OtherServer);
    let other = "11111111-0000-4000-8000-000000000000";
    assert_eq!(cluster(&entry, "dev-eu", server, Some(other)), ClusterMatch::OtherUid);
}

#[test]
fn a_scope_takes_in_whole_names_by_its_first_pattern() {
    assert_eq!(in_scope("dev-*, dev-a*", "dev-alice").as_deref(), Some("dev-*"));
    assert_eq!(in_scope("pr-*, dev-a", "dev-a").as_deref(), Some("dev-a"));
    for namespace in ["my-dev-a", "dev", "dev-ab", "prod"] {
        assert_eq!(in_scope("dev-?, pr-*", namespace), None, "{namespace}");
    }
}

#[test]
fn namespaces_of_the_system_are_taken_in_by_their_exact_names_only() {
    for system in ["kube-system", "kube-public", "kube-node-lease"] {
        for pattern in ["\"*\"", "kube-*", "\"[k]ube-{system,public,node-lease}*\""] {
            assert_eq!(in_scope(pattern, system), None, "{pattern} {system}");
        }
        assert_eq!(in_scope(&format!("\"*\", {system}"), system).as_deref(), Some(system));
    }
    assert_eq!(in_scope("kube-*", "kube-systems").as_deref(), Some("kube-*"));
}

#[test]
fn fields_of_an_entry_are_and_items_of_a_field_are_or() {
    let entry = "{namespaces: [dev-a, dev-b], releases: [\"*-vault\"], charts: [vault, openbao]}";
    assert_eq!(kept(entry, "dev-a/my-vault", Known::Is("vault")), SelectorMatch::Yes);
    assert_eq!(kept(entry, "dev-b/my-vault", Known::Is("openbao")), SelectorMatch::Yes);
    assert_eq!(kept(entry, "dev-c/my-vault", Known::Is("vault")), SelectorMatch::No);
    assert_eq!(kept(entry, "dev-a/vault", Known::Is("vault")), SelectorMatch::No);
    assert_eq!(kept(entry, "dev-a/my-vault", Known::Is("redis")), SelectorMatch::No);
}

#[test]
fn an_unknown_chart_keeps_what_the_other_fields_name() {
    assert_eq!(kept("{charts: [vault]}", "dev-a/x", Known::Unknown), SelectorMatch::ChartUnknown);
    assert_eq!(kept("{charts: [vault], releases: [y]}", "dev-a/x", Known::Unknown), SelectorMatch::No);
    assert_eq!(kept("{releases: [x]}", "dev-a/x", Known::Unknown), SelectorMatch::Yes);
    assert_eq!(kept("\"*/x\"", "dev-a/x", Known::Unknown), SelectorMatch::Yes);
}

#[test]
fn unknown_labels_keep_what_the_other_fields_name() {
    let (shared, own) = (Known::Is(&[("tier", "shared"), ("env", "dev")][..]), Known::Is(&[("tier", "own")][..]));
    let kept = |entry, chart, labels| kept_with(entry, "dev-a/web", chart, labels);
    let entry = "{selector: {matchLabels: {tier: shared}, matchExpressions: [{key: env, operator: Exists}]}}";
    assert_eq!(kept(entry, Known::Unknown, shared), SelectorMatch::Yes);
    assert_eq!(kept(entry, Known::Unknown, own), SelectorMatch::No);
    assert_eq!(kept(entry, Known::Is("web"), Known::Unknown), SelectorMatch::LabelsUnknown);
    let entry = "{charts: [web], selector: {matchLabels: {tier: shared}}}";
    assert_eq!(kept(entry, Known::Unknown, own), SelectorMatch::No, "whatever its chart is");
    assert_eq!(kept(entry, Known::Is("db"), Known::Unknown), SelectorMatch::No, "whatever its labels are");
    assert_eq!(kept(entry, Known::Unknown, shared), SelectorMatch::ChartUnknown);
    assert_eq!(kept(entry, Known::Unknown, Known::Unknown), SelectorMatch::ChartUnknown, "its record has the chart");
    assert_eq!(kept(entry, Known::Is("web"), Known::Unknown), SelectorMatch::LabelsUnknown);
}

#[test]
fn an_empty_alternative_is_the_name_without_it() {
    assert_eq!(kept("\"*/vault{,-0}\"", "dev-a/vault", Known::Unknown), SelectorMatch::Yes);
    assert_eq!(kept("\"*/vault{,-0}\"", "dev-a/vault-0", Known::Unknown), SelectorMatch::Yes);
    assert_eq!(kept("\"*/vault{,-0}\"", "dev-a/vault-1", Known::Unknown), SelectorMatch::No);
}

#[test]
fn keep_reaches_the_namespaces_of_the_system_by_globs_too() {
    assert_eq!(kept("\"*/coredns\"", "kube-system/coredns", Known::Unknown), SelectorMatch::Yes);
}

#[test]
fn charts_are_compared_with_capitals_and_without_versions() {
    assert_eq!(kept("{charts: [My_Chart]}", "dev-a/x", Known::Is("My_Chart")), SelectorMatch::Yes);
    assert_eq!(kept("{charts: [My_Chart]}", "dev-a/x", Known::Is("my_chart")), SelectorMatch::No);
}
