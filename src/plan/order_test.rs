//! Order decides nothing that is lost: of rules, of files, of entries of `keep` and of a scope.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::properties_test::{KEEPS, NAMESPACES, NOW, any_listing, contents, some};
use super::{ClusterState, Filters, Plan, build};
use crate::cluster::NamespaceFacts;
use crate::guard;
use crate::inventory::{Contents, Listing, Protection};
use crate::policy::{BlastRadius, DataLoss, Policy};
use crate::release::{Content, Known, Object, ReleaseId};
use crate::uninstall_options::{History, Hooks};

const SCOPES: [&str; 4] = ["'dev-*'", "'*-a'", "dev-b", "'pr-?'"];
const SELECTORS: [&str; 10] = [
    "",
    "releases: [vault, web], ",
    "releases: ['web*', ci-1], ",
    "charts: ['*-manager', redis], ",
    "statuses: [deployed], ",
    "olderThan: 3d, ageFrom: firstDeploy, ",
    "namespaceSelector: {matchLabels: {env: dev}}, ",
    "selector: {matchLabels: {tier: shared}}, ",
    "charts: [redis, web], selector: {matchExpressions: [{key: tier, operator: NotIn, values: [own]}]}, ",
    "releases: [redis], charts: [redis], ",
];
const OPTIONS: [&[&str]; 4] = [
    &["dataLoss: deny, ", "dataLoss: allow, "],
    &["blastRadius: namespace, ", "blastRadius: cluster, "],
    &["hooks: run, ", "hooks: skip, "],
    &["keepHistory: true, ", "keepHistory: false, "],
];

/// A policy in parts whose order must not matter.
#[derive(Debug, Clone)]
struct PolicyParts {
    name: String,
    /// The lines whose place stays the same.
    head: String,
    scope: Vec<&'static str>,
    keeps: Vec<&'static str>,
    /// `None` without the key.
    rules: Option<Vec<String>>,
}

impl PolicyParts {
    fn policy(&self) -> Policy {
        let list = |items: &[&str]| items.join(", ");
        let rules = self.rules.as_ref().map(|rules| format!("rules: [{}]\n", rules.join(", "))).unwrap_or_default();
        let text = format!("{}namespaces: [{}]\nkeep: [{}]\n{rules}", self.head, list(&self.scope), list(&self.keeps));
        Policy::read(&self.name, text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}\n{text}"))
    }

    fn shuffled(&self) -> impl Strategy<Value = Self> + use<> {
        let rules = Just(self.rules.clone().unwrap_or_default()).prop_shuffle();
        let lists = (Just(self.scope.clone()).prop_shuffle(), Just(self.keeps.clone()).prop_shuffle(), rules);
        let parts = self.clone();
        lists.prop_map(move |(scope, keeps, rules)| {
            let rules = parts.rules.as_ref().map(|_| rules);
            Self { scope, keeps, rules, ..parts.clone() }
        })
    }
}

/// Each of the four options, written or not.
fn any_options() -> impl Strategy<Value = String> {
    OPTIONS.map(|values| option::of(select(values))).prop_map(|options| options.into_iter().flatten().collect())
}

fn any_rule() -> impl Strategy<Value = String> {
    (select(&SELECTORS[..]), any_options()).prop_map(|(selector, options)| format!("{selector}{options}"))
}

fn any_rules() -> impl Strategy<Value = Vec<String>> {
    vec(any_rule(), 0..4)
        .prop_map(|rules| rules.iter().enumerate().map(|(number, rule)| format!("{{{rule}name: r{number}}}")).collect())
}

