//! What is written when a run or a restore has ended, successfully or not: report files, the termination log, and the last line
//! of a log.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::{Cli, Command, LogFormatArgument, ReportArguments};
use crate::clock::Clock;
use crate::exit_code::ExitCode;
use crate::journal::OperationKind;
use crate::report::{
    EarlyExit, Level, LogLine, Printer, RunReport, TerminationMessage, write_report, write_termination_log,
};
use crate::sanitize;

/// The files that the command line names, and the latest report.
#[derive(Debug, Default)]
pub(crate) struct ReportFiles {
    requested: Option<RequestedReports>,
    latest: Option<RunReport>,
}

#[derive(Debug)]
struct RequestedReports {
    operation: OperationKind,
    started: Timestamp,
    files: Vec<PathBuf>,
    termination_log: Option<PathBuf>,
}

impl ReportFiles {
    /// Only `run` and `restore` have a report.
    pub(crate) fn requested(cli: &Cli, clock: Clock) -> Self {
        let (operation, arguments) = match &cli.command {
            Command::Run(run) => (OperationKind::Purge, &run.report),
            Command::Restore(restore) => (OperationKind::Restore, &restore.report),
            _ => return Self::default(),
        };
        let ReportArguments { reports, termination_log } = arguments.clone();
        let logs = cli.output.log_format == LogFormatArgument::Json;
        if reports.is_empty() && termination_log.is_none() && !logs {
            return Self::default();
        }
        let requested = RequestedReports { operation, started: clock.now(), files: reports, termination_log };
        Self { requested: Some(requested), latest: None }
    }

    pub(crate) fn update(&mut self, report: impl FnOnce() -> RunReport) {
        if self.requested.is_some() {
            self.latest = Some(report());
        }
    }

    /// Writes everything. The exit code in it changes when a file cannot be written.
    pub(crate) fn write(self, code: ExitCode, early: Option<EarlyExit>, printer: &Printer) {
        let Some(RequestedReports { operation, started, files, termination_log }) = self.requested else { return };
        let code_so_far = || code.or_not_written(printer.has_lost_output());
        let mut report = self.latest.unwrap_or_else(|| RunReport::nothing(operation, started));
        report.end(code_so_far().number(), early);
        for file in &files {
            note_failure("the report", file, write_report(file, &report), printer);
        }
        report.end(code_so_far().number(), None);
        if let Some(file) = &termination_log {
            let written = write_termination_log(file, &TerminationMessage::from(&report).line());
            note_failure("the termination log", file, written, printer);
        }
        report.end(code_so_far().number(), None);
        let level = if code_so_far() == ExitCode::Done { Level::Info } else { Level::Error };
        let summary = TerminationMessage::from(&report).usual();
        printer.log_always(&LogLine::new(level, "summary", summary));
    }
}

fn note_failure(what: &str, file: &Path, written: io::Result<()>, printer: &Printer) {
    if let Err(error) = written {
        let file = sanitize::line(&file.display().to_string());
        printer.unwritten(format_args!("cannot write {what} to {file}: {error}"));
    }
}
