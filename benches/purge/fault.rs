//! Why there is no result.
//!
//! Must not be caught anywhere but in `main`: half a comparison is none.

use std::fmt;
use std::path::Path;

/// In one sentence, with what a person can do or look at.
#[derive(Debug)]
pub(crate) struct Fault(String);

impl Fault {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// For `map_err` behind a file operation.
    pub(crate) fn file<E: fmt::Display>(action: &str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self(format!("cannot {action} {}: {source}", path.display()))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<throwaway_cluster::Error> for Fault {
    fn from(source: throwaway_cluster::Error) -> Self {
        Self(source.to_string())
    }
}
