//! Measures this program against the ways in which people do the same without it, on a real control plane.
//!
//! `cargo bench` runs all of it and rewrites the table and the plot in `docs`; `cargo bench -- --quick` only shows that
//! it works. Must not know more of the program under test than its command line.

mod arguments;
mod cast;
mod contestants;
mod fault;
mod measure;
mod own;
mod planning;
mod report;
mod restore;
mod scene;
mod scenes;
mod stage;

use std::process::ExitCode;

use arguments::{Arguments, Mode};
use fault::Fault;
use report::Report;
use stage::Stage;

fn main() -> ExitCode {
    let outcome = match arguments::read() {
        Mode::Bench(arguments) => bench(&arguments),
        Mode::Measured(words) => measure::child::run(&words),
        Mode::Contestant(words) => contestants::scripts::run(&words),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            report::tell(&fault);
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> Result<(), Fault> {
    let mut report = Report::new(arguments);
    let scenes = scenes::wanted(arguments);
    if !scenes.is_empty() {
        let stage = Stage::start(arguments.helm())?;
        for mut scene in scenes {
            scene.qualify(&stage)?;
            report.add(scene.play(&stage)?);
        }
    }
    planning::measure(arguments, &mut report)?;
    restore::measure(arguments, &mut report)?;
    own::measure(arguments, &mut report)?;
    report.finish()
}
