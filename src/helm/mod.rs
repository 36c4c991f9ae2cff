//! Helm as child processes: the only part of this program that changes anything.
//!
//! It knows the cluster only as a pinned connection, and nothing of policies, plans or terminals.

mod action;
mod arguments;
pub mod child;
mod environment;
mod failure;
mod known_kinds;
mod list;
mod locate;
mod rollback;
mod uninstall;
mod warm;
mod words;

pub use action::{Action, Attempt, Told, Verdict};
pub use environment::GoRuntime;
pub use failure::{Again, Failure, FailureClass, Trouble, class_of};
pub use known_kinds::remember_kinds;
pub use list::{LIST_DEADLINE, ListError, list, record};
pub use locate::{Helm, HelmError};
pub use rollback::HelmRollback;
pub use uninstall::HelmUninstall;
pub use warm::warm;
pub use words::Words;
