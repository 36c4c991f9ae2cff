//! The cases in `tests/policies`: one folder each; a new case needs no Rust.

use std::fs;
use std::path::{Path, PathBuf};

use crate::policy::{ExcerptStyle, Policy};

/// What a case's policy is called in its screen.
const NAME: &str = "policy.yaml";

#[test]
fn every_case_in_tests_policies_gives_the_screen_it_says() {
    let cases = cases();
    assert!(cases.len() > 40, "only {} cases were found", cases.len());
    let wrong = cases.iter().filter_map(|case| check(case)).collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut cases = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect::<Vec<_>>();
    cases.sort();
    cases
}

/// What is wrong with a case, if anything.
fn check(case: &Path) -> Option<String> {
    let bytes = fs::read(case.join(NAME)).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    let screen = match Policy::read(NAME, &bytes) {
        Ok(_) => None,
        Err(faults) => Some(faults.render(ExcerptStyle::Plain)),
    };
    let file = case.join("errors.txt");
    let expected = fs::read_to_string(&file).ok();
    if screen == expected {
        return None;
    }
    if is_update() {
        update(&file, screen.as_deref());
        return None;
    }
    let shown = |screen: Option<String>| screen.unwrap_or_else(|| "(no errors)\n".to_owned());
    let name = case.file_name().unwrap_or_default().display();
    Some(format!("== {name}: expected ==\n{}== found ==\n{}", shown(expected), shown(screen)))
}

fn update(file: &Path, screen: Option<&str>) {
    match screen {
        Some(screen) => fs::write(file, screen).unwrap(),
        None => fs::remove_file(file).unwrap(),
    }
}

#[expect(clippy::disallowed_methods, reason = "a switch for whoever works on the cases, in a test only")]
fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}
