//! Opt-outs: releases that somebody has asked to be left alone, without the policy's file.

use crate::release::{Known, Namespace, Release};

/// The value of an annotation or a label that asks for nothing.
const NO: &str = "false";
/// Values that ask, and give no reason.
const YES: [&str; 2] = ["", "true"];

/// One of them, as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OptOut {
    /// In this namespace.
    pub namespace: Namespace,
    /// For these releases.
    pub releases: KeptReleases,
    /// For so long.
    pub until: Until,
    /// In somebody's words. Foreign text.
    pub reason: Option<String>,
    /// Where it was found.
    pub source: OptOutSource,
}

/// Which releases of a namespace an opt-out is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeptReleases {
    /// All of them.
    All,
    /// Those whose name one of these globs matches; never empty. Foreign text: one that is no glob has to count as one
    /// that matches everything.
    Matching(Vec<String>),
}

/// How long an opt-out holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// It does not end.
    Never,
    /// Until this date. Foreign text: one that is no date has to count as one that never comes.
    At(String),
}

/// Where an opt-out was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OptOutSource {
    /// In a ConfigMap of this name.
    ConfigMap(String),
    /// In this annotation of the namespace.
    NamespaceAnnotation(&'static str),
    /// In a label of the release.
    ReleaseLabel,
}

impl OptOut {
    /// The opt-out by the label that a release itself carries; unknown where helm made the list.
    pub fn by_label(release: &Release) -> Known<Option<Self>> {
        match &release.keep_label {
            Known::Unknown => Known::Unknown,
            Known::Is(label) => Known::Is(label.as_deref().filter(|label| asks(label)).map(|label| Self {
                namespace: release.id.namespace.clone(),
                releases: KeptReleases::Matching(vec![release.id.name.to_string()]),
                until: Until::Never,
                reason: reason(label),
                source: OptOutSource::ReleaseLabel,
            })),
        }
    }
}

/// Whether a value asks for anything.
pub(super) fn asks(value: &str) -> bool {
    value != NO
}

/// The reason in a value that may be one.
pub(super) fn reason(value: &str) -> Option<String> {
    (!YES.contains(&value)).then(|| value.to_owned())
}
