//! Nodes to shapes: keys, lists, texts, numbers, durations.
//!
//! Collects faults and goes on. Must not know what a value means: that is for `keys` and `pattern`.

mod boolean;
mod choice;
mod duration;
mod fields;
mod number;
pub(crate) mod schema;
mod shape;
mod slot;
mod suggest;

use super::fault::{Diagnostic, Diagnostics, ErrorReported};
use super::source::{Source, Span};
use crate::location::Location;

use schema::Level;

pub(crate) use fields::Fields;
pub(crate) use shape::{EmptyList, TextOrFields};
pub(crate) use slot::Slot;

/// Where faults are collected while a file is read.
#[derive(Debug)]
pub(crate) struct Reader<'s> {
    source: &'s Source,
    /// Where a key that is unknown on its level may belong.
    levels: &'static [&'static Level],
    findings: Diagnostics,
    effort: Effort,
}

/// How much checking patterns may still take. A file that wears it out is not checked to its end.
#[derive(Debug, Clone, Copy)]
enum Effort {
    Left(usize),
    Exhausted(ErrorReported),
}

/// About half a second. A thousand patterns of forty characters with two alternatives take half of it.
const MOST_EFFORT: usize = 250_000;

impl<'s> Reader<'s> {
    /// For a file whose keys are those of these levels.
    pub(crate) fn new(source: &'s Source, levels: &'static [&'static Level], findings: Diagnostics) -> Self {
        Self { source, levels, findings, effort: Effort::Left(MOST_EFFORT) }
    }

    fn levels(&self) -> &'static [&'static Level] {
        self.levels
    }

    /// The file that is read.
    pub(crate) fn source(&self) -> &'s Source {
        self.source
    }

    /// Takes down a fault; reading goes on.
    pub(crate) fn report(&mut self, fault: Diagnostic) -> ErrorReported {
        self.findings.report(fault)
    }

    /// The same, for a value that cannot be had because of it.
    pub(crate) fn refuse<T>(&mut self, fault: Diagnostic) -> Result<T, ErrorReported> {
        Err(self.report(fault))
    }

    /// Where a stretch begins.
    pub(crate) fn place(&self, span: Span) -> Location {
        self.source.place(span.start)
    }

    /// Takes some of the effort left; once there is not enough, that is reported, and nothing more is checked.
    pub(crate) fn spend(&mut self, effort: usize, span: Span) -> Result<(), ErrorReported> {
        match self.effort {
            Effort::Left(left) if effort <= left => {
                self.effort = Effort::Left(left - effort);
                Ok(())
            }
            Effort::Left(_) => {
                let fault = Diagnostic::at(span, "the patterns of this file take too long to check");
                let fault =
                    fault.label("from here on they were not checked: write fewer alternatives, or fewer patterns");
                let reported = self.report(fault);
                self.effort = Effort::Exhausted(reported);
                Err(reported)
            }
            Effort::Exhausted(reported) => Err(reported),
        }
    }

    /// All faults that were taken down.
    pub(crate) fn into_findings(self) -> Diagnostics {
        self.findings
    }
}
