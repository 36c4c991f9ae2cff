//! The commands: each reads like a table of contents of what it does.
//!
//! They put the parts together and own none of the rules.

mod confirm;
mod init;
mod plan;
mod prepare;
mod purge;
mod stopped;
mod validate;
mod version;

pub use stopped::Stopped;

use crate::cli::{Cli, Command};
use crate::exit_code::ExitCode;
use crate::report::Printer;
use crate::settings::{Environment, FrontDoor, Terminal};
use crate::signal::Interrupts;

/// What every command gets: the facts of the outside world, and the printer.
pub struct Surroundings {
    /// The environment, as it was at the start.
    pub environment: Environment,
    /// The three streams.
    pub terminal: Terminal,
    /// How this program was called.
    pub front_door: FrontDoor,
    /// The one place that prints.
    pub printer: Printer,
    /// Signals from outside.
    pub interrupts: Interrupts,
}

/// Carries out a command.
pub fn dispatch(cli: Cli, surroundings: &mut Surroundings) -> ExitCode {
    let Cli { command, connection, .. } = cli;
    let connection = prepare::connection_wish(&surroundings.environment, &connection);
    let ended = match command {
        Command::Init(arguments) => init::init(&arguments, &connection, surroundings),
        Command::Validate(arguments) => Ok(validate::validate(&arguments, surroundings)),
        Command::Plan(arguments) => plan::plan(&arguments, &connection, surroundings),
        Command::Run(arguments) if arguments.dry_run => plan::dry_run(&arguments, &connection, surroundings),
        Command::Run(arguments) => purge::run(&arguments, &connection, surroundings),
        Command::Version => Ok(version::version(surroundings)),
    };
    ended.unwrap_or_else(|stopped| stopped.tell(surroundings))
}
