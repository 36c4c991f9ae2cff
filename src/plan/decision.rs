//! What a plan is made of.

use std::fmt;

use crate::inventory::Unreadable;
use crate::place::Place;
use crate::release::{Namespace, Release, Status};

/// What becomes of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It goes.
    Purge,
    /// It stays.
    Keep,
}

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
    /// It is the release of this program.
    OwnRelease,
}

/// A verdict and everything that speaks for it, what decided first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What becomes of the release.
    pub verdict: Verdict,
    /// At least one.
    pub reasons: Vec<Reason>,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A release.
    Release(Release),
    /// An entry that could not be understood.
    Unreadable(Unreadable),
}

/// A line of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is about.
    pub subject: Subject,
    /// What becomes of it.
    pub decision: Decision,
}

/// How many releases an entry of `keep` has kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepHits {
    /// The entry as it was written.
    pub entry: String,
    /// Where it stands.
    pub source: Source,
    /// How many releases of the fence it names.
    pub hits: usize,
}

/// All decisions, sorted by namespace and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One for each release of the fence that was asked for.
    pub entries: Vec<Entry>,
    /// One for each entry of `keep`, in the order of the file, then one for each `--keep`; 0 hits too.
    pub keep_hits: Vec<KeepHits>,
    /// Releases in the whole fence, whether they were asked for or not.
    pub in_fence: usize,
    /// Releases in the whole cluster that can be seen and are not uninstalled.
    pub seen: usize,
}

impl Plan {
    /// The releases that go, in the order of the plan.
    pub fn chosen(&self) -> impl Iterator<Item = &Release> {
        let purged = self.entries.iter().filter(|entry| entry.decision.verdict == Verdict::Purge);
        purged.filter_map(|entry| match &entry.subject {
            Subject::Release(release) => Some(release),
            Subject::Unreadable(_) => None,
        })
    }

    /// How many namespaces the releases that go are in.
    pub fn chosen_namespaces(&self) -> usize {
        let namespaces = self.chosen().map(|release| &release.id.namespace);
        namespaces.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// How many of the entries stay.
    pub fn kept(&self) -> usize {
        self.entries.iter().filter(|entry| entry.decision.verdict == Verdict::Keep).count()
    }
}

impl Subject {
    /// The namespace it is in. A fence claims nothing without one.
    pub fn namespace(&self) -> Option<&Namespace> {
        match self {
            Subject::Release(release) => Some(&release.id.namespace),
            Subject::Unreadable(entry) => entry.namespace.as_ref(),
        }
    }

    /// Its name. Of an unreadable entry this is foreign text.
    pub fn name(&self) -> &str {
        match self {
            Subject::Release(release) => release.id.name.as_str(),
            Subject::Unreadable(entry) => &entry.name,
        }
    }
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
            Reason::OwnRelease => f.write_str("the release of helm-purge itself"),
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
