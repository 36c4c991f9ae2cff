//! What a report says of the journal of its run.

use serde::Serialize;

/// Which run, and where its journal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalRef {
    /// The run's name.
    pub id: String,
    /// The journal's file, its ConfigMap, or both; none where none is kept.
    #[serde(rename = "journal")]
    pub places: Vec<String>,
}
