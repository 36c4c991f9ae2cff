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
    KeepUnknownChart(String, Source),
    /// This entry of `keep` may name it: it has a condition on labels, and the release's labels are unknown.
    KeepUnknownLabels(String, Source),
    OptedOut(OptOut, Expiry),
    /// It may be opted out, because opt-outs could not be read here.
    OptOutsUnreadable(String),
    /// The labels of its namespace count, and are not known.
    LabelsUnknown(String),
    /// A rule depends on its own labels, and those are not known.
    ReleaseLabelsUnknown,
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
    NamespaceUnreadable(String),
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
        !matches!(self, Reason::KeepUnknownChart(..))
    }

    /// Where it is written, if it is written anywhere.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Reason::InScope(_, source)
            | Reason::Selected(_, source)
            | Reason::Kept { source, .. }
            | Reason::KeepUnknownChart(_, source)
            | Reason::KeepUnknownLabels(_, source)
            | Reason::TooYoung(_, source) => Some(source),
            Reason::NotSelected(Some(miss)) => Some(&miss.source),
            Reason::Reaches(_, source) | Reason::HoldsData(_, source) => source.as_ref(),
            _ => None,
        }
    }

    /// The code for programs, and the text for people.
    fn described(&self) -> (&'static str, String) {
        match self {
            Reason::InScope(pattern, _) => ("in-scope", format!("in scope: {pattern}")),
            Reason::Selected(rule, _) => ("rule", format!("rule {rule}")),
            Reason::NotSelected(miss) => {
                ("no-rule", format!("no rule selects it{}", miss.as_ref().map_or_else(String::new, NearMiss::detail)))
            }
            Reason::Kept { entry, because, until, .. } => {
                let until = until.as_ref().map_or_else(String::new, |until| format!(" until {}", until.as_str()));
                ("keep", format!("{entry}{until}{}", after_colon(because.as_deref())))
            }
            Reason::KeepUnknownChart(entry, _) => {
                ("keep-unknown-chart", format!("unknown chart; it could match keep entry {entry}"))
            }
            Reason::KeepUnknownLabels(entry, _) => {
                ("keep-unknown-labels", format!("unknown labels; it could match keep entry {entry}"))
            }
            Reason::OptedOut(opt_out, ends) => {
                let OptOut { source, reason, .. } = opt_out;
                ("opt-out", format!("opted out {ends} ({source}){}", after_colon(reason.as_deref())))
            }
            Reason::OptOutsUnreadable(why) => {
                ("opt-outs-unreadable", format!("cannot read opt-outs in this namespace: {why}"))
            }
            Reason::LabelsUnknown(why) => ("labels-unknown", format!("cannot read the labels of its namespace: {why}")),
            Reason::ReleaseLabelsUnknown => ("release-labels-unknown", "unknown labels of the release".into()),
            Reason::TooYoung(least, _) => ("min-age", format!("younger than {}", length(*least))),
            Reason::Stuck(status) => ("stuck", format!("stuck ({status}); no rule lists status `stuck`")),
            Reason::Managed(by) => ("managed", format!("managed by {by}, which would reinstall it")),
            Reason::Pending(status) => ("pending", format!("{status}: an install or upgrade may be running")),
            Reason::HistoryKept => ("history-kept", "already uninstalled; its history is kept for a rollback".into()),
            Reason::StatusUnknown => ("status-unknown", "unknown status".into()),
            Reason::ChartUnknown => ("chart-unknown", "unknown chart".into()),
            Reason::AgeUnknown => ("age-unknown", "unknown age".into()),
            Reason::Unreadable(why) => ("unreadable", format!("cannot read the release record: {why}")),
            Reason::NamespaceUnreadable(why) => {
                ("namespace-unreadable", format!("cannot list releases in this namespace: {why}"))
            }
            Reason::Reaches(objects, _) => {
                ("blast-radius", format!("contains objects out of scope: {}", first_few(objects)))
            }
            Reason::HoldsData(objects, _) => ("data-loss", format!("contains data: {}", first_few(objects))),
            Reason::OwnRelease => ("own-release", "the release of helm-purge itself".into()),
            Reason::NotPlanned => ("not-planned", "the saved plan does not purge it".into()),
            Reason::ChangedSince(what) => ("changed-since", format!("changed since the saved plan: {what}")),
            Reason::AfterAllShards => {
                ("after-all-shards", "purged last: by a run without --shard, after all shards".into())
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
            RuleMatch::OtherState => format!(": {rule} lists other statuses"),
            RuleMatch::OtherLabels => format!(": {rule} selects other labels"),
            RuleMatch::OtherReleaseLabels => format!(": {rule} selects other release labels"),
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
            Expiry::Never => f.write_str("without an end date"),
            Expiry::At(until) => write!(f, "until {}", until.as_str()),
            Expiry::Unreadable(text) => write!(f, "without an end date: {text:?} is not a valid date"),
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
