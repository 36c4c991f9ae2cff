//! Everything people and programs get to see: plans, progress, summaries, errors.
//!
//! It gets finished values and events and turns them into text. It decides nothing about a release and knows
//! no process. One printer writes it all; one file draws bars.

mod cases;
mod diagnostics;
mod document;
mod errors;
mod explanation;
mod explanation_document;
mod keep;
mod log;
mod opt_out_document;
mod paint;
mod plan_document;
mod plan_head;
mod plan_hooks;
mod plan_row;
mod plan_table;
mod plan_undo;
mod printer;
mod progress;
mod rights;
mod run_document;
mod run_note;
mod runs;
mod sheet;
mod summary;
mod table;
mod undo;
mod words;

pub use cases::{render_case, render_cases};
pub use diagnostics::{Diagnostic, DiagnosticsDocument};
pub use document::{Format, serialize};
pub use errors::{render_error, render_refusal};
pub use explanation::render_explanation;
pub use explanation_document::ExplanationDocument;
pub use keep::{MarkChange, OptOutList, mark_before, mark_line, none_of, render_opt_outs, still_kept};
pub use log::{
    Level, LogFormat, LogLine, begun_line, error_line, plan_lines, prune_plan_line, refusal_line, restore_plan_line,
};
pub use paint::Paint;
pub use plan_document::PlanDocument;
pub use plan_table::{Detail, PlanView, plan_names, render_plan};
pub use printer::{Printer, Volume, WriteState};
pub use progress::{Progressing, SecondSignal, Showing, WayOut, progress};
pub use rights::{FindingsDocument, GrantHead, render_findings, render_grants, serialize_grants};
pub use run_document::RunDocument;
pub use run_note::RunNote;
pub use runs::{OneRunDocument, RunListDocument, render_one_run, render_runs};
pub use sheet::{EarlyEnd, Report, ReportFormat, Short, write_report, write_termination_log};
pub use summary::{SummaryView, render_summary};
pub use undo::{
    PruneDocument, PruneRow, PruneView, RestoreDocument, RestoreReport, RestoreView, render_prune, render_restore_plan,
    render_restored,
};
pub use words::{age, plural, seconds};