/// Limits, and other keys that may keep or refuse. `maxPercent` needs rules.
fn any_limits(has_rules: bool) -> impl Strategy<Value = String> {
    let percent = if has_rules { ("maxPercent", 1..100) } else { ("maxReleases", 1..4) };
    let limits = [percent, ("maxNamespaces", 1..4_u32)];
    let limits = limits.map(|(key, range)| option::of(range.prop_map(move |most| format!("{key}: {most}, "))));
    let first = prop_oneof![Just(""), Just("order: {last: [{releases: [web]}]}\n"), Just("minAge: 3d\n")];
    (limits, first).prop_map(|(limits, rest)| {
        let limits = limits.into_iter().flatten().collect::<String>();
        if limits.is_empty() { rest.to_owned() } else { format!("limits: {{{limits}}}\n{rest}") }
    })
}

fn any_parts() -> impl Strategy<Value = PolicyParts> {
    let rules = prop_oneof![1 => Just(None), 2 => any_rules().prop_map(Some)];
    let with_limits = rules.prop_flat_map(|rules| (any_limits(rules.is_some()), Just(rules)));
    let lists = (some(&SCOPES, 1), some(&KEEPS, 0), any_options());
    (lists, with_limits).prop_map(|((scope, keeps, defaults), (limits, rules))| PolicyParts {
        name: String::new(),
        head: format!("defaults: {{{defaults}timeout: 5m}}\n{limits}"),
        scope,
        keeps: keeps.into_iter().take(2).collect(),
        rules,
    })
}

/// One to three policies, and the same in another order.
fn any_order() -> impl Strategy<Value = (Vec<PolicyParts>, Vec<PolicyParts>)> {
    vec(any_parts(), 1..4).prop_flat_map(|mut files| {
        for (number, file) in files.iter_mut().enumerate() {
            file.name = format!("p{number}.yaml");
            let head = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nclusters: [dev]";
            file.head = format!("{head}\nmetadata: {{name: p{number}}}\n{}", file.head);
        }
        let shuffled = files.iter().map(PolicyParts::shuffled).collect::<Vec<_>>();
        (Just(files), shuffled.prop_flat_map(|files| Just(files).prop_shuffle()))
    })
}

/// What a release may hold that decides about it.
fn any_content() -> impl Strategy<Value = Content> {
    let object = |kind: &str, namespace: Option<&str>| Object {
        kind: kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: "x".to_owned(),
    };
    let claims = prop_oneof![2 => Just(Vec::new()), 1 => Just(vec![object("PersistentVolumeClaim", None)])];
    let elsewhere = prop_oneof![
        1 => Just(Vec::new()),
        1 => select(&["dev-a", "dev-b", "pr-1"][..]).prop_map(move |name| vec![object("ConfigMap", Some(name))]),
    ];
    let managed = prop_oneof![4 => Just(None), 1 => Just(Some("HelmRelease x/web".to_owned()))];
    let first = prop_oneof![2 => Just(Known::Is(jiff::Timestamp::UNIX_EPOCH)), 1 => Just(Known::Is(NOW)), 1 => Just(Known::Unknown)];
    (claims, elsewhere, managed, first).prop_map(|(claims, elsewhere, managed_by, first_deployed)| Content {
        elsewhere,
        claims,
        managed_by,
        first_deployed,
        ..Content::of_chart(Known::Unknown)
    })
}

fn filled(listing: &Listing, held: &[Content]) -> Contents {
    let mut contents = contents(listing);
    for (content, held) in contents.values_mut().filter_map(|content| content.as_mut().ok()).zip(held.iter().cycle()) {
        *content = Content { chart: content.chart.clone(), ..held.clone() };
    }
    contents
}

/// Labels of each namespace: of `dev`, of something else, or not known.
fn any_protection() -> impl Strategy<Value = Protection> {
    let facts = prop_oneof![3 => Just(Some("dev")), 1 => Just(Some("test")), 1 => Just(None)];
    vec(facts, NAMESPACES.len()).prop_map(|labels| {
        let facts = |env: Option<&str>| match env {
            Some(env) => {
                Ok(NamespaceFacts { labels: [("env".to_owned(), env.to_owned())].into(), ..NamespaceFacts::default() })
            }
            None => Err("forbidden".to_owned()),
        };
        let namespaces = NAMESPACES.iter().zip(&labels);
        let namespaces = namespaces.map(|(name, env)| (name.parse().expect("a legal name"), facts(*env))).collect();
        Protection::of(namespaces, Vec::new(), Vec::new(), Ok(Vec::new()), Ok(Vec::new()))
    })
}

