//! What is printed without any cluster: help, usage errors, versions, scripts, schema, validation, cases, roles.

use std::fs;
use std::path::Path;

use super::{Samples, freeze, world};
use crate::support::Program;

const COMMANDS: [&str; 15] = [
    "init",
    "validate",
    "plan",
    "run",
    "keep",
    "restore",
    "prune",
    "explain",
    "test",
    "runs",
    "doctor",
    "rbac",
    "schema",
    "completion",
    "version",
];

/// A program in an empty folder.
fn program() -> Program {
    let mut program = Program::new();
    freeze(&mut program);
    program
}

#[test]
fn help_of_every_command_in_the_words_of_each_way_in() {
    let (mut samples, mut program) = (Samples::of("help"), program());
    for (name, line) in
        [("all", "--help"), ("all-short", "-h"), ("nothing", ""), ("help", "help"), ("help-run", "help run")]
    {
        samples.take(name, &program, line, &[]);
    }
    for command in COMMANDS {
        samples.take(command, &program, &format!("{command} --help"), &[]);
    }
    program.set("HELM_PLUGIN_NAME", "purge");
    for (name, line) in
        [("under-helm-all", "--help"), ("under-helm-run", "run --help"), ("under-helm-error", "run --nope")]
    {
        samples.take(name, &program, line, &[]);
    }
    samples.end();
}

#[test]
fn command_lines_that_are_wrong() {
    let (mut samples, fake) = (Samples::of("usage"), world("keep: []\n", &["dev-a/web"]));
    for (name, line) in [
        ("unknown-flag", "run --no-such-flag"),
        ("unknown-command", "pla"),
        ("another-word", "uninstall"),
        ("value-missing", "plan -o"),
        ("value-not-offered", "plan -o xml"),
        ("quiet-and-verbose", "plan -q -v"),
        ("yes-and-confirm", "run --yes --confirm dev-eu"),
        ("yes-without-policy", "run --yes"),
        ("no-terminal", "run -f policy.yaml"),
        ("confirm-another-context", "run -f policy.yaml -A --confirm prod"),
        ("workers", "run -f policy.yaml --workers 65"),
        ("batch", "run -f policy.yaml --batch 0"),
        ("retries", "run -f policy.yaml --retries 11"),
        ("timeout", "run -f policy.yaml --yes -A --timeout soon"),
        ("max-duration", "run -f policy.yaml --yes -A --max-duration 5"),
        ("shard", "plan -f policy.yaml --shard 5/4"),
        ("shards-without-index", "plan -f policy.yaml --shards 4"),
        ("only", "plan -f policy.yaml --only web"),
        ("keep-pattern", "plan -f policy.yaml --keep 'dev-a/{web'"),
        ("namespace", "plan -f policy.yaml -n Dev"),
        ("namespace-outside", "plan -f policy.yaml -n prod"),
        ("lock-namespace", "run -f policy.yaml --yes -A --lock-namespace No"),
        ("lock-wait", "run -f policy.yaml --yes -A --lock-wait soon"),
        ("journal-twice", "run -f policy.yaml --yes -A --journal x --no-journal"),
        ("keep-until", "keep dev-a --until x"),
        ("keep-until-past", "keep dev-a --until 2019-12-01"),
        ("keep-nothing", "keep"),
        ("keep-target", "keep Dev/web"),
        ("runs-name", "runs nonsense"),
        ("explain-name", "explain -f policy.yaml web"),
        ("restore-run", "restore -f policy.yaml --run yesterday --dry-run"),
        ("restore-without-policy", "restore --yes"),
        ("prune-without-age", "prune -f policy.yaml"),
        ("prune-age", "prune -f policy.yaml --older-than old --dry-run"),
        ("rbac-account", "rbac -f policy.yaml --service-account purger"),
        ("rbac-outside", "rbac -f policy.yaml --for-namespace prod"),
        ("rbac-no-history", "rbac -f policy.yaml --for restore"),
        ("completion-shell", "completion tcsh"),
        ("test-nothing", "test"),
        ("logged", "run -f policy.yaml --yes -A --timeout soon --log-format json"),
        ("logged-unknown-flag", "run --no-such-flag --log-format json"),
        ("coloured", "plan -f policy.yaml --only web --color always"),
        ("yes-without-scope", "run -f policy.yaml --yes"),
    ] {
        samples.take(name, &fake.program, line, &[]);
    }
    samples.end();
}

#[test]
fn versions_scripts_schema_and_what_completion_offers() {
    let (mut samples, mut fake) = (Samples::of("completion"), world("keep: []\n", &["dev-a/web"]));
    for (name, line) in [
        ("version-flag", "--version"),
        ("version", "version"),
        ("version-logged", "version --log-format json"),
        ("schema", "schema"),
        ("script-bash", "completion bash"),
        ("script-zsh", "completion zsh"),
        ("script-fish", "completion fish"),
        ("script-kubectl", "completion kubectl"),
        ("offered-commands", "__complete -- ''"),
        ("offered-flags-of-all", "__complete -- --"),
        ("offered-flags-of-run", "__complete -- run --"),
        ("offered-flags-of-restore", "__complete -- restore -"),
        ("offered-formats", "__complete -- plan -o ''"),
        ("offered-values", "__complete -- plan --color="),
        ("offered-files", "__complete -- plan -f ''"),
        ("offered-releases", "__complete -- explain -f policy.yaml dev-a/"),
        ("offered-contexts", "__complete -- plan --kube-context ''"),
        ("offered-nothing", "__complete -- nonsense ''"),
    ] {
        samples.take(name, &fake.program, line, &[]);
    }
    fake.program.set("HELM_BIN", "/nonexistent/helm");
    samples.take("version-without-helm", &fake.program, "version", &[]);
    samples.end();
}

