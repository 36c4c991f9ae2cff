//! Plans in every format, explanations, and saved plans that are carried out.

use serde_json::json;

use super::{JOURNAL, Samples, add, world};
use crate::support::FakeHelm;

const KEEPS: &str = "\
keep: ['*/vault', 'dev-c/*', {charts: [traefik], reason: shared by everyone}]
minAge: 30m
optOut: {max: 14d}
";

/// Releases in every state, of which some go.
fn every_state() -> FakeHelm {
    let fake = world(KEEPS, &["dev-a/redis", "dev-a/vault", "dev-b/traefik", "prod/web"]);
    add(&fake, "dev-a/busy", &[("status", json!("pending-upgrade"))]);
    add(&fake, "dev-a/new", &[("updated", json!("2020-01-02T03:00:00Z"))]);
    add(&fake, "dev-b/broken", &[("status", json!("failed"))]);
    add(&fake, "dev-b/going", &[("status", json!("uninstalling"))]);
    add(&fake, "dev-b/lost", &[("chart", json!("MISSING"))]);
    add(&fake, "dev-b/odd", &[("revision", json!("x"))]);
    add(&fake, "dev-b/hostile", &[("chart", json!("a\u{1b}[2J-1.0.0")), ("app_version", json!("<b>"))]);
    add(&fake, "dev-b/yesterday", &[("status", json!("uninstalled"))]);
    fake
}

#[test]
fn plans() {
    let (mut samples, mut fake) = (Samples::of("plan"), every_state());
    for (name, line) in [
        ("table", "plan -f policy.yaml"),
        ("wide", "plan -f policy.yaml -o wide"),
        ("json", "plan -f policy.yaml -o json"),
        ("yaml", "plan -f policy.yaml -o yaml"),
        ("name", "plan -f policy.yaml -o name"),
        ("verbose", "plan -f policy.yaml -v"),
        ("quiet", "plan -f policy.yaml -q"),
        ("coloured", "plan -f policy.yaml --color always"),
        ("logged", "plan -f policy.yaml --log-format json"),
        ("logged-verbose", "plan -f policy.yaml --log-format json -v -o name"),
        ("exit-code-of-something", "plan -f policy.yaml --detailed-exitcode -q -o name"),
        ("one-namespace", "plan -f policy.yaml -n dev-a"),
        ("only-and-keep", "plan -f policy.yaml --only 'dev-*/*' --keep dev-a/redis -o json"),
        ("only-nothing", "plan -f policy.yaml --only dev-a/nope"),
        ("one-shard", "plan -f policy.yaml --shard 1/2"),
        ("one-shard-json", "plan -f policy.yaml --shard 2/2 -o json"),
        ("dry-run", "run -f policy.yaml --dry-run"),
        ("dry-run-json", "run -f policy.yaml --dry-run -A -o json --report report.json"),
    ] {
        samples.take(name, &fake.program, line, &[]);
    }
    fake.program.set("HELM_NAMESPACE", "dev-a").set("HELM_PLUGIN_NAME", "purge");
    samples.take("under-helm", &fake.program, "plan -f policy.yaml", &[]);
    samples.end();
}

#[test]
fn plans_by_rules_with_an_order_and_by_several_policies() {
    let mut samples = Samples::of("plan-by-rules");
    let rules = "\
keep: [{releases: ['*-db'], until: 2020-02-01, reason: audit}, {releases: [old], until: 2019-12-01}]
rules:
  - {name: previews, namespaces: ['dev-pr-*'], olderThan: 2d, keepHistory: false}
  - {name: failed, namespaces: ['dev-*'], statuses: [failed], workers: 2, timeout: 30s}
order: {first: [{releases: [first]}], last: [{charts: [operator]}]}
limits: {maxReleases: 10, maxNamespaces: 5, maxPercent: 90}
timeZone: Europe/Amsterdam
window: {days: [thu], from: '00:00', to: '06:00'}
";
    let fake = world(rules, &["dev-pr-1/web", "dev-pr-1/web-db", "dev-pr-2/first", "dev-a/web", "dev-pr-2/old"]);
    add(&fake, "dev-pr-2/operator", &[("chart", json!("operator-1.0.0"))]);
    add(&fake, "dev-a/broken", &[("status", json!("failed"))]);
    let policy = fake.program.folder().join("policy.yaml");
    let policy = std::fs::read_to_string(policy).expect("it was written").replace(rules, "keep: ['dev-a/w*']\n");
    fake.program.file("other.yaml", &policy.replace("name: test", "name: other"));
    for (name, line) in [
        ("table", "plan -f policy.yaml"),
        ("wide", "plan -f policy.yaml -o wide"),
        ("json", "plan -f policy.yaml -o json"),
        ("two-policies", "plan -f policy.yaml -f other.yaml"),
        ("two-policies-yaml", "plan -f policy.yaml -f other.yaml -o yaml"),
        ("run", "run -f policy.yaml -f other.yaml --yes -A --workers 1 --batch 1"),
        ("nothing-left", "plan -f policy.yaml"),
        ("nothing-left-exit-code", "plan -f policy.yaml --detailed-exitcode"),
        ("nothing-left-run", "run -f policy.yaml --yes -A"),
        ("nothing-left-run-json", "run -f policy.yaml --yes -A -o json"),
    ] {
        samples.take(name, &fake.program, line, &[]);
        // The next run has a journal of its own.
        let _ = std::fs::remove_file(fake.program.folder().join(JOURNAL));
    }
    samples.end();
}

