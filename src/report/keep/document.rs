//! The list of opt-outs as a document for programs. Its fields are a contract: they may be joined by others, not changed.

use serde::Serialize;

use crate::inventory::{KeptReleases, SeenOptOut, SeenOptOuts, Until as Written};

/// `kind: OptOutList`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptOutList {
    api_version: &'static str,
    kind: &'static str,
    opt_outs: Vec<OptOutOfDocument>,
    /// Where there may be more.
    unseen: Vec<UnseenOfDocument>,
}

/// What is not there was not said.
#[derive(Debug, Serialize)]
struct OptOutOfDocument {
    namespace: String,
    /// Globs; none where all releases of the namespace are meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    releases: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    source: String,
}

#[derive(Debug, Serialize)]
struct UnseenOfDocument {
    what: String,
    why: String,
}

impl OptOutList {
    /// All that was seen.
    pub fn of(seen: &SeenOptOuts) -> Self {
        let unseen = seen.unseen.iter();
        Self {
            api_version: "helm-purge/v1",
            kind: "OptOutList",
            opt_outs: seen.opt_outs.iter().map(OptOutOfDocument::of).collect(),
            unseen: unseen
                .map(|unseen| UnseenOfDocument { what: unseen.what.clone(), why: unseen.why.clone() })
                .collect(),
        }
    }
}

impl OptOutOfDocument {
    fn of(seen: &SeenOptOut) -> Self {
        let SeenOptOut { opt_out, by } = seen;
        let releases = match &opt_out.releases {
            KeptReleases::All => Vec::new(),
            KeptReleases::Matching(globs) => globs.clone(),
        };
        let until = match &opt_out.until {
            Written::Never => None,
            Written::At(text) => Some(text.clone()),
        };
        Self {
            namespace: opt_out.namespace.to_string(),
            releases,
            until,
            reason: opt_out.reason.clone(),
            by: by.clone(),
            source: opt_out.source.to_string(),
        }
    }
}
