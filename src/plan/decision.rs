//! What a plan is made of.

use super::opt_out::OptOutNote;
use super::reason::{Reason, Source};
use crate::inventory::{ManagedNamespace, Unlisted, Unreadable};
use crate::policy::{KeepEntry, Phase, PurgeOptions, Requirement, Until};
use crate::release::{Loss, Namespace, Object, ObjectRef, Release};

/// What becomes of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It goes.
    Purge,
    /// It stays.
    Keep,
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
    /// All releases of a namespace that could not be looked at.
    Unlisted(Unlisted),
}

/// A line of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is about.
    pub subject: Subject,
    /// What becomes of it.
    pub decision: Decision,
    /// How it goes, where it does.
    pub going: Option<SelectedRelease>,
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
    pub requirement: Requirement,
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
    pub entries: Vec<Entry>,
    /// One for each entry of `keep`, in the order of the files, then one for each `--keep`; 0 hits too.
    pub keep_hits: Vec<KeepHits>,
    /// The opt-outs inside the fence: those first that are longer than the policy wants, then by their ends.
    pub opt_outs: Vec<OptOutNote>,
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

impl Plan {
    /// The releases that go, in the order of the plan.
    pub fn chosen(&self) -> impl Iterator<Item = &Release> {
        let purged = self.entries.iter().filter(|entry| entry.decision.verdict == Verdict::Purge);
        purged.filter_map(|entry| match &entry.subject {
            Subject::Release(release) => Some(release),
            Subject::Unreadable(_) | Subject::Unlisted(_) => None,
        })
    }

    /// The releases that go, and how.
    pub fn going(&self) -> impl Iterator<Item = (&Release, &SelectedRelease)> {
        self.entries.iter().filter_map(|entry| match (&entry.subject, &entry.going) {
            (Subject::Release(release), Some(going)) => Some((release, going)),
            _ => None,
        })
    }

    /// The releases that can be restored once they are gone.
    pub fn restorable(&self) -> impl Iterator<Item = &Release> {
        self.going().filter(|(_, going)| going.options.uninstall.keeps_history()).map(|(release, _)| release)
    }

    /// The last phase, where there is more than one.
    pub fn several_phases(&self) -> Option<Phase> {
        let phases = self.going().map(|(_, going)| going.phase).collect::<std::collections::BTreeSet<_>>();
        if phases.len() > 1 { phases.last().copied() } else { None }
    }

    /// How many namespaces the releases that go are in.
    pub fn chosen_namespaces(&self) -> usize {
        let namespaces = self.chosen().map(|release| &release.id.namespace);
        namespaces.collect::<std::collections::BTreeSet<_>>().len()
    }

    /// Whether kinds vanish from the cluster with one of the releases that go.
    pub fn takes_kinds_along(&self) -> bool {
        self.entries.iter().any(|entry| entry.decision.verdict == Verdict::Purge && entry.kinds == Kinds::Defined)
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
    match entry.until() {
        None => KeepState::InForce,
        Some(until) if until.is_over(now) => KeepState::Over(until.clone()),
        Some(until) => KeepState::Until(until.clone()),
    }
}
