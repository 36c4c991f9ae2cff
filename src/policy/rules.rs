//! `rules` and `order`: which releases of the scope are purged, and in which order. One rule that selects a release is
//! enough.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::time::Duration;

use jiff::Timestamp;

use super::decode::{Decoded, Field, SectionFields};
use super::diagnostic::{Diagnostic, Span};
use super::label_selector::LabelSelector;
use super::purge_options::{PurgeOptions, WrittenOptions, workers};
use super::scope::{PolicyScope, ScopeChecker, read_pattern};
use super::selectors::{Selector, SelectorInput, SelectorMatch, first_match};
use crate::location::{Location, Spanned};
use crate::release::{Known, Namespace, Status};
use crate::sanitize::quoted;

/// One rule. A field that is left out is not a condition.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: String,
    /// Where it is written; that of `namespaces` if the policy has no `rules`.
    pub(crate) place: Location,
    /// Namespaces of the system are matched by their exact names only.
    pub(crate) selector: Selector,
    pub(crate) namespace_selector: Option<LabelSelector>,
    pub(crate) older_than: Option<Spanned<Duration>>,
    pub(crate) age_from: AgeFrom,
    pub(crate) states: BTreeSet<ReleaseState>,
    /// What it writes, and the policy's defaults for the rest: what holds if no other rule selects the release.
    pub(crate) options: PurgeOptions,
    pub(crate) written: WrittenOptions,
    /// At most so many helm processes at a time for its releases.
    pub(crate) max_workers: Option<NonZeroUsize>,
    pub(crate) origin: RuleOrigin,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleOrigin {
    /// From the policy's `rules`.
    Listed,
    /// The policy has no `rules`: this one selects the whole scope.
    WholeScope,
}

/// What an age is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AgeFrom {
    /// The newest revision.
    LastDeploy,
    /// The first revision.
    FirstDeploy,
}

/// A state that a rule may select.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ReleaseState {
    Deployed,
    Failed,
    /// A replaced revision is the newest: left over from an interrupted command.
    Superseded,
    /// Left over from an interrupted uninstall.
    Uninstalling,
    /// Pending for longer than `stuckAfter`.
    Stuck,
}

/// Whether a rule selects a release, or the first reason why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleMatch {
    /// Every condition holds.
    Selects,
    /// The namespace, name or chart does not match.
    OtherRelease,
    /// The labels of the namespace do not match.
    OtherLabels,
    /// The labels of the release do not match.
    OtherReleaseLabels,
    /// The release is younger than this.
    Younger(Spanned<Duration>),
    /// The state does not match.
    OtherState,
    /// The rule has a condition on the chart, and that is not known (yet).
    ChartUnknown,
    /// The rule has a condition on the age, and that is not known (yet).
    AgeUnknown,
    /// The rule has a condition on labels of the namespace, and those are not known.
    LabelsUnknown,
    /// The rule has a condition on labels of the release, and those are not known.
    ReleaseLabelsUnknown,
}

/// The facts about a release that a rule needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MatchInput<'a> {
    pub(crate) release: SelectorInput<'a>,
    /// `None` if it is in a state that no rule may select.
    pub(crate) state: Option<ReleaseState>,
    /// When its newest revision was deployed.
    pub(crate) last_deploy: Known<Timestamp>,
    /// When its first revision was deployed.
    pub(crate) first_deploy: Known<Timestamp>,
    /// The labels of its namespace.
    pub(crate) labels: Known<&'a BTreeMap<String, String>>,
    /// The time of the plan.
    pub(crate) now: Timestamp,
}

impl Rule {
    /// Compares a release with every condition. A certain mismatch comes before an unknown value.
    pub(crate) fn matches(&self, release: &MatchInput<'_>) -> RuleMatch {
        let selected = self.selects_name(release);
        if selected == SelectorMatch::No {
            return self.mismatch(release);
        }
        if !release.state.is_some_and(|state| self.states.contains(&state)) {
            return RuleMatch::OtherState;
        }
        let labels = self.namespace_selector.as_ref().map(|selector| (selector, release.labels));
        if let Some((selector, Known::Is(labels))) = labels
            && !selector.matches(labels)
        {
            return RuleMatch::OtherLabels;
        }
        match (selected, self.too_young(release), labels) {
            (_, Some(younger @ RuleMatch::Younger(_)), _) => younger,
            (SelectorMatch::ChartUnknown, ..) => RuleMatch::ChartUnknown,
            (_, Some(unknown), _) => unknown,
            (.., Some((_, Known::Unknown))) => RuleMatch::LabelsUnknown,
            (SelectorMatch::LabelsUnknown, ..) => RuleMatch::ReleaseLabelsUnknown,
            _ => RuleMatch::Selects,
        }
    }

