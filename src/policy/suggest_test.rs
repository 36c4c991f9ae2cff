//! What unknown keys were meant to be.

use super::super::schema::{KEEP, LIMITS, RULE, SECTIONS, TOP};
use super::*;

fn said(unknown: &str, section: &'static Section) -> String {
    match suggest(unknown, section, &SECTIONS) {
        Suggestion::Meant(key) => key.name.to_owned(),
        Suggestion::Belongs(section, key) => format!("{} {}", key.name, section.title),
        Suggestion::None => String::new(),
    }
}

#[test]
fn slips_of_spelling_are_recognised() {
    for (unknown, meant) in
        [("namespace", "namespaces"), ("Keep", "keep"), ("worker", "workers"), ("cluster", "clusters")]
    {
        assert_eq!(said(unknown, &TOP), meant, "{unknown}");
    }
    assert_eq!(said("max_releases", &LIMITS), "maxReleases");
}

#[test]
fn words_of_other_tools_are_recognised_where_they_make_sense() {
    assert_eq!(said("protect", &TOP), "keep");
    assert_eq!(said("protect", &LIMITS), "");
    assert_eq!((said("name", &KEEP).as_str(), said("name", &TOP).as_str()), ("releases", "name under `metadata`"));
    assert_eq!(said("labels", &RULE), "selector");
    assert_eq!(said("labels", &LIMITS), "labels under `metadata`");
}

#[test]
fn a_key_of_another_level_is_sent_there() {
    assert_eq!(said("maxReleases", &TOP), "maxReleases under `limits`");
    assert_eq!(said("max-releases", &TOP), "maxReleases under `limits`");
    assert_eq!(said("timeout", &KEEP), "timeout under `defaults`");
    assert_eq!(said("workers", &LIMITS), "workers at the top level");
    assert_eq!(said("olderThan", &TOP), "olderThan in an entry of `rules`");
    assert_eq!(said("older_than", &KEEP), "olderThan in an entry of `rules`");
}

#[test]
fn a_key_like_no_other_gets_no_suggestion() {
    for unknown in ["replicas", "suspend", "dryRun", "foo", &"namespaces".repeat(100)] {
        assert_eq!(said(unknown, &TOP), "", "{unknown}");
    }
}
