//! The program as it is in a pod, for tests: a service account is found in a folder of the test, for nobody but a kubelet
//! can put one where pods have it. Everything else is the program itself.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use helm_purge::cli;
use helm_purge::command::{Reports, Surroundings, dispatch};
use helm_purge::report::{Paint, Printer, Volume};
use helm_purge::settings::{Colour, Environment, FrontDoor, Parent, Terminal};
use helm_purge::signal::Interrupts;

fn main() -> ExitCode {
    let mut environment = Environment::read();
    let pod = environment.connection.in_cluster.as_mut().expect("the test says where the API server is");
    pod.service_account = service_account();
    let terminal = Terminal::look(&environment);
    let plain = Paint::new(Colour::Off);
    let arguments = std::env::args_os().collect::<Vec<_>>();
    let printer = Printer::new(Box::new(stdout()), Box::new(stderr()), plain, plain, Volume::Normal)
        .with_log_format(helm_purge::log_format(&arguments));
    let cli = cli::parse(arguments, FrontDoor::Direct).expect("tests know the command line");
    let (front_door, parent, interrupts) = (FrontDoor::Direct, Parent::look(), Interrupts::silent());
    let reports = Reports::default();
    dispatch(cli, &mut Surroundings { environment, terminal, front_door, parent, printer, interrupts, reports }).into()
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, and this is how it is told where to look")]
fn service_account() -> std::path::PathBuf {
    std::env::var_os("IN_A_POD").expect("IN_A_POD names the folder of the service account").into()
}
