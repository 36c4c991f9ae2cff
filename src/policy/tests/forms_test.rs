//! Every legal form of every key, and the value it is read as.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::location::{Location, Spanned};
use crate::policy::label_selector::{LabelOperator, LabelRequirement};
use crate::policy::purge_options::{BlastRadius, DataLoss, PurgeOptions};
use crate::policy::rules::{AgeFrom, ReleaseState};
use crate::policy::selectors::{KeepCondition, KeepEntry, Selector};
use crate::policy::time::Day;
use crate::policy::{NamePattern, Policy};
use crate::uninstall_options::{Cascade, History, Hooks, UninstallOptions, Wait};

const EVERY_FORM: &str = include_str!("../../../tests/policies/accepted-every-form/policy.yaml");

const HEAD: &str = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: end-of-day}\nclusters: [dev]\n";

fn read(text: &str) -> Policy {
    Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))
}

fn with(keys: &str) -> Policy {
    read(&format!("{HEAD}namespaces: [dev]\n{keys}"))
}

fn timeout(written: &str) -> Duration {
    with(&format!("defaults: {{timeout: {written}}}\n")).defaults.uninstall.timeout
}

fn requirement(key: &str, operator: LabelOperator, values: &[&str]) -> LabelRequirement {
    let values = values.iter().map(ToString::to_string).collect();
    LabelRequirement { key: key.to_owned(), operator, values }
}

fn place(line: usize, column: usize) -> Location {
    Location { file: "policy.yaml".into(), line, column }
}

#[test]
fn every_key_in_every_form_is_read_as_what_it_says() {
    let policy = read(EVERY_FORM);
    assert_eq!((policy.name.as_str(), &*policy.file), ("end-of-day", "policy.yaml"));
    assert_eq!((policy.workers.get(), policy.retries), (64, 0));
    assert_eq!(policy.defaults.uninstall.timeout, Duration::from_mins(90));
    assert_eq!(policy.limits.releases, Some(Spanned { value: 300, place: place(26, 23) }));
    assert_eq!(policy.limits.namespaces.map(|limit| limit.value), Some(60));
    assert_eq!(policy.limits.percent.map(|limit| limit.value), Some(50));
    let scope = policy.namespaces.patterns.iter().map(NamePattern::as_str).collect::<Vec<_>>();
    assert_eq!(scope, ["dev-*", "pr-[0-9]*", "team-{a,b}-?*", "kube-system"]);
}

#[test]
fn what_is_not_said_of_retries_is_three() {
    assert_eq!([with("").retries, with("retries: 10\n").retries], [3, 10]);
}

#[test]
fn clusters_have_a_short_form_and_a_long_one() {
    let clusters = read(EVERY_FORM).clusters;
    let fields = clusters.iter().map(|entry| {
        let text = |pattern: Option<&NamePattern>| pattern.map(|pattern| pattern.as_str().to_owned());
        (text(entry.context.as_ref()), text(entry.server.as_ref()), entry.uid.clone(), entry.has_context_only())
    });
    let some = |text: &str| Some(text.to_owned());
    let (context_only, more) = (true, false);
    let expected = [
        (some("dev-*"), None, None, context_only),
        (some("*"), None, some("0f9d0000-0000-4000-8000-000000000000"), more),
        (some("*dev-*"), some("https://*.dev.example.com*"), None, more),
        (some("arn:aws:eks:eu-west-1:123456789012:cluster/dev-*"), None, None, context_only),
    ];
    assert_eq!(fields.collect::<Vec<_>>(), expected);
    assert_eq!(clusters[0].place, place(7, 5));
}

