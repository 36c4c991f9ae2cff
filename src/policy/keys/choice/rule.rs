//! `rules`: which releases of the fence go. Any rule that says yes is enough; how they go is said by the first that does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::selector::taking_in;
use super::{LabelSelector, Selector, SelectorMatch};
use crate::location::{Location, Spanned};
use crate::policy::keys::{PurgeOptions, Workers};
use crate::release::{Chart, Known, ReleaseId, Status};

/// One rule. Conditions that are not given are none.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name; that of the rule that takes the whole fence, where the policy has no `rules`.
    pub name: String,
    /// Where it is written; that of `namespaces` where the policy has no `rules`.
    pub place: Location,
    /// Namespaces, releases and charts. Namespaces of the system are meant only by their exact names.
    pub selector: Selector,
    /// Labels of the namespace.
    pub namespace_selector: Option<LabelSelector>,
    /// Only what is older.
    pub older_than: Option<Spanned<Duration>>,
    /// What the age is counted from.
    pub age_from: AgeFrom,
    /// Only in these states.
    pub states: States,
    /// How its releases go.
    pub options: PurgeOptions,
    /// At most so many helm processes at a time for its releases.
    pub workers: Option<Workers>,
    /// Whether somebody wrote it.
    pub origin: RuleOrigin,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleOrigin {
    /// From the policy's `rules`.
    Listed,
    /// From its having none: it takes the whole fence.
    WholeFence,
}

/// What an age is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeFrom {
    /// The newest revision.
    LastDeploy,
    /// The first one.
    FirstDeploy,
}

/// A state that a rule may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Installed or upgraded.
    Deployed,
    /// The last install or upgrade went wrong.
    Failed,
    /// A replaced revision is the newest: left over from an interrupted command.
    Superseded,
    /// Left over from an interrupted uninstall.
    Uninstalling,
    /// Pending for longer than `pendingGrace`.
    Stuck,
}

/// Some states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct States(pub BTreeSet<State>);

/// What a rule says of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleMatch {
    /// It selects it.
    Selects,
    /// It does not, for its namespace, name or chart.
    OtherRelease,
    /// It does not, for the labels of its namespace.
    OtherLabels,
    /// It does not: the release is younger than this.
    Younger(Spanned<Duration>),
    /// It does not: the release is in another state than those it asks for.
    OtherState,
    /// It asks for the chart, and that is not known (yet).
    ChartUnknown,
    /// It asks for the age, and that is not known (yet).
    AgeUnknown,
    /// It asks for labels of the namespace, and those are not known.
    LabelsUnknown,
}

/// What a rule has to know of a release.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Namespace and name.
    pub id: &'a ReleaseId,
    /// Its chart.
    pub chart: Known<&'a Chart>,
    /// Its state; nothing where no rule may ask for it.
    pub state: Option<State>,
    /// When its newest revision was deployed.
    pub last_deploy: Known<Timestamp>,
    /// When its first one was.
    pub first_deploy: Known<Timestamp>,
    /// The labels of its namespace.
    pub labels: Known<&'a BTreeMap<String, String>>,
    /// The time of the plan.
    pub now: Timestamp,
}

impl Rule {
    /// What a policy without `rules` has.
    pub(in crate::policy::keys) fn of_the_whole_fence(options: PurgeOptions, place: Location) -> Self {
        Self {
            name: "all of the fence".to_owned(),
            place,
            selector: Selector::default(),
            namespace_selector: None,
            older_than: None,
            age_from: AgeFrom::LastDeploy,
            states: States::default(),
            options,
            workers: None,
            origin: RuleOrigin::WholeFence,
        }
    }

    /// Compares a release with every condition. What is certain goes before what is not known.
    pub fn matches(&self, candidate: &Candidate<'_>) -> RuleMatch {
        let selected = self.selects_name(candidate);
        if selected == SelectorMatch::No {
            return RuleMatch::OtherRelease;
        }
        if !candidate.state.is_some_and(|state| self.states.0.contains(&state)) {
            return RuleMatch::OtherState;
        }
        let labels = self.namespace_selector.as_ref().map(|selector| (selector, candidate.labels));
        if let Some((selector, Known::Is(labels))) = labels
            && !selector.matches(labels)
        {
            return RuleMatch::OtherLabels;
        }
        let age = self.age(candidate);
        if let Age::Younger(than) = age {
            return RuleMatch::Younger(than);
        }
        match (selected, age, labels) {
            (SelectorMatch::ChartUnknown, ..) => RuleMatch::ChartUnknown,
            (_, Age::Unknown, _) => RuleMatch::AgeUnknown,
            (.., Some((_, Known::Unknown))) => RuleMatch::LabelsUnknown,
            _ => RuleMatch::Selects,
        }
    }

    fn selects_name(&self, candidate: &Candidate<'_>) -> SelectorMatch {
        let ReleaseId { namespace, name } = candidate.id;
        let outside = |patterns: &Vec<_>| taking_in(patterns, namespace).is_none();
        if self.selector.namespaces.as_ref().is_some_and(outside) {
            return SelectorMatch::No;
        }
        self.selector.matches(namespace, name, candidate.chart)
    }

    fn age(&self, candidate: &Candidate<'_>) -> Age {
        let Some(than) = &self.older_than else { return Age::Enough };
        let since = match self.age_from {
            AgeFrom::LastDeploy => candidate.last_deploy,
            AgeFrom::FirstDeploy => candidate.first_deploy,
        };
        match since {
            Known::Unknown => Age::Unknown,
            Known::Is(since) if is_older(since, than.value, candidate.now) => Age::Enough,
            Known::Is(_) => Age::Younger(than.clone()),
        }
    }
}

enum Age {
    Enough,
    Younger(Spanned<Duration>),
    Unknown,
}

/// Whether something that happened then is longer ago than that. A clock that is behind makes it younger, never older.
pub fn is_older(since: Timestamp, than: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(since)).is_ok_and(|age| age > than)
}

impl Default for States {
    /// Everything but what somebody may still be at work on.
    fn default() -> Self {
        Self([State::Deployed, State::Failed, State::Superseded, State::Uninstalling].into())
    }
}

impl State {
    /// The state that a rule may ask for; a pending release is stuck once its grace is over.
    pub fn of(status: Status, pending: Pending) -> Option<Self> {
        match (status, pending) {
            (Status::Deployed, _) => Some(State::Deployed),
            (Status::Failed, _) => Some(State::Failed),
            (Status::Superseded, _) => Some(State::Superseded),
            (Status::Uninstalling, _) => Some(State::Uninstalling),
            (Status::PendingInstall | Status::PendingUpgrade | Status::PendingRollback, Pending::TooLong) => {
                Some(State::Stuck)
            }
            _ => None,
        }
    }
}

/// For how long a release has been pending, where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    /// Longer than `pendingGrace`.
    TooLong,
    /// Not longer, or that is not known.
    InGrace,
}
