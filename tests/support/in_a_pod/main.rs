//! The program as it is in a pod, for tests: a service account is found in a folder of the test, for nobody but a kubelet
//! can put one where pods have it. Everything else is the program itself.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use helm_purge::app::App;
use helm_purge::cli;
use helm_purge::command::dispatch;
use helm_purge::report::{Printer, Styles, Verbosity};
use helm_purge::settings::{Colour, EntryPoint, Environment, ParentProcess, Terminal};
use helm_purge::signal::Interrupts;

fn main() -> ExitCode {
    let mut environment = Environment::read();
    let pod = environment.connection.in_cluster.as_mut().expect("the test says where the API server is");
    pod.service_account = service_account();
    let terminal = Terminal::detect(&environment);
    let plain = Styles::new(Colour::Off);
    let arguments = std::env::args_os().collect::<Vec<_>>();
    let printer = Printer::new(Box::new(stdout()), Box::new(stderr()), plain, plain, Verbosity::Normal)
        .with_log(helm_purge::log_format(&arguments), environment.clock);
    let cli = cli::parse(arguments, EntryPoint::Direct).expect("tests know the command line");
    let (entry_point, parent, interrupts) = (EntryPoint::Direct, ParentProcess::read(), Interrupts::default());
    dispatch(cli, &App { environment, terminal, entry_point, parent, printer, interrupts }).into()
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, and this is how it is told where to look")]
fn service_account() -> std::path::PathBuf {
    std::env::var_os("IN_A_POD").expect("IN_A_POD names the folder of the service account").into()
}
