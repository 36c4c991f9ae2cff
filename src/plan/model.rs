//! What a plan consists of.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::opt_out::OptOutDecision;
use super::reason::{Reason, Source};
use crate::inventory::{Contents, Listing, ManagedNamespace, Protection, SkippedNamespace, UnreadableRelease};
use crate::policy::{KeepCondition, KeepEntry, LabelSelector, Phase, PurgeOptions, Until};
use crate::release::{Content, Known, Loss, Namespace, Object, ObjectRef, Release, ReleaseId};
use crate::shard::Shard;

/// The decision of a plan about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    Purge,
    Keep,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Release(Release),
    /// An entry of the list that could not be read.
    Unreadable(UnreadableRelease),
    /// All releases of a namespace that could not be listed.
    Unlisted(SkippedNamespace),
}

/// A line of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanEntry {
    pub subject: Subject,
    /// At least one; the reason that decided comes first.
    pub reasons: Vec<Reason>,
    /// How the release is purged; `None` if the plan keeps it.
    pub selected: Option<SelectedRelease>,
    /// Its StatefulSets whose volume claims stay behind, as far as its record was read.
    pub claims_stay: Vec<Object>,
    /// Whether it holds definitions of kinds that other releases may use, as far as its record was read.
    pub defines_kinds: bool,
    /// What a restore would not bring back, if the purge keeps its history.
    pub losses: Vec<Loss>,
    /// Hooks of its deletion that do not run, because the policy skips hooks.
    pub hooks_skipped: Vec<ObjectRef>,
}

/// How a release is purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedRelease {
    /// The index of the policy with the first rule that selects it.
    pub policy: usize,
    /// The index of that rule in the policy.
    pub rule: usize,
    /// The indexes of all policies with a rule that selects it, each once.
    pub policies: Vec<usize>,
    /// What all rules that select it decide together. A kept history has the tag of the policy that asks for it.
    pub options: PurgeOptions,
    pub phase: Phase,
}

/// How many releases an entry of `keep` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepHits {
    /// The entry as it is written.
    pub entry: String,
    pub source: Source,
    /// In the scope of its policy.
    pub hits: usize,
    /// Whether it still keeps them.
    pub state: KeepState,
    /// Whether it must name at least one.
    pub requirement: KeepCondition,
}

/// Whether an entry of `keep` still keeps anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeepState {
    /// Yes, without an end.
    InForce,
    /// Yes, until then.
    Until(Until),
    /// No: it ended then.
    Over(Until),
}

