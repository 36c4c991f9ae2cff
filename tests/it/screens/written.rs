//! The screens that need no Rust: each file is run by its own first line.

use std::thread;

use super::Screens;
use super::comparer::{assert_none, is_scene, names};
use super::scene::Scene;
use crate::support::repository;

/// These need signals, a terminal or several steps; so do those that need a real cluster.
const IN_RUST: [&str; 4] = ["log", "run-ended", "saved-plan", "terminal"];

#[test]
fn every_screen_in_tests_screens_is_what_its_first_line_prints() {
    let root = repository("tests/screens");
    let themes = names(&root).filter(|theme| root.join(theme).is_dir());
    let themes = themes.filter(|theme| !IN_RUST.contains(&theme.as_str()) && !theme.starts_with("cluster-"));
    let themes = themes.collect::<Vec<_>>();
    assert!(themes.len() > 10, "only {} themes were found", themes.len());
    let differences = thread::scope(|scope| {
        let parts = themes.chunks(themes.len().div_ceil(4));
        let parts =
            parts.map(|part| scope.spawn(|| part.iter().flat_map(|theme| differences(theme)).collect::<Vec<_>>()));
        let parts = parts.collect::<Vec<_>>().into_iter();
        parts.flat_map(|part| part.join().expect("its screens can be taken")).collect::<Vec<_>>()
    });
    assert_none(&differences);
}

fn differences(theme: &str) -> Vec<String> {
    let mut screens = Screens::of(theme);
    for name in names(screens.folder()).filter(|name| !is_scene(name)) {
        if let Err(fault) = take(&mut screens, &name) {
            screens.fault(&name, &fault);
        }
    }
    screens.differences()
}

fn take(screens: &mut Screens, name: &str) -> Result<(), String> {
    let scene = Scene::of(screens.folder(), &screens.screen(name)?.head)?;
    screens.take_with_input(&scene.program(), name, &scene.stdin);
    Ok(())
}
