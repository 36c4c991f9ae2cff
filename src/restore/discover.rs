//! Finds the records that purges have left in a cluster.

use std::collections::BTreeSet;

use super::plan::{RestorableRelease, beyond_scope, is_failed_rollback, judge};
use crate::cluster::ReleaseRecord;
use crate::guard::Scope;
use crate::history_tag::HistoryTag;
use crate::inventory::{Contents, Found, HistoryStore, InventoryError, ObjectLists, single};
use crate::policy::{Policy, ScopeMatch};
use crate::release::{Content, Known, Namespace, Release, ReleaseId, Status};
use crate::target::{Snapshot, Target};

/// How many successive failed attempts to restore a release are read.
const MAX_FAILED: usize = 5;

/// What purges have left.
#[derive(Default)]
pub(crate) struct Discovered {
    pub(crate) candidates: Vec<RestorableRelease>,
    /// Records and namespaces that could not be read, and why.
    pub(crate) unreadable: Vec<(String, String)>,
}

/// A record that a purge by one of the policies has left.
struct TaggedRecord {
    purged: Release,
    content: Content,
    tag: HistoryTag,
}

pub(crate) struct Discovery<'a> {
    pub(crate) target: &'a Target,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) records: &'a HistoryStore,
}

impl Discovery<'_> {
    /// Finds what purges by the target's policies have left in its scope and shard.
    pub(crate) fn discover(&self) -> Result<Discovered, InventoryError> {
        let mut found = Discovered::default();
        let purged = self.perhaps_tagged(&mut found)?;
        let contents = self.target.inventory.contents(&purged.iter().collect::<Vec<_>>(), ObjectLists::Wanted)?;
        let tagged = self.tagged(purged, contents, &mut found);
        let newest = self.newest(&tagged)?;
        for TaggedRecord { purged, content, tag } in tagged {
            match self.snapshot.listing.find(&purged.id) {
                Found::Release(now) => {
                    let newest = newest.get(&now.id).and_then(|content| content.as_ref().ok());
                    let verdict = judge(&purged, now, newest.map(|content| content.description.as_str()));
                    let policy = self.target.policy(&tag.policy);
                    let beyond =
                        policy.and_then(|policy| beyond_scope(&purged, &content, policy, &self.target.policies));
                    let verdict = beyond.unwrap_or(verdict);
                    found.candidates.push(RestorableRelease { now: now.clone(), purged, content, tag, verdict });
                }
                Found::Unreadable(entry) => found.unreadable.push((purged.id.to_string(), entry.why.clone())),
                Found::Unlisted(entry) => found.unreadable.push((purged.id.to_string(), entry.why.clone())),
                Found::Nothing => {}
            }
        }
        Ok(found)
    }

    /// The records that may carry a tag, of any policy.
    fn perhaps_tagged(&self, found: &mut Discovered) -> Result<Vec<Release>, InventoryError> {
        let namespaces = self.snapshot.listing.releases.iter().map(|release| release.id.namespace.clone());
        let namespaces = namespaces.filter(|namespace| self.may_concern(namespace)).collect::<BTreeSet<_>>();
        let uninstalled = self.records.uninstalled(&namespaces).map_err(InventoryError::Api)?;
        found.unreadable.extend(uninstalled.unlisted.into_iter().map(|entry| (entry.namespace.to_string(), entry.why)));
        let mut purged = uninstalled.releases;
        purged.retain(|release| self.may_concern(&release.id.namespace));
        let behind = self.behind_failed_rollbacks(&purged)?;
        purged.extend(behind);
        Ok(purged)
    }

    fn tagged(&self, purged: Vec<Release>, mut contents: Contents, found: &mut Discovered) -> Vec<TaggedRecord> {
        let mut tagged = Vec::new();
        for purged in purged {
            match contents.remove(&purged.id) {
                Some(Ok(content)) => {
                    let tag = HistoryTag::parse(&content.description).filter(|tag| self.is_ours(&purged.id, tag));
                    tagged.extend(tag.map(|tag| TaggedRecord { purged, content, tag }));
                }
                Some(Err(why)) => found.unreadable.push((purged.id.to_string(), why)),
                None => {}
            }
        }
        tagged
    }

    /// The newest record of each release that has a later record than the tagged one.
    fn newest(&self, tagged: &[TaggedRecord]) -> Result<Contents, InventoryError> {
        let newer =
            tagged.iter().filter_map(|TaggedRecord { purged, .. }| match self.snapshot.listing.find(&purged.id) {
                Found::Release(now) if now.revision > purged.revision => Some(now),
                _ => None,
            });
        self.target.inventory.contents(&newer.collect::<Vec<_>>(), ObjectLists::NotWanted)
    }

    /// A failed rollback sets the status of the record that it came from to `superseded`, so the list of uninstalled records
    /// does not have it. Of releases whose newest record is a failed rollback, this finds the record before those attempts.
    fn behind_failed_rollbacks(&self, known: &[Release]) -> Result<Vec<Release>, InventoryError> {
        let known = known.iter().map(|release| &release.id).collect::<BTreeSet<_>>();
        let has_failed = |release: &&Release| release.status == Status::Failed && !known.contains(&release.id);
        let failed = self.snapshot.listing.releases.iter().filter(has_failed);
        let mut now = failed.filter(|release| self.may_concern(&release.id.namespace)).cloned().collect::<Vec<_>>();
        let mut found = Vec::new();
        let histories = self.records.histories(&now.iter().map(|release| &release.id).collect::<Vec<_>>());
        for _ in 0..MAX_FAILED {
            let contents = self.target.inventory.contents(&now.iter().collect::<Vec<_>>(), ObjectLists::NotWanted)?;
            let mut before = Vec::new();
            for release in now {
                let Some(Ok(content)) = contents.get(&release.id) else { continue };
                let history = histories.get(&release.id).and_then(|history| history.as_ref().ok());
                if is_failed_rollback(&release, &content.description) {
                    let is_older = |record: &&ReleaseRecord| record.revision < Some(release.revision.0);
                    before.extend(history.into_iter().flatten().rfind(is_older).and_then(single));
                } else if HistoryTag::parse(&content.description).is_some() {
                    found.push(release);
                }
            }
            now = before;
        }
        Ok(found)
    }

    /// Whether a namespace is in scope of a policy, and in the part of the scope that this command works on.
    fn may_concern(&self, namespace: &Namespace) -> bool {
        let is_requested = !matches!(&self.target.scope, Scope::Only(only) if only != namespace);
        let is_ours = self.target.shard.is_none_or(|shard| shard.holds(namespace));
        is_requested && is_ours && self.target.policies.iter().any(|policy| self.holds(policy, namespace))
    }

    fn holds(&self, policy: &Policy, namespace: &Namespace) -> bool {
        let facts = self.snapshot.protection.facts(namespace);
        let labels = facts.map_or(Known::Unknown, |facts| Known::Is(&facts.labels));
        matches!(policy.namespaces.holds(namespace, labels), ScopeMatch::Inside(_))
    }

    /// Whether a purge by one of the policies has left a record, and the record is still in scope of that policy.
    fn is_ours(&self, id: &ReleaseId, tag: &HistoryTag) -> bool {
        self.target.policy(&tag.policy).is_some_and(|policy| self.holds(policy, &id.namespace))
    }
}
