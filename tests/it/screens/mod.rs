//! Every document and every screen, compared with the files in `tests/screens`.
//! `UPDATE_EXPECTED=1 cargo test --test it screens` writes them again.
//!
//! What needs signals, a terminal, a real cluster or several steps is here, and everything else is data: see the README
//! there. The clock stands still, runs and machines have fixed names: see `HELM_PURGE_TEST_NOW` in `settings`.

mod cluster;
mod comparer;
mod past;
mod saved_plans;
mod scene;
mod signals_and_terminals;
mod written;

use std::fs;
use std::num::NonZeroU16;

use serde_json::{Value, json};

use crate::support::{FakeHelm, OrPanic, Output, Program, Running, Terminal};
use comparer::{Screen, Screens};
use scene::Scene;

/// The time of all screens. What the API server of a real cluster stamps is later, so that its ages are all zero.
const NOW: &str = "2020-01-02T03:04:05.678Z";
/// Three days and an hour before.
const UPDATED: &str = "2019-12-30T02:04:05Z";
/// The name of the run, if the scene gives it no other.
const RUN: &str = "20200102-030405-0a1b2c";

/// So many that no screen scrolls.
const ROWS: NonZeroU16 = NonZeroU16::new(300).expect("it is not zero");

/// Makes the clock stand still, and gives fixed names to the run, the machine and the user.
fn freeze(program: &mut Program) {
    program.set("HELM_PURGE_TEST_NOW", NOW).set("HELM_PURGE_TEST_HOST", "laptop").set("USER", "alice");
    program.set("HELM_PURGE_TEST_RUN_ID", RUN);
}

/// A fake cluster with these releases, each `NAMESPACE/NAME`, and a policy with these lines.
fn world(policy: &str, releases: &[&str]) -> FakeHelm {
    let mut fake = FakeHelm::new();
    freeze(&mut fake.program);
    fake.policy(policy);
    for release in releases {
        add(&fake, release, &[]);
    }
    fake
}

/// A release with some fields of its entry replaced.
fn add(fake: &FakeHelm, release: &str, fields: &[(&str, Value)]) {
    let (namespace, name) = release.split_once('/').expect("it is NAMESPACE/NAME");
    fake.release_with(&format!("{namespace}/{name}"), &[&[("updated", json!(UPDATED))], fields].concat());
}

/// What uninstalling this release does instead of the usual.
fn behaves(fake: &FakeHelm, release: &str, behaviour: &Value) {
    let (namespace, name) = release.split_once('/').expect("it is NAMESPACE/NAME");
    fake.behaves(&format!("{namespace}/{name}"), behaviour);
}

impl Screens {
    /// Runs the program with the first line of each of these files, named with spaces between, and compares what it prints.
    fn take(&mut self, program: &Program, names: &str) {
        for name in names.split_whitespace() {
            self.take_with_input(program, name, "");
        }
    }

    /// The same for one file, with this on stdin.
    fn take_with_input(&mut self, program: &Program, name: &str, input: &str) {
        let head = self.screen(name).or_panic().head;
        if let Some(columns) = Scene::of(self.folder(), &head).or_panic().columns {
            return self.take_on_a_terminal(program, name, columns);
        }
        let output = program.run_with_input(&self.line(name), input);
        self.compare_output(program, name, output);
    }

    /// The same on a terminal that is so wide, with every row as it stands there. With `--color always`, everything that was
    /// written.
    fn take_on_a_terminal(&mut self, program: &Program, name: &str, columns: NonZeroU16) {
        let line = self.line(name);
        let mut terminal = Terminal::start_sized(program.command(&line), ROWS, columns);
        let code = terminal.wait().code().unwrap_or_default();
        terminal.wait_until_closed();
        let is_coloured = line.contains("--color always");
        let shown = if is_coloured { terminal.raw().replace("\r\n", "\n") } else { terminal.rows().join("\n") + "\n" };
        let text = format!("$ helm-purge {line}\nexit code {code}\n--- terminal\n{shown}");
        self.compare(name, &text.replace(&program.folder().display().to_string(), "FOLDER"));
    }

    /// Starts the program with the first line of a file.
    fn start(&self, program: &Program, name: &str) -> Running {
        program.start(&self.line(name))
    }

    /// Waits for a program that runs, and compares the same.
    fn finish(&mut self, program: &Program, name: &str, running: Running) {
        self.compare_output(program, name, running.finish());
    }

    /// Starts the program with the first line of a file, on a terminal.
    fn start_on_a_terminal(&self, program: &Program, name: &str) -> Terminal {
        Terminal::start(program.command(&self.line(name)))
    }

    /// Waits for a program on a terminal, and compares all that stands there.
    fn finish_on_a_terminal(&mut self, program: &Program, name: &str, mut terminal: Terminal) {
        let code = terminal.wait().code().unwrap_or_default();
        terminal.wait_until_closed();
        let text = format!("$ helm-purge {}\nexit code {code}\n{}\n", self.line(name), terminal.screen());
        self.compare(name, &text.replace(&program.folder().display().to_string(), "FOLDER"));
    }

    fn line(&self, name: &str) -> String {
        self.screen(name).or_panic().line
    }

    fn compare_output(&mut self, program: &Program, name: &str, output: Output) {
        let Screen { line, files, .. } = self.screen(name).or_panic();
        let code = output.status.code().map_or("none".to_owned(), |code| code.to_string());
        let mut text = format!("$ helm-purge {line}\nexit code {code}\n");
        let mut parts = vec![("stdout", output.stdout), ("stderr", output.stderr)];
        for file in &files {
            let read = fs::read_to_string(program.folder().join(file));
            parts.push((file, read.unwrap_or_else(|_| "(there is no such file)\n".to_owned())));
        }
        let shown = parts.into_iter().map(|(part, content)| {
            let end = if content.is_empty() || content.ends_with('\n') { "" } else { "\n(no line break at the end)\n" };
            format!("--- {part}\n{content}{end}")
        });
        text.extend(shown);
        let text = text.replace(&program.folder().display().to_string(), "FOLDER");
        let text = text.replace(env!("CARGO_BIN_EXE_fake-helm"), "FAKE_HELM");
        self.compare(name, &text);
    }
}
