//! One run of one command, measured.
//!
//! The bench starts itself in between: what a process and all its descendants used is only known to their parent, and
//! the bench has the cluster as a child as well. Must not know what is run.

pub(crate) mod child;
mod processes;
mod sample;

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

pub(crate) use sample::{Bytes, Reading, Requests, Sample};

use crate::arguments::MEASURED;
use crate::fault::Fault;

/// Of a failed command's words.
const LINES_TOLD: usize = 30;

/// Runs `command` to its end; an end with an error is an error with its last words. `folder` is for files of its own.
pub(crate) fn run(command: &Command, folder: &Path) -> Result<Sample, Fault> {
    let (result, words) = (folder.join("sample.json"), folder.join("words"));
    let output = File::create(&words).map_err(Fault::file("write", &words))?;
    let errors = output.try_clone().map_err(Fault::file("write", &words))?;
    let myself = std::env::current_exe().map_err(|it| Fault::new(format!("the bench cannot find itself: {it}")))?;
    let mut wrapper = Command::new(&myself);
    wrapper.arg(MEASURED).arg(&result).arg(command.get_program()).args(command.get_args());
    wrapper.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    wrapper.current_dir(command.get_current_dir().unwrap_or(folder));
    wrapper.stdin(std::process::Stdio::null()).stdout(output).stderr(errors);
    let ended = wrapper.status().map_err(Fault::file("start", &myself))?;
    if !ended.success() {
        let said = fs::read_to_string(&words).unwrap_or_default();
        let lines = said.lines().collect::<Vec<_>>();
        let tail = lines[lines.len().saturating_sub(LINES_TOLD)..].join("\n");
        return Err(Fault::new(format!("{command:?} ended with {ended}:\n{tail}")));
    }
    let text = fs::read(&result).map_err(Fault::file("read", &result))?;
    serde_json::from_slice(&text).map_err(Fault::file("read", &result))
}
