//! What a plan is made of.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::opt_out::OptOutDecision;
use super::reason::{Reason, Source};
use crate::inventory::{Contents, Listing, ManagedNamespace, Protection, SkippedNamespace, UnreadableRelease};
use crate::policy::{KeepCondition, KeepEntry, Phase, PurgeOptions, Until};
use crate::release::{Known, Loss, Namespace, Object, ObjectRef, Release, ReleaseId};
use crate::shard::Shard;

/// What a plan says about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    Purge,
    Keep,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A release.
    Release(Release),
    /// An entry that could not be understood.
    Unreadable(UnreadableRelease),
    /// All releases of a namespace that could not be looked at.
    Unlisted(SkippedNamespace),
}

/// A line of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanEntry {
    /// What it is about.
    pub subject: Subject,
    /// At least one; the reason that decided comes first.
    pub reasons: Vec<Reason>,
    /// How the release is purged; none if it is kept.
    pub selected: Option<SelectedRelease>,
    /// StatefulSets of it whose volume claims stay behind, as far as its record was read.
    pub claims_stay: Vec<Object>,
    /// Whether definitions of kinds are among its objects, as far as its record was read.
    pub kinds: Kinds,
    /// What a restore would not bring back, where it goes with its history kept.
    pub losses: Vec<Loss>,
    /// Hooks of its deletion that do not run, because the policy says so.
    pub hooks_skipped: Vec<ObjectRef>,
}

/// How a release goes that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectedRelease {
    /// The policy that selected it, by its place among those of the plan.
    pub policy: usize,
    /// The rule of that policy, by its place.
    pub rule: usize,
    /// What that rule says.
    pub options: PurgeOptions,
    /// When it goes.
    pub phase: Phase,
}

/// Whether a release holds definitions of the kinds that others may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    /// It does.
    Defined,
    /// It does not.
    None,
}

/// How many releases an entry of `keep` has kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepHits {
    /// The entry as it was written.
    pub entry: String,
    /// Where it stands.
    pub source: Source,
    /// How many releases of its policy's fence it names.
    pub hits: usize,
    /// Whether it still keeps them.
    pub state: KeepState,
    /// Whether it has to name some.
    pub requirement: KeepCondition,
}

/// Whether an entry of `keep` still keeps anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepState {
    /// It does, without an end.
    InForce,
    /// It does until then.
    Until(Until),
    /// It does not any more: it was until then.
    Over(Until),
}

/// All decisions, sorted by namespace and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One for each release of the fence that was asked for.
    pub entries: Vec<PlanEntry>,
    /// One for each entry of `keep`, in the order of the files, then one for each `--keep`; 0 hits too.
    pub keep_hits: Vec<KeepHits>,
    /// The opt-outs inside the fence: those first that are longer than the policy wants, then by their ends.
    pub opt_outs: Vec<OptOutDecision>,
    /// The namespaces of the fence that Argo CD puts objects into.
    pub managed_namespaces: Vec<ManagedNamespace>,
    /// What could not be looked at, and was not needed to decide.
    pub remarks: Vec<String>,
    /// Releases in the whole fence, whether they were asked for or not.
    pub in_fence: usize,
    /// In how many namespaces those are.
    pub namespaces_in_fence: usize,
    /// How many of these are in the part that was asked for.
    pub namespaces_in_shard: usize,
    /// Releases in the whole cluster that can be seen and are not uninstalled.
    pub seen: usize,
}

impl Decision {
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Purge => "purge",
            Decision::Keep => "keep",
        }
    }
}

impl PlanEntry {
    /// An entry that is kept, of which nothing else is known.
    pub(super) fn kept(subject: Subject, reason: Reason) -> Self {
        Self {
            subject,
            reasons: vec![reason],
            selected: None,
            claims_stay: Vec::new(),
            kinds: Kinds::None,
            losses: Vec::new(),
            hooks_skipped: Vec::new(),
        }
    }

    pub fn decision(&self) -> Decision {
        if self.selected.is_some() { Decision::Purge } else { Decision::Keep }
    }

    /// The release, if the entry was readable.
    pub fn release(&self) -> Option<&Release> {
        match &self.subject {
            Subject::Release(release) => Some(release),
            Subject::Unreadable(_) | Subject::Unlisted(_) => None,
        }
    }

    /// Keeps a release that was selected, for this reason.
    pub(super) fn keep(&mut self, reason: Reason) {
        self.reasons = vec![reason];
        self.selected = None;
    }
}

impl Plan {
    /// The releases to purge, in the order of the plan.
    pub fn chosen(&self) -> impl Iterator<Item = &Release> {
        self.selected().map(|(release, _)| release)
    }

    /// The releases to purge, and how.
    pub fn selected(&self) -> impl Iterator<Item = (&Release, &SelectedRelease)> {
        self.entries.iter().filter_map(|entry| Some((entry.release()?, entry.selected.as_ref()?)))
    }

