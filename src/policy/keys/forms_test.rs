//! Every legal form of every key, and the value it is read as.

use std::time::Duration;

use crate::place::{Place, Placed};
use crate::policy::{Identification, KeepEntry, NamePattern, Policy};

const EVERY_FORM: &str = include_str!("../../../tests/policies/accepted-every-form/policy.yaml");

const HEAD: &str = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: end-of-day}\nclusters: [dev]\n";

fn read(text: &str) -> Policy {
    Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))
}

fn with(keys: &str) -> Policy {
    read(&format!("{HEAD}namespaces: [dev]\n{keys}"))
}

fn timeout(written: &str) -> Duration {
    with(&format!("defaults: {{timeout: {written}}}\n")).defaults.timeout
}

fn place(line: usize, column: usize) -> Place {
    Place { file: "policy.yaml".into(), line, column }
}

#[test]
fn every_key_in_every_form_is_read_as_what_it_says() {
    let policy = read(EVERY_FORM);
    assert_eq!((policy.name.as_str(), &*policy.file), ("end-of-day", "policy.yaml"));
    assert_eq!(policy.workers.get(), 64);
    assert_eq!(policy.defaults.timeout, Duration::from_mins(90));
    assert_eq!(policy.limits.max_releases, Some(Placed { value: 300, place: place(26, 23) }));
    assert_eq!(policy.limits.max_namespaces.map(|limit| limit.value), Some(60));
    assert_eq!(policy.limits.max_percent.map(|limit| limit.value.get()), Some(50));
    let fence = policy.namespaces.patterns().iter().map(NamePattern::as_str).collect::<Vec<_>>();
    assert_eq!(fence, ["dev-*", "pr-[0-9]*", "team-{a,b}-?*", "kube-system"]);
}

#[test]
fn clusters_have_a_short_form_and_a_long_one() {
    let clusters = read(EVERY_FORM).clusters;
    let fields = clusters.iter().map(|entry| {
        let text = |pattern: Option<&crate::policy::ClusterPattern>| pattern.map(|pattern| pattern.as_str().to_owned());
        (text(entry.context()), text(entry.server()), entry.uid().map(ToString::to_string), entry.identification())
    });
    let some = |text: &str| Some(text.to_owned());
    let (context_only, more) = (Identification::ContextOnly, Identification::ServerOrUid);
    let expected = [
        (some("dev-*"), None, None, context_only),
        (some("*"), None, some("0f9d0000-0000-4000-8000-000000000000"), more),
        (some("*dev-*"), some("https://*.dev.example.com*"), None, more),
        (some("arn:aws:eks:eu-west-1:123456789012:cluster/dev-*"), None, None, context_only),
    ];
    assert_eq!(fields.collect::<Vec<_>>(), expected);
    assert_eq!(clusters[0].place(), &place(7, 5));
}

#[test]
fn keep_remembers_how_it_is_written_where_and_why() {
    let keep = read(EVERY_FORM).keep;
    let shown = keep.iter().map(|entry| (entry.as_str(), entry.reason(), entry.place().line, entry.place().column));
    let expected = [
        ("dev-shared/*", None, 17, 5),
        ("*/vault{,-0}", None, 18, 6),
        (
            "namespaces dev-alice and releases *-vault and charts cert-manager, My_Chart",
            Some("customer demo: don't touch"),
            19,
            5,
        ),
        ("charts *-operator", Some("shared by everyone"), 20, 5),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_left_out_has_its_default() {
    let policy = with("");
    assert!(policy.keep.is_empty() && policy.limits.is_empty());
    assert_eq!((policy.workers.get(), policy.defaults.timeout), (16, Duration::from_mins(5)));
    assert!(with("keep: []\ndefaults: {}\n").keep.is_empty());
}

#[test]
fn durations_are_friendly_or_iso_8601() {
    for (written, seconds) in
        [("1s", 1), ("300s", 300), ("5m", 300), ("1h30m", 5400), ("\"1h 30m\"", 5400), ("PT5M", 300), ("24h", 86_400)]
    {
        assert_eq!(timeout(written), Duration::from_secs(seconds), "{written}");
    }
    assert_eq!(timeout("1.5h"), Duration::from_mins(90));
}

#[test]
fn limits_may_be_set_one_by_one() {
    assert_eq!(with("limits: {maxPercent: 1}\n").limits.max_percent.map(|limit| limit.value.get()), Some(1));
    assert!(with("limits: {maxNamespaces: 1}\n").limits.max_releases.is_none());
}

#[test]
fn words_that_other_yaml_takes_for_values_are_text() {
    let text = format!("{HEAD}namespaces: [no, 0123, 2048, true, on]\nkeep: [no/0123]\n");
    let policy = read(&text);
    let fence = policy.namespaces.patterns().iter().map(NamePattern::as_str).collect::<Vec<_>>();
    assert_eq!(fence, ["no", "0123", "2048", "true", "on"]);
    assert_eq!(policy.keep.iter().map(KeepEntry::as_str).collect::<Vec<_>>(), ["no/0123"]);
}

#[test]
fn places_of_quoted_patterns_point_at_their_first_character() {
    let policy = read(&format!("{HEAD}namespaces: [\"ä\", dev]\n").replace('ä', "a"));
    let places = policy.namespaces.patterns().iter().map(|pattern| pattern.place().clone()).collect::<Vec<_>>();
    assert_eq!(places, [place(5, 15), place(5, 19)]);
}