    fn selects_name(&self, release: &MatchInput<'_>) -> SelectorMatch {
        let outside = |patterns: &Vec<_>| first_match(patterns, &release.release.id.namespace).is_none();
        if self.selector.namespaces.as_ref().is_some_and(outside) {
            return SelectorMatch::No;
        }
        self.selector.matches(release.release)
    }

    /// Whether only the labels of the release differ.
    fn mismatch(&self, release: &MatchInput<'_>) -> RuleMatch {
        let without_labels = SelectorInput { labels: Known::Unknown, ..release.release };
        match self.selects_name(&MatchInput { release: without_labels, ..*release }) {
            SelectorMatch::No => RuleMatch::OtherRelease,
            _ => RuleMatch::OtherReleaseLabels,
        }
    }

    /// `None` if the release is old enough.
    fn too_young(&self, release: &MatchInput<'_>) -> Option<RuleMatch> {
        let than = self.older_than.as_ref()?;
        let since = match self.age_from {
            AgeFrom::LastDeploy => release.last_deploy,
            AgeFrom::FirstDeploy => release.first_deploy,
        };
        match since {
            Known::Unknown => Some(RuleMatch::AgeUnknown),
            Known::Is(since) if is_older(since, than.value, release.now) => None,
            Known::Is(_) => Some(RuleMatch::Younger(than.clone())),
        }
    }
}

/// Whether something that happened then is longer ago than that. A clock that is behind makes it younger, never older.
pub(crate) fn is_older(since: Timestamp, than: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(since)).is_ok_and(|age| age > than)
}

impl ReleaseState {
    /// Every state but that of a release that someone may still be installing.
    fn usual() -> BTreeSet<Self> {
        [Self::Deployed, Self::Failed, Self::Superseded, Self::Uninstalling].into()
    }

    /// The state that a rule may select; a pending release is stuck once its grace is over.
    pub(crate) fn of(status: Status, is_grace_over: bool) -> Option<Self> {
        match status {
            Status::Deployed => Some(Self::Deployed),
            Status::Failed => Some(Self::Failed),
            Status::Superseded => Some(Self::Superseded),
            Status::Uninstalling => Some(Self::Uninstalling),
            _ if status.is_pending() && is_grace_over => Some(Self::Stuck),
            _ => None,
        }
    }
}

/// What rules are read with: options for keys that a rule leaves out, and the scope that a rule narrows.
pub(super) struct RuleContext<'a> {
    defaults: PurgeOptions,
    /// `None` if the scope could not be read.
    scope: Option<ScopeChecker<'a>>,
}

impl<'a> RuleContext<'a> {
    pub(super) fn new(defaults: PurgeOptions, scope: Option<&'a PolicyScope>) -> Self {
        Self { defaults, scope: scope.map(ScopeChecker::new) }
    }

    /// Reads `rules`. Without the key one rule selects the whole scope; an empty list selects nothing. `place` is that of
    /// `namespaces`.
    pub(super) fn read(&self, fields: &SectionFields<'_>, place: Location) -> Vec<Rule> {
        let rules = fields.optional("rules", |field| {
            let items = field.items()?;
            let rules = items.iter().map(|item| self.read_rule(item)).collect::<Vec<_>>();
            refuse_same_names(&items)?;
            rules.into_iter().collect::<Decoded<Vec<_>>>()
        });
        let whole_scope = || Rule {
            name: "everything in scope".to_owned(),
            place,
            selector: Selector::default(),
            namespace_selector: None,
            older_than: None,
            age_from: AgeFrom::LastDeploy,
            states: ReleaseState::usual(),
            options: self.defaults,
            written: WrittenOptions::default(),
            max_workers: None,
            origin: RuleOrigin::WholeScope,
        };
        rules.unwrap_or_default().unwrap_or_else(|| vec![whole_scope()])
    }

    fn read_rule(&self, field: &Field<'_>) -> Decoded<Rule> {
        let fields = field.section()?;
        let name = fields.required("name", |field| read_name("a rule", field));
        let selector = Selector::read_with(&fields, |item| {
            let pattern = read_pattern(item)?;
            self.scope.as_ref().map_or(Ok(()), |scope| scope.refuse_outside(&pattern, item))?;
            Ok(pattern)
        });
        let labels = Selector::read_labels(&fields);
        let namespace_selector = fields.given("namespaceSelector", LabelSelector::of_namespaces);
        let age = read_age(&fields);
        let states = fields.given("statuses", |field| field.distinct(read_state));
        let written = WrittenOptions::read(&fields);
        let max_workers = fields.given("maxWorkers", workers);
        fields.complete()?;
        let (older_than, age_from) = age?;
        Ok(Rule {
            name: name?.value,
            place: field.place(),
            selector: Selector { labels: labels?, ..selector? },
            namespace_selector,
            older_than,
            age_from,
            states: states.map_or_else(ReleaseState::usual, BTreeSet::from_iter),
            options: written.over(self.defaults),
            written,
            max_workers,
            origin: RuleOrigin::Listed,
        })
    }
}

