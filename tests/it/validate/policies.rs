//! `validate`: what is printed of several policies, to people, to programs and to GitHub; and the hooks that call it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Program, policy, repository_text};

/// A program with a policy in a file.
fn with_policies(policies: &[(&str, &str, &str)]) -> Program {
    let program = Program::new();
    for (file, name, namespaces) in policies {
        let path = program.folder().join(file);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder can be made");
        program.file(file, &policy(name, "dev", namespaces, ""));
    }
    program
}

#[test]
fn files_and_folders_are_checked_whatever_the_others_are_like() {
    let program = with_policies(&[("all/a.helm-purge.yaml", "a", "a"), ("b.yaml", "b", "b")]);
    program.file("all/broken.helm-purge.yaml", "kind: nothing\n");
    program.file("all/other.yaml", "kind: nothing\n");
    let output = program.run("validate all b.yaml none.yaml").exits(3);
    let output =
        output.stderr_has("all/a.helm-purge.yaml: policy `a` is valid").stderr_has("b.yaml: policy `b` is valid");
    let output = output.stderr_has("all/broken.helm-purge.yaml:1").stderr_has("there is no such file");
    assert!(!output.stderr_has("2 of 4 files invalid").stderr.contains("other.yaml"));
}

#[test]
fn two_policies_of_one_name_are_an_error_and_so_is_a_file_that_is_named_twice() {
    let program = with_policies(&[("a.yaml", "same", "a"), ("b.yaml", "same", "b")]);
    program.run("validate a.yaml b.yaml").exits(3).stderr_has("two policies are called `same`");
    program.run("validate a.yaml a.yaml").exits(3).stderr_has("this file is given twice");
}

#[test]
fn scopes_that_share_a_namespace_are_a_note_with_both_places_and_no_error() {
    let program =
        with_policies(&[("a.yaml", "a", "x, 'dev-*'"), ("b.yaml", "b", "dev-bob"), ("c.yaml", "c", "'pr-*'")]);
    let output = program.run("validate a.yaml b.yaml c.yaml").exits(0);
    let output = output.stderr_has("note: policies `a` and `b` share namespaces, as `dev-bob`");
    let output = output.stderr_has("a.yaml:5:18").stderr_has("b.yaml:5:14");
    assert_eq!(output.stderr.matches("note:").count(), 1, "{}", output.stderr);
}

#[test]
fn a_document_has_every_error_with_its_place_and_nothing_else_is_printed() {
    let program = with_policies(&[("a.yaml", "a", "x"), ("b.yaml", "b", "x")]);
    program.file("broken.yaml", &policy("c", "dev", "dev-*", "workers: 99\n"));
    let output = program.run("validate -o json a.yaml b.yaml broken.yaml none.yaml").exits(3);
    assert_eq!(output.stderr, "");
    let document = output.json();
    assert_eq!(document["kind"], "PolicyDiagnostics");
    assert_eq!(document["policies"], json!([{"name": "a", "file": "a.yaml"}, {"name": "b", "file": "b.yaml"}]));
    let found = document["diagnostics"].as_array().expect("a list");
    assert_eq!(found.len(), 3, "{document}");
    let (workers, missing, shared) = (&found[0], &found[1], &found[2]);
    let place = |found: &Value| ["line", "column", "endLine", "endColumn"].map(|key| found[key].as_u64());
    assert_eq!((&workers["file"], place(workers)), (&json!("broken.yaml"), [6, 10, 6, 12].map(Some)));
    assert_eq!(
        (&workers["severity"], &workers["message"]),
        (&json!("error"), &json!("`workers` must be at most 64, found `99`"))
    );
    assert_eq!((&missing["file"], place(missing)), (&json!("none.yaml"), [None; 4]));
    assert_eq!((&shared["severity"], place(shared)), (&json!("note"), [5, 14, 5, 15].map(Some)));
    assert_eq!(shared["related"][0]["file"], "b.yaml");
}

#[test]
fn a_document_is_printed_also_where_nothing_is_wrong() {
    let program = with_policies(&[("a.yaml", "a", "x")]);
    let document = program.run("validate -o json a.yaml").exits(0).json();
    assert_eq!(document["diagnostics"], json!([]));
}

#[test]
fn on_github_every_error_is_an_annotation_with_its_escapes() {
    let mut program = with_policies(&[("a.yaml", "a", "x"), ("b.yaml", "b", "x")]);
    program.file("odd,50%:name.yaml", &policy("c", "dev", "a", "limits: {maxPercent: 50%}\n"));
    let files = ["validate", "a.yaml", "b.yaml", "odd,50%:name.yaml"];
    assert!(!program.run(&files).exits(3).stderr.contains("::"));
    program.set("GITHUB_ACTIONS", "true");
    for output in [program.run(&files), program.run(&[&files[..], &["-o", "json"]].concat())] {
        let output = output.exits(3);
        assert!(!output.stdout.contains("::"));
        let annotations = output.stderr.lines().filter(|line| line.starts_with("::")).collect::<Vec<_>>();
        let error = "::error file=odd%2C50%25%3Aname.yaml,line=6,endLine=6,col=22,endColumn=25::`maxPercent` must be a number, found `50%25`%0A";
        assert!(annotations[0].starts_with(error), "{annotations:?}");
        let notice = "::notice file=a.yaml,line=5,endLine=5,col=14,endColumn=15::policies `a` and `b` share namespaces, as `x`%0A";
        assert!(annotations[1].starts_with(notice) && annotations.len() == 2, "{annotations:?}");
    }
}

#[test]
fn the_hooks_for_pre_commit_call_what_there_is_for_the_files_that_are_policies() {
    let text = repository_text(".pre-commit-hooks.yaml");
    let hooks = serde_yaml::from_str::<Vec<Value>>(&text).expect("a list of hooks");
    let languages = hooks.iter().map(|hook| (hook["id"].as_str(), hook["language"].as_str())).collect::<Vec<_>>();
    let expected = [("helm-purge-validate", "rust"), ("helm-purge-validate-system", "system")];
    assert_eq!(languages, expected.map(|(id, language)| (Some(id), Some(language))));
    for hook in &hooks {
        let text = |key: &str| hook[key].as_str().unwrap_or_else(|| panic!("{key} in {hook}"));
        assert!(!text("name").is_empty() && !text("description").is_empty());
        assert_eq!(hook["require_serial"], true, "policies are held against each other");
        let files = regex::Regex::new(text("files")).expect("a regular expression");
        for name in ["helm-purge.yaml", "a/helm-purge.yaml", "end-of-day.helm-purge.yaml", "a/b.helm-purge.yaml"] {
            assert!(files.is_match(name), "{name}");
        }
        for name in ["xhelm-purge.yaml", "helm-purge.yaml.orig", "helm-purge.schema.json", "values.yaml"] {
            assert!(!files.is_match(name), "{name}");
        }
        let (program, arguments) = text("entry").split_once(' ').expect("a program and its arguments");
        let binary = Path::new(env!("CARGO_BIN_EXE_helm-purge")).file_name().expect("a file");
        assert_eq!(program, binary);
        let good = with_policies(&[("helm-purge.yaml", "a", "a"), ("b.helm-purge.yaml", "b", "b")]);
        let call = arguments.split(' ').chain(["helm-purge.yaml", "b.helm-purge.yaml"]).collect::<Vec<_>>();
        good.run(&call).exits(0);
        good.file("b.helm-purge.yaml", "kind: nothing\n");
        good.run(&call).exits(3).stderr_has("`apiVersion` is missing\n --> b.helm-purge.yaml:1:1\n");
    }
}
