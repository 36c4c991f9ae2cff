//! The operations that change a cluster.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OperationKind {
    /// Uninstalls releases. Also the operation of old journals that do not name one: there was no other at that time.
    #[default]
    Purge,
    /// Restores what purges have removed.
    Restore,
    /// Removes histories that purges have left.
    Forget,
    /// An operation of a later version.
    #[serde(other)]
    Unknown,
}

impl OperationKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            OperationKind::Purge => "purge",
            OperationKind::Restore => "restore",
            OperationKind::Forget => "forget",
            OperationKind::Unknown => "unknown",
        }
    }

    /// The word for people: a purge is called a run.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            OperationKind::Purge | OperationKind::Unknown => "run",
            OperationKind::Restore => "restore",
            OperationKind::Forget => "forget",
        }
    }

    /// A restore reverts a purge, and a purge a restore. A forget changes records that neither of them uses.
    pub(crate) fn matters_to(self, other: Self) -> bool {
        (self == OperationKind::Forget) == (other == OperationKind::Forget)
    }
}
