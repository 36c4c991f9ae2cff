//! Opt-outs: what is said while they are written and removed, and the list of them.

mod document;
mod table;
mod words;

pub use document::OptOutList;
pub use table::render_opt_outs;
pub use words::{MarkChange, mark_before, mark_line, none_of, still_kept};
