//! Which of the three operations changes a cluster.

use serde::{Deserialize, Serialize};

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OperationKind {
    /// Releases go. Journals that do not say what they are of are of purges: once, there was nothing else.
    #[default]
    Purge,
    /// What purges have removed comes back.
    Restore,
    /// Histories that purges have kept go.
    Prune,
    /// Something that a later version does.
    #[serde(other)]
    Unknown,
}

impl OperationKind {
    /// One word for programs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            OperationKind::Purge => "purge",
            OperationKind::Restore => "restore",
            OperationKind::Prune => "prune",
            OperationKind::Unknown => "unknown",
        }
    }

    /// What one is called in a sentence. A purge has always been a run.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            OperationKind::Purge | OperationKind::Unknown => "run",
            OperationKind::Restore => "restore",
            OperationKind::Prune => "prune",
        }
    }

    /// Purges and restores undo each other. A prune touches what neither of them works on.
    pub(crate) fn matters_to(self, other: Self) -> bool {
        (self == OperationKind::Prune) == (other == OperationKind::Prune)
    }
}
