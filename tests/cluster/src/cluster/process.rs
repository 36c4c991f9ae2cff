//! The running components, each with its log.
//!
//! Must not be needed for their end: the keeper ends them also when nobody is left to drop a value.

use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::command_lines::CommandLine;
use super::layout::Layout;
use crate::{Error, Part, environment};

/// Of a component's log, for the error about its end.
const LINES_TOLD: usize = 20;

/// Of each component's log, where nobody knows which one is to blame.
const LINES_OF_EACH: usize = 5;

/// All components that were started.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    components: Vec<Component>,
}

#[derive(Debug)]
struct Component {
    line: CommandLine,
    process: Child,
    log: PathBuf,
}

impl Fleet {
    /// Starts `line` in the keeper's `group`, with its words in the folder `logs`.
    pub(super) fn start(&mut self, line: CommandLine, group: i32, layout: &Layout) -> Result<(), Error> {
        let log = layout.log(line.part.program());
        let process = spawn(&line, group, layout)?;
        self.components.push(Component { line, process, log });
        Ok(())
    }

    /// Ends the process of a component at once, as if the machine under it were gone.
    pub(super) fn kill(&mut self, part: Part) -> Result<(), Error> {
        let Some(component) = self.components.iter_mut().find(|it| it.line.part == part) else { return Ok(()) };
        let end = component.process.kill().and_then(|()| component.process.wait());
        end.map(drop).map_err(Error::file("end", Path::new(part.program())))
    }

    /// Starts a component again that has ended, as it was started first.
    pub(super) fn revive(&mut self, part: Part, group: i32, layout: &Layout) -> Result<(), Error> {
        if let Some(component) = self.components.iter_mut().find(|it| it.line.part == part) {
            component.process = spawn(&component.line, group, layout)?;
        }
        Ok(())
    }

    /// An error as soon as one of them has ended.
    pub(super) fn check(&mut self) -> Result<(), Error> {
        for component in &mut self.components {
            let ended = component.process.try_wait();
            let ended = ended.map_err(Error::file("wait for", Path::new(component.line.part.program())))?;
            if let Some(exit) = ended {
                return Err(Error::ComponentEnded {
                    component: component.line.part.program(),
                    exit: exit.to_string(),
                    tail: tail(&component.log, LINES_TOLD),
                });
            }
        }
        Ok(())
    }

    /// What each of them said last.
    pub(super) fn last_words(&self) -> String {
        let words = |it: &Component| format!("{}:\n{}", it.line.part.program(), tail(&it.log, LINES_OF_EACH));
        self.components.iter().map(words).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for component in &mut self.components {
            // It has nothing to save, and where it ended on its own there is nothing to do.
            let _ = component.process.kill();
            let _ = component.process.wait();
        }
    }
}

/// With its words behind those of an earlier process of the same component.
fn spawn(line: &CommandLine, group: i32, layout: &Layout) -> Result<Child, Error> {
    let log = layout.log(line.part.program());
    let words = OpenOptions::new().append(true).create(true).open(&log).map_err(Error::file("write", &log))?;
    let same_words = words.try_clone().map_err(Error::file("write", &log))?;
    let mut command = Command::new(&line.program);
    command.args(&line.arguments).process_group(group);
    command.stdin(Stdio::null()).stdout(words).stderr(same_words);
    isolate(&mut command, layout);
    command.spawn().map_err(Error::spawn(&line.program))
}

/// Nothing of the user's reaches a process of the cluster: neither `ETCD_*` and proxies nor a configuration at home.
pub(crate) fn isolate(command: &mut Command, layout: &Layout) {
    command.env_clear().env("PATH", environment::search_path()).env("HOME", layout.home());
}

fn tail(log: &Path, count: usize) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
