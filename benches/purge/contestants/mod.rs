//! Who takes part, and how each is called.
//!
//! Must not measure.

pub(crate) mod scripts;

use std::fmt;
use std::process::Command;

use crate::arguments::CONTESTANT;
use crate::fault::Fault;
use crate::stage::{Distance, Stage, namespaces};

/// A way to uninstall all releases of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The program under test, with so many workers.
    Purge(u8),
    /// `helm list | xargs -P N helm uninstall`.
    Xargs(u8),
    /// The well-known script with its pool of threads.
    Pool(u8),
    /// The same without threads.
    Loop,
    /// Helm's Go library in one process, with so many goroutines.
    Library(u8),
}

/// A way, and what is in its environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contestant {
    pub(crate) way: Way,
    pub(crate) variables: &'static [(&'static str, &'static str)],
}

impl Contestant {
    pub(crate) fn command(&self, stage: &Stage, distance: Distance) -> Result<Command, Fault> {
        let mut command = match self.way {
            Way::Purge(workers) => {
                let mut command = stage.command(env!("CARGO_BIN_EXE_helm-purge"), distance);
                command.args(["run", "--yes", "-A", "-f"]).arg(stage.policy(&namespaces(), workers)?);
                command
            }
            Way::Xargs(processes) => {
                let mut command = stage.command("sh", distance);
                let list = "helm list --all-namespaces --max 0 --no-headers | awk '{print $1, \"--namespace\", $2}'";
                command.args(["-c", &format!("{list} | xargs -P {processes} -L 1 helm uninstall")]);
                command
            }
            Way::Pool(threads) => script(stage, distance, threads)?,
            Way::Loop => script(stage, distance, 1)?,
            Way::Library(goroutines) => {
                let mut command = stage.command(stage.cluster.helm_library()?, distance);
                command.args(["--workers", &goroutines.to_string(), &namespaces()]);
                command
            }
        };
        command.envs(self.variables.iter().copied());
        Ok(command)
    }
}

impl From<Way> for Contestant {
    fn from(way: Way) -> Self {
        Self { way, variables: &[] }
    }
}

impl fmt::Display for Contestant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.way {
            Way::Purge(workers) => write!(formatter, "helm purge, {workers} workers"),
            Way::Xargs(processes) => write!(formatter, "xargs -P {processes}"),
            Way::Pool(threads) => write!(formatter, "pool of {threads} threads"),
            Way::Loop => formatter.write_str("loop, one at a time"),
            Way::Library(goroutines) => write!(formatter, "Helm's library, {goroutines} goroutines"),
        }?;
        self.variables.iter().try_for_each(|(name, value)| write!(formatter, ", {name}={value}"))
    }
}

fn script(stage: &Stage, distance: Distance, threads: u8) -> Result<Command, Fault> {
    let myself = std::env::current_exe().map_err(|it| Fault::new(format!("the bench cannot find itself: {it}")))?;
    let mut command = stage.command(myself, distance);
    command.args([CONTESTANT, &threads.to_string()]);
    Ok(command)
}
