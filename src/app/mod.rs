//! What every command gets: the environment, the terminal, the printer and the signals.

mod error;
mod output;
mod report_files;

pub(crate) use error::CommandError;
pub(crate) use error::nothing_done;
pub(crate) use report_files::ReportFiles;

use std::io;
use std::time::Instant;

use crate::report::Printer;
use crate::run_id::RunId;
use crate::settings::{EntryPoint, Environment, ParentProcess, Terminal};
use crate::signal::{Interruption, Interrupts};

/// The outside world, as it was at the start.
pub struct App {
    pub environment: Environment,
    pub terminal: Terminal,
    pub entry_point: EntryPoint,
    pub parent: ParentProcess,
    pub printer: Printer,
    /// No signal is handled before `App::listen`.
    pub interrupts: Interrupts,
}

impl App {
    /// Installs the signal handlers. After that, a signal does not end this process on its own.
    ///
    /// Not earlier: a policy may come from a pipe that never gets any data, and Ctrl-C must end the read.
    /// Not later: this process must live to end its child processes.
    pub(crate) fn listen(&self) -> Result<(), CommandError> {
        self.interrupts.listen().map_err(cannot_listen)?;
        let plugin = self.environment.helm_plugin_name.as_deref();
        if self.entry_point == EntryPoint::Helm && self.parent.pid == 1 && !self.parent.is_helm_with(plugin) {
            // The helm that started this process has ended already, so this process is to end as well.
            self.interrupts.on_parent_gone(Instant::now());
        } else if self.entry_point == EntryPoint::Helm {
            self.interrupts.watch_parent(self.parent.pid).map_err(cannot_listen)?;
        }
        Ok(())
    }

    /// The ID of a run that begins now.
    pub(crate) fn new_run_id(&self) -> RunId {
        #[cfg(feature = "fake-helm")]
        if let Some(id) = &self.environment.run_id {
            return id.clone();
        }
        RunId::new(self.environment.clock.now())
    }

    /// The first signal, if one has come.
    pub(crate) fn interruption(&self) -> Option<Interruption> {
        self.interrupts.interruption()
    }

    /// The result, or the signal if one has come: the error of a child process that this program has ended does not name the
    /// signal.
    pub(crate) fn unless_interrupted<T>(&self, result: Result<T, CommandError>) -> Result<T, CommandError> {
        match self.interruption() {
            Some(interruption) => Err(CommandError::Interrupted(interruption)),
            None => result,
        }
    }
}

fn cannot_listen(error: io::Error) -> CommandError {
    CommandError::preflight(error, Some("cannot handle signals".to_owned()))
}
