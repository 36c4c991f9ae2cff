//! Why a saved plan is of no use.

use std::error::Error;
use std::fmt;
use std::io;

use crate::sanitize::quoted;

/// Why a saved plan is of no use.
#[derive(Debug)]
pub enum SavedPlanError {
    /// The file cannot be read.
    Unreadable(String, io::Error),
    /// It is no plan, or not a whole one.
    Format(String, String),
    /// It is something else, or of another version.
    Other {
        /// The file.
        file: String,
        /// What it says it is.
        kind: String,
        /// In which version.
        version: String,
    },
    /// Something in it is not as it has to be.
    Wrong(String, String),
}

impl SavedPlanError {
    /// How to go on.
    pub fn hint(&self) -> &'static str {
        match self {
            SavedPlanError::Unreadable(..) => "save one: `helm purge plan -o json > plan.json`",
            SavedPlanError::Format(..) | SavedPlanError::Other { .. } | SavedPlanError::Wrong(..) => {
                "save it anew: `helm purge plan -o json > plan.json`"
            }
        }
    }
}

impl fmt::Display for SavedPlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SavedPlanError::Unreadable(file, _) => write!(f, "the saved plan {file} cannot be read"),
            SavedPlanError::Format(file, why) => write!(f, "{file} is no saved plan: {why}"),
            SavedPlanError::Other { file, kind, version } => {
                let (kind, version) = (quoted(kind), quoted(version));
                write!(f, "{file} is {kind} of version {version}; a saved plan is `PurgePlan` of `helm-purge/v1`")
            }
            SavedPlanError::Wrong(file, what) => write!(f, "the saved plan {file} cannot be understood: {what}"),
        }
    }
}

impl Error for SavedPlanError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            SavedPlanError::Unreadable(_, error) => Some(error),
            SavedPlanError::Format(..) | SavedPlanError::Other { .. } | SavedPlanError::Wrong(..) => None,
        }
    }
}
