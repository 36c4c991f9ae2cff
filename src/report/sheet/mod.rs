//! A report for files: what came of a purge or a restore, or how far it got. It is there however a command ends.

mod early_end;
mod files;
mod markdown;
mod purge;
mod restore;
mod short;

pub use early_end::EarlyExit;
pub use files::{write_report, write_termination_log};
pub use short::Short;

use std::path::Path;

use jiff::Timestamp;

use super::document::{Format, serialize};
use super::run::document::RunDocument;
use super::undo::RestoreDocument;
use crate::executor::Operation;
use markdown::Sheet;

/// A report, finished or not.
#[derive(Debug)]
pub enum Report {
    /// Of a purge.
    Purge(Box<RunDocument>),
    /// Of a restore.
    Restore(Box<RestoreDocument>),
}

/// How a report is written into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// One document for programs.
    Document(Format),
    /// For people, where Markdown is shown.
    Markdown,
}

impl Report {
    /// Of something that has not got as far as to a plan.
    pub fn of_nothing(operation: Operation, started: Timestamp) -> Self {
        match operation {
            Operation::Uninstall => Report::Purge(Box::new(RunDocument::of_nothing(started))),
            Operation::Rollback => Report::Restore(Box::new(RestoreDocument::of_nothing(started))),
        }
    }

    /// Says how it ended, and why early, where it did.
    pub fn end(&mut self, exit_code: u8, early: Option<EarlyExit>) {
        match self {
            Report::Purge(document) => document.end(exit_code, early),
            Report::Restore(document) => document.end(exit_code, early),
        }
    }

    /// The whole of it as text.
    ///
    /// # Errors
    /// Where the notation cannot express it, which would be a fault of this program.
    pub fn render(&self, format: ReportFormat) -> Result<String, String> {
        match (self, format) {
            (Report::Purge(document), ReportFormat::Document(format)) => serialize(document, format),
            (Report::Restore(document), ReportFormat::Document(format)) => serialize(document, format),
            (_, ReportFormat::Markdown) => Ok(self.sheet().render()),
        }
    }

    /// What of it fits into a line.
    pub fn short(&self) -> Short {
        match self {
            Report::Purge(document) => purge::short(document),
            Report::Restore(document) => restore::short(document),
        }
    }

    fn sheet(&self) -> Sheet {
        match self {
            Report::Purge(document) => purge::sheet(document),
            Report::Restore(document) => restore::sheet(document),
        }
    }
}

impl ReportFormat {
    /// The one that the end of a file's name stands for; JSON where it stands for none.
    pub fn of_file(path: &Path) -> Self {
        let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        match extension.as_deref() {
            Some("md" | "markdown") => ReportFormat::Markdown,
            Some("yaml" | "yml") => ReportFormat::Document(Format::Yaml),
            _ => ReportFormat::Document(Format::Json),
        }
    }
}
