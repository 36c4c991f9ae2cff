//! docs/reliability.md promises nothing that no test shows: every test that it names exists.

use std::collections::BTreeSet;
use std::path::Path;

/// The tests that the page names, as path and name.
fn named(page: &str) -> Vec<(String, String)> {
    let code = page.split('`').skip(1).step_by(2);
    let tests = code.filter_map(|code| code.split_once(".rs::"));
    tests.map(|(path, name)| (format!("{path}.rs"), name.to_owned())).collect()
}

/// The names of the functions of a file that are tests.
fn tests_of(text: &str) -> BTreeSet<&str> {
    let attributed = text.split("#[test]").skip(1);
    attributed.filter_map(|part| part.split_once("fn ")?.1.split_once('(')).map(|(name, _)| name.trim()).collect()
}

#[test]
fn every_test_that_a_promise_rests_on_exists_and_every_promise_rests_on_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/reliability.md")).expect("it is in the repository");
    let named = named(&page);
    assert!(named.len() > 100, "only {} tests were found on the page", named.len());
    let missing = named.iter().filter(|(path, name)| {
        let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
        !tests_of(&text).contains(name.as_str())
    });
    let missing = missing.map(|(path, name)| format!("{path}::{name}")).collect::<Vec<_>>();
    assert!(missing.is_empty(), "there are no such tests: {missing:#?}");
    let promises = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Promise"));
    for promise in promises {
        assert!(promise.contains(".rs::"), "nothing shows this: {promise}");
    }
}
