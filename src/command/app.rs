//! What every command gets: the facts of the outside world, the printer, and the ear for signals.

use serde::Serialize;

use super::{CommandError, Reports};
use crate::cli::OutputFormat;
use crate::exit_code::ExitCode;
use crate::report::{Format, Printer, Styles, serialize};
use crate::run_id::RunId;
use crate::settings::{EntryPoint, Environment, Parent, Terminal};
use crate::signal::{Interruption, Interrupts};

/// The outside world, as it was at the start.
pub struct App {
    /// The environment.
    pub environment: Environment,
    /// The three streams.
    pub terminal: Terminal,
    /// How this program was called.
    pub entry_point: EntryPoint,
    /// The process that called it.
    pub parent: Parent,
    /// The one place that prints.
    pub printer: Printer,
    /// Signals from outside; nothing is heard before the first look at anything.
    pub interrupts: Interrupts,
    /// What is written when everything is over.
    pub reports: Reports,
}

impl App {
    /// From here on no signal ends this process by itself.
    ///
    /// Not earlier: a policy may come from a pipe that nobody writes to, and reading it has to end with Ctrl-C.
    /// Not later: from the first child on, somebody has to be there to end it.
    pub(super) fn listen(&mut self) -> Result<(), CommandError> {
        let interrupts = Interrupts::listen().map_err(cannot_listen)?;
        let plugin = self.environment.helm_plugin_name.as_deref();
        if self.entry_point == EntryPoint::Helm && self.parent.pid == 1 && !self.parent.is_helm_with(plugin) {
            // Whoever started this under helm has ended it before it had begun.
            interrupts.on_parent_gone(std::time::Instant::now());
        } else if self.entry_point == EntryPoint::Helm {
            interrupts.watch_parent(self.parent.pid).map_err(cannot_listen)?;
        }
        self.interrupts = interrupts;
        Ok(())
    }

    /// Prints what a command found: a document for programs, or the text that `text` makes of it for people.
    pub(super) fn emit<D: Serialize>(
        &self,
        output: OutputFormat,
        document: impl FnOnce() -> D,
        text: impl FnOnce(Styles) -> String,
    ) -> Result<(), CommandError> {
        let text = match output {
            OutputFormat::Json => serialize(&document(), Format::Json),
            OutputFormat::Yaml => serialize(&document(), Format::Yaml),
            OutputFormat::Text | OutputFormat::Table | OutputFormat::Wide | OutputFormat::Name => {
                Ok(text(self.printer.out()))
            }
        };
        self.printer.data(&text.map_err(CommandError::internal)?);
        Ok(())
    }

    /// The name of a run that begins now.
    pub(super) fn new_run_id(&self) -> RunId {
        #[cfg(feature = "fake-helm")]
        if let Some(id) = &self.environment.run_id {
            return id.clone();
        }
        RunId::new(self.environment.clock.now())
    }

    /// The signal that has come so far, where one has.
    pub(super) fn interruption(&self) -> Option<Interruption> {
        self.interrupts.interruption()
    }

    /// What went wrong, or that it was interrupted: a child that was ended by a signal of ours says the oddest
    /// things.
    pub(super) fn unless_interrupted<T>(&self, result: Result<T, CommandError>) -> Result<T, CommandError> {
        match self.interruption() {
            Some(interruption) => Err(CommandError::Interrupted(interruption)),
            None => result,
        }
    }
}

fn cannot_listen(error: std::io::Error) -> CommandError {
    let hint = Some("signals cannot be handled here".to_owned());
    CommandError::Error { code: ExitCode::Preflight, error: Box::new(error), hint }
}
