//! The fields of a saved plan that mean something when it is read again.

use serde::Deserialize;

/// What it is, before anything else is looked at.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope {
    pub(super) api_version: String,
    pub(super) kind: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    pub(super) created: String,
    pub(super) policies: Vec<Policy>,
    pub(super) cluster: Cluster,
    pub(super) releases: Vec<Release>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) sha256: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cluster {
    pub(super) context: String,
    pub(super) server: String,
    pub(super) uid: Option<String>,
}

/// What stays need not have any of the facts.
#[derive(Debug, Deserialize)]
pub(super) struct Release {
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    pub(super) revision: Option<u32>,
    pub(super) status: Option<String>,
    pub(super) chart: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) decision: Decision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Decision {
    Purge,
    Keep,
}