const POLICY: &str =
    "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: NAME}\nclusters: [dev]\nnamespaces: FENCE\n";

fn policy(name: &str, fence: &str) -> String {
    POLICY.replace("NAME", name).replace("FENCE", fence)
}

#[test]
fn policies_that_are_valid_and_policies_that_are_not() {
    let (mut samples, mut program) = (Samples::of("validate"), program());
    fs::create_dir(program.folder().join("all")).expect("a folder can be made");
    program.file("helm-purge.yaml", &policy("nightly", "[dev-*, 'pr-*']"));
    program.file("all/a.helm-purge.yaml", &policy("a", "[dev-bob]"));
    program.file("all/b.helm-purge.yaml", &policy("nightly", "['dev-*']"));
    program.file("good.yaml", &policy("good", "['dev-*']"));
    program.file("short.yaml", "kind: PurgePolicy\nkept: [x]\n");
    let every_kind = "tests/policies/faults-of-every-kind-in-one-file/policy.yaml";
    let every_kind = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(every_kind));
    program.file("faults.yaml", &every_kind.expect("it is in the repository"));
    for (name, line) in [
        ("faults", "validate faults.yaml"),
        ("faults-json", "validate faults.yaml -o json"),
        ("faults-yaml", "validate faults.yaml -o yaml"),
        ("faults-logged", "validate faults.yaml --log-format json"),
        ("faults-coloured", "validate short.yaml --color always"),
        ("default-file", "validate"),
        ("valid", "validate good.yaml"),
        ("valid-quiet", "validate good.yaml -q"),
        ("valid-json", "validate good.yaml -o json"),
        ("several", "validate good.yaml all short.yaml nowhere.yaml"),
        ("several-json", "validate good.yaml all short.yaml nowhere.yaml -o json"),
        ("shared-namespaces", "validate all/a.helm-purge.yaml good.yaml"),
        ("same-name-of-a-plan", "plan -f helm-purge.yaml -f all"),
        ("empty-folder", "validate -f ."),
    ] {
        samples.take(name, &program, line, &[]);
    }
    samples.take_with_input("standard-input", &program, "validate -", "kind: nothing\n", &[]);
    program.set("GITHUB_ACTIONS", "true");
    samples.take("annotations", &program, "validate short.yaml good.yaml", &[]);
    samples.end();
}

const CASE: &str = "\
now: 2026-11-24T19:30:00+01:00
releases:
  - dev-a/web
  - dev-a/vault
  - {release: dev-a/db, holds: [PersistentVolumeClaim data], age: unknown}
  - prod/web
expect:
";
const RIGHT: &str = "  purge: [dev-a/web]\n  keep: {dev-a/vault: '*/vault', dev-a/db: age}\n  outside: [prod/web]\n";
const WRONG: &str = "  purge: {dev-a/vault: in the fence, prod/web: in the fence}\n  refusals: [window]\n  order: {first: [dev-a/web]}\n";

#[test]
fn cases_that_are_as_expected_and_cases_that_are_not() {
    let (mut samples, program) = (Samples::of("test"), program());
    let broken = "now: yesterday\nreleases: [web]\nexpected: {}\n".to_owned();
    for (name, case) in [("right", format!("{CASE}{RIGHT}")), ("wrong", format!("{CASE}{WRONG}")), ("broken", broken)] {
        fs::create_dir_all(program.folder().join("cases").join(name)).expect("a folder can be made");
        program.file(&format!("cases/{name}/case.yaml"), &case);
        let policy = policy("test", "['dev-*']") + "keep: ['*/vault']\nlimits: {maxReleases: 2}\n";
        program.file(&format!("cases/{name}/policy.yaml"), &policy);
    }
    for (name, line) in [
        ("right", "test cases/right"),
        ("wrong", "test cases/wrong"),
        ("broken", "test cases/broken"),
        ("all", "test cases"),
        ("all-logged", "test cases --log-format json"),
        ("right-and-wrong-coloured", "test cases/right cases/wrong --color always"),
        ("nowhere", "test nowhere"),
    ] {
        samples.take(name, &program, line, &[]);
    }
    samples.end();
}

#[test]
fn roles_for_every_purpose() {
    let (mut samples, program) = (Samples::of("rbac"), program());
    program.file("helm-purge.yaml", &policy("end-of-day", "[dev-alice, dev-bob]"));
    program.file("globs.yaml", &policy("globs", "['dev-*']"));
    program.file("keeping.yaml", &(policy("keeping", "[dev-a]") + "defaults: {keepHistory: true}\n"));
    let wide = policy("wide", "[dev-a]") + "rules: [{name: x, namespaces: [dev-a], reach: cluster, hooks: skip}]\n";
    program.file("wide.yaml", &wide);
    for (name, line) in [
        ("run", "rbac"),
        ("run-json", "rbac -o json"),
        ("run-without-hooks", "rbac -f wide.yaml"),
        ("run-lock-elsewhere", "rbac --service-account ops/purger --lock-namespace locks"),
        ("run-several", "rbac -f helm-purge.yaml -f keeping.yaml"),
        ("run-globs-without-cluster", "rbac -f globs.yaml"),
        ("restore", "rbac -f keeping.yaml --for restore"),
        ("restore-json", "rbac -f keeping.yaml --for restore -o json"),
        ("one-namespace", "rbac -f globs.yaml --for-namespace dev-carol"),
        ("one-namespace-restore", "rbac -f keeping.yaml --for restore --for-namespace dev-a"),
    ] {
        samples.take(name, &program, line, &[]);
    }
    samples.end();
}