#[test]
fn keep_remembers_how_it_is_written_where_and_why() {
    let keep = read(EVERY_FORM).keep;
    let shown =
        keep.iter().map(|entry| (entry.as_str(), entry.reason.as_deref(), entry.place.line, entry.place.column));
    let expected = [
        ("dev-shared/*", None, 17, 5),
        ("*/vault{,-0}", None, 18, 6),
        (
            "namespaces dev-alice and releases *-vault and charts cert-manager, My_Chart and selector tier=shared",
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
    assert_eq!((policy.workers.get(), policy.defaults.uninstall.timeout), (16, Duration::from_mins(5)));
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
    assert_eq!(with("rules: []\nlimits: {maxPercent: 1}\n").limits.percent.map(|limit| limit.value), Some(1));
    assert!(with("limits: {maxNamespaces: 1}\n").limits.releases.is_none());
}

#[test]
fn words_that_other_yaml_takes_for_values_are_text() {
    let text = format!("{HEAD}namespaces: [no, 0123, 2048, true, on]\nkeep: [no/0123]\n");
    let policy = read(&text);
    let scope = policy.namespaces.patterns.iter().map(NamePattern::as_str).collect::<Vec<_>>();
    assert_eq!(scope, ["no", "0123", "2048", "true", "on"]);
    assert_eq!(policy.keep.iter().map(KeepEntry::as_str).collect::<Vec<_>>(), ["no/0123"]);
}

#[test]
fn places_of_quoted_patterns_point_at_their_first_character() {
    let policy = read(&format!("{HEAD}namespaces: [\"ä\", dev]\n").replace('ä', "a"));
    let places = policy.namespaces.patterns.iter().map(|pattern| pattern.place.clone()).collect::<Vec<_>>();
    assert_eq!(places, [place(5, 15), place(5, 19)]);
}

#[test]
fn a_rule_says_which_and_how() {
    let policy = read(EVERY_FORM);
    let rule = &policy.rules[0];
    assert_eq!((rule.name.as_str(), &rule.place), ("old-previews", &place(36, 5)));
    assert_eq!(
        rule.selector.written(),
        "namespaces pr-*, kube-system and releases web-* and charts * and selector tier=web,!helm-purge-keep"
    );
    let labels = rule.namespace_selector.as_ref().map(|selector| selector.requirements.clone());
    assert_eq!(labels, Some(vec![requirement("tier", LabelOperator::In, &["test", ""])]));
    assert_eq!(rule.older_than, Some(Spanned { value: Duration::from_hours(36), place: place(41, 16) }));
    assert_eq!(rule.age_from, AgeFrom::FirstDeploy);
    assert_eq!(rule.states, [ReleaseState::Failed, ReleaseState::Stuck].into());
    assert_eq!(rule.max_workers.map(NonZeroUsize::get), Some(4));
    let uninstall = UninstallOptions {
        timeout: Duration::from_mins(1),
        hooks: Hooks::Skip,
        wait: Wait::Objects,
        cascade: Cascade::Foreground,
        history: History::Keep(0),
    };
    let options = PurgeOptions { uninstall, blast_radius: BlastRadius::Cluster, data_loss: DataLoss::Allow };
    assert_eq!(rule.options, options);
}

#[test]
fn what_a_rule_leaves_out_is_that_of_the_defaults() {
    let policy = read(EVERY_FORM);
    let rest = &policy.rules[1];
    let uninstall = UninstallOptions { cascade: Cascade::Orphan, ..policy.defaults.uninstall };
    assert_eq!(rest.options, PurgeOptions { uninstall, ..policy.defaults });
    let uninstall = UninstallOptions::with_timeout(Duration::from_mins(90));
    assert_eq!(policy.defaults, PurgeOptions { uninstall, ..PurgeOptions::default() });
    assert!(rest.selector.is_empty() && rest.namespace_selector.is_none() && rest.older_than.is_none());
    assert_eq!((rest.age_from, &rest.states, rest.max_workers), (AgeFrom::LastDeploy, &with("").rules[0].states, None));
}

#[test]
fn without_rules_one_takes_all_of_the_scope_and_an_empty_list_takes_nothing() {
    let policy = with("defaults: {hooks: skip}\n");
    assert_eq!(policy.rules.len(), 1);
    assert_eq!(policy.rules[0].place, place(5, 1));
    assert_eq!(policy.rules[0].options.uninstall.hooks, Hooks::Skip);
    assert!(with("rules: []\n").rules.is_empty());
}

#[test]
fn labels_of_namespaces_have_kubernetes_own_form() {
    let policy = read(EVERY_FORM);
    let selector = policy.namespaces.selector.expect("it is given");
    let expected = [
        requirement("env", LabelOperator::In, &["dev"]),
        requirement("tier", LabelOperator::NotIn, &["prod"]),
        requirement("owner", LabelOperator::Exists, &[]),
        requirement("frozen", LabelOperator::DoesNotExist, &[]),
    ];
    assert_eq!(selector.requirements, expected);
    assert_eq!(selector.to_string(), "env=dev,tier!=prod,owner,!frozen");
}

#[test]
fn an_entry_of_keep_may_end_and_may_have_to_keep_something() {
    let keep = with(
        "timeZone: Europe/Amsterdam\nkeep:\n- {releases: [a], until: 2026-12-01}\n\
         - {releases: [b], until: \"2026-12-01T18:00:00+01:00\", required: true}\n- {releases: [c], required: false}\n",
    )
    .keep;
    let ends = keep.iter().map(|entry| entry.until.as_ref().map(|until| until.ends.to_string())).collect::<Vec<_>>();
    let end = |text: &str| Some(text.to_owned());
    assert_eq!(ends, [end("2026-12-01T23:00:00Z"), end("2026-12-01T17:00:00Z"), None]);
    let requirements = keep.iter().map(|entry| entry.condition).collect::<Vec<_>>();
    assert_eq!(requirements, [KeepCondition::Optional, KeepCondition::Required, KeepCondition::Optional]);
}

#[test]
fn order_ages_window_and_opt_out_are_read_as_what_they_say() {
    let policy = read(EVERY_FORM);
    let written = |selectors: &[Selector]| selectors.iter().map(Selector::written).collect::<Vec<_>>();
    assert_eq!(written(&policy.order.first), ["releases loadtest-*"]);
    assert_eq!(written(&policy.order.last), ["charts cert-manager, *-operator", "namespaces dev-shared"]);
    assert_eq!(policy.time_zone.as_str(), "Europe/Amsterdam");
    assert_eq!(policy.min_age.map(|age| age.value), Some(Duration::from_mins(30)));
    assert_eq!(policy.stuck_after, Duration::from_hours(24));
    assert_eq!(policy.opt_outs_warn_after.map(|age| age.value), Some(Duration::from_hours(14 * 24)));
    let window = policy.window.expect("it is given");
    assert_eq!(window.days, [Day::Friday, Day::Monday]);
    assert_eq!((window.from.to_string(), window.to.to_string()), ("19:00:00".to_owned(), "00:00:00".to_owned()));
}

#[test]
fn ages_know_days_of_24_hours_and_weeks() {
    for (written, hours) in [
        ("36h", 36),
        ("3d", 72),
        ("14d", 14 * 24),
        ("2w", 14 * 24),
        ("1d12h", 36),
        ("P3D", 72),
        ("P1W", 7 * 24),
        ("P1DT12H", 36),
        ("3 days", 72),
        ("3650d", 3650 * 24),
    ] {
        let age = with(&format!("minAge: {written}\n")).min_age.map(|age| age.value);
        assert_eq!(age, Some(Duration::from_hours(hours)), "{written}");
    }
}

#[test]
fn what_is_left_out_of_the_rest_is_none_or_its_default() {
    let policy = with("");
    assert!(policy.min_age.is_none() && policy.window.is_none() && policy.opt_outs_warn_after.is_none());
    assert!(policy.order.first.is_empty() && policy.order.last.is_empty() && policy.namespaces.selector.is_none());
    assert_eq!((policy.stuck_after, policy.time_zone.as_str()), (Duration::from_hours(1), "UTC"));
}
