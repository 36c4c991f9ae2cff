//! The command line: help, validation, exit codes, formats. Nothing here needs a release to be purged.

use serde_json::json;

use crate::support::{FakeHelm, Program};

#[test]
fn without_a_command_there_is_help_on_stdout() {
    let program = Program::new();
    program.run(&[]).exits(0).stdout_has("Usage: helm-purge").stdout_has("plan");
    program.run("--help").exits(0).stdout_has("Exit codes:").stdout_has("helm-purge init  ");
    program.run("--version").exits(0).stdout_has(env!("CARGO_PKG_VERSION"));
}

#[test]
fn usage_speaks_in_the_words_of_the_way_in() {
    let mut program = Program::new();
    program.set("HELM_PLUGIN_NAME", "purge");
    program.run("--help").exits(0).stdout_has("Usage: helm purge").stdout_has("helm purge init  ");
    program.run("plan --nonsense").exits(2).stderr_has("helm purge plan");
}

#[test]
fn a_wrong_command_line_is_two() {
    let program = Program::new();
    for (line, says) in [
        ("nonsense", "unrecognized subcommand 'nonsense'"),
        ("run --workers 0", "invalid value '0' for '--workers <N>': 0 is not in 1..=64"),
        ("run --workers 65", "invalid value '65' for '--workers <N>': 65 is not in 1..=64"),
        ("run --timeout 300 -f x --yes", "`--timeout` is a number without a unit"),
        ("run --yes --confirm x -f x", "the argument '--yes' cannot be used with '--confirm <CONTEXT>'"),
        ("run --yes", "--yes requires the name of the policy"),
        ("run -f x", "cannot ask for confirmation: not a terminal"),
        ("run -f -", "cannot ask for confirmation: standard input is the policy"),
        ("plan -o xml", "invalid value 'xml' for '--output <FORMAT>'"),
    ] {
        program.run(line).exits(2).stderr_has(&format!("error: {says}\n"));
    }
}

#[test]
fn a_policy_with_errors_is_three_and_starts_no_child() {
    let fake = FakeHelm::new();
    fake.program.file("policy.yaml", "apiVersion: helm-purge/v1\nkind: PurgePolicy\nnamespace: [dev-*]\nworkers: 99\n");
    for arguments in
        [&["validate", "policy.yaml"][..], &["plan", "-f", "policy.yaml"], &["run", "-f", "policy.yaml", "--yes"]]
    {
        let output = fake.program.run(arguments).exits(3);
        let output = output.stderr_has("policy.yaml:3:1").stderr_has("did you mean `namespaces`?");
        output.stderr_has("policy.yaml:4:10").stderr_has("4 errors in policy.yaml\n");
    }
    assert!(fake.calls().is_empty());
}

#[test]
fn validate_takes_many_files_and_standard_input() {
    let fake = FakeHelm::new();
    let good = fake.program.read("policy.yaml");
    fake.program.run("validate policy.yaml").exits(0);
    fake.program.run_with_input(&["validate", "-"], &good).exits(0);
    fake.program.file("bad.yaml", "kind: nothing\n");
    fake.program.run("validate bad.yaml policy.yaml none.yaml").exits(3).stderr_has("2 of 3 files invalid");
    fake.program.run_with_input(&["validate", "-"], "x: [").exits(3).stderr_has("-:1");
}

#[test]
fn plans_come_as_table_names_json_and_yaml_and_a_dry_run_is_the_same() {
    let fake = FakeHelm::new();
    fake.policy("keep: ['*/vault']\n");
    fake.release_with("dev-a/redis", &[("updated", json!("2026-11-20T12:00:00+02:00"))]);
    fake.release("dev-a/vault");
    let plan = |format: &str| fake.program.run(&format!("plan -f policy.yaml -o {format}")).exits(0).stdout;
    let dry = |format: &str| fake.program.run(&format!("run --dry-run -f policy.yaml -o {format}")).exits(0).stdout;
    for format in ["table", "wide", "name"] {
        assert_eq!(plan(format), dry(format));
    }
    assert_eq!(plan("name"), "dev-a/redis\n");
    let document: serde_json::Value = serde_json::from_str(&plan("json")).expect("JSON");
    assert_eq!(document["kind"], "PurgePlan");
    assert_eq!(document["totals"], json!({"purge": 1, "purgeNamespaces": 1, "keep": 1, "restorable": 0, "seen": 2}));
    assert_eq!(
        document["releases"][1]["reasons"][0],
        json!({"code": "keep", "text": "*/vault", "source": "policy.yaml:6:9"})
    );
    assert_eq!(document["releases"][0]["updated"], "2026-11-20T10:00:00Z");
    assert!(plan("yaml").contains("kind: PurgePlan"));
    assert!(plan("wide").contains("policy.yaml:6:9"));
}

