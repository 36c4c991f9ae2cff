//! The way back: what a purge keeps of releases, what brings them back, and what removes what was kept for too long.

mod kept;

pub(super) use kept::{Keeping, finish_earlier};
