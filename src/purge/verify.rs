//! After a purge: releases that were reported gone must be gone, and histories with `keepHistory` must have their newest
//! record only.
//!
//! With older records beside the uninstalled one, `helm upgrade --install` fails at some revisions: Helm takes the last
//! record in the order of their names for the newest. So one record is left. A record is removed only if it was seen to be
//! older than a record that carries a tag.

use std::collections::BTreeMap;

use super::plan::PreparedPurge;
use crate::app::App;
use crate::executor::{self, HistoryChecks, ObservedState, Outcome, ReleaseResult, Run, Verification};
use crate::history_tag::HistoryTag;
use crate::inventory::{Found, Listing, ObjectLists, ReleaseSource, older};
use crate::operation::list_after;
use crate::plan::{PlanEntry, Reason, SelectedRelease, Subject};
use crate::release::{Release, ReleaseId, Status};
use crate::report::plural;
use crate::uninstall_options::History;

/// Checks that the releases that were reported gone are gone, and removes the older records of their histories.
pub(crate) fn verify(prepared: &PreparedPurge, run: &mut Run, tags: &[HistoryTag], app: &App) -> Verification {
    let verification = if run.results.iter().all(|result| result.took.is_none()) {
        Verification::NothingToVerify
    } else {
        list_after(&prepared.target, run, app).map_or_else(Verification::NotVerified, |listing| {
            let tag = |selected: &SelectedRelease| match selected.options.uninstall.history {
                History::Keep(tag) => tags.get(tag),
                History::Drop => None,
            };
            let kept = prepared.plan.selected();
            let tags_of = kept.filter_map(|(release, selected)| Some((&release.id, tag(selected)?))).collect();
            let inventory = &prepared.target.inventory;
            let checks = check_histories(inventory, &tags_of, run, &listing);
            let verification = executor::verify_purge(run, &listing, &checks);
            remove_older(inventory, run, &listing);
            verification
        })
    };
    let finished = finish_previous_cleanup(prepared);
    if finished > 0 {
        let releases = plural(finished, "release");
        app.printer.info(format_args!("deleted older release records of {releases} from an earlier run"));
    }
    verification
}

/// Adds the releases that the plan has and that were never given to the executor: every planned release has an outcome.
pub(crate) fn add_never_started(run: &mut Run, prepared: &PreparedPurge, changed: &BTreeMap<ReleaseId, String>) {
    let result = |release: &Release, outcome| ReleaseResult {
        release: release.clone(),
        outcome,
        took: None,
        attempts: 0,
        uncertainty: None,
        afterwards: ObservedState::Unknown,
    };
    let changed_since_plan = |release| Some(result(release, Outcome::Changed(changed.get(&release.id)?.clone())));
    run.results.extend(prepared.plan.chosen().filter_map(changed_since_plan));
    if let Some((_, diff)) = &prepared.saved {
        run.results.extend(diff.changed.iter().map(|(release, what)| result(release, Outcome::Changed(what.clone()))));
        run.results.extend(diff.gone.iter().map(|release| result(release, Outcome::AlreadyGone)));
    }
    run.results.sort_by(|left, right| left.release.id.cmp(&right.release.id));
}

/// The releases with `keepHistory`, each with the tag of its policy.
type Tags<'a> = BTreeMap<&'a ReleaseId, &'a HistoryTag>;

/// Whether the newest record of each release with `keepHistory` has its tag, by a list taken after the run. Only releases
/// that were started are checked.
fn check_histories(inventory: &ReleaseSource, tags: &Tags<'_>, run: &Run, listing: &Listing) -> HistoryChecks {
    let started = run.results.iter().filter(|result| result.took.is_some() || result.uncertainty.is_some());
    let kept = started.filter_map(|result| Some((&result.release, *tags.get(&result.release.id)?)));
    let kept = kept.collect::<Vec<_>>();
    let now = kept.iter().map(|(planned, _)| uninstalled(planned, listing)).collect::<Vec<_>>();
    let existing = now.iter().filter_map(|found| found.as_ref().ok().copied()).collect::<Vec<_>>();
    let read = inventory.contents(&existing, ObjectLists::NotWanted).map_err(|error| error.to_string());
    let has_tag = |found: Result<&Release, String>, tag: &HistoryTag| {
        let read = read.as_ref().map_err(|why| format!("cannot read its release record: {why}"))?;
        let content = read.get(&found?.id).ok_or("its release record was not read")?;
        let content = content.as_ref().map_err(|why| format!("cannot read its release record: {why}"))?;
        let is_it = HistoryTag::parse(&content.description).as_ref() == Some(tag);
        is_it.then_some(()).ok_or_else(|| {
            let found = content.description.chars().take(100).collect::<String>();
            format!("its release record does not have the description of this run, but {found:?}")
        })
    };
    kept.iter().zip(now).map(|((planned, tag), found)| (planned.id.clone(), has_tag(found, tag))).collect()
}

/// Removes the older records of the releases whose newest record has its tag. If that fails, the release gets a remark.
fn remove_older(inventory: &ReleaseSource, run: &mut Run, listing: &Listing) {
    let is_tagged = |result: &ReleaseResult| result.afterwards == ObservedState::Kept;
    let tagged = run.results.iter().filter(|result| is_tagged(result));
    let releases = tagged.filter_map(|result| match listing.find(&result.release.id) {
        Found::Release(release) => Some(release),
        _ => None,
    });
    let failed = remove_older_than(inventory, &releases.collect::<Vec<_>>());
    for result in run.results.iter_mut().filter(|result| is_tagged(result)) {
        if let (Some(why), Outcome::Purged { remarks, .. }) = (failed.get(&result.release.id), &mut result.outcome) {
            remarks.push(format!(
                "cannot delete its older release records, and later helm commands can fail because of them: {why}"
            ));
        }
    }
}

/// The record of a release that a run has uninstalled, or what exists instead.
fn uninstalled<'a>(planned: &Release, listing: &'a Listing) -> Result<&'a Release, String> {
    match listing.find(&planned.id) {
        Found::Release(now) if now.status != Status::Uninstalled => {
            Err(format!("the status in its release record is `{}`", now.status))
        }
        Found::Release(now) if now.revision != planned.revision => {
            Err(format!("its release record is of revision {}", now.revision))
        }
        Found::Release(now) => Ok(now),
        Found::Unreadable(entry) => Err(format!("cannot read its release record: {}", entry.why)),
        Found::Unlisted(entry) => Err(format!("cannot list its release record: {}", entry.why)),
        Found::Nothing => Err("its release record is gone".to_owned()),
    }
}

/// Removes what a run before this one has left that was ended in the middle: the older records of releases that it has
/// uninstalled. Returns of how many releases it removed them.
fn finish_previous_cleanup(prepared: &PreparedPurge) -> usize {
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
        let tag = content.and_then(|content| HistoryTag::parse(&content.description));
        tag.is_some_and(|tag| prepared.target.policy(&tag.policy).is_some())
    };
    let ours = with_older.iter().filter(is_ours).copied().collect::<Vec<_>>();
    ours.len() - remove_older_than(inventory, &ours).len()
}

/// Removes what is older than these very records. Returns the releases of which something is left, with the reason.
fn remove_older_than(inventory: &ReleaseSource, releases: &[&Release]) -> BTreeMap<ReleaseId, String> {
    let records = inventory.histories();
    records.map(|records| records.remove_older(releases, "its newest release record has changed")).unwrap_or_default()
}
