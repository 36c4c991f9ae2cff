//! The commands: each reads like a table of contents of what it does.
//!
//! They put the parts together and own none of the rules.

mod about;
mod doctor;
mod explain;
mod forget;
mod init;
mod keep;
mod log;
mod plan;
mod purged_histories;
mod rbac;
mod restore;
mod run;
mod test;
mod validate;

use crate::app::{App, CommandError, ReportFiles, nothing_done};
use crate::cli::{Cli, Command};
use crate::exit_code::ExitCode;
use crate::journal::OperationKind;
use crate::operation::connection_options;

/// Carries out a command, and decides the exit code.
pub fn dispatch(cli: Cli, app: &App) -> ExitCode {
    // Completion prints no errors, because the user is typing.
    if let Command::Complete(arguments) = &cli.command {
        return about::complete(arguments, app);
    }
    let mut reports = ReportFiles::requested(&cli, app.environment.clock);
    let nothing_done = nothing_done(match &cli.command {
        Command::Restore(_) => OperationKind::Restore,
        Command::Forget(_) => OperationKind::Forget,
        _ => OperationKind::Purge,
    });
    let (code, early) = match carry_out(cli, &mut reports, app) {
        Ok(code) => (code, None),
        Err(error) => {
            error.report(nothing_done, &app.printer);
            (error.code(), Some(error.to_early_exit(nothing_done)))
        }
    };
    reports.write(code, early, &app.printer);
    code.or_not_written(app.printer.has_lost_output())
}

fn carry_out(cli: Cli, reports: &mut ReportFiles, app: &App) -> Result<ExitCode, CommandError> {
    if let Some(name) = &app.environment.not_text {
        let error = format!("the environment variable {name} is not text");
        return Err(CommandError::usage(error, "unset it, or set it anew"));
    }
    let Cli { command, connection, .. } = cli;
    let options = connection_options(&app.environment, &connection);
    match command {
        Command::Init(arguments) => init::init(&arguments, &options, app),
        Command::Validate(arguments) => validate::validate(&arguments, app),
        Command::Plan(arguments) => plan::plan(&arguments, &options, app),
        Command::Run(arguments) if arguments.dry_run => plan::dry_run(&arguments, &options, reports, app),
        Command::Run(arguments) => run::run(&arguments, &options, reports, app),
        Command::Keep(arguments) => keep::keep(&arguments, &options, app),
        Command::Restore(arguments) => restore::restore(&arguments, &options, reports, app),
        Command::Forget(arguments) => forget::forget(&arguments, &options, reports, app),
        Command::Test(arguments) => test::test(&arguments, app),
        Command::Explain(arguments) => explain::explain(&arguments, &options, app),
        Command::Log(arguments) => log::log(&arguments, &options, app),
        Command::Doctor(arguments) => doctor::doctor(&arguments, &options, app),
        Command::Rbac(arguments) => rbac::rbac(&arguments, &options, app),
        Command::Schema => Ok(about::schema(app)),
        Command::Completion(arguments) => Ok(about::completion(&arguments, app)),
        Command::Version => about::version(app),
        Command::Complete(arguments) => Ok(about::complete(&arguments, app)),
    }
}

fn one_per_line<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join("\n")
}
