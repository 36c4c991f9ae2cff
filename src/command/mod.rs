//! The commands: each reads like a table of contents of what it does.
//!
//! They put the parts together and own none of the rules. A small command is a file here, a larger one a folder. What
//! several share has a folder too: `prepare` is everything up to a plan, `undertaking` everything around what changes a
//! cluster, from the question to the journal; what `run` alone does is in `purge`.

mod app;
mod completion;
mod error;
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
mod test;
mod undertaking;
mod undo;
mod validate;
mod version;

pub use app::App;
pub use error::CommandError;
pub use reports::Reports;

use crate::cli::{Cli, Command};
use crate::exit_code::ExitCode;

/// Carries out a command.
pub fn dispatch(cli: Cli, app: &mut App) -> ExitCode {
    // Whoever completes a line wants no errors.
    if let Command::Complete(arguments) = &cli.command {
        return completion::complete(arguments, app);
    }
    app.reports = Reports::wanted(&cli, app.environment.clock);
    let nothing_done = undertaking::nothing_done(undertaking::operation(&cli.command));
    let (code, early) = match carry_out(cli, app) {
        Ok(code) => (code, None),
        Err(stopped) => {
            let early = stopped.early_end(nothing_done);
            (stopped.tell(nothing_done, app), Some(early))
        }
    };
    let reports = std::mem::take(&mut app.reports);
    reports.hand_in(code, early, &app.printer).unless_unwritten(app.printer.has_lost_output())
}

fn carry_out(cli: Cli, app: &mut App) -> Result<ExitCode, CommandError> {
    if let Some(error) = &app.environment.not_text {
        return Err(CommandError::usage(error.to_string(), "unset it, or set it anew"));
    }
    let Cli { command, connection, .. } = cli;
    let connection = prepare::connection_wish(&app.environment, &connection);
    match command {
        Command::Init(arguments) => init::init(&arguments, &connection, app),
        Command::Validate(arguments) => validate::validate(&arguments, app),
        Command::Plan(arguments) => plan::plan(&arguments, &connection, app),
        Command::Run(arguments) if arguments.dry_run => plan::dry_run(&arguments, &connection, app),
        Command::Run(arguments) => purge::run(&arguments, &connection, app),
        Command::Keep(arguments) => keep::keep(&arguments, &connection, app),
        Command::Restore(arguments) => undo::restore(&arguments, &connection, app),
        Command::Prune(arguments) => undo::prune(&arguments, &connection, app),
        Command::Test(arguments) => test::test(&arguments, app),
        Command::Explain(arguments) => explain::explain(&arguments, &connection, app),
        Command::Runs(arguments) => runs::runs(&arguments, &connection, app),
        Command::Doctor(arguments) => rights::doctor(&arguments, &connection, app),
        Command::Rbac(arguments) => rights::rbac(&arguments, &connection, app),
        Command::Schema => Ok(schema::schema(app)),
        Command::Completion(arguments) => Ok(completion::script(&arguments, app)),
        Command::Version => version::version(app),
        Command::Complete(arguments) => Ok(completion::complete(&arguments, app)),
    }
}
