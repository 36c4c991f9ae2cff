//! What holds for every plan, whatever the policy, the list and the flags.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use super::{ClusterState, Decision, Filters, Plan, Subject, build, to_read};
use crate::cluster::NamespaceFacts;
use crate::inventory::{Contents, Listing, Protection, UnreadableRelease};
use crate::policy::{KeepEntry, LabelSelector, Policy, SelectorInput, SelectorMatch};
use crate::release::{Chart, Content, Known, Object, Release, ReleaseId, Revision, Status};

pub(super) const NAMESPACES: [&str; 6] = ["dev-a", "dev-b", "dev-ab", "pr-1", "prod", "kube-system"];
const NAMES: [&str; 6] = ["redis", "vault", "web", "web-2", "ci-1", "a.b"];
const CHARTS: [&str; 4] = ["redis", "traefik", "cert-manager", "web"];
const SCOPES: [&str; 5] = ["dev-*", "pr-?", "dev-{a,b}", "prod", "*-a"];
pub(super) const KEEPS: [&str; 10] = [
    "'*/vault'",
    "'dev-a/*'",
    "'pr-*/web*'",
    "{charts: [traefik]}",
    "{charts: ['*-manager'], reason: shared}",
    "{namespaces: [dev-b], releases: ['ci-*']}",
    "{releases: [redis], charts: [redis]}",
    "{namespaces: ['*-ab']}",
    "{selector: {matchLabels: {tier: shared}}}",
    "{charts: [web, redis], selector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}}",
];

fn policy(scope: &[&str], keeps: &[&str]) -> Policy {
    let quoted = scope.iter().map(|pattern| format!("'{pattern}'")).collect::<Vec<_>>().join(", ");
    let text = format!(
        "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: x}}\nclusters: [dev]\n\
         namespaces: [{quoted}]\nkeep: [{}]\n",
        keeps.join(", ")
    );
    Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"))
}

fn any_release() -> impl Strategy<Value = Release> {
    let known_chart =
        select(&CHARTS[..]).prop_map(|name| Known::Is(Chart { name: name.into(), version: "1.0.0".into() }));
    let chart = prop_oneof![5 => known_chart, 1 => Just(Known::Unknown)];
    let updated = prop_oneof![5 => Just(Known::Is(jiff::Timestamp::UNIX_EPOCH)), 1 => Just(Known::Unknown)];
    let status = prop_oneof![3 => Just(Status::Deployed), 2 => select(&Status::ALL[..])];
    let tier = |tier: &str| BTreeMap::from([("tier".to_owned(), tier.to_owned())]);
    let tiers = select(&["shared", "own"][..]).prop_map(move |name| Known::Is(tier(name)));
    let labels = prop_oneof![3 => Just(Known::Is(BTreeMap::new())), 2 => tiers, 1 => Just(Known::Unknown)];
    (select(&NAMESPACES[..]), select(&NAMES[..]), status, chart, updated, labels).prop_map(
        |(namespace, name, status, chart, updated, labels)| Release {
            id: ReleaseId {
                namespace: namespace.parse().expect("a legal name"),
                name: name.parse().expect("a legal name"),
            },
            revision: Revision(1),
            status,
            chart,
            updated,
            record: Known::Unknown,
            labels,
        },
    )
}

/// Each release once, in any order.
pub(super) fn any_listing() -> impl Strategy<Value = Listing> {
    let unreadable = select(&NAMESPACES[..]).prop_map(|namespace| UnreadableRelease {
        namespace: namespace.parse().ok(),
        name: "odd".to_owned(),
        why: "no revision".to_owned(),
    });
    (prop::collection::vec(any_release(), 0..30), prop::collection::vec(unreadable, 0..3)).prop_map(
        |(mut releases, unreadable)| {
            let mut seen = BTreeSet::new();
            releases.retain(|release| seen.insert(release.id.clone()));
            Listing { releases, unreadable, ..Listing::default() }
        },
    )
}

/// What each release holds: its chart, and nothing else.
pub(super) fn contents(listing: &Listing) -> Contents {
    let content = |release: &Release| (release.id.clone(), Ok(Content::of_chart(release.chart.clone())));
    listing.releases.iter().map(content).collect()
}

fn plan_of(policy: &Policy, listing: &Listing, filters: &Filters) -> Plan {
    plan_with(policy, listing, &contents(listing), filters)
}

fn plan_with(policy: &Policy, listing: &Listing, contents: &Contents, filters: &Filters) -> Plan {
    let facts = ClusterState { listing, contents, protection: &protection(), now: NOW };
    build(std::slice::from_ref(policy), facts, filters)
}

/// A moment at which everything is old enough.
pub(super) const NOW: jiff::Timestamp = jiff::Timestamp::constant(1_800_000_000, 0);

/// Everything could be checked, and nothing was there.
fn protection() -> Protection {
    let name = |name: &str| (name.parse().expect("a legal name"), Ok(NamespaceFacts::default()));
    Protection::of(NAMESPACES.map(name).into(), Vec::new(), Vec::new(), Ok(Vec::new()), Ok(Vec::new()))
}

