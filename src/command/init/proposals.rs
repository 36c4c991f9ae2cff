//! The text of the policy that `init` proposes. Pure.

use super::cluster::InitFindings;
use super::suggestions::{
    KeepSuggestion, NamespaceGroup, is_shared, keep_suggestions, personal_groups, possible_groups, shared_members,
    ungrouped,
};
use crate::journal::ClusterRef;
use crate::release::Namespace;
use crate::report::{list, plural};

/// More names than this are counted, not written out.
const MAX_LISTED: usize = 12;
const NAMES_PER_LINE: usize = 5;

/// A whole policy file.
pub(super) fn policy_text(name: &str, found: &InitFindings) -> String {
    format!(
        include_str!("template.yaml"),
        name = name,
        clusters = found.cluster.as_ref().map_or_else(|| CLUSTER_PLACEHOLDER.to_owned(), cluster_entry),
        namespaces = namespaces(found),
        keep = keep(found),
    )
}

const CLUSTER_PLACEHOLDER: &str =
    "  # No cluster was found: replace this example.\n  - context: \"dev-*\"\n    server: \"https://dev.example.com*\"";

fn cluster_entry(cluster: &ClusterRef) -> String {
    let context = quoted(&cluster.context).map(|context| format!("context: {context}"));
    let server = quoted(&cluster.server).map(|server| format!("server: {server}"));
    let uid = cluster.uid.as_ref().map(|uid| format!("uid: {uid}"));
    let fields = [context, server, uid].into_iter().flatten().collect::<Vec<_>>();
    format!("  - {}", fields.join("\n    "))
}

/// A glob that matches exactly this text, as a YAML scalar that is also JSON. None for a text with a backslash, which
/// patterns of a policy must not have.
fn quoted(text: &str) -> Option<String> {
    (!text.contains('\\')).then(|| serde_json::Value::String(globset::escape(text)).to_string())
}

/// The key with its proposals, and as comments every other namespace that holds releases today. It always has an item,
/// because a policy without one is invalid.
fn namespaces(found: &InitFindings) -> String {
    let all = &found.namespaces;
    let (proposed, possible) = (personal_groups(all), possible_groups(all));
    let mut lines = vec!["namespaces:".to_owned()];
    lines.extend(proposed.iter().flat_map(|group| proposal(group, "", found)));
    if proposed.is_empty() {
        let why = if all.is_empty() { "no namespace was found" } else { "no name looks like a developer's" };
        lines.push(format!("  # An example, because {why}: replace it.\n  - \"dev-*\""));
    }
    if !possible.is_empty() {
        lines.push("  # Not proposed. These have a prefix in common: do they belong to developers?".to_owned());
        lines.extend(possible.iter().flat_map(|group| proposal(group, "# ", found)));
    }
    let (used, unused): (Vec<_>, Vec<_>) = ungrouped(all).into_iter().partition(|namespace| found.count(namespace) > 0);
    if !used.is_empty() {
        lines.push("  # Not proposed. These hold releases today:".to_owned());
        let line = |namespace: &&Namespace| {
            let name = format!("{:?}", namespace.as_str());
            format!("  # - {name:<20} # {}", plural(found.count(namespace), "release"))
        };
        lines.extend(used.iter().map(line));
    }
    let unused = unused.into_iter().filter(|namespace| !is_shared(namespace.as_str())).collect::<Vec<_>>();
    if !unused.is_empty() {
        let releases = if found.counts.is_some() { ", no releases today" } else { "" };
        lines.push(format!("  # Not proposed{releases}: {}", list(unused, MAX_LISTED)));
    }
    lines.join("\n")
}

/// A group's pattern, with its namespaces. All that hold releases are named.
fn proposal(group: &NamespaceGroup, comment: &str, found: &InitFindings) -> Vec<String> {
    let (size, pattern) = (plural(group.members.len(), "namespace"), &group.pattern);
    if found.counts.is_none() {
        return vec![format!("  {comment}- {pattern:?}    # {size} today: {}", list(&group.members, MAX_LISTED))];
    }
    let used = group.members.iter().filter(|namespace| found.count(namespace) > 0).collect::<Vec<_>>();
    let releases = used.iter().map(|namespace| found.count(namespace)).sum();
    let mut lines = vec![format!("  {comment}- {pattern:?}    # {size} with {} today", plural(releases, "release"))];
    let named = used.iter().map(|namespace| format!("{namespace} ({})", found.count(namespace))).collect::<Vec<_>>();
    lines.extend(named.chunks(NAMES_PER_LINE).map(|names| format!("  #     {}", names.join(", "))));
    lines
}

