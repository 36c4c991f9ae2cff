//! A finished run, on a screen and as a document.

pub(in crate::report) mod document;
pub(in crate::report) mod note;
pub(in crate::report) mod summary;

pub use document::RunDocument;
pub use note::JournalRef;
pub use summary::{SummaryView, render_summary};