pub(super) fn some(of: &'static [&'static str], least: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(of, least..=of.len()).prop_shuffle()
}

fn purged(plan: &Plan) -> BTreeSet<ReleaseId> {
    plan.chosen().map(|release| release.id.clone()).collect()
}

fn verdicts(plan: &Plan) -> Vec<(String, Decision)> {
    let name = |subject: &Subject| format!("{:?}/{}", subject.namespace(), subject.name());
    plan.entries.iter().map(|entry| (name(&entry.subject), entry.decision())).collect()
}

proptest! {
    #[test]
    fn what_is_purged_was_listed_and_is_inside_the_scope(
        listing in any_listing(), scope in some(&SCOPES, 1), keeps in some(&KEEPS, 0)
    ) {
        let policy = policy(&scope, &keeps);
        for id in purged(&plan_of(&policy, &listing, &Filters::default())) {
            prop_assert!(listing.releases.iter().any(|release| release.id == id));
            prop_assert!(policy.namespaces.matches(&id.namespace).is_some());
            prop_assert!(id.namespace.as_str() != "kube-system");
        }
    }

    #[test]
    fn what_a_keep_names_is_never_purged(
        listing in any_listing(), scope in some(&SCOPES, 1), keeps in some(&KEEPS, 1)
    ) {
        let policy = policy(&scope, &keeps);
        for release in plan_of(&policy, &listing, &Filters::default()).chosen() {
            for keep in &policy.keep {
                let matched = keep.matches(SelectorInput::of(release));
                prop_assert_eq!(matched, SelectorMatch::No);
            }
        }
    }

    #[test]
    fn another_keep_never_purges_more(
        listing in any_listing(), scope in some(&SCOPES, 1), keeps in some(&KEEPS, 0), another in select(&KEEPS[..])
    ) {
        let before = purged(&plan_of(&policy(&scope, &keeps), &listing, &Filters::default()));
        let more = keeps.iter().copied().chain([another]).collect::<Vec<_>>();
        let after = purged(&plan_of(&policy(&scope, &more), &listing, &Filters::default()));
        prop_assert!(after.is_subset(&before));
    }

    #[test]
    fn the_order_of_keeps_of_the_scope_and_of_the_list_never_matters(
        listing in any_listing(), scope in some(&SCOPES, 1), keeps in some(&KEEPS, 0)
    ) {
        let plan = plan_of(&policy(&scope, &keeps), &listing, &Filters::default());
        let (mut scope, mut keeps, mut turned) = (scope, keeps, listing);
        scope.reverse();
        keeps.reverse();
        turned.releases.reverse();
        turned.unreadable.reverse();
        let other = plan_of(&policy(&scope, &keeps), &turned, &Filters::default());
        prop_assert_eq!(verdicts(&plan), verdicts(&other));
    }

    #[test]
    fn what_is_not_known_is_never_purged(
        listing in any_listing(), scope in some(&SCOPES, 1), keeps in some(&KEEPS, 0)
    ) {
        let plan = plan_of(&policy(&scope, &keeps), &listing, &Filters::default());
        for release in plan.chosen() {
            prop_assert!(matches!(
                release.status,
                Status::Deployed | Status::Failed | Status::Superseded | Status::Uninstalling
            ));
            prop_assert!(release.chart != Known::Unknown && release.updated != Known::Unknown);
        }
        for entry in plan.entries.iter().filter(|entry| matches!(entry.subject, Subject::Unreadable(_))) {
            prop_assert_eq!(entry.decision(), Decision::Keep);
        }
    }

    #[test]
    fn flags_only_narrow(
        listing in any_listing(), scope in some(&SCOPES, 1), keeps in some(&KEEPS, 0),
        namespace in select(&NAMESPACES[..]), only in select(&["*/web*", "dev-a/*", "*/vault"][..]),
        keep in select(&["*/redis", "pr-*/*"][..]), selector in select(&["tier=shared", "tier!=own", "!tier"][..])
    ) {
        let policy = policy(&scope, &keeps);
        let whole = purged(&plan_of(&policy, &listing, &Filters::default()));
        let entry = |flag, text| KeepEntry::from_flag(flag, text).unwrap_or_else(|faults| panic!("{faults}"));
        let selector = LabelSelector::from_flag("-l", selector).unwrap_or_else(|faults| panic!("{faults}"));
        let narrowings = [
            Filters { namespace: namespace.parse().ok(), ..Filters::default() },
            Filters { requested: vec![entry("RELEASE", only)], ..Filters::default() },
            Filters { selector: Some(selector.clone()), ..Filters::default() },
            Filters { skip: vec![entry("--skip", keep)], ..Filters::default() },
            Filters { own_release: whole.first().cloned(), ..Filters::default() },
        ];
        for filters in narrowings {
            let narrowed = purged(&plan_of(&policy, &listing, &filters));
            prop_assert!(narrowed.is_subset(&whole), "{:?}", filters);
            let is_selected = |release: &Release| selector.selects(release.labels.as_ref());
            let selected = listing.releases.iter().filter(|release| is_selected(release)).map(|release| &release.id);
            let selected = selected.cloned().collect::<BTreeSet<_>>();
            prop_assert!(filters.selector.is_none() || narrowed == &whole & &selected, "{:?}", filters);
        }
    }

    #[test]
    fn the_shards_of_a_plan_share_it_and_nothing_is_in_two_of_them(
        listing in any_listing(), scope in some(&SCOPES, 1), keeps in some(&KEEPS, 0), shards in 1..7_u32
    ) {
        let policy = policy(&scope, &keeps);
        let whole = plan_of(&policy, &listing, &Filters::default());
        let of = |number: u32| Filters { shard: format!("{number}/{shards}").parse().ok(), ..Filters::default() };
        let parts = (1..=shards).map(|number| plan_of(&policy, &listing, &of(number))).collect::<Vec<_>>();
        let mut shared = parts.iter().flat_map(verdicts).collect::<Vec<_>>();
        let mut all = verdicts(&whole);
        shared.sort();
        all.sort();
        prop_assert_eq!(shared, all);
        prop_assert_eq!(parts.iter().map(|part| part.namespaces_in_shard).sum::<usize>(), whole.namespaces_in_scope);
        prop_assert!(parts.iter().all(|part| part.keep_hits == whole.keep_hits && part.seen == whole.seen));
    }

    #[test]
    fn what_defines_kinds_is_left_by_every_shard_to_a_run_over_the_whole_scope(
        listing in any_listing(), shards in 2..7_u32, defining in any::<prop::sample::Index>()
    ) {
        let text = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: x}\nclusters: [dev]\n\
                    namespaces: ['dev-*', 'pr-?']\ndefaults: {blastRadius: cluster}\n";
        let policy = Policy::read("policy.yaml", text.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
        let whole = purged(&plan_of(&policy, &listing, &Filters::default())).into_iter().collect::<Vec<_>>();
        prop_assume!(!whole.is_empty());
        let definition = Object { kind: "CustomResourceDefinition".to_owned(), namespace: None, name: "x".to_owned() };
        let (mut read, defining) = (contents(&listing), defining.get(&whole));
        if let Some(Ok(content)) = read.get_mut(defining) {
            content.sweeping.push(definition);
        }
        prop_assert!(purged(&plan_with(&policy, &listing, &read, &Filters::default())).contains(defining));
        let of = |number: u32| Filters { shard: format!("{number}/{shards}").parse().ok(), ..Filters::default() };
        let parts = (1..=shards).flat_map(|number| purged(&plan_with(&policy, &listing, &read, &of(number))));
        let left = whole.iter().filter(|id| *id != defining).cloned().collect::<BTreeSet<_>>();
        prop_assert_eq!(parts.collect::<BTreeSet<_>>(), left);
    }

    #[test]
    fn only_what_was_read_goes_and_reading_less_never_purges_more(
        listing in any_listing(), scope in some(&SCOPES, 1), keeps in some(&KEEPS, 0), left_out in 0..5_usize
    ) {
        let policy = policy(&scope, &keeps);
        let whole = plan_of(&policy, &listing, &Filters::default());
        let nothing = Contents::new();
        let facts = ClusterState { listing: &listing, contents: &nothing, protection: &protection(), now: NOW };
        let wanted = to_read(std::slice::from_ref(&policy), facts, &Filters::default());
        prop_assert!(purged(&plan_with(&policy, &listing, &nothing, &Filters::default())).is_empty());
        let mut read = contents(&listing);
        read.retain(|id, _| wanted.iter().any(|release| release.id == *id));
        // What nothing depends on makes no difference.
        prop_assert_eq!(verdicts(&plan_with(&policy, &listing, &read, &Filters::default())), verdicts(&whole));
        for release in wanted.iter().skip(left_out) {
            read.insert(release.id.clone(), Err("garbage".to_owned()));
        }
        let less = purged(&plan_with(&policy, &listing, &read, &Filters::default()));
        prop_assert!(less.is_subset(&purged(&whole)));
        prop_assert!(less.len() <= left_out);
    }

    #[test]
    fn what_reaches_beyond_the_scope_or_holds_data_is_never_purged(
        listing in any_listing(), scope in some(&SCOPES, 1), which in 0..4_usize
    ) {
        let policy = policy(&scope, &[]);
        let object = |kind: &str, namespace: Option<&str>| Object {
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: "x".to_owned(),
        };
        let mut read = contents(&listing);
        for content in read.values_mut().filter_map(|content| content.as_mut().ok()) {
            match which {
                0 => content.sweeping.push(object("CustomResourceDefinition", None)),
                1 => content.elsewhere.push(object("ConfigMap", Some("elsewhere"))),
                2 => content.elsewhere.push(object("ConfigMap", Some("no namespace's name"))),
                _ => content.claims.push(object("PersistentVolumeClaim", None)),
            }
        }
        prop_assert!(purged(&plan_with(&policy, &listing, &read, &Filters::default())).is_empty());
    }
}