    /// The releases that can be restored once they are gone.
    pub fn restorable(&self) -> impl Iterator<Item = &Release> {
        self.selected().filter(|(_, selected)| selected.options.uninstall.keeps_history()).map(|(release, _)| release)
    }

    /// The last phase, where there is more than one.
    pub fn several_phases(&self) -> Option<Phase> {
        let phases = self.selected().map(|(_, selected)| selected.phase).collect::<std::collections::BTreeSet<_>>();
        if phases.len() > 1 { phases.last().copied() } else { None }
    }

    /// How many namespaces the releases that go are in.
    pub fn chosen_namespaces(&self) -> usize {
        let namespaces = self.chosen().map(|release| &release.id.namespace);
        namespaces.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Whether kinds vanish from the cluster with one of the releases that go.
    pub fn takes_kinds_along(&self) -> bool {
        self.entries.iter().any(|entry| entry.decision() == Decision::Purge && entry.kinds == Kinds::Defined)
    }

    /// How many of the entries stay.
    pub fn kept(&self) -> usize {
        self.entries.iter().filter(|entry| entry.decision() == Decision::Keep).count()
    }
}

impl Subject {
    /// The namespace it is in. A fence claims nothing without one.
    pub fn namespace(&self) -> Option<&Namespace> {
        match self {
            Subject::Release(release) => Some(&release.id.namespace),
            Subject::Unreadable(entry) => entry.namespace.as_ref(),
            Subject::Unlisted(entry) => Some(&entry.namespace),
        }
    }

    /// Its name. Of an unreadable entry this is foreign text.
    pub fn name(&self) -> &str {
        match self {
            Subject::Release(release) => release.id.name.as_str(),
            Subject::Unreadable(entry) => &entry.name,
            Subject::Unlisted(_) => "*",
        }
    }
}

/// How an entry of `keep` stands at a moment.
pub(super) fn keep_state(entry: &KeepEntry, now: jiff::Timestamp) -> KeepState {
    match &entry.until {
        None => KeepState::InForce,
        Some(until) if until.is_over(now) => KeepState::Over(until.clone()),
        Some(until) => KeepState::Until(until.clone()),
    }
}

/// Everything that is known of a cluster at one moment.
#[derive(Debug, Clone, Copy)]
pub struct ClusterState<'a> {
    /// Its releases.
    pub listing: &'a Listing,
    /// What those hold that [`to_read`](super::to_read) names.
    pub contents: &'a Contents,
    /// What protects releases besides the policies.
    pub protection: &'a Protection,
    /// The moment.
    pub now: Timestamp,
}

impl<'a> ClusterState<'a> {
    /// The labels of a namespace.
    pub(super) fn labels(&self, namespace: &Namespace) -> Known<&'a BTreeMap<String, String>> {
        self.protection.facts(namespace).map_or(Known::Unknown, |facts| Known::Is(&facts.labels))
    }
}

/// What narrows a plan: nothing in it can make a release go that would stay without it, but for opt-outs that nobody
/// can see.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Only this namespace.
    pub namespace: Option<Namespace>,
    /// Only the namespaces of this part of the fence; limits count over all of it.
    pub shard: Option<Shard>,
    /// Only releases that one of these names; all, where there is none.
    pub only: Vec<KeepEntry>,
    /// Releases that one of these names are kept as well.
    pub keep: Vec<KeepEntry>,
    /// The release of this program itself.
    pub own_release: Option<ReleaseId>,
    /// What becomes of releases where opt-outs could not be looked at.
    pub unseen_opt_outs: UnseenOptOuts,
}

/// What an opt-out is worth that cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnseenOptOuts {
    /// Where there may be one, everything stays.
    #[default]
    Keep,
    /// Nothing: somebody said so on the command line. Those that can be seen count all the same.
    GoWithout,
}

impl Filters {
    /// Whether a namespace is asked for.
    pub fn asks_for(&self, namespace: &Namespace) -> bool {
        self.namespace.as_ref().is_none_or(|only| only == namespace) && self.shard_holds(namespace)
    }

    /// Whether a namespace is in the part that is asked for.
    pub(super) fn shard_holds(&self, namespace: &Namespace) -> bool {
        self.shard.is_none_or(|shard| shard.holds(namespace))
    }

    /// Whether that is asked for which is in no namespace that can be read: with one namespace nobody, of several parts
    /// one is.
    pub(super) fn asks_for_homeless(&self) -> bool {
        self.namespace.is_none() && self.shard.is_none_or(Shard::is_first)
    }

    /// The same over all parts of the fence.
    #[must_use]
    pub fn of_all_shards(&self) -> Self {
        Self { shard: None, ..self.clone() }
    }
}
