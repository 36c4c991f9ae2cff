//! The way back: what a purge keeps of releases, what brings them back, and what removes what was kept for too long.

mod before;
mod intent;
mod kept;
mod known;
mod look;
mod looked;
mod planned;
mod prune;
mod restore;
mod settle;
mod show;

pub(super) use kept::{Keeping, finish_earlier};
pub(super) use prune::prune;
pub(super) use restore::restore;
