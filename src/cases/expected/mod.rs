//! `expect`: what has to become of the releases of a case, and which guards have to refuse.

mod read;

pub(super) use read::read;

use std::collections::BTreeMap;

use crate::location::Location;
use crate::release::ReleaseId;

/// What a case expects.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Of each release; one of the fence that is not in here is a difference.
    pub releases: BTreeMap<ReleaseId, ExpectedRelease>,
    /// The guards that refuse, each by its word; any other that refuses is a difference.
    pub refusals: BTreeMap<&'static str, Location>,
    /// What goes first and what goes last, where that matters.
    pub order: Option<ExpectedOrder>,
    /// Where all of it is written.
    pub place: Location,
}

/// What is expected of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedRelease {
    /// What becomes of it, and why.
    pub outcome: ExpectedOutcome,
    /// Where that is written.
    pub place: Location,
}

/// What becomes of a release, and why where that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedOutcome {
    /// What becomes of it.
    pub outcome: Outcome,
    /// A piece of the text of one of the reasons, or its code.
    pub because: Option<String>,
}

/// What becomes of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It goes.
    Purge,
    /// It is in a fence, and stays.
    Keep,
    /// It is in no fence.
    Outside,
}

/// When releases go; what is named neither here nor there goes between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedOrder {
    /// What goes before everything else.
    pub first: Vec<ReleaseId>,
    /// What goes after everything else.
    pub last: Vec<ReleaseId>,
    /// Where that is written.
    pub place: Location,
}
