//! What is written when everything is over, however it ended: reports, the termination log, the last line of a log.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::{Cli, Command, LogFormatArgument, ReportArguments};
use crate::clock::Clock;
use crate::executor::Operation;
use crate::exit_code::ExitCode;
use crate::report::{EarlyExit, Level, LogLine, Printer, Report, ReportFormat, write_report, write_termination_log};
use crate::sanitize;

/// What somebody wants to have written, and what is known so far.
#[derive(Debug, Default)]
pub struct Reports {
    wanted: Option<Wanted>,
    filed: Option<Report>,
}

#[derive(Debug)]
struct Wanted {
    operation: Operation,
    started: Timestamp,
    files: Vec<PathBuf>,
    termination_log: Option<PathBuf>,
}

impl Reports {
    /// What a command line wants. Only what changes something has a report.
    pub(super) fn wanted(cli: &Cli, clock: Clock) -> Self {
        let (operation, arguments) = match &cli.command {
            Command::Run(run) => (Operation::Uninstall, &run.report),
            Command::Restore(restore) => (Operation::Rollback, &restore.report),
            _ => return Self::default(),
        };
        let ReportArguments { reports, termination_log } = arguments.clone();
        let logs = cli.output.log_format == LogFormatArgument::Json;
        if reports.is_empty() && termination_log.is_none() && !logs {
            return Self::default();
        }
        let wanted = Wanted { operation, started: clock.now(), files: reports, termination_log };
        Self { wanted: Some(wanted), filed: None }
    }

    /// Takes what is known now, in the place of what was known before.
    pub(super) fn file(&mut self, report: impl FnOnce() -> Report) {
        if self.wanted.is_some() {
            self.filed = Some(report());
        }
    }

    /// Writes everything, and gives the exit code: another one where that was not possible.
    pub(super) fn hand_in(self, code: ExitCode, early: Option<EarlyExit>, printer: &Printer) -> ExitCode {
        let Some(Wanted { operation, started, files, termination_log }) = self.wanted else { return code };
        let mut report = self.filed.unwrap_or_else(|| Report::of_nothing(operation, started));
        report.end(code.unless_unwritten(printer.has_lost_output()).number(), early);
        for file in &files {
            let text = report.render(ReportFormat::of_file(file));
            let written = text.map_err(std::io::Error::other).and_then(|text| write_report(file, &text));
            tell("the report", file, written, printer);
        }
        // What was not written is a failure as well, and these are the last to say so.
        report.end(code.unless_unwritten(printer.has_lost_output()).number(), None);
        if let Some(file) = &termination_log {
            tell("the termination log", file, write_termination_log(file, &report.short().line()), printer);
        }
        let code = code.unless_unwritten(printer.has_lost_output());
        report.end(code.number(), None);
        let level = if code == ExitCode::Done { Level::Info } else { Level::Error };
        printer.log_always(&LogLine::new(level, "summary").with_all(report.short().usual()));
        code
    }
}

fn tell(what: &str, file: &Path, written: std::io::Result<()>, printer: &Printer) {
    if let Err(error) = written {
        let file = sanitize::line(&file.display().to_string());
        printer.unwritten(format_args!("{what} could not be written to {file}: {error}"));
    }
}