/// Reads a name for reports and flags.
pub(super) fn read_name(of: &str, field: &Field<'_>) -> Decoded<Spanned<String>> {
    let name = &field.text()?.text;
    // It becomes part of the names of Kubernetes objects, which have the rules of a namespace.
    match name.parse::<Namespace>() {
        Ok(_) => Ok(Spanned { value: name.clone(), place: field.place() }),
        Err(why) => field.refuse(format!("{} is not a valid name for {of}", quoted(name)), why.to_string()),
    }
}

fn refuse_same_names(items: &[Field<'_>]) -> Decoded<()> {
    let mut seen: Vec<(&str, Span)> = Vec::new();
    let mut checked = Ok(());
    for (item, scalar) in items.iter().filter_map(|item| Some((item, item.peek("name")?))) {
        match seen.iter().find(|(name, _)| *name == scalar.text) {
            None => seen.push((&scalar.text, scalar.content())),
            Some((name, first)) => {
                let error = Diagnostic::at(scalar.content(), format!("two rules are called `{name}`"));
                let error = error.label("give each its own name").also(*first, "the first");
                checked = item.decoder.refuse(error);
            }
        }
    }
    checked
}

fn read_age(fields: &SectionFields<'_>) -> Decoded<(Option<Spanned<Duration>>, AgeFrom)> {
    let older_than = fields.optional("olderThan", |field| field.spanned(Field::duration));
    let age_from = fields.optional("ageFrom", |field| {
        Ok((field.choice(&[AgeFrom::LastDeploy, AgeFrom::FirstDeploy])?, field.key_span()))
    });
    match (older_than?, age_from?) {
        (None, Some((_, span))) => {
            fields.complete()?;
            let error = Diagnostic::at(span, "`ageFrom` without `olderThan`");
            fields.decoder.refuse(error.label("add for example `olderThan: 3d`, or remove it"))
        }
        (older_than, age_from) => Ok((older_than, age_from.map_or(AgeFrom::LastDeploy, |(age_from, _)| age_from))),
    }
}

fn read_state(field: &Field<'_>) -> Decoded<ReleaseState> {
    use ReleaseState::{Deployed, Failed, Stuck, Superseded, Uninstalling};
    field.choice_or(&[Deployed, Failed, Superseded, Uninstalling, Stuck], no_state)
}

/// The hint for Helm's states that a rule cannot select.
fn no_state(word: &str) -> Option<String> {
    let label = match word {
        "pending" | "pending-install" | "pending-upgrade" | "pending-rollback" => {
            "write `stuck`: pending for longer than `stuckAfter`; until then an install or upgrade may be running"
        }
        "uninstalled" => "remove it: a kept history is needed for a rollback, and rules never delete it",
        "unknown" => "remove it: a release with an unknown status is always kept",
        _ => return None,
    };
    Some(label.to_owned())
}

/// `order`: what is purged first and what last; everything else goes between.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    pub(crate) first: Vec<Selector>,
    /// It wins if both name a release.
    pub(crate) last: Vec<Selector>,
}

/// When a release is purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before everything else.
    First = 0,
    /// Neither first nor last.
    Middle = 1,
    /// When everything else is gone.
    Last = 2,
}

impl Phase {
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::First => "first",
            Phase::Middle => "middle",
            Phase::Last => "last",
        }
    }
}

impl Order {
    pub(crate) fn phase(&self, release: SelectorInput<'_>) -> Phase {
        let named =
            |selectors: &[Selector]| selectors.iter().any(|selector| selector.matches(release) == SelectorMatch::Yes);
        if named(&self.last) {
            Phase::Last
        } else if named(&self.first) {
            Phase::First
        } else {
            Phase::Middle
        }
    }

    pub(super) fn read(field: &Field<'_>) -> Decoded<Self> {
        let fields = field.section()?;
        let first = fields.optional("first", |field| field.each(read_ordered));
        let last = fields.optional("last", |field| field.each(read_ordered));
        fields.complete()?;
        match (first?, last?) {
            (None, None) => {
                field.refuse("`order` has neither `first` nor `last`", "give it `first` or `last`, or remove it")
            }
            (first, last) => Ok(Self { first: first.unwrap_or_default(), last: last.unwrap_or_default() }),
        }
    }
}

fn read_ordered(field: &Field<'_>) -> Decoded<Selector> {
    let fields = field.section()?;
    let selector = Selector::read(&fields);
    fields.complete()?;
    selector?.not_empty(field, "put in order", "`namespaces`, `releases` or `charts`")
}
