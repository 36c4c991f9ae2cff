//! Who is protected, as documents for programs.

use serde::Serialize;

use crate::inventory::KeptReleases;
use crate::plan::{KeepHits, KeepState, OptOutNote, OptOutState};

/// An entry of `keep`.
#[derive(Debug, Serialize)]
pub(in crate::report) struct KeepOfDocument {
    entry: String,
    place: String,
    releases: usize,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// An opt-out.
#[derive(Debug, Serialize)]
pub(in crate::report) struct OptOutOfDocument {
    namespace: String,
    /// Globs; none where all releases of the namespace are meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    releases: Vec<String>,
    ends: String,
    state: &'static str,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How many releases of the fence it names.
    hits: usize,
}

impl KeepOfDocument {
    pub(in crate::report) fn of(hits: &KeepHits) -> Self {
        let (state, until) = match &hits.state {
            KeepState::InForce => ("in-force", None),
            KeepState::Until(until) => ("in-force", Some(until.as_str().to_owned())),
            KeepState::Over(until) => ("over", Some(until.as_str().to_owned())),
        };
        Self { entry: hits.entry.clone(), place: hits.source.to_string(), releases: hits.hits, state, until }
    }
}

impl OptOutOfDocument {
    pub(in crate::report) fn of(note: &OptOutNote) -> Self {
        Self {
            namespace: note.opt_out.namespace.to_string(),
            releases: match &note.opt_out.releases {
                KeptReleases::All => Vec::new(),
                KeptReleases::Matching(globs) => globs.clone(),
            },
            ends: note.ends.to_string(),
            state: match note.state {
                OptOutState::InForce => "in-force",
                OptOutState::Long => "long",
                OptOutState::Over => "over",
            },
            source: note.opt_out.source.to_string(),
            reason: note.opt_out.reason.clone(),
            hits: note.hits,
        }
    }
}
