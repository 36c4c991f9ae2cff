//! The way back: what a purge keeps of releases, what brings them back, and what removes what was kept for too long.

mod before;
mod kept;
mod look;
mod planned;
mod prune;
mod removal;
mod restore;
mod same;
mod settle;
mod show;

pub(super) use kept::{Keeping, finish_earlier};
pub(super) use prune::prune;
pub(super) use restore::restore;
