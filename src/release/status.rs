//! The states of a release.

use std::fmt;
use std::str::FromStr;

/// Every state that Helm 3 and Helm 4 store for a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Installed or upgraded, as far as Helm knows.
    Deployed,
    /// The last install or upgrade went wrong.
    Failed,
    /// Replaced by a later revision; as a newest revision it is left over from an interrupted command.
    Superseded,
    /// An uninstall is running, or one was interrupted.
    Uninstalling,
    /// Uninstalled with its history kept: someone's way back.
    Uninstalled,
    /// An install is running, or one was interrupted.
    PendingInstall,
    /// An upgrade is running, or one was interrupted.
    PendingUpgrade,
    /// A rollback is running, or one was interrupted.
    PendingRollback,
    /// Helm itself does not know.
    Unknown,
}

/// A text that is none of Helm's states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownStatus(pub String);

impl Status {
    /// All of them.
    pub const ALL: [Status; 9] = [
        Status::Deployed,
        Status::Failed,
        Status::Superseded,
        Status::Uninstalling,
        Status::Uninstalled,
        Status::PendingInstall,
        Status::PendingUpgrade,
        Status::PendingRollback,
        Status::Unknown,
    ];

    /// Whether a command of Helm's is at work on it, or was interrupted.
    pub fn is_pending(self) -> bool {
        matches!(self, Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback)
    }

    /// Helm's own word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Deployed => "deployed",
            Status::Failed => "failed",
            Status::Superseded => "superseded",
            Status::Uninstalling => "uninstalling",
            Status::Uninstalled => "uninstalled",
            Status::PendingInstall => "pending-install",
            Status::PendingUpgrade => "pending-upgrade",
            Status::PendingRollback => "pending-rollback",
            Status::Unknown => "unknown",
        }
    }
}

impl FromStr for Status {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Status::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_read_back_from_its_own_word() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert!("Deployed".parse::<Status>().is_err());
    }
}
