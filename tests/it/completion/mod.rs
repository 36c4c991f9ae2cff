//! What can be typed next, in all three ways in: asked by the real helms, by kubectl, by shells, and never a word besides.

mod cluster_helm;
mod cluster_kubectl;
mod cluster_names;
mod cluster_shells;
mod silence;

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Output, Program, Running};

/// A folder for PATH in which the program has this name.
fn on_path(program: &mut Program, name: &str) -> PathBuf {
    let folder = program.folder().join("path");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    symlink(env!("CARGO_BIN_EXE_helm-purge"), folder.join(name)).expect("a link can be made");
    program.set("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    folder
}

/// The program's own answer to an unfinished line.
fn ask(program: &Program, words: &[&str]) -> Output {
    program.run(&[&["__complete", "--"][..], words].concat()).exits(0)
}

/// The candidates of an answer, without their descriptions.
fn candidates(output: &Output) -> Vec<&str> {
    let lines = output.stdout.lines().filter(|line| !line.starts_with(':'));
    lines.map(|line| line.split('\t').next().unwrap_or_default()).collect()
}

/// Another program in the environment of this one.
fn beside(program: &Program, other: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(other);
    program.surround(command.args(arguments)).stdin(std::process::Stdio::null());
    Running::start(command).finish()
}
