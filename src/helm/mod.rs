//! Helm as child processes: the only part of this program that changes releases.
//!
//! It knows the cluster only as a pinned connection, and nothing about policies, plans or terminals.

mod action;
mod arguments;
mod binary;
pub mod child;
mod discovery_cache;
mod failure_class;
mod failure_message;
mod list;
mod output;
mod rollback;
mod session;
mod uninstall;

pub use action::{Action, BatchResult, ReleaseAttempt};
pub(crate) use binary::HelmError;
pub use binary::{GoRuntime, Helm};
pub(crate) use discovery_cache::{uses_discovery_cache, warm, write_discovery_cache};
pub(crate) use failure_class::ErrorScope;
pub use failure_class::FailureClass;
pub(crate) use failure_message::{Failure, HelmMessage};
pub use list::list;
pub(crate) use list::{LIST_DEADLINE, record};
pub use rollback::HelmRollback;
pub use uninstall::HelmUninstall;
