//! What `restore` and `forget` need to know about earlier purges: which records the purges have left, which of them a restore
//! brings back, and what removes them.
//!
//! Nothing here prints, and nothing here changes a cluster other than by removing records.

mod discover;
mod plan;
mod precheck;
mod records;
mod run_history;
mod select;
mod tasks;
mod verify;

pub(crate) use discover::{Discovered, Discovery};
pub(crate) use plan::{RestorableRelease, RestoreEntry, RestorePlan, RestoreVerdict};
pub(crate) use precheck::terminating;
pub(crate) use records::remove_histories;
pub(crate) use run_history::RunHistory;
pub(crate) use run_history::is_same_session;
pub(crate) use select::{RestoreRequest, select};
pub(crate) use tasks::{precheck, rollback, tasks};
pub(crate) use verify::{verify, with_finished};
