//! What a plan is made of.

use super::reason::{Reason, Source};
use crate::inventory::{Unlisted, Unreadable};
use crate::release::{Namespace, Object, Release};

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
    /// StatefulSets of it whose volume claims stay behind, as far as its record was read.
    pub claims_stay: Vec<Object>,
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
            Subject::Unreadable(_) | Subject::Unlisted(_) => None,
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
