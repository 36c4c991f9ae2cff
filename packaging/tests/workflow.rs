//! The workflows of the repository agree with what this package packs: each target once, no version written twice.

use std::fs;

use packaging::{Target, repository};
use serde_json::Value;

/// A workflow, as text and as what a reader of YAML sees.
fn workflow(name: &str) -> (String, Value) {
    let path = repository().join(".github/workflows").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (text, read)
}

fn steps<'a>(workflow: &'a Value, job: &str) -> impl Iterator<Item = &'a Value> {
    workflow["jobs"][job]["steps"].as_array().unwrap_or_else(|| panic!("there is no job {job}")).iter()
}

/// The commands of a job, as one text.
fn commands(workflow: &Value, job: &str) -> String {
    steps(workflow, job).filter_map(|step| step["run"].as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_release_builds_every_target_once_and_packs_what_it_has_built() {
    let (_, release) = workflow("release.yml");
    let matrix = release["jobs"]["build"]["strategy"]["matrix"]["include"].as_array().expect("it has a matrix");
    let built = matrix.iter().filter_map(|entry| entry["target"].as_str()).collect::<Vec<_>>();
    assert_eq!(built, Target::of_a_release().map(Target::triple).collect::<Vec<_>>());

    let commands = commands(&release, "package");
    assert_eq!(commands.matches("--binary ").count(), built.len());
    for target in &built {
        let packed = format!("--binary {target}=finished/{target}/helm-purge");
        assert!(commands.contains(&packed), "{packed}");
    }
    assert!(commands.contains("--complete"), "a release with a platform missing must not be made");
    assert_eq!(release["jobs"]["package"]["needs"], "build");
}

#[test]
fn the_release_is_that_of_the_tag_which_has_to_be_the_version() {
    let (text, release) = workflow("release.yml");
    assert!(commands(&release, "package").contains("--url \"$REPOSITORY/releases/download/$GITHUB_REF_NAME\""));
    assert!(!text.contains(packaging::VERSION), "the version stands in Cargo.toml alone");

    let script = steps(&release, "build").find(|step| step["name"] == "The tag is the version of Cargo.toml");
    let script = script.and_then(|step| step["run"].as_str()).expect("the tag is looked at");
    let accepts = |tag: &str| {
        let mut shell = std::process::Command::new("bash");
        shell.args(["-e", "-c", script]).current_dir(repository()).env("GITHUB_REF_NAME", tag);
        shell.status().expect("there is a bash").success()
    };
    assert!(accepts(&format!("v{}", packaging::VERSION)));
    assert!(!accepts(packaging::VERSION) && !accepts("v99.0.0"));
}

/// The notes of a release that is tagged like this, where the changelog is this one; none where the workflow stops.
fn notes(tag: &str, changelog: &str) -> Option<String> {
    let (_, release) = workflow("release.yml");
    let script =
        steps(&release, "package").find(|step| step["name"] == "Its notes are what the changelog says of this version");
    let script = script.and_then(|step| step["run"].as_str()).expect("there are notes");
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("CHANGELOG.md"), changelog).expect("it can be written");
    let mut shell = std::process::Command::new("bash");
    shell.args(["-e", "-c", script]).current_dir(folder.path());
    let status = shell.env("GITHUB_REF_NAME", tag).env("RUNNER_TEMP", folder.path()).status();
    let notes = || fs::read_to_string(folder.path().join("notes.md")).expect("they are there");
    status.expect("there is a bash").success().then(notes)
}

#[test]
fn the_notes_of_a_release_are_the_section_of_its_version_and_without_one_there_is_no_release() {
    let made = "# Changelog\n\nWhat changes.\n\n## Unreleased\n\n- later\n\n## 1.10.0 (2026-11-30)\n\n- ten\n\n### Fixed\n\n- it\n\n\
                ## 1.1.0\n\n- one\n\n## 1.0.0\n\n";
    assert_eq!(notes("v1.10.0", made).as_deref(), Some("\n- ten\n\n### Fixed\n\n- it\n\n"));
    assert_eq!(notes("v1.1.0", made).as_deref(), Some("\n- one\n\n"));
    assert_eq!(notes("v1.0.0", made), None, "nobody has said what is new");
    assert_eq!(notes("v1.10", made), None);
    assert_eq!(notes("v1x1.0", made), None, "a version is no pattern");

    let own = fs::read_to_string(repository().join("CHANGELOG.md")).expect("it is there");
    assert_eq!(notes("v99.0.0", &own), None);
    let released = own.replacen("## Unreleased", "## 99.0.0", 1) + "\n## 98.0.0\n\n- older\n";
    let (_, section) = own.split_once("## Unreleased\n").expect("something is not released yet");
    let section = section.split("\n## ").next().unwrap_or_default();
    assert_eq!(notes("v99.0.0", &released).as_deref().map(str::trim), Some(section.trim()));

    let (_, release) = workflow("release.yml");
    let making = commands(&release, "package");
    let making = making.lines().find(|line| line.contains("gh release create")).expect("a release is made");
    assert!(making.ends_with("--notes-file \"$RUNNER_TEMP/notes.md\""), "{making}");
}

#[test]
fn the_oldest_rust_is_read_from_where_it_is_promised() {
    let (text, ci) = workflow("ci.yml");
    let promised = env!("CARGO_PKG_RUST_VERSION");
    assert!(!text.contains(promised), "the oldest Rust stands in Cargo.toml alone");
    let script = commands(&ci, "oldest-rust");
    let first = script.lines().next().expect("it has lines");
    let mut shell = std::process::Command::new("bash");
    shell.args(["-e", "-c", &format!("{first}\nprintf %s \"$oldest\"")]).current_dir(repository());
    let said = shell.output().expect("there is a bash").stdout;
    assert_eq!(String::from_utf8_lossy(&said), promised);
}

#[test]
fn every_action_is_pinned_by_its_commit_with_its_version_beside_it() {
    let mut seen = 0;
    for name in ["ci.yml", "release.yml"] {
        for line in workflow(name).0.lines().filter(|line| line.contains("uses:")) {
            let (_, action) = line.split_once('@').unwrap_or_else(|| panic!("{name}: {line}"));
            let (commit, version) = action.split_once(" # v").unwrap_or_else(|| panic!("{name}: no version: {line}"));
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}: {line}");
            assert_eq!(version.split('.').count(), 3, "{name}: {line}");
            seen += 1;
        }
    }
    assert!(seen >= 8, "only {seen} actions were found");
}

#[test]
fn nothing_may_be_written_but_where_a_release_is_made() {
    for name in ["ci.yml", "release.yml"] {
        let workflow = workflow(name).1;
        assert_eq!(workflow["permissions"], serde_json::json!({"contents": "read"}), "{name}");
        for (job, it) in workflow["jobs"].as_object().expect("it has jobs") {
            assert!(job == "package" || it.get("permissions").is_none(), "{name}: {job}");
        }
    }
}
