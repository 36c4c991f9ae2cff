//! Helm as child processes: the only part of this program that changes anything.
//!
//! It knows the cluster only as a pinned connection, and nothing of policies, plans or terminals.

mod arguments;
pub mod child;
mod environment;
mod failure;
mod list;
mod locate;
mod uninstall;
mod words;

pub use failure::{Failure, FailureClass, class_of};
pub use list::{ListError, list};
pub use locate::{Helm, HelmError};
pub use uninstall::{Attempt, HelmUninstall, Uninstall};
pub use words::Words;
