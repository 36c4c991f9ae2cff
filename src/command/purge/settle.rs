//! The look after the purge, and the outcomes of what was never begun.

use std::collections::BTreeMap;

use crate::command::App;
use crate::command::prepare::Prepared;
use crate::command::undo::Keeping;
use crate::executor::{self, ObservedState, Outcome, ReleaseResult, Run, Verification};
use crate::history_tag::HistoryTag;
use crate::release::{Release, ReleaseId};
use crate::signal::Stage;

/// What was reported gone has to be gone.
pub(super) fn settle(prepared: &Prepared, run: &mut Run, marks: &[HistoryTag], app: &mut App) -> Verification {
    if run.results.iter().all(|result| result.took.is_none()) {
        return Verification::NothingToVerify;
    }
    app.printer.info("looking at the cluster once more");
    // The purge is over; whoever is tired of waiting now ends only this look.
    app.interrupts.enter(Stage::Looking);
    let listing = prepared.inventory.list();
    run.interruption = app.interruption();
    match listing {
        Ok(listing) => {
            let keeping = Keeping::of(prepared, marks);
            let settled = executor::settle(run, &listing, &keeping.verify(run, &listing));
            keeping.remove_older(run, &listing);
            settled
        }
        Err(_) if app.interrupts.has_ended_all() => {
            Verification::NotVerified("interrupted while the cluster was looked at once more".to_owned())
        }
        Err(error) => Verification::NotVerified(error.to_string()),
    }
}

/// What changed before the run has its outcome as well: every planned release has one.
pub(super) fn add_changed(run: &mut Run, prepared: &Prepared, changed: &BTreeMap<ReleaseId, String>) {
    let result = |release: &Release| {
        let outcome = Outcome::Changed(changed.get(&release.id)?.clone());
        Some(ReleaseResult {
            release: release.clone(),
            outcome,
            took: None,
            attempts: 0,
            doubt: None,
            afterwards: ObservedState::Unknown,
        })
    };
    run.results.extend(prepared.plan.chosen().filter_map(result));
    run.results.sort_by(|left, right| left.release.id.cmp(&right.release.id));
}
