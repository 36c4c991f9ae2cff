//! What `run` does and `restore` does not: the plan of a purge, its rechecks, its tasks and its verification.

mod discovery_cache;
mod history;
mod hook_permissions;
mod plan;
mod recheck;
mod saved_plan;
mod tasks;
mod verify;

pub(crate) use plan::{PreparedPurge, prepare};
pub(crate) use recheck::{RecheckedPurge, recheck};
pub(crate) use saved_plan::read_saved_plan;
pub(crate) use tasks::{TaskBuilder, TaskOverrides, deadline};
pub(crate) use verify::{add_never_started, verify};
