//! Everything that people and programs get to see: plans, progress, summaries, errors.
//!
//! It turns finished values and events into text. It decides nothing about a release and does not know processes. One file
//! writes to stdout and stderr, one draws bars, one writes report files.

mod diagnostics;
mod doctor_rbac;
mod document;
mod explanation;
mod files;
mod forget;
mod log_line;
mod markdown;
mod opt_outs;
mod plan_document;
mod plan_screen;
mod policy_tests;
mod printer;
mod progress;
mod restore;
mod run_report;
mod run_summary;
mod runs;
mod style;
mod table;
mod termination_message;
mod text;

pub(crate) use diagnostics::{PolicyDiagnostic, diagnostics_document};
pub(crate) use doctor_rbac::{RbacHeader, findings_document, render_findings, render_grants, serialize_grants};
pub(crate) use document::{Format, JournalRef, serialize};
pub(crate) use explanation::{explanation_document, render_explanation};
pub(crate) use files::{write_new, write_report, write_termination_log};
pub(crate) use forget::{ForgetRow, ForgetView, forget_document, forget_plan_line, forgotten_line, render_forget};
pub(crate) use log_line::LogFormat;
pub(crate) use log_line::{Level, LogLine, error_line};
pub(crate) use opt_outs::{
    deleted_line, none_of, opt_out_list, previous_opt_out, render_opt_outs, still_kept, written_line,
};
pub(crate) use plan_document::{PlanView, ScopeNote, plan_document, plan_lines};
pub(crate) use plan_screen::{plan_names, render_plan};
pub(crate) use policy_tests::{render_case, render_cases};
pub use printer::{Printer, Verbosity};
pub(crate) use progress::{ProgressStyle, SecondSignal, StopHint, progress};
pub(crate) use restore::{RestoreView, render_restore_plan, render_restore_summary, restore_plan_line};
pub(crate) use run_report::{EarlyExit, RunReport, run_started_line};
pub(crate) use run_summary::{FinishedRun, render_run_summary};
pub(crate) use runs::{one_run_document, render_one_run, render_runs, run_list_document};
pub use style::Styles;
pub(crate) use table::Detail;
pub(crate) use termination_message::TerminationMessage;
pub(crate) use text::{list, plural};
