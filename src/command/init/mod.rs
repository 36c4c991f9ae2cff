//! `init`: a commented policy for this cluster, on stdout.
//!
//! If a cluster can be reached, the policy names it by server and uid, and proposes entries for its namespaces and
//! releases. Otherwise the policy has examples to replace. The printed policy is always valid.

mod cluster;
mod suggestions;

use crate::app::{App, CommandError};
use crate::cli::InitArguments;
use crate::exit_code::ExitCode;
use crate::journal::ClusterRef;
use crate::policy::Policy;
use crate::release::Namespace;
use crate::report::{list, plural};
use crate::settings::ConnectionOptions;
use cluster::InitFindings;
use suggestions::{
    KeepSuggestion, NamespaceGroup, keep_suggestions, personal_groups, possible_groups, shared_members, ungrouped,
};

/// More names than this are counted, not written out.
const MAX_LISTED: usize = 12;

/// Prints the policy.
pub(super) fn init(
    arguments: &InitArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    app.listen()?;
    let found = cluster::find(options, app);
    app.unless_interrupted(Ok(()))?;
    let text = policy_text(&arguments.name, &found);
    // An illegal name is an error now, not at the first `validate`.
    Policy::read("init", text.as_bytes()).map_err(|faults| {
        let first = faults.errors.first().map(|fault| fault.message.clone()).unwrap_or_default();
        CommandError::usage(format!("no policy can be made of this: {first}"), "choose another --name")
    })?;
    app.printer.data(&text);
    Ok(ExitCode::Done)
}

/// A whole policy file.
fn policy_text(name: &str, found: &InitFindings) -> String {
    format!(
        include_str!("template.yaml"),
        name = name,
        clusters = found.cluster.as_ref().map_or_else(|| CLUSTER_PLACEHOLDER.to_owned(), cluster_entry),
        namespaces = namespaces(&found.namespaces),
        keep = keep(found),
    )
}

const CLUSTER_PLACEHOLDER: &str = "  # No cluster could be looked at: write in your own.\n  - context: \"dev-*\"\n    server: \"https://dev.example.com*\"";

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

/// The key with its proposals. It always has one, because a policy without one is invalid.
fn namespaces(all: &[Namespace]) -> String {
    let (proposed, possible, single) = (personal_groups(all), possible_groups(all), ungrouped(all));
    let mut lines = vec!["namespaces:".to_owned()];
    lines.extend(proposed.iter().map(|group| format!("  - {:?}    # {}", group.pattern, members(group))));
    if proposed.is_empty() {
        let why = if all.is_empty() { "no namespace could be seen" } else { "none looks like a developer's" };
        lines.push(format!("  # An example, for {why}: write in your own.\n  - \"dev-*\""));
    }
    if !possible.is_empty() {
        lines.push("  # These have a beginning in common. Are they people's?".to_owned());
        lines.extend(possible.iter().map(|group| format!("  # - {:?}    # {}", group.pattern, members(group))));
    }
    if !single.is_empty() {
        lines.push(format!("  # In no group, and not taken in: {}", list(single, MAX_LISTED)));
    }
    lines.join("\n")
}

fn members(group: &NamespaceGroup) -> String {
    format!("now {}: {}", plural(group.members.len(), "namespace"), list(&group.members, MAX_LISTED))
}

fn keep(found: &InitFindings) -> String {
    let groups = personal_groups(&found.namespaces);
    let shared = |namespace| format!("  - {:?}    # by its name, others may depend on it", format!("{namespace}/*"));
    let mut lines = vec!["keep:".to_owned()];
    lines.extend(groups.iter().flat_map(shared_members).map(shared));
    let entry = |KeepSuggestion { key, name, reason }| format!("  - {key}: [{name:?}]\n    reason: {reason:?}");
    lines.extend(keep_suggestions(&found.releases).into_iter().map(entry));
    if lines.len() == 1 {
        lines.push("  # Examples, for nothing was seen in scope that others depend on.".to_owned());
        lines.push("  - \"*/vault\"".to_owned());
        lines.push("  - charts: [cert-manager, ingress-nginx]\n    reason: shared by everyone".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::suggestions::FoundRelease;
    use super::*;

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
        assert!(text.contains("# - \"team-*\"    # now 3 namespaces: team-a, team-b, team-c"), "{text}");
        assert!(text.contains("In no group, and not taken in: alice"), "{text}");
    }
}
