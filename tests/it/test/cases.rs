//! `helm purge test`: this repository's own cases, and what is printed where a case is not as expected or cannot be read.

use std::fs;

use crate::support::{Program, repository};

const POLICY: &str = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: test}\nclusters: [dev]\n\
                      namespaces: [\"dev-*\"]\nkeep: [\"*/vault\"]\nlimits: {maxReleases: 2}\n";

/// Tries all the cases of a folder of this repository.
fn all_as_expected(folder: &str, at_least: usize) {
    let folder = repository(folder);
    let entries = fs::read_dir(&folder).expect("it is in the repository").flatten();
    let cases = entries.filter(|entry| entry.path().is_dir()).count();
    assert!(cases >= at_least, "only {cases} cases were found");
    let output = Program::new().run(&["test", &folder.display().to_string()]).exits(0);
    assert!(output.stderr.is_empty(), "{output}");
    output.stdout_has(&format!("{cases} cases: all as expected\n"));
}

#[test]
fn every_plan_in_tests_plans_is_as_it_is_expected_to_be() {
    all_as_expected("tests/plans", 60);
}

#[test]
fn the_examples_do_what_their_cases_say() {
    all_as_expected("examples/tests", 2);
}

/// A program with a folder `cases` of cases, each with its files.
fn with_cases(cases: &[(&str, &[(&str, &str)])]) -> Program {
    let program = Program::new();
    for (case, files) in cases {
        let folder = program.folder().join("cases").join(case);
        fs::create_dir_all(&folder).expect("a folder can be made");
        for (name, text) in *files {
            fs::write(folder.join(name), text).expect("a file can be written");
        }
    }
    program
}

const RIGHT: &str = "\
now: 2026-11-24T19:30:00+01:00
releases: [dev-a/web, dev-a/vault]
expect: {purge: [dev-a/web], keep: [dev-a/vault]}
";

#[test]
fn states_and_guards_are_words_out_of_a_few() {
    let case = "now: 2026-11-24T19:30:00Z\nreleases: [{release: dev-a/web, status: deploying}]\n\
                expect: {refusals: [windows]}\n";
    let program = with_cases(&[("case", &[("policy.yaml", POLICY), ("case.yaml", case)])]);
    program.run("test cases").exits(3).stderr_has("did you mean `deployed`?").stderr_has("did you mean `window`?");
}

#[test]
fn what_is_expected_of_a_release_that_is_not_there_or_twice_is_an_error() {
    let case = "now: 2026-11-24T19:30:00Z\nreleases: [dev-a/web]\nexpect:\n  purge: [dev-a/web, dev-a/wbe]\n  \
                keep: [dev-a/web]\n  order: {first: [dev-b/web]}\n";
    let program = with_cases(&[("case", &[("policy.yaml", POLICY), ("case.yaml", case)])]);
    let output = program.run("test cases").exits(3).stderr_has("`dev-a/wbe` is no release of this case");
    output.stderr_has("`dev-a/web` is expected twice").stderr_has("`dev-b/web` is no release of this case");
}

#[test]
fn the_errors_of_a_policy_that_cases_share_are_reported_once() {
    let shared = format!("policies: [../../shared.yaml]\n{RIGHT}");
    let program = with_cases(&[("one", &[("case.yaml", &shared)]), ("two", &[("case.yaml", &shared)])]);
    program.file("shared.yaml", &POLICY.replace("keep", "kept"));
    let output = program.run("test cases").exits(3).stderr_has("--> shared.yaml:6:1\n");
    assert_eq!(output.stderr.matches("unknown key `kept`").count(), 1, "{output}");
    program.file("shared.yaml", POLICY);
    program.run("test cases").exits(0).stdout_has("2 cases: all as expected");
}

#[test]
fn several_policies_are_read_as_a_run_would_read_them() {
    let other = POLICY.replace("name: test", "name: other").replace("*/vault", "*/web");
    let both = [("case.yaml", RIGHT), ("one.helm-purge.yaml", POLICY), ("two.helm-purge.yaml", &other)];
    let program = with_cases(&[("case", &both)]);
    // Either keeps.
    program.run("test cases").exits(1).stdout_has("+ keep: */web (cases/case/two.helm-purge.yaml:6)");
    let folder = format!("policies: [.]\n{RIGHT}");
    let program = with_cases(&[("case", &[("case.yaml", &folder), ("one.helm-purge.yaml", POLICY)])]);
    program.run("test cases").exits(0);
    let twins = [("case.yaml", RIGHT), ("one.helm-purge.yaml", POLICY), ("policy.yaml", POLICY)];
    with_cases(&[("case", &twins)]).run("test cases").exits(3).stderr_has("two policies are called `test`");
}

#[test]
fn a_case_without_a_policy_says_how_to_give_it_one() {
    let program = with_cases(&[("case", &[("case.yaml", RIGHT), ("other.yaml", POLICY)])]);
    program.run("test cases").exits(3).stderr_has("there is no policy").stderr_has("policies: [../helm-purge.yaml]");
}

#[test]
fn where_there_is_no_case_the_command_line_is_wrong() {
    let program = with_cases(&[("case", &[("case.yml", RIGHT)])]);
    program.run("test").exits(2).stderr_has("required arguments were not provided:\n  <DIR>...");
    program.run("test cases").exits(2).stderr_has("there is no case in `cases`").stderr_has("`case.yaml`");
    program.run("test nowhere").exits(2).stderr_has("`nowhere` cannot be looked into");
}

#[test]
fn a_folder_that_is_no_case_is_passed_over_and_named() {
    let right = [("policy.yaml", POLICY), ("case.yaml", RIGHT)];
    let program = with_cases(&[("case", &right), ("other", &[("case.yml", RIGHT)])]);
    let output = program.run("test cases").exits(0).stdout_has("1 case: all as expected");
    output.stderr_has("note: cases/other has no `case.yaml` and is passed over");
}

#[test]
fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let program = with_cases(&[("case", &[("case.yaml", RIGHT)])]);
    let elsewhere = program.file("elsewhere.yaml", POLICY);
    let link = program.folder().join("cases/case/policy.yaml");
    std::os::unix::fs::symlink(elsewhere, &link).expect("a link can be made");
    program.run("test cases").exits(3).stderr_has("this is a link that leads out of `cases`");
    let outside = program.folder().join("cases");
    fs::remove_file(&link).expect("it was just made");
    fs::write(&link, POLICY).expect("a file can be written");
    let folder = program.folder().join("more");
    fs::create_dir(&folder).expect("a folder can be made");
    std::os::unix::fs::symlink(outside.join("case"), folder.join("case")).expect("a link can be made");
    program.run("test more").exits(3).stderr_has("more/case/case.yaml").stderr_has("leads out of `more`");
}
