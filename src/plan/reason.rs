//! Why a release is purged or kept, and where that is written.

use std::fmt;
use std::time::Duration;

use super::opt_out::Expiry;
use crate::inventory::{OptOut, OptOutSource};
use crate::location::Location;
use crate::policy::{RuleMatch, Until};
use crate::release::{Object, Status};

/// Where a reason is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A line of a policy.
    Policy(Location),
    /// A flag on the command line.
    Flag(&'static str),
}

/// One reason for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its namespace is in scope, by this pattern.
    InScope(String, Source),
    /// This rule selects it.
    Selected(String, Source),
    /// No rule selects it.
    NotSelected(Option<NearMiss>),
    /// An entry of `keep` names it.
    Kept {
        /// The entry as it is written.
        entry: String,
        /// Why, in the words of the entry's author.
        because: Option<String>,
        until: Option<Until>,
        source: Source,
    },
    /// This entry of `keep` may name it: it has a condition on the chart, and the release's chart is unknown.
    PerhapsKept(String, Source),
    OptedOut(OptOut, Expiry),
    /// It may be opted out, because opt-outs could not be read here.
    OptOutsUnseen(String),
    /// The labels of its namespace count, and are not known.
    LabelsUnknown(String),
    /// It is not as old as it must be.
    TooYoung(Duration, Source),
    /// A person may be installing or upgrading it.
    Pending(Status),
    /// It has been pending for long, and no rule selects stuck releases.
    Stuck(Status),
    /// This would install it again at once.
    Managed(String),
    /// It is uninstalled already, and its history is there on purpose.
    HistoryKept,
    /// Helm does not know its status.
    StatusUnknown,
    ChartUnknown,
    AgeUnknown,
    /// Its entry in the list, or its record, cannot be read.
    Unreadable(String),
    /// The releases of its namespace could not be listed.
    NotListed(String),
    /// An uninstall would delete these objects, or what belongs to them, beyond the scope. The source is that of the value
    /// that forbids it, if one is written.
    Reaches(Vec<Object>, Option<Source>),
    /// An uninstall would delete data: these objects hold it. The source is as above.
    HoldsData(Vec<Object>, Option<Source>),
    /// It is the release of this program.
    OwnRelease,
    /// The saved plan does not purge it.
    NotPlanned,
    /// The saved plan purges it, and it has changed since.
    ChangedSince(String),
    /// It is purged after everything else, and this run covers only a shard.
    AfterAllShards,
}

/// A rule that does not select a release, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The rule's name.
    pub rule: String,
    pub source: Source,
    pub miss: RuleMatch,
}

impl Reason {
    /// The code for programs.
    pub fn code(&self) -> &'static str {
        self.described().0
    }

    /// Whether it remains a reason when more is known about the release.
    pub(super) fn is_certain(&self) -> bool {
        !matches!(self, Reason::PerhapsKept(..))
    }

    /// Where it is written, if it is written anywhere.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Reason::InScope(_, source)
            | Reason::Selected(_, source)
            | Reason::Kept { source, .. }
            | Reason::PerhapsKept(_, source)
            | Reason::TooYoung(_, source) => Some(source),
            Reason::NotSelected(Some(miss)) => Some(&miss.source),
            Reason::Reaches(_, source) | Reason::HoldsData(_, source) => source.as_ref(),
            _ => None,
        }
    }

    /// The code for programs, and the text for people.
    fn described(&self) -> (&'static str, String) {
        match self {
            Reason::InScope(pattern, _) => ("in-fence", format!("in the fence: {pattern}")),
            Reason::Selected(rule, _) => ("rule", format!("rule {rule}")),
            Reason::NotSelected(miss) => {
                ("no-rule", format!("no rule selects it{}", miss.as_ref().map_or_else(String::new, NearMiss::detail)))
            }
            Reason::Kept { entry, because, until, .. } => {
                let until = until.as_ref().map_or_else(String::new, |until| format!(" until {}", until.as_str()));
                ("keep", format!("{entry}{until}{}", after_colon(because.as_deref())))
            }
            Reason::PerhapsKept(entry, _) => {
                ("perhaps-keep", format!("its chart cannot be told, and `keep` has {entry}"))
            }
            Reason::OptedOut(opt_out, ends) => {
                let OptOut { source, reason, .. } = opt_out;
                ("opt-out", format!("opted out {ends} ({source}){}", after_colon(reason.as_deref())))
            }
            Reason::OptOutsUnseen(why) => ("opt-outs-unseen", format!("opt-outs cannot be seen here: {why}")),
            Reason::LabelsUnknown(why) => {
                ("labels-unknown", format!("the labels of its namespace cannot be told: {why}"))
            }
            Reason::TooYoung(least, _) => ("min-age", format!("younger than {}", length(*least))),
            Reason::Stuck(status) => ("stuck", format!("{status} for long; no rule takes what is `stuck`")),
            Reason::Managed(by) => ("managed", format!("it would come back at once: {by} makes it")),
            Reason::Pending(status) => ("pending", format!("{status}: somebody may be at work on it")),
            Reason::HistoryKept => ("history-kept", "uninstalled already, its history is someone's way back".into()),
            Reason::StatusUnknown => ("status-unknown", "helm does not know its state".into()),
            Reason::ChartUnknown => ("chart-unknown", "its chart cannot be told".into()),
            Reason::AgeUnknown => ("age-unknown", "its age cannot be told".into()),
            Reason::Unreadable(why) => ("unreadable", format!("cannot be understood: {why}")),
            Reason::NotListed(why) => ("not-listed", format!("the namespace cannot be looked at: {why}")),
            Reason::Reaches(objects, _) => ("reach", format!("reaches beyond the fence: {}", first_few(objects))),
            Reason::HoldsData(objects, _) => ("data-loss", format!("holds data: {}", first_few(objects))),
            Reason::OwnRelease => ("own-release", "the release of helm-purge itself".into()),
            Reason::NotPlanned => ("not-planned", "the saved plan does not purge it".into()),
            Reason::ChangedSince(what) => ("changed-since", format!("changed since the saved plan: {what}")),
            Reason::AfterAllShards => {
                ("after-all-shards", "it goes last: a run without shards takes it, when all of them are done".into())
            }
        }
    }
}

impl NearMiss {
    /// Why the rule does not select the release; empty if the rule is about other releases.
    fn detail(&self) -> String {
        let rule = &self.rule;
        match &self.miss {
            RuleMatch::Younger(least) => format!(": younger than {} ({rule})", length(least.value)),
            RuleMatch::OtherState => format!(": {rule} asks for another state"),
            RuleMatch::OtherLabels => format!(": {rule} asks for other labels"),
            _ => String::new(),
        }
    }
}

fn after_colon(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(": {text}"))
}

fn first_few(objects: &[Object]) -> String {
    const NAMED: usize = 3;
    let named = objects.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match objects.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
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
        f.write_str(&self.described().1)
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

/// In the largest unit that divides it: `3d`, `36h`, `90m`.
pub(super) fn length(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let fits = units.iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    fits.map_or_else(|| format!("{seconds}s"), |(unit, name)| format!("{}{name}", seconds / unit))
}
