//! Everything people and programs get to see: plans, progress, summaries, errors.
//!
//! It gets finished values and events and turns them into text. It decides nothing about a release and knows
//! no process. One printer writes it all; one file draws bars.

mod cases;
mod diagnostics;
mod document;
mod errors;
mod explanation;
mod keep;
mod log;
mod paint;
mod plan;
mod printer;
mod progress;
mod rights;
mod run;
mod runs;
mod sheet;
mod table;
mod undo;
mod words;

pub(crate) use cases::{render_case, render_cases};
pub use diagnostics::{DiagnosticJson, DiagnosticsDocument};
pub use document::{Format, serialize};
pub use explanation::{ExplanationDocument, render_explanation};
pub use keep::{MarkChange, OptOutList, mark_before, mark_line, none_of, render_opt_outs, still_kept};
pub use log::{
    Level, LogFormat, LogLine, begun_line, error_line, plan_lines, prune_plan_line, pruned_line, refusal_line,
    restore_plan_line,
};
pub use paint::Styles;
pub use plan::{Detail, PlanDocument, PlanView, plan_names, render_plan};
pub use printer::{Printer, Verbosity};
pub use progress::{Progressing, SecondSignal, Showing, WayOut, progress};
pub use rights::{FindingsDocument, GrantHead, render_findings, render_grants, serialize_grants};
pub use run::{JournalRef, RunDocument, SummaryView, render_summary};
pub use runs::{OneRunDocument, RunListDocument, render_one_run, render_runs};
pub use sheet::{EarlyExit, Report, ReportFormat, Short, write_report, write_termination_log};
pub use undo::{
    PruneDocument, PruneRow, PruneView, RestoreDocument, RestoreReport, RestoreView, render_prune, render_restore_plan,
    render_restored,
};
pub use words::{age, plural, seconds};