#[test]
fn a_dry_run_changes_nothing_whatever_else_is_on_the_line() {
    let fake = FakeHelm::with(["dev-a/redis"]);
    for confirmed in [&["--yes"][..], &["--confirm", "dev-eu"], &[]] {
        fake.program.run(&[&["run", "-f", "policy.yaml", "--dry-run"], confirmed].concat()).exits(0);
    }
    assert_eq!(fake.left(), ["dev-a/redis"]);
}

#[test]
fn help_is_a_command_as_well() {
    let program = Program::new();
    program.run("help run").exits(0).stdout_has("Usage: helm-purge run").stdout_has("A first Ctrl-C");
}

#[test]
fn detailed_exit_codes_say_whether_there_is_something_to_do() {
    let fake = FakeHelm::new();
    let plan = ["plan", "-f", "policy.yaml", "--detailed-exitcode"];
    fake.program.run(&plan).exits(0);
    fake.release("dev-a/redis");
    fake.program.run(&plan).exits(10);
}

#[test]
fn a_policy_may_come_from_standard_input_when_nothing_has_to_be_asked() {
    let fake = FakeHelm::with(["dev-a/redis"]);
    let policy = fake.program.read("policy.yaml");
    fake.program.run_with_input(&["run", "-f", "-", "--yes"], &policy).exits(0).stdout_has("purged 1");
}

#[test]
fn a_confirmation_has_to_name_the_context() {
    let fake = FakeHelm::with(["dev-a/redis"]);
    fake.program.run("run -f policy.yaml --confirm prod").exits(2).stderr_has("the context is `dev-eu`");
    assert_eq!(fake.left(), ["dev-a/redis"]);
    fake.program.run("run -f policy.yaml --confirm dev-eu").exits(0);
    assert!(fake.left().is_empty());
}

#[test]
fn colour_is_where_it_was_asked_for_and_nowhere_else() {
    let fake = FakeHelm::with(["dev-a/redis"]);
    let plain = fake.program.run("plan -f policy.yaml").exits(0).stdout;
    let coloured = fake.program.run("plan -f policy.yaml --color always").exits(0).stdout;
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
}

#[test]
fn init_writes_a_policy_that_is_valid_with_and_without_a_cluster_and_never_over_a_file() {
    let fake = FakeHelm::new();
    let text = fake.program.run("init --stdout").exits(0).stdout;
    assert!(text.contains("context: \"dev-eu\"") && text.contains("server: \"https://127.0.0.1:1\""), "{text}");
    fake.program.run_with_input(&["validate", "-"], &text).exits(0);
    let alone = Program::new();
    alone.run("init --name 'Not A Name'").exits(2).stderr_has("`Not A Name`");
    alone.run("validate").exits(3);
    alone.run("init --name nightly").exits(0).stderr_has("no cluster to read").stderr_has("wrote helm-purge.yaml");
    alone.run("validate").exits(0).stderr_has("policy `nightly` is valid");
    alone.run("init").exits(2).stderr_has("helm-purge.yaml exists already");
    alone.run("validate").exits(0).stderr_has("policy `nightly` is valid");
    alone.run("init -f nowhere/policy.yaml").exits(2).stderr_has("cannot write nowhere/policy.yaml");
}

#[test]
fn version_names_this_program_and_helm() {
    let fake = FakeHelm::new();
    fake.program.run("version").exits(0).stdout_has("helm-purge v").stdout_has("helm v3.21.4");
    Program::new().run("version").exits(0).stdout_has("`helm` was not found");
}

#[test]
fn explain_names_the_line_that_keeps_a_release_and_also_speaks_of_one_that_is_not_there() {
    let fake = FakeHelm::with(["dev-a/vault"]);
    fake.policy("keep: ['*/vault']\n");
    let explain = |release: &str| fake.program.run(&format!("explain {release} -f policy.yaml"));
    let vault = explain("dev-a/vault").exits(0).stdout_has("policy.yaml:6:9");
    vault.stdout_has("revision 1, deployed").stdout_has("\nkeep\n").stdout_has("*/vault");
    explain("dev-a/new").exits(0).stdout_has("there is no such release").stdout_has("inside: dev-*");
    explain("prod/web").exits(0).stdout_has("out of scope, and never touched");
    explain("dev-a").exits(2).stderr_has("names no release");
    let json = fake.program.run("explain dev-a/vault -f policy.yaml -o json").exits(0).json();
    assert_eq!(json["decision"], "keep");
    assert_eq!(json["policies"][0]["keep"][0]["source"], "policy.yaml:6:9");
}
