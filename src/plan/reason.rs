//! Why a release goes or stays, and where that is written.

use std::fmt;

use crate::place::Place;
use crate::release::{Object, Status};

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A line of a policy.
    Policy(Place),
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
    /// An entry of `keep` names it.
    Kept {
        /// The entry as it was written.
        entry: String,
        /// Why, in the words of whoever wrote it.
        because: Option<String>,
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
    /// Somebody may be at work on it.
    Pending(Status),
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
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Policy(place) => place.fmt(f),
            Source::Flag(flag) => f.write_str(flag),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::InFence { pattern, .. } => write!(f, "in the fence: {pattern}"),
            Reason::Kept { entry, because: Some(because), .. } => write!(f, "{entry}: {because}"),
            Reason::Kept { entry, because: None, .. } => f.write_str(entry),
            Reason::PerhapsKept { entry, .. } => write!(f, "its chart cannot be told, and `keep` has {entry}"),
            Reason::Pending(status) => write!(f, "{status}: somebody may be at work on it"),
            Reason::HistoryKept => f.write_str("uninstalled already, its history is someone's way back"),
            Reason::StatusUnknown => f.write_str("helm does not know its state"),
            Reason::ChartUnknown => f.write_str("its chart cannot be told"),
            Reason::AgeUnknown => f.write_str("its age cannot be told"),
            Reason::Unreadable(why) => write!(f, "cannot be understood: {why}"),
            Reason::NotListed(why) => write!(f, "the namespace cannot be looked at: {why}"),
            Reason::Reaches(objects) => write!(f, "reaches beyond the fence: {}", Shown(objects)),
            Reason::HoldsData(objects) => write!(f, "holds data: {}", Shown(objects)),
            Reason::OwnRelease => f.write_str("the release of helm-purge itself"),
        }
    }
}

/// The first few of many.
struct Shown<'a>(&'a [Object]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMED: usize = 3;
        let named = self.0.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self.0.len().saturating_sub(NAMED) {
            0 => f.write_str(&named),
            more => write!(f, "{named} and {more} more"),
        }
    }
}

impl Reason {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::InFence { .. } => "in-fence",
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
        }
    }

    /// The place that a person can go to, where there is one.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Reason::InFence { source, .. } | Reason::Kept { source, .. } | Reason::PerhapsKept { source, .. } => {
                Some(source)
            }
            _ => None,
        }
    }
}
