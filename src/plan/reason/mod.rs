//! Why a release goes or stays, and where that is written.

mod words;

use std::time::Duration;

use super::opt_out::Ends;
use crate::inventory::OptOut;
use crate::location::Location;
use crate::policy::{RuleMatch, Until};
use crate::release::{Object, Status};

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A line of a policy.
    Policy(Location),
    /// A flag on the command line.
    Flag(&'static str),
}

/// One reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its namespace is inside the fence, by this pattern.
    InFence {
        /// The pattern.
        pattern: String,
        /// Where it stands.
        source: Source,
    },
    /// A rule selects it.
    Selected {
        /// The rule's name.
        rule: String,
        /// Where it stands.
        source: Source,
    },
    /// No rule selects it.
    NotSelected(Option<NearMiss>),
    /// An entry of `keep` names it.
    Kept {
        /// The entry as it was written.
        entry: String,
        /// Why, in the words of whoever wrote it.
        because: Option<String>,
        /// Until when, where there is an end.
        until: Option<Until>,
        /// Where it stands.
        source: Source,
    },
    /// An entry of `keep` may name it: the entry speaks of charts, and the release's chart is unknown.
    PerhapsKept {
        /// The entry as it was written.
        entry: String,
        /// Where it stands.
        source: Source,
    },
    /// Somebody asked for it to be left alone.
    OptedOut {
        /// As it was written.
        opt_out: OptOut,
        /// When it ends.
        ends: Ends,
    },
    /// Somebody may have asked for it to be left alone: that could not be looked at.
    OptOutsUnseen(String),
    /// The labels of its namespace count, and are not known.
    LabelsUnknown(String),
    /// It was deployed a moment ago.
    TooYoung {
        /// How old it has to be.
        least: Duration,
        /// Where that stands.
        source: Source,
    },
    /// Somebody may be at work on it.
    Pending(Status),
    /// It has been pending for long, and no rule takes what is stuck.
    Stuck(Status),
    /// It would be made again at once, by this.
    Managed(String),
    /// It is uninstalled already, and its history was kept: someone's way back.
    HistoryKept,
    /// Helm does not know its state.
    StatusUnknown,
    /// Its chart cannot be told.
    ChartUnknown,
    /// Its age cannot be told.
    AgeUnknown,
    /// Its entry in the list cannot be understood.
    Unreadable(String),
    /// Its namespace could not be looked at.
    NotListed(String),
    /// An uninstall would take along what is not its own: these objects reach beyond the fence.
    Reaches(Vec<Object>),
    /// An uninstall would delete data: these objects hold it.
    HoldsData(Vec<Object>),
    /// It is the release of this program.
    OwnRelease,
    /// A plan was saved that does not purge it.
    NotPlanned,
    /// A plan was saved that purges it, and it has changed since.
    ChangedSince(String),
    /// It goes after everything else, and this is a part of the fence.
    AfterAllShards,
}

/// A rule that does not select a release, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The rule's name.
    pub rule: String,
    /// Where it stands.
    pub source: Source,
    /// Why it does not.
    pub miss: RuleMatch,
}

impl Reason {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::InFence { .. } => "in-fence",
            Reason::Selected { .. } => "rule",
            Reason::NotSelected(_) => "no-rule",
            Reason::OptedOut { .. } => "opt-out",
            Reason::OptOutsUnseen(_) => "opt-outs-unseen",
            Reason::LabelsUnknown(_) => "labels-unknown",
            Reason::TooYoung { .. } => "min-age",
            Reason::Stuck(_) => "stuck",
            Reason::Managed(_) => "managed",
            Reason::Kept { .. } => "keep",
            Reason::PerhapsKept { .. } => "perhaps-keep",
            Reason::Pending(_) => "pending",
            Reason::HistoryKept => "history-kept",
            Reason::StatusUnknown => "status-unknown",
            Reason::ChartUnknown => "chart-unknown",
            Reason::AgeUnknown => "age-unknown",
            Reason::Unreadable(_) => "unreadable",
            Reason::NotListed(_) => "not-listed",
            Reason::Reaches(_) => "reach",
            Reason::HoldsData(_) => "data-loss",
            Reason::OwnRelease => "own-release",
            Reason::NotPlanned => "not-planned",
            Reason::ChangedSince(_) => "changed-since",
            Reason::AfterAllShards => "after-all-shards",
        }
    }

    /// Whether it holds whatever else is found out about the release.
    pub(super) fn is_certain(&self) -> bool {
        !matches!(self, Reason::PerhapsKept { .. })
    }

    /// The place that a person can go to, where there is one.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Reason::InFence { source, .. }
            | Reason::Selected { source, .. }
            | Reason::Kept { source, .. }
            | Reason::PerhapsKept { source, .. }
            | Reason::TooYoung { source, .. } => Some(source),
            Reason::NotSelected(Some(miss)) => Some(&miss.source),
            _ => None,
        }
    }
}
