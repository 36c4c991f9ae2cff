//! Why a release goes or stays, and where that is written.

use std::fmt;
use std::time::Duration;

use super::opt_out::Expiry;
use crate::inventory::{OptOut, OptOutSource};
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
        ends: Expiry,
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
            Reason::Selected { rule, .. } => write!(f, "rule {rule}"),
            Reason::NotSelected(None) => f.write_str("no rule selects it"),
            Reason::NotSelected(Some(near)) => near.fmt(f),
            Reason::Kept { entry, because, until, .. } => {
                f.write_str(entry)?;
                until.iter().try_for_each(|until| write!(f, " until {}", until.as_str()))?;
                because.iter().try_for_each(|because| write!(f, ": {because}"))
            }
            Reason::PerhapsKept { entry, .. } => write!(f, "its chart cannot be told, and `keep` has {entry}"),
            Reason::OptedOut { opt_out, ends } => opted_out(opt_out, ends, f),
            Reason::OptOutsUnseen(why) => write!(f, "opt-outs cannot be seen here: {why}"),
            Reason::LabelsUnknown(why) => write!(f, "the labels of its namespace cannot be told: {why}"),
            Reason::TooYoung { least, .. } => write!(f, "younger than {}", length(*least)),
            Reason::Stuck(status) => write!(f, "{status} for long; no rule takes what is `stuck`"),
            Reason::Managed(by) => write!(f, "it would come back at once: {by} makes it"),
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
            Reason::NotPlanned => f.write_str("the saved plan does not purge it"),
            Reason::ChangedSince(what) => write!(f, "changed since the saved plan: {what}"),
            Reason::AfterAllShards => {
                f.write_str("it goes last: a run without shards takes it, when all of them are done")
            }
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

impl fmt::Display for NearMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = &self.rule;
        match &self.miss {
            RuleMatch::Younger(least) => write!(f, "no rule selects it: younger than {} ({rule})", length(least.value)),
            RuleMatch::OtherState => write!(f, "no rule selects it: {rule} asks for another state"),
            RuleMatch::OtherLabels => write!(f, "no rule selects it: {rule} asks for other labels"),
            _ => f.write_str("no rule selects it"),
        }
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expiry::Never => f.write_str("without an end"),
            Expiry::At(until) => write!(f, "until {}", until.as_str()),
            Expiry::Unreadable(text) => write!(f, "without an end, for {text:?} is no date"),
        }
    }
}

impl fmt::Display for OptOutSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptOutSource::ConfigMap(name) => write!(f, "ConfigMap {name}"),
            OptOutSource::NamespaceAnnotation(key) => write!(f, "annotation {key}"),
            OptOutSource::ReleaseLabel => f.write_str("label of the release"),
        }
    }
}

fn opted_out(opt_out: &OptOut, ends: &Expiry, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "opted out {ends} ({})", opt_out.source)?;
    opt_out.reason.iter().try_for_each(|reason| write!(f, ": {reason}"))
}

/// In the largest unit that divides it: `3d`, `36h`, `90m`.
pub(super) fn length(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let fits = units.iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    fits.map_or_else(|| format!("{seconds}s"), |(unit, name)| format!("{}{name}", seconds / unit))
}