/// The options of a release that order must not decide.
type Decisive = (DataLoss, BlastRadius, Hooks, bool);

/// The purged releases with these options, and every refusal with its message up to the place.
fn outcome(plan: &Plan, policies: &[Policy]) -> (BTreeMap<ReleaseId, Decisive>, BTreeSet<String>) {
    let purged = plan.selected().map(|(release, selected)| {
        let (options, uninstall) = (selected.options, selected.options.uninstall);
        (release.id.clone(), (options.data_loss, options.blast_radius, uninstall.hooks, uninstall.keeps_history()))
    });
    let refusals = guard::limits(plan, policies, None).into_iter().chain(guard::required_keeps(plan));
    let refusals = refusals.map(|refusal| {
        let file = policies.iter().map(|policy| &*policy.file).find(|file| refusal.message.contains(*file));
        let message = refusal.message.split(" (").next().unwrap_or_default();
        format!("{}: {message} ({})", refusal.guard, file.unwrap_or_default())
    });
    (purged.collect(), refusals.collect())
}

proptest! {
    #[test]
    fn no_order_of_rules_files_keeps_and_scopes_changes_what_is_lost_or_refused(
        (files, turned) in any_order(), listing in any_listing(), held in vec(any_content(), 1..12),
        protection in any_protection(), sharded in any::<bool>()
    ) {
        let filters = Filters {
            shard: sharded.then(|| "1/2".parse().expect("a shard")),
            without_opt_outs: true,
            ..Filters::default()
        };
        let contents = filled(&listing, &held);
        let facts = ClusterState { listing: &listing, contents: &contents, protection: &protection, now: NOW };
        let outcomes = [files, turned].map(|files| {
            let policies = files.iter().map(PolicyParts::policy).collect::<Vec<_>>();
            outcome(&build(&policies, facts, &filters), &policies)
        });
        prop_assert_eq!(&outcomes[0], &outcomes[1]);
    }
}

#[test]
fn a_kept_history_has_the_tag_of_the_first_policy_that_asks_for_it() {
    let policy = |name: &str, rest: &str| {
        let head = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nclusters: [dev]\nnamespaces: [dev-a]";
        let text = format!("{head}\nmetadata: {{name: {name}}}\n{rest}\n");
        Policy::read(name, text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))
    };
    let silent = || policy("silent", "");
    let asking = || policy("asking", "rules: [{name: all, keepHistory: true}]");
    let denying = || policy("denying", "rules: [{name: all, keepHistory: false}]");
    let tag = |policies: &[Policy]| {
        let json = r#"[{"name":"web","namespace":"dev-a","revision":"1","updated":"2026-11-20T10:00:00Z","status":"deployed","chart":"web-1.0.0"}]"#;
        let listing = crate::inventory::read(json.as_bytes()).expect("a list");
        let contents = contents(&listing);
        let protection = Protection::of(
            [("dev-a".parse().expect("a legal name"), Ok(NamespaceFacts::default()))].into(),
            Vec::new(),
            Vec::new(),
            Ok(Vec::new()),
            Ok(Vec::new()),
        );
        let facts = ClusterState { listing: &listing, contents: &contents, protection: &protection, now: NOW };
        let filters = Filters { without_opt_outs: true, ..Filters::default() };
        let plan = build(policies, facts, &filters);
        plan.selected().map(|(_, selected)| selected.options.uninstall.history).next().expect("it is purged")
    };
    assert_eq!(tag(&[silent(), asking()]), History::Keep(1));
    assert_eq!(tag(&[denying(), silent(), asking()]), History::Keep(2));
    assert_eq!(tag(&[asking(), denying()]), History::Keep(0));
    assert_eq!(tag(&[silent(), denying()]), History::Drop);
}
