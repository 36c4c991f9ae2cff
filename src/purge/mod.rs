//! What only `run` does: the plan of a purge, its rechecks, its tasks and its verification.

mod discovery_cache;
mod plan;
mod recheck;
mod tasks;
mod verify;

pub(crate) use plan::{PreparedPurge, prepare};
pub(crate) use recheck::{RecheckedPurge, recheck};
pub(crate) use tasks::{TaskOverrides, deadline, tasks};
pub(crate) use verify::{add_never_started, verify};