fn keep(found: &InitFindings) -> String {
    let groups = personal_groups(&found.namespaces);
    let shared = |namespace| format!("  - {:?}    # shared, by its name", format!("{namespace}/*"));
    let mut lines = vec!["keep:".to_owned()];
    lines.extend(groups.iter().flat_map(shared_members).map(shared));
    let entry = |KeepSuggestion { key, name, reason }| format!("  - {key}: [{name:?}]\n    reason: {reason:?}");
    lines.extend(keep_suggestions(&found.releases).into_iter().map(entry));
    if lines.len() == 1 {
        lines.push("  # Examples, because no shared release was found in scope: replace them.".to_owned());
        lines.push("  - \"*/vault\"".to_owned());
        lines.push("  - charts: [cert-manager, ingress-nginx]\n    reason: shared infrastructure".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::init::suggestions::FoundRelease;
    use crate::policy::Policy;

    fn read(found: &InitFindings) -> (String, Policy) {
        let text = policy_text("end-of-day", found);
        let policy = Policy::read("init", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        (text, policy)
    }

    fn found(namespaces: &[&str], releases: &[(&str, Option<&str>)]) -> InitFindings {
        let seen = |(release, chart): &(&str, Option<&str>)| FoundRelease {
            name: (*release).to_owned(),
            chart: chart.map(str::to_owned),
        };
        InitFindings {
            cluster: None,
            namespaces: namespaces.iter().map(|name| name.parse().expect("a legal name")).collect(),
            counts: None,
            releases: releases.iter().map(seen).collect(),
        }
    }

    #[test]
    fn what_is_printed_without_a_cluster_is_a_valid_policy_with_the_editors_line_first() {
        let (text, policy) = read(&InitFindings::default());
        assert_eq!(policy.name, "end-of-day");
        assert!(text.starts_with("# yaml-language-server: $schema=helm-purge.schema.json\n"));
    }

    #[test]
    fn what_is_printed_is_a_valid_policy_whatever_the_names_are_like() {
        let long = format!("dev-{}", "x".repeat(59));
        let odd = [
            "0", "123", "0x1f", "1e3", "null", "true", "no", "dev--a", "dev-", "pr-1", "null-a", "null-b", "null-c",
            "0-a", "0-b", "0-c", "a--b", &long,
        ];
        let legal = odd.iter().copied().filter(|name| name.parse::<Namespace>().is_ok()).collect::<Vec<_>>();
        let charts = [
            ("null", Some("null-operator")),
            ("no", Some("1-operator")),
            ("x.y", Some("a: b")),
            ("0", None),
            ("1e3-operator", None),
            ("a.operator", None),
        ];
        for count in 0..=legal.len() {
            read(&found(&legal[..count], &charts));
        }
        assert!(legal.len() > 12);
    }

    #[test]
    fn a_cluster_with_an_odd_context_is_named_as_it_is() {
        for context in ["arn:aws:eks:eu-west-1:1:cluster/dev", "a*b[c]{d}", "it's \"quoted\"", "dev # eu", "ä"] {
            let cluster =
                ClusterRef { context: context.to_owned(), server: "https://[::1]:6443".to_owned(), uid: None };
            let (text, policy) = read(&InitFindings { cluster: Some(cluster), ..InitFindings::default() });
            let matches = policy.clusters[0].matches(context, "https://[::1]:6443", None);
            assert_eq!(matches, crate::policy::ClusterMatch::Matches, "{text}");
        }
    }

    #[test]
    fn what_is_proposed_is_in_the_policy_and_what_is_only_possible_is_not() {
        let namespaces = ["dev-alice", "dev-monitoring", "kube-system", "team-a", "team-b", "team-c", "alice"];
        let (text, policy) = read(&found(&namespaces, &[("web", Some("web")), ("in", Some("ingress-nginx"))]));
        let patterns = policy.namespaces.patterns.iter().map(crate::policy::NamePattern::as_str).collect::<Vec<_>>();
        assert_eq!(patterns, ["dev-*"]);
        let kept = policy.keep.iter().map(|entry| entry.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(kept, ["dev-monitoring/*", "charts ingress-nginx"]);
        assert!(text.contains("# - \"team-*\"    # 3 namespaces today: team-a, team-b, team-c"), "{text}");
        assert!(text.contains("# Not proposed: alice"), "{text}");
    }

    #[test]
    fn every_namespace_that_holds_releases_is_named_with_their_number() {
        let namespaces = ["default", "dev-alice", "dev-bob", "kube-system", "monitoring", "team-a", "team-b", "team-c"];
        let counts = [("default", 3), ("dev-alice", 2), ("kube-system", 1), ("monitoring", 1), ("team-b", 4)];
        let count = |(name, count): (&str, usize)| (name.parse().expect("a legal name"), count);
        let found = InitFindings { counts: Some(counts.into_iter().map(count).collect()), ..found(&namespaces, &[]) };
        let (text, _) = read(&found);
        for line in [
            "  - \"dev-*\"    # 2 namespaces with 2 releases today\n  #     dev-alice (2)\n",
            "  # - \"team-*\"    # 3 namespaces with 4 releases today\n  #     team-b (4)\n",
            "  # - \"default\"            # 3 releases\n",
            "  # - \"kube-system\"        # 1 release\n",
            "  # - \"monitoring\"         # 1 release\n",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
