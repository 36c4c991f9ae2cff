//! Which namespaces two policies share.

use super::*;

fn policy(name: &str, clusters: &str, namespaces: &str) -> Policy {
    let text = format!(
        "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: {name}}}\nclusters: [{clusters}]\n\
         namespaces: [{namespaces}]\nlimits: {{maxReleases: 1}}\n"
    );
    Policy::read(&format!("{name}.yaml"), text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The example, where two scopes share a namespace.
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
fn scopes_without_a_legal_name_in_common_share_nothing() {
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
    let places =
        found.iter().flat_map(|shared| [shared.first.1, shared.second.1].map(|pattern| pattern.place.to_string()));
    assert_eq!(places.collect::<Vec<_>>(), ["a.yaml:5:18", "b.yaml:5:18"]);
}