#[test]
fn explanations() {
    let (mut samples, fake) = (Samples::of("explain"), every_state());
    for release in ["dev-a/redis", "dev-a/vault", "dev-a/busy", "dev-b/lost", "dev-b/odd", "dev-a/nowhere", "prod/web"]
    {
        let name = release.replace('/', "-");
        samples.take(&name, &fake.program, &format!("explain -f policy.yaml {release}"), &[]);
    }
    for (name, line) in [
        ("dev-a-vault-json", "explain -f policy.yaml dev-a/vault -o json"),
        ("dev-a-vault-yaml", "explain -f policy.yaml dev-a/vault -o yaml"),
        ("dev-b-odd-json", "explain -f policy.yaml dev-b/odd -o json"),
        ("dev-a-nowhere-json", "explain -f policy.yaml dev-a/nowhere -o json"),
        ("dev-a-redis-verbose", "explain -f policy.yaml dev-a/redis -v"),
        ("dev-a-redis-coloured", "explain -f policy.yaml dev-a/redis --color always"),
    ] {
        samples.take(name, &fake.program, line, &[]);
    }
    samples.end();
}

#[test]
fn saved_plans() {
    let mut samples = Samples::of("saved-plan");
    let run = "run -f policy.yaml --yes -A --workers 1 --batch 1 --plan plan.json";
    for (name, more, files) in [
        ("table", "", &[JOURNAL][..]),
        ("json", " -o json", &[]),
        ("logged", " --log-format json", &[]),
        ("dry-run", " --dry-run", &[]),
        ("dry-run-json", " --dry-run -o json", &[]),
        ("report", " --report report.md", &["report.md"]),
        ("narrowed", " --only dev-a/*o*", &[]),
        ("limited", " --max-releases 1", &[]),
    ] {
        let fake = world("keep: []\n", &["dev-a/one", "dev-a/gone", "dev-a/upgraded", "dev-b/kept", "dev-b/two"]);
        let plan = fake.program.run("plan -f policy.yaml -o json").exits(0).stdout;
        fake.program.file("plan.json", &plan);
        add(&fake, "dev-a/upgraded", &[("revision", json!("2"))]);
        add(&fake, "dev-b/kept", &[("status", json!("pending-upgrade"))]);
        add(&fake, "dev-a/new", &[]);
        std::fs::remove_file(fake.program.folder().join("fake/releases/dev-a__gone")).expect("it is there");
        samples.take(name, &fake.program, &format!("{run}{more}"), files);
    }
    let fake = world("keep: []\n", &["dev-a/one"]);
    let plan = fake.program.run("plan -f policy.yaml -o yaml").exits(0).stdout;
    let policy = fake.program.read("policy.yaml");
    for (name, plan, policy) in [
        ("another-server", plan.replace("127.0.0.1:1", "127.0.0.1:2"), policy.clone()),
        ("another-text", plan.clone(), format!("{policy}# more\n")),
        ("another-policy", plan.clone(), policy.replace("name: test", "name: other")),
        ("another-version", plan.replace("helm-purge/v1", "helm-purge/v9"), policy.clone()),
        ("no-plan", "kind: PurgePolicy\napiVersion: helm-purge/v1\n".to_owned(), policy.clone()),
        ("no-yaml", "{".to_owned(), policy.clone()),
    ] {
        fake.program.file("plan.json", &plan);
        fake.program.file("policy.yaml", &policy);
        samples.take(name, &fake.program, run, &[]);
    }
    std::fs::remove_file(fake.program.folder().join("plan.json")).expect("it is there");
    samples.take("nowhere", &fake.program, run, &[]);
    samples.take_with_input("standard-input", &fake.program, "run -f policy.yaml --plan -", &plan, &[]);
    samples.end();
}
