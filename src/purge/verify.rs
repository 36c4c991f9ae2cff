//! Compares a purge with the cluster, and adds the outcomes of releases that were never started.

use std::collections::BTreeMap;

use super::history::{RetainedHistories, finish_previous_cleanup};
use super::plan::PreparedPurge;
use crate::app::App;
use crate::executor::{self, ObservedState, Outcome, ReleaseResult, Run, Verification};
use crate::history_tag::HistoryTag;
use crate::operation::list_after;
use crate::release::{Release, ReleaseId};
use crate::report::plural;

/// Looks for what was reported gone, and removes the older records of histories that are kept.
pub(crate) fn verify(prepared: &PreparedPurge, run: &mut Run, tags: &[HistoryTag], app: &App) -> Verification {
    let verification = if run.results.iter().all(|result| result.took.is_none()) {
        Verification::NothingToVerify
    } else {
        list_after(&prepared.target, run, app).map_or_else(Verification::NotVerified, |listing| {
            let retained = RetainedHistories::of_plan(prepared, tags);
            let verification = executor::settle(run, &listing, &retained.verify(run, &listing));
            retained.remove_older(run, &listing);
            verification
        })
    };
    let finished = finish_previous_cleanup(prepared);
    if finished > 0 {
        let releases = plural(finished, "release");
        app.printer.info(format_args!("removed the older records of {releases} that an earlier run had left"));
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
        doubt: None,
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
