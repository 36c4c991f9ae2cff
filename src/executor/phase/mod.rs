//! Between two phases: what has to be gone before the next one begins, and what it has to spare.

mod end;
mod needs;
mod remaining;

pub(super) use end::{Left, PhaseEnd};
pub(super) use needs::{Needs, spared};
pub use remaining::{NoProbe, ObjectProbe};
