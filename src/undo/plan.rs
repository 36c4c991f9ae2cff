//! What a restore is going to do.

use std::collections::{BTreeMap, BTreeSet};

use super::verdict::Verdict;
use crate::history_tag::HistoryTag;
use crate::policy::Phase;
use crate::release::{Content, ObjectRef, Release};
use crate::run_id::RunId;

/// A marked record, read, and what came after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestorableRelease {
    /// The record that a purge has left, as a release.
    pub kept: Release,
    /// What it holds.
    pub content: Content,
    /// Who has left it.
    pub mark: HistoryTag,
    /// The newest record of that release.
    pub now: Release,
    /// What that means.
    pub verdict: Verdict,
}

/// A release of the plan of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreEntry {
    /// What was found.
    pub candidate: RestorableRelease,
    /// When it went, or would go now: a restore goes the other way.
    pub phase: Phase,
    /// Objects of it that are still being deleted: they are waited for, or they would go after they have come back.
    pub leaving: Vec<ObjectRef>,
}

/// All releases, sorted by namespace and name, and what else there would be to restore.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestorePlan {
    /// One for each release of the runs that are meant.
    pub entries: Vec<RestoreEntry>,
    /// The runs that are meant, the latest first; nothing may be left of one.
    pub runs: Vec<RunId>,
    /// Those of them that did not end well, and that the next one went on from.
    pub unfinished: BTreeSet<RunId>,
    /// A later purge of one of the policies than all of these, where one is known of.
    pub later: Option<RunId>,
    /// Releases that other runs have left, by their runs.
    pub others: BTreeMap<RunId, usize>,
    /// Marked records that could not be understood, or namespaces that could not be looked at: what and why.
    pub unreadable: Vec<(String, String)>,
}

impl RestoreEntry {
    /// Whether nothing is done about it.
    pub fn is_left_alone(&self) -> bool {
        matches!(self.candidate.verdict, Verdict::InstalledAgain { .. } | Verdict::Reaches(_))
    }

    /// Whether helm is asked to roll it back.
    pub fn is_rolled_back(&self) -> bool {
        matches!(self.candidate.verdict, Verdict::Restore | Verdict::TryAgain)
    }
}

impl RestorePlan {
    /// Those that helm rolls back.
    pub fn going(&self) -> impl Iterator<Item = &RestoreEntry> {
        self.entries.iter().filter(|entry| entry.is_rolled_back())
    }

    /// Those that are back already, but for a record that is to be removed.
    pub fn finished(&self) -> impl Iterator<Item = &RestoreEntry> {
        self.entries.iter().filter(|entry| entry.candidate.verdict == Verdict::Restored)
    }

    /// Those that are left alone.
    pub fn left_alone(&self) -> impl Iterator<Item = &RestoreEntry> {
        self.entries.iter().filter(|entry| entry.is_left_alone())
    }
}