/// All decisions, sorted by namespace and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One for each release in scope that the filters include.
    pub entries: Vec<PlanEntry>,
    /// One for each entry of `keep`, in the order of the files, then one for each `--skip`; also those without hits.
    pub keep_hits: Vec<KeepHits>,
    /// The requests without a wildcard that name no release in scope.
    pub missing: Vec<String>,
    /// The requests with a wildcard that match no release in scope.
    pub unmatched: Vec<String>,
    /// How many releases in scope have unknown labels, so that `-l` does not match them; 0 without `-l`.
    pub releases_with_unknown_labels: usize,
    /// The opt-outs in scope. Those that are longer than the policy wants come first, those that are over last.
    pub opt_outs: Vec<OptOutDecision>,
    /// The namespaces that Argo CD puts objects into.
    pub managed_namespaces: Vec<ManagedNamespace>,
    /// What could not be read, and was not needed to decide.
    pub remarks: Vec<String>,
    /// Also releases that the filters leave out.
    pub releases_in_scope: usize,
    /// How many releases are in the scope of each policy, by its index: what `maxPercent` refers to. Kept histories do not
    /// count.
    pub releases_of_policies: Vec<usize>,
    /// In how many namespaces those releases are.
    pub namespaces_in_scope: usize,
    /// How many of those namespaces are in the requested shard.
    pub namespaces_in_shard: usize,
    /// How many releases of the whole cluster are visible and not uninstalled.
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
    /// An entry that is kept, without any facts about its content.
    pub(super) fn kept(subject: Subject, reason: Reason) -> Self {
        let (reasons, claims_stay, losses, hooks_skipped) = (vec![reason], Vec::new(), Vec::new(), Vec::new());
        Self { subject, reasons, selected: None, claims_stay, defines_kinds: false, losses, hooks_skipped }
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

    /// The purged releases that a restore can bring back.
    pub fn restorable(&self) -> impl Iterator<Item = &Release> {
        self.selected().filter(|(_, selected)| selected.options.uninstall.keeps_history()).map(|(release, _)| release)
    }

    /// The last phase, if there are several.
    pub fn several_phases(&self) -> Option<Phase> {
        let phases = self.selected().map(|(_, selected)| selected.phase).collect::<std::collections::BTreeSet<_>>();
        if phases.len() > 1 { phases.last().copied() } else { None }
    }

    /// In how many namespaces the purged releases are.
    pub fn chosen_namespaces(&self) -> usize {
        let namespaces = self.chosen().map(|release| &release.id.namespace);
        namespaces.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Whether a purged release removes kinds from the cluster.
    pub fn takes_kinds_along(&self) -> bool {
        self.entries.iter().any(|entry| entry.decision() == Decision::Purge && entry.defines_kinds)
    }

    pub fn kept(&self) -> usize {
        self.entries.iter().filter(|entry| entry.decision() == Decision::Keep).count()
    }
}

impl Subject {
    /// Its namespace, if that has a legal name.
    pub fn namespace(&self) -> Option<&Namespace> {
        match self {
            Subject::Release(release) => Some(&release.id.namespace),
            Subject::Unreadable(entry) => entry.namespace.as_ref(),
            Subject::Unlisted(entry) => Some(&entry.namespace),
        }
    }

    /// Its name. The name of an unreadable entry is foreign text.
    pub fn name(&self) -> &str {
        match self {
            Subject::Release(release) => release.id.name.as_str(),
            Subject::Unreadable(entry) => &entry.name,
            Subject::Unlisted(_) => "*",
        }
    }
}

/// Whether an entry of `keep` keeps anything at this time.
pub(super) fn keep_state(entry: &KeepEntry, now: jiff::Timestamp) -> KeepState {
    match &entry.until {
        None => KeepState::InForce,
        Some(until) if until.is_over(now) => KeepState::Over(until.clone()),
        Some(until) => KeepState::Until(until.clone()),
    }
}

/// Everything that is known about a cluster at one moment.
#[derive(Debug, Clone, Copy)]
pub struct ClusterState<'a> {
    pub listing: &'a Listing,
    /// What the releases hold that [`to_read`](super::to_read) names.
    pub contents: &'a Contents,
    /// What protects releases besides the policies.
    pub protection: &'a Protection,
    pub now: Timestamp,
}

impl<'a> ClusterState<'a> {
    /// What a release holds, if its record was read.
    pub(super) fn content(&self, id: &ReleaseId) -> Option<&'a Content> {
        self.contents.get(id)?.as_ref().ok()
    }

    pub(super) fn labels(&self, namespace: &Namespace) -> Known<&'a BTreeMap<String, String>> {
        self.protection.facts(namespace).map_or(Known::Unknown, |facts| Known::Is(&facts.labels))
    }
}

/// What narrows a plan. No filter purges a release that is kept without the filter, except for opt-outs that cannot be
/// read.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Only this namespace.
    pub namespace: Option<Namespace>,
    /// Only the namespaces of this shard; limits count over all shards.
    pub shard: Option<Shard>,
    /// Only releases that one of these names; all releases if it is empty.
    pub requested: Vec<KeepEntry>,
    /// Only releases with these labels.
    pub selector: Option<LabelSelector>,
    /// The plan also keeps releases that one of these names.
    pub skip: Vec<KeepEntry>,
    /// The release of this program itself.
    pub own_release: Option<ReleaseId>,
    /// Also purge releases for which opt-outs could not be read. Opt-outs that can be read still count.
    pub without_opt_outs: bool,
}

impl Filters {
    pub fn includes(&self, namespace: &Namespace) -> bool {
        self.namespace.as_ref().is_none_or(|only| only == namespace) && self.shard_holds(namespace)
    }

    pub(super) fn shard_holds(&self, namespace: &Namespace) -> bool {
        self.shard.is_none_or(|shard| shard.holds(namespace))
    }

    /// Whether this run covers releases whose namespace has no legal name. A run with `-n` does not; exactly one shard
    /// does.
    pub(super) fn includes_illegal_namespaces(&self) -> bool {
        self.namespace.is_none() && self.shard.is_none_or(Shard::is_first)
    }
}
