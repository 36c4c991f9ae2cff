//! Between two phases: what has to be gone before the next one begins, and what it must spare.

mod remaining;

pub use remaining::{CannotLook, Remaining};
