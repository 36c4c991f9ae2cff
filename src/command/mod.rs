//! The commands: each reads like a table of contents of what it does.
//!
//! They put the parts together and own none of the rules. A small command is a file here, a larger one a folder. What
//! several share has a folder too: `prepare` is everything up to a plan, `undertaking` everything around what changes a
//! cluster, from the question to the journal; what `run` alone does is in `purge`.

mod completion;
mod explain;
mod flags;
mod init;
mod keep;
mod plan;
mod prepare;
mod purge;
mod reports;
mod rights;
mod runs;
mod schema;
mod stopped;
mod surroundings;
mod test;
mod undertaking;
mod undo;
mod validate;
mod version;

pub use reports::Reports;
pub use stopped::Stopped;
pub use surroundings::Surroundings;

use crate::cli::{Cli, Command};
use crate::exit_code::ExitCode;

/// Carries out a command.
pub fn dispatch(cli: Cli, surroundings: &mut Surroundings) -> ExitCode {
    // Whoever completes a line wants no errors.
    if let Command::Complete(arguments) = &cli.command {
        return completion::complete(arguments, surroundings);
    }
    surroundings.reports = Reports::wanted(&cli, surroundings.environment.clock);
    let nothing_done = undertaking::nothing_done(undertaking::operation(&cli.command));
    let (code, early) = match carry_out(cli, surroundings) {
        Ok(code) => (code, None),
        Err(stopped) => {
            let early = stopped.early_end(nothing_done);
            (stopped.tell(nothing_done, surroundings), Some(early))
        }
    };
    let reports = std::mem::take(&mut surroundings.reports);
    reports.hand_in(code, early, &mut surroundings.printer).unless_unwritten(surroundings.printer.state())
}

fn carry_out(cli: Cli, surroundings: &mut Surroundings) -> Result<ExitCode, Stopped> {
    if let Some(error) = &surroundings.environment.not_text {
        return Err(Stopped::usage(error.to_string(), "unset it, or set it anew"));
    }
    let Cli { command, connection, .. } = cli;
    let connection = prepare::connection_wish(&surroundings.environment, &connection);
    match command {
        Command::Init(arguments) => init::init(&arguments, &connection, surroundings),
        Command::Validate(arguments) => validate::validate(&arguments, surroundings),
        Command::Plan(arguments) => plan::plan(&arguments, &connection, surroundings),
        Command::Run(arguments) if arguments.dry_run => plan::dry_run(&arguments, &connection, surroundings),
        Command::Run(arguments) => purge::run(&arguments, &connection, surroundings),
        Command::Keep(arguments) => keep::keep(&arguments, &connection, surroundings),
        Command::Restore(arguments) => undo::restore(&arguments, &connection, surroundings),
        Command::Prune(arguments) => undo::prune(&arguments, &connection, surroundings),
        Command::Test(arguments) => test::test(&arguments, surroundings),
        Command::Explain(arguments) => explain::explain(&arguments, &connection, surroundings),
        Command::Runs(arguments) => runs::runs(&arguments, &connection, surroundings),
        Command::Doctor(arguments) => rights::doctor(&arguments, &connection, surroundings),
        Command::Rbac(arguments) => rights::rbac(&arguments, &connection, surroundings),
        Command::Schema => Ok(schema::schema(surroundings)),
        Command::Completion(arguments) => Ok(completion::script(&arguments, surroundings)),
        Command::Version => version::version(surroundings),
        Command::Complete(arguments) => Ok(completion::complete(&arguments, surroundings)),
    }
}
