//! Policies that can choose releases in one and the same namespace: allowed, and worth a note.
//!
//! A release there goes if either selects it and neither keeps it, which is not what each file says by itself.

use globset::Glob;

use super::keys::{Policy, PolicyScope};
use super::pattern::{Common, NamePattern, Names, SYSTEM_NAMESPACES, common};
use crate::release::Namespace;

/// Two policies whose fences can hold the same namespace.
#[derive(Debug)]
pub struct OverlappingNamespace<'p> {
    /// The one that was named first, with its pattern.
    pub first: (&'p Policy, &'p NamePattern),
    /// The other, with its pattern.
    pub second: (&'p Policy, &'p NamePattern),
    /// Such a namespace; none where it takes too long to tell whether there is one.
    pub example: Option<Namespace>,
}

/// Every two policies that can act in one cluster and share a namespace, by their patterns: the labels that they ask
/// for may still tell the namespaces apart.
pub fn shared_namespaces(policies: &[Policy]) -> Vec<OverlappingNamespace<'_>> {
    let pairs = policies
        .iter()
        .enumerate()
        .flat_map(|(at, first)| policies[at + 1..].iter().map(move |second| (first, second)));
    pairs
        .filter(|(first, second)| can_meet(first, second))
        .filter_map(|(first, second)| shared(first, second))
        .collect()
}

fn can_meet(first: &Policy, second: &Policy) -> bool {
    first.clusters.iter().any(|ours| second.clusters.iter().any(|theirs| ours.meets(theirs)))
}

fn shared<'p>(first: &'p Policy, second: &'p Policy) -> Option<OverlappingNamespace<'p>> {
    let (ours, theirs) = (&first.namespaces, &second.namespaces);
    let example = match common(&globs(ours), &globs(theirs), Names::Fenced) {
        Common::Text(name) => Some(name.parse::<Namespace>().expect("only legal names were looked for")),
        Common::Unclear => None,
        Common::Nothing => Some(shared_system_namespace(ours, theirs)?),
    };
    let pattern = |fence: &'p PolicyScope| match &example {
        Some(name) => fence.matches(name),
        None => fence.patterns().first(),
    };
    Some(OverlappingNamespace { first: (first, pattern(ours)?), second: (second, pattern(theirs)?), example })
}

/// Those of the system are in a fence by their exact names only.
fn shared_system_namespace(ours: &PolicyScope, theirs: &PolicyScope) -> Option<Namespace> {
    let mut names = SYSTEM_NAMESPACES.iter().filter_map(|name| name.parse::<Namespace>().ok());
    names.find(|name| ours.matches(name).is_some() && theirs.matches(name).is_some())
}

fn globs(fence: &PolicyScope) -> Vec<&Glob> {
    fence.patterns().iter().map(NamePattern::glob).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(name: &str, clusters: &str, namespaces: &str) -> Policy {
        let text = format!(
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: {name}}}\nclusters: [{clusters}]\n\
             namespaces: [{namespaces}]\nlimits: {{maxReleases: 1}}\n"
        );
        Policy::read(&format!("{name}.yaml"), text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))
    }

    /// The example, where two fences share a namespace.
    fn example(first: &str, second: &str) -> Option<String> {
        let policies = [policy("a", "dev", first), policy("b", "dev", second)];
        let found = shared_namespaces(&policies);
        found.first().map(|shared| shared.example.as_ref().map_or("?".to_owned(), ToString::to_string))
    }

    #[test]
    fn an_example_is_named_where_there_is_one() {
        for (first, second, shared) in [
            ("'dev-*'", "'dev-alice'", "dev-alice"),
            ("'dev-*'", "'*-web'", "dev-web"),
            ("'*'", "'*'", "a"),
            ("'a*', 'pr-[0-9]*'", "'x', '{pr,qa}-?7'", "pr-17"),
            ("kube-system, a", "b, kube-system", "kube-system"),
        ] {
            let found = example(first, second);
            let is_right =
                found.as_deref().is_some_and(|found| found == shared || shared == "pr-17" && found.ends_with('7'));
            assert!(is_right, "{first} and {second}: {found:?}");
        }
    }

    #[test]
    fn fences_without_a_legal_name_in_common_share_nothing() {
        for (first, second) in [
            ("'dev-*'", "'pr-*'"),
            ("'dev-?'", "'dev-??'"),
            ("'kube-*'", "kube-system"),
            ("'*a'", "'*b'"),
            ("kube-public", "kube-system, 'kube-*'"),
        ] {
            assert_eq!(example(first, second), None, "{first} and {second}");
        }
    }

    #[test]
    fn policies_of_different_clusters_share_nothing() {
        let uid = |last: u8| format!("{{context: '*', uid: 0f9d1c2e-5f3a-4c1e-9a53-0b8f1d2e3a4{last}}}");
        for (first, second, count) in [
            ("'dev-eu'".to_owned(), "'dev-us'".to_owned(), 0),
            ("'dev-*'".to_owned(), "'*-us'".to_owned(), 1),
            (uid(1), uid(2), 0),
            (uid(1), uid(1), 1),
            (uid(1), "dev".to_owned(), 1),
            ("{server: 'https://a*'}".to_owned(), "{server: 'https://b*'}, x".to_owned(), 1),
            ("{server: 'https://a*'}".to_owned(), "{server: 'https://b*'}".to_owned(), 0),
        ] {
            let policies = [policy("a", &first, "x"), policy("b", &second, "x")];
            assert_eq!(shared_namespaces(&policies).len(), count, "{first} and {second}");
        }
    }

    #[test]
    fn the_patterns_are_those_that_take_the_namespace_in() {
        let policies = [policy("a", "dev", "x, 'dev-*'"), policy("b", "dev", "y, 'dev-bob'")];
        let found = shared_namespaces(&policies);
        let places = found
            .iter()
            .flat_map(|shared| [shared.first.1, shared.second.1].map(|pattern| pattern.place().to_string()));
        assert_eq!(places.collect::<Vec<_>>(), ["a.yaml:5:18", "b.yaml:5:18"]);
    }
}
