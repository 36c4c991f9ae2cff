//! Uninstalls the Helm releases of a shared development cluster by a policy, and keeps the ones that must
//! survive.
//!
//! How the data flows, from the command line to the exit code; no arrow points back:
//!
//! ```text
//! argv ─ cli ─► settings                                what was typed, and the facts of the outside world
//! (cli, unfinished line) ─ completion ─► candidates      what can be typed next
//! policy files ─ policy ─► PolicySet                     read strictly, all errors in one go
//! settings ─ cluster ─► Connection                       resolved once, pinned for the client and every helm process
//! API | helm list ─ inventory ─► ClusterState            releases, records, namespaces, opt-outs; whole, or an error
//! (policies, ClusterState, now) ─ plan ─► Plan           pure: every release purged or kept, with its reasons
//! saved plan ─ saved_plan ─► SavedPlan                   read strictly; a run then purges only what both plans purge
//! policies ─ rbac ─► permissions, manifests              pure: what an account must be allowed to do, and no more
//! Plan ─ guard ─► refusals                               pure: what stops a purge before its first delete
//! target ─► Target                                       policies, connection, identity, helm, inventory, scope, shard, now
//! operation: confirm ► lock ► recheck ► journal ► execute ► verify ► report     one sequence for run, restore and forget
//!     purge, restore                                     what is particular to each
//!     executor ⇄ helm                                    one loop, a pool of workers, an outcome for every release
//! folder ─ policy_tests ─► TestResult                    a policy held against a team's own tests
//! Plan, events, Run ─ report ─► screens, documents       the only part that prints, on streams and into report files
//! ```
//!
//! Besides what helm changes, this program writes ConfigMaps that are opt-outs (by `keep` alone), the Leases of the lock,
//! and the journals of runs in pods. It deletes only old journals of that kind and records of uninstalled releases. All
//! of it is in `cluster`.
//!
//! `command` puts these together. The library exists so that tests and benchmarks can reach its parts.

pub mod app;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod command;
mod completion;
pub mod executor;
pub mod exit_code;
#[cfg(test)]
mod fuzz_input_test;
mod guard;
pub mod helm;
pub mod history_tag;
pub mod inventory;
mod journal;
mod location;
mod lock;
mod operation;
mod operation_kind;
mod parallel;
pub mod plan;
pub mod policy;
mod policy_tests;
mod purge;
mod rbac;
pub mod release;
pub mod report;
mod restore;
pub mod run_id;
mod sanitize;
mod saved_plan;
pub mod settings;
pub mod shard;
pub mod signal;
mod target;
pub mod uninstall_options;
mod unsupported;

use std::ffi::OsString;
use std::io::{stderr, stdout};
use std::panic::catch_unwind;

use app::App;
use cli::Cli;
use command::dispatch;
use exit_code::ExitCode;
use report::{LogFormat, Printer, Styles, Verbosity};
use settings::{ColorChoice, Colour, EntryPoint, Environment, ParentProcess, Stream, Terminal};
use signal::Interrupts;

/// Runs the program: the arguments, its own name first, to the exit code.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    // Scripts do not know the exit code of a panic.
    catch_unwind(|| run_inside(arguments)).unwrap_or(ExitCode::SomeFailed)
}

fn run_inside(arguments: Vec<OsString>) -> ExitCode {
    let (environment, parent) = (Environment::read(), ParentProcess::read());
    let mut terminal = Terminal::detect(&environment);
    let format = log_format(&arguments);
    if format == LogFormat::Json {
        // A log has no questions, bars or colours, even on a terminal.
        terminal.stderr = Stream::Other;
    }
    let program = arguments.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let entry_point = EntryPoint::from_call(&program, environment.helm_plugin_name.as_deref());
    match cli::parse(arguments, entry_point) {
        Err(special) => {
            print_usage(&special, &printer(&environment, &terminal, ColorChoice::Auto, Verbosity::Normal, format))
        }
        Ok(cli) => {
            let printer = printer(&environment, &terminal, cli.output.color, verbosity(&cli, &environment), format);
            let app = App { environment, terminal, entry_point, parent, printer, interrupts: Interrupts::default() };
            dispatch(cli, &app)
        }
    }
}

/// Reads the flag before clap parses the command line, because clap's errors are printed in this format too.
pub fn log_format(arguments: &[OsString]) -> LogFormat {
    const FLAG: &str = "--log-format";
    let is_json = |pair: &[OsString]| pair[0] == FLAG && pair[1] == "json";
    let is_json_requested =
        arguments.windows(2).any(is_json) || arguments.iter().any(|one| *one == *format!("{FLAG}=json"));
    if is_json_requested { LogFormat::Json } else { LogFormat::Text }
}

fn printer(
    environment: &Environment,
    terminal: &Terminal,
    choice: ColorChoice,
    verbosity: Verbosity,
    format: LogFormat,
) -> Printer {
    let paint = |choice, stream| Styles::new(Colour::decide(choice, environment, stream, terminal.can_redraw));
    let of_stderr = if format == LogFormat::Json { ColorChoice::Never } else { choice };
    let (out, err) = (paint(choice, terminal.stdout), paint(of_stderr, terminal.stderr));
    let printer = Printer::new(Box::new(stdout()), Box::new(stderr()), out, err, verbosity);
    printer.with_log(format, environment.clock)
}

/// Help that the user asked for goes to stdout, an error in the command line to stderr.
fn print_usage(special: &clap::Error, printer: &Printer) -> ExitCode {
    let has_no_arguments = special.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    let is_requested = has_no_arguments || !special.use_stderr();
    let paint = if is_requested { printer.out } else { printer.err };
    let text = special.render();
    let text = if paint.0 == Colour::On { text.ansi().to_string() } else { text.to_string() };
    if is_requested {
        printer.rendered_data(text);
    } else {
        printer.rendered_error(&text);
    }
    let code = if is_requested { ExitCode::Done } else { ExitCode::Usage };
    code.or_not_written(printer.has_lost_output())
}

fn verbosity(cli: &Cli, environment: &Environment) -> Verbosity {
    if cli.output.quiet {
        Verbosity::Quiet
    } else if cli.output.verbose || cli.output.debug.map_or(environment.helm_debug, |debug| debug.unwrap_or(true)) {
        Verbosity::Verbose
    } else {
        Verbosity::Normal
    }
}
