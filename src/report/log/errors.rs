//! Why a command ended before its work was done, as lines of a log.

use std::error::Error;

use super::{Level, LogLine};
use crate::guard::Refusal;
use crate::policy::PolicyErrors;
use crate::report::DiagnosticJson;

/// An error with its causes and its hint.
pub fn error_line(error: &dyn Error, hint: Option<&str>, exit_code: u8) -> LogLine {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source()).map(ToString::to_string);
    let line = LogLine::new(Level::Error, "error").with("message", error.to_string()).with("exitCode", exit_code);
    let causes = causes.collect::<Vec<_>>();
    line.with_some("causes", (!causes.is_empty()).then_some(causes)).with_some("hint", hint)
}

/// A guard that refused.
pub fn refusal_line(refusal: &Refusal) -> LogLine {
    let line = LogLine::new(Level::Error, "refused").with("guard", refusal.guard());
    line.with("message", refusal.to_string()).with("hint", refusal.hint())
}

/// Every fault of a file, in its order.
pub(in crate::report) fn fault_lines(faults: &PolicyErrors) -> impl Iterator<Item = LogLine> {
    DiagnosticJson::of_faults(faults).map(|fault| LogLine::new(Level::Error, "fault").with_all(fault))
}
