//! A plan, on a screen and as a document.

pub(in crate::report) mod document;
pub(in crate::report) mod head;
mod hooks;
mod opt_outs;
pub(in crate::report) mod row;
pub(in crate::report) mod table;
mod undo;

pub use document::PlanDocument;
pub use table::{Detail, PlanView, plan_names, render_plan};
