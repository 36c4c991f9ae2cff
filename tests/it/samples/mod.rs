//! Samples of every document and every screen, frozen as files under `frozen/`: whoever changes what users see, changes
//! one of them. `UPDATE_EXPECTED=1 cargo test --test it samples` writes them anew.
//!
//! The clock stands still, runs and machines have fixed names: see `HELM_PURGE_TEST_NOW` in `settings`.

mod changing;
mod cluster;
mod frozen;
mod guarded;
mod past;
mod planned;
mod said;

use std::fs;

use serde_json::{Value, json};

use crate::support::{FakeHelm, Output, Program, Running};
use frozen::Samples;

/// The time of all samples. What the API server of a real cluster stamps is later, so that its ages are all zero.
const NOW: &str = "2020-01-02T03:04:05.678Z";
/// Three days and an hour before.
const UPDATED: &str = "2019-12-30T02:04:05Z";
/// The name of the run that a sample is of, if the sample has no other.
const RUN: &str = "20200102-030405-0a1b2c";
/// Where its journal is.
const JOURNAL: &str = ".local/state/helm-purge/runs/20200102-030405-0a1b2c.jsonl";

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

impl Samples {
    /// Runs the program with a command line, and holds what it prints and these files of its folder.
    fn take(&mut self, name: &str, program: &Program, line: &str, files: &[&str]) {
        self.take_with_input(name, program, line, "", files);
    }

    /// The same, with this on stdin.
    fn take_with_input(&mut self, name: &str, program: &Program, line: &str, input: &str, files: &[&str]) {
        let output = program.run_with_input(line, input);
        self.hold_output(name, program, line, output, files);
    }

    /// Waits for a program that runs, and holds the same.
    fn finish(&mut self, name: &str, program: &Program, line: &str, running: Running, files: &[&str]) {
        self.hold_output(name, program, line, running.finish(), files);
    }

    fn hold_output(&mut self, name: &str, program: &Program, line: &str, output: Output, files: &[&str]) {
        let code = output.status.code().map_or("none".to_owned(), |code| code.to_string());
        let mut text = format!("$ helm-purge {line}\nexit code {code}\n");
        let mut parts = vec![("stdout", output.stdout), ("stderr", output.stderr)];
        for file in files {
            let read = fs::read_to_string(program.folder().join(file));
            parts.push((*file, read.unwrap_or_else(|_| "(there is no such file)\n".to_owned())));
        }
        let shown = parts.into_iter().map(|(part, content)| {
            let end = if content.is_empty() || content.ends_with('\n') { "" } else { "\n(no line break at the end)\n" };
            format!("--- {part}\n{content}{end}")
        });
        text.extend(shown);
        let text = text.replace(&program.folder().display().to_string(), "FOLDER");
        let text = text.replace(env!("CARGO_BIN_EXE_fake-helm"), "FAKE_HELM");
        self.hold(name, &text);
    }
}
