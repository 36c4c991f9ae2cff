//! The statuses of a release, all that Helm knows.
//!
//! Must not judge them.

use std::fmt;

/// The status of one revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// `unknown`: Helm never writes it, and lists it never.
    Unknown,
    /// `deployed`
    Deployed,
    /// `uninstalled`: the history that `--keep-history` keeps.
    Uninstalled,
    /// `superseded`: a newer revision took its place.
    Superseded,
    /// `failed`
    Failed,
    /// `uninstalling`: under way, or interrupted.
    Uninstalling,
    /// `pending-install`
    PendingInstall,
    /// `pending-upgrade`
    PendingUpgrade,
    /// `pending-rollback`
    PendingRollback,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Deployed,
        Self::Uninstalled,
        Self::Superseded,
        Self::Failed,
        Self::Uninstalling,
        Self::PendingInstall,
        Self::PendingUpgrade,
        Self::PendingRollback,
    ];

    /// As Helm writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
        }
    }

    /// What Helm writes beside it.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Deployed | Self::Superseded => "Install complete",
            Self::Uninstalled => "Uninstallation complete",
            Self::Failed => "Release failed: context deadline exceeded",
            Self::Uninstalling => "Deletion in progress (or silently failed)",
            Self::PendingInstall => "Initial install underway",
            Self::PendingUpgrade => "Preparing upgrade",
            Self::PendingRollback => "Rollback underway",
        }
    }

    /// Whether helm still has this revision in progress.
    pub(super) const fn is_pending(self) -> bool {
        matches!(self, Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
