//! After a run: whether the histories that were to be kept exist, and their older records, which are removed.
//!
//! With older records beside the uninstalled one, `helm upgrade --install` fails at some revisions: Helm takes the last
//! record in the order of their names for the newest. So one record is left. A record is removed only if it was seen to be
//! older than a record that carries a tag.

use std::collections::BTreeMap;

use super::plan::PreparedPurge;
use crate::executor::{self, ObservedState, Outcome, Run};
use crate::history_tag::HistoryTag;
use crate::inventory::{Found, Listing, ObjectLists, ReleaseSource, older};
use crate::plan::{PlanEntry, Reason, Subject};
use crate::release::{Release, ReleaseId, Status};

/// The releases of a run whose history is kept, each with its tag.
pub(super) struct RetainedHistories<'a> {
    inventory: &'a ReleaseSource,
    tags: BTreeMap<&'a ReleaseId, &'a HistoryTag>,
}

impl<'a> RetainedHistories<'a> {
    /// Those of a plan. The tags are those of its policies, in their order.
    pub(super) fn of_plan(prepared: &'a PreparedPurge, tags: &'a [HistoryTag]) -> Self {
        let retained = prepared.plan.selected().filter(|(_, selected)| selected.options.uninstall.keeps_history());
        let tags = retained.filter_map(|(release, selected)| Some((&release.id, tags.get(selected.policy)?))).collect();
        Self { inventory: &prepared.target.inventory, tags }
    }

    /// Whether their records are as they should be, as far as they are in a list taken after the run. What was never started
    /// is not checked.
    pub(super) fn verify(&self, run: &Run, listing: &Listing) -> executor::Histories {
        let started = run.results.iter().filter(|result| result.took.is_some() || result.doubt.is_some());
        let retained = started.filter_map(|result| Some((&result.release, *self.tags.get(&result.release.id)?)));
        let retained = retained.collect::<Vec<_>>();
        let now = retained.iter().map(|(planned, _)| uninstalled(planned, listing)).collect::<Vec<_>>();
        let existing = now.iter().filter_map(|found| found.as_ref().ok().copied()).collect::<Vec<_>>();
        let read = self.inventory.contents(&existing, ObjectLists::NotWanted).map_err(|error| error.to_string());
        let has_tag = |found: Result<&Release, String>, tag: &HistoryTag| {
            let read = read.as_ref().map_err(|why| format!("its record could not be read: {why}"))?;
            let content = read.get(&found?.id).ok_or("its record was not read")?;
            let content = content.as_ref().map_err(|why| format!("its record cannot be understood: {why}"))?;
            let is_it = content.description.parse().as_ref() == Ok(tag);
            is_it.then_some(()).ok_or_else(|| {
                let found = content.description.chars().take(100).collect::<String>();
                format!("its record does not carry the mark of this run, but {found:?}")
            })
        };
        let each = retained.iter().zip(now).map(|((planned, tag), found)| (planned.id.clone(), has_tag(found, tag)));
        each.collect()
    }

    /// Removes the older records of those that carry their tag. A result says which could not be removed.
    pub(super) fn remove_older(&self, run: &mut Run, listing: &Listing) {
        let is_tagged = |found: &&mut executor::ReleaseResult| found.afterwards == ObservedState::Kept;
        let mut tagged = run.results.iter_mut().filter(is_tagged).collect::<Vec<_>>();
        let releases = tagged.iter().filter_map(|result| match listing.find(&result.release.id) {
            Found::Release(release) => Some(release),
            _ => None,
        });
        let releases = releases.collect::<Vec<_>>();
        let mut failed = remove_older_than(self.inventory, &releases);
        for result in &mut tagged {
            if let (Some(why), Outcome::Purged { remarks, .. }) =
                (failed.remove(&result.release.id), &mut result.outcome)
            {
                remarks.push(format!("its older records are still there, helm may stumble over them: {why}"));
            }
        }
    }
}

/// The record of a release that a run has uninstalled, or what exists instead.
fn uninstalled<'a>(planned: &Release, listing: &'a Listing) -> Result<&'a Release, String> {
    match listing.find(&planned.id) {
        Found::Release(now) if now.status != Status::Uninstalled => Err(format!("its record says `{}`", now.status)),
        Found::Release(now) if now.revision != planned.revision => {
            Err(format!("its record is of revision {}", now.revision))
        }
        Found::Release(now) => Ok(now),
        Found::Unreadable(entry) => Err(format!("its record cannot be understood: {}", entry.why)),
        Found::Unlisted(entry) => Err(format!("its record cannot be seen: {}", entry.why)),
        Found::Nothing => Err("its record is gone".to_owned()),
    }
}

/// Removes what a run before this one has left that was ended in the middle: the older records of releases that it has
/// uninstalled. Returns of how many releases it removed them.
pub(super) fn finish_previous_cleanup(prepared: &PreparedPurge) -> usize {
    let inventory = &prepared.target.inventory;
    let Some(records) = inventory.histories() else { return 0 };
    let says_so = |reason: &Reason| matches!(reason, Reason::HistoryKept | Reason::NotSelected(_));
    let only_history = |entry: &&PlanEntry| entry.reasons.iter().all(says_so);
    let retained = prepared.plan.entries.iter().filter(only_history).filter_map(|entry| match &entry.subject {
        Subject::Release(release) => Some(release),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    });
    let retained = retained.collect::<Vec<_>>();
    let histories = records.histories(&retained.iter().map(|release| &release.id).collect::<Vec<_>>());
    let has_older = |release: &&&Release| {
        let history = histories.get(&release.id).and_then(|history| history.as_ref().ok());
        history.and_then(|history| older(release, history)).is_some_and(|older| !older.is_empty())
    };
    let with_older = retained.iter().filter(has_older).copied().collect::<Vec<_>>();
    let Ok(contents) = inventory.contents(&with_older, ObjectLists::NotWanted) else { return 0 };
    let is_ours = |release: &&&Release| {
        let content = contents.get(&release.id).and_then(|content| content.as_ref().ok());
        let tag = content.and_then(|content| content.description.parse::<HistoryTag>().ok());
        tag.is_some_and(|tag| prepared.target.policy(&tag.policy).is_some())
    };
    let ours = with_older.iter().filter(is_ours).copied().collect::<Vec<_>>();
    ours.len() - remove_older_than(inventory, &ours).len()
}

/// Removes what is older than these very records. Returns the releases of which something is left, with the reason.
fn remove_older_than(inventory: &ReleaseSource, releases: &[&Release]) -> BTreeMap<ReleaseId, String> {
    let records = inventory.histories();
    records.map(|records| records.remove_older(releases, "its newest record has changed")).unwrap_or_default()
}
