//! After a run: whether the histories that were to be kept are there, and their older records, which have to go.
//!
//! With older records beside the uninstalled one, `helm upgrade --install` fails at some revisions: Helm takes the last
//! record in the order of their names for the newest. So one record is left, and it is removed only what was seen to be
//! older than a record that carries a mark.

use std::collections::BTreeMap;

use crate::command::prepare::Prepared;
use crate::executor::{self, ObservedState, Outcome, Run};
use crate::history_tag::HistoryTag;
use crate::inventory::{Found, Listing, ObjectLists, ReleaseSource, older};
use crate::plan::{PlanEntry, Reason, Subject};
use crate::release::{Release, ReleaseId, Status};

/// The releases of a run whose history is kept, each with its mark.
pub(in crate::command) struct Keeping<'a> {
    inventory: &'a ReleaseSource,
    marks: BTreeMap<&'a ReleaseId, &'a HistoryTag>,
}

impl<'a> Keeping<'a> {
    /// Those of a plan; the marks are those of its policies, in their order.
    pub(in crate::command) fn of(prepared: &'a Prepared, marks: &'a [HistoryTag]) -> Self {
        let kept = prepared.plan.selected().filter(|(_, selected)| selected.options.uninstall.keeps_history());
        let marks = kept.filter_map(|(release, going)| Some((&release.id, marks.get(going.policy)?))).collect();
        Self { inventory: &prepared.inventory, marks }
    }

    /// Whether their records are as they should be, as far as they are in a list taken after the run. What was never
    /// begun is not looked at.
    pub(in crate::command) fn verify(&self, run: &Run, listing: &Listing) -> executor::Histories {
        let begun = run.results.iter().filter(|result| result.took.is_some() || result.doubt.is_some());
        let kept = begun.filter_map(|result| Some((&result.release, *self.marks.get(&result.release.id)?)));
        let kept = kept.collect::<Vec<_>>();
        let now = kept.iter().map(|(planned, _)| uninstalled(planned, listing)).collect::<Vec<_>>();
        let there = now.iter().filter_map(|found| found.as_ref().ok().copied()).collect::<Vec<_>>();
        let read = self.inventory.contents(&there, ObjectLists::NotWanted).map_err(|error| error.to_string());
        let has_mark = |found: Result<&Release, String>, mark: &HistoryTag| {
            let read = read.as_ref().map_err(|why| format!("its record could not be read: {why}"))?;
            let content = read.get(&found?.id).ok_or("its record was not read")?;
            let content = content.as_ref().map_err(|why| format!("its record cannot be understood: {why}"))?;
            let is_it = content.description.parse().as_ref() == Ok(mark);
            is_it.then_some(()).ok_or_else(|| {
                let found = content.description.chars().take(100).collect::<String>();
                format!("its record does not carry the mark of this run, but {found:?}")
            })
        };
        let each = kept.iter().zip(now).map(|((planned, mark), found)| (planned.id.clone(), has_mark(found, mark)));
        each.collect()
    }

    /// Removes the older records of those that carry their mark; what could not be removed is said with each.
    pub(in crate::command) fn remove_older(&self, run: &mut Run, listing: &Listing) {
        let is_marked = |found: &&mut executor::ReleaseResult| found.afterwards == ObservedState::Kept;
        let mut marked = run.results.iter_mut().filter(is_marked).collect::<Vec<_>>();
        let releases = marked.iter().filter_map(|result| match listing.find(&result.release.id) {
            Found::Release(release) => Some(release),
            _ => None,
        });
        let releases = releases.collect::<Vec<_>>();
        let mut failed = remove_older_than(self.inventory, &releases);
        for result in &mut marked {
            if let (Some(why), Outcome::Purged { remarks, .. }) =
                (failed.remove(&result.release.id), &mut result.outcome)
            {
                remarks.push(format!("its older records are still there, helm may stumble over them: {why}"));
            }
        }
    }
}

/// The record of a release that a run has uninstalled, or what is there instead.
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

/// What a run before this one has left to do that was ended in the middle: the older records of releases that it has
/// uninstalled. Gives how many it has removed.
pub(in crate::command) fn finish_earlier(prepared: &Prepared) -> usize {
    let Some(records) = prepared.inventory.histories() else { return 0 };
    let is_said = |reason: &Reason| matches!(reason, Reason::HistoryKept | Reason::NotSelected(_));
    let only_kept = |entry: &&PlanEntry| entry.reasons.iter().all(is_said);
    let kept = prepared.plan.entries.iter().filter(only_kept).filter_map(|entry| match &entry.subject {
        Subject::Release(release) => Some(release),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    });
    let kept = kept.collect::<Vec<_>>();
    let histories = records.histories(&kept.iter().map(|release| &release.id).collect::<Vec<_>>());
    let has_older = |release: &&&Release| {
        let history = histories.get(&release.id).and_then(|history| history.as_ref().ok());
        history.and_then(|history| older(release, history)).is_some_and(|older| !older.is_empty())
    };
    let long = kept.iter().filter(has_older).copied().collect::<Vec<_>>();
    let Ok(contents) = prepared.inventory.contents(&long, ObjectLists::NotWanted) else { return 0 };
    let is_ours = |release: &&&Release| {
        let content = contents.get(&release.id).and_then(|content| content.as_ref().ok());
        let mark = content.and_then(|content| content.description.parse::<HistoryTag>().ok());
        mark.is_some_and(|mark| prepared.policies.iter().any(|policy| policy.name == mark.policy))
    };
    let ours = long.iter().filter(is_ours).copied().collect::<Vec<_>>();
    ours.len() - remove_older_than(&prepared.inventory, &ours).len()
}

/// Removes what is older than these very records. Gives those of which something is left, with the reason.
fn remove_older_than(inventory: &ReleaseSource, releases: &[&Release]) -> BTreeMap<ReleaseId, String> {
    let records = inventory.histories();
    records.map(|records| records.remove_older(releases, "its newest record has changed")).unwrap_or_default()
}
