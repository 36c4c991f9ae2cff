//! README, examples, help and plugin.yaml tell the same story as the program.

use std::fs;

use clap::CommandFactory;
use helm_purge::exit_code::ExitCode;
use helm_purge::policy::Policy;

use crate::support::{FakeHelm, repository, repository_text};

/// The scoped blocks of a language in the README.
fn blocks(language: &str) -> Vec<String> {
    let readme = repository_text("README.md");
    let mut blocks = Vec::new();
    for part in readme.split("\n```").skip(1).step_by(2) {
        if let Some(block) = part.strip_prefix(language).and_then(|rest| rest.strip_prefix('\n')) {
            blocks.push(block.to_owned());
        }
    }
    blocks
}

#[test]
fn every_example_is_a_valid_policy_that_begins_with_what_it_does_and_what_to_edit() {
    let examples =
        fs::read_dir(repository("examples")).expect("there are examples").flatten().map(|entry| entry.path());
    let examples =
        examples.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect::<Vec<_>>();
    assert!(examples.len() >= 4);
    for path in examples {
        Policy::read_named(&path).unwrap_or_else(|faults| panic!("{faults}"));
        let text = fs::read_to_string(&path).expect("it was just read");
        let comments = text.lines().take_while(|line| line.starts_with('#')).collect::<Vec<_>>().join("\n");
        assert!(comments.contains("# Edit:"), "{} does not say what to edit", path.display());
        assert!(
            repository_text("README.md")
                .contains(&path.file_name().expect("it has a name").to_string_lossy().into_owned())
        );
    }
}

#[test]
fn the_policy_of_the_readme_is_valid() {
    let policies = blocks("yaml").into_iter().filter(|block| block.starts_with("apiVersion")).collect::<Vec<_>>();
    assert_eq!(policies.len(), 1);
    for policy in policies {
        Policy::read("README.md", policy.as_bytes()).unwrap_or_else(|faults| panic!("{faults}"));
    }
}

#[test]
fn the_case_of_the_readme_is_that_of_the_examples() {
    let case = repository_text("examples/tests/end-of-day/case.yaml");
    assert!(blocks("yaml").contains(&case.trim_end().to_owned()));
}

#[test]
fn the_commands_of_the_readme_work_in_the_order_in_which_they_stand() {
    let block = blocks("sh").into_iter().find(|block| block.contains("helm purge init")).expect("the README begins so");
    let commands = block.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let fake = FakeHelm::with(["dev-a/web"]);
    for command in commands.filter(|command| !command.is_empty()) {
        let arguments = command.strip_prefix("helm purge ").expect("the block has only these");
        let arguments = arguments.split_whitespace().collect::<Vec<_>>();
        let confirmed = if arguments == ["run"] { vec!["run", "--confirm", "dev-eu"] } else { arguments.clone() };
        fake.program.run(&confirmed).exits(0);
        if arguments == ["init"] {
            // A kept history needs the API, and there is none behind the fake helm.
            let policy = fake.program.read("helm-purge.yaml").replace("keepHistory: true", "keepHistory: false");
            fake.program.file("helm-purge.yaml", &policy);
        }
    }
    assert!(fake.left().is_empty());
}

#[test]
fn the_exit_codes_of_readme_and_help_are_those_of_the_program() {
    let (readme, help) = (repository_text("README.md"), FakeHelm::new().program.run("--help").exits(0).stdout);
    for (code, meaning) in ExitCode::documented() {
        assert!(readme.contains(&format!("| {code} | {meaning} |")), "README: {code}");
        let unfolded = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unfolded.contains(&format!("{code} {meaning}")), "--help: {code}");
    }
}

#[test]
fn the_plugins_version_is_the_programs_and_its_file_has_only_what_helm_3_knows() {
    let manifest = repository_text("plugin.yaml");
    assert!(manifest.contains(&format!("version: {}\n", env!("CARGO_PKG_VERSION"))));
    let keys = manifest.lines().filter(|line| !line.starts_with([' ', '#'])).filter_map(|line| line.split_once(':'));
    let known = ["name", "version", "usage", "description", "ignoreFlags", "platformCommand"];
    for (key, _) in keys {
        assert!(known.contains(&key), "Helm 3 drops every plugin because of `{key}`");
    }
}

#[test]
fn every_flag_is_explained_and_every_command_is_in_the_readme() {
    let program = helm_purge::cli::Cli::command();
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        assert!(command.get_about().is_some(), "{} is not explained", command.get_name());
        let named = format!("helm purge {}", command.get_name());
        assert!(repository_text("README.md").contains(&named), "{named} is not in the README");
        for flag in command.get_arguments().filter(|flag| !flag.is_hide_set()) {
            assert!(flag.get_help().is_some(), "{} of {} is not explained", flag.get_id(), command.get_name());
        }
    }
}
