//! What a restore and a prune are going to do, and what came of it.

mod document;
mod plan;
mod prune;
mod summary;

pub use document::RestoreDocument;
pub use plan::{RestoreView, render_restore_plan};
pub use prune::{PruneDocument, PruneRow, PruneView, render_prune};
pub use summary::{RestoreReport, render_restored};
