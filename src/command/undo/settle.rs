//! After a restore: what was reported restored has to be deployed, and then the records that purges had left go.

use std::collections::BTreeMap;

use super::look::LookedBack;
use crate::command::App;
use crate::executor::{self, ObservedState, Outcome, ReleaseResult, Run, Verification};
use crate::helm::{Failure, FailureClass};
use crate::inventory::{Found, Listing, ObjectLists};
use crate::release::{Release, ReleaseId};
use crate::signal::Stage;
use crate::undo::{RestorePlan, Verdict, judge};

/// Looks at the cluster once more. Gives, too, the records that should have gone and are still there.
pub(super) fn settle(
    looked: &LookedBack,
    plan: &RestorePlan,
    run: &mut Run,
    app: &mut App,
) -> (Verification, BTreeMap<ReleaseId, String>) {
    let nothing_begun = run.results.iter().all(|result| result.took.is_none());
    if nothing_begun && plan.finished().next().is_none() {
        return (Verification::NothingToVerify, BTreeMap::new());
    }
    app.printer.info("looking at the cluster once more");
    app.interrupts.enter(Stage::Looking);
    let listing = looked.gathered.inventory.list();
    run.interruption = app.interruption();
    match listing {
        Ok(listing) => {
            let settled = executor::settle_restored(run, &listing);
            let failed = remove_marked(looked, plan, &listing);
            add_remarks(run, &failed);
            (settled, failed)
        }
        Err(_) if app.interrupts.has_ended_all() => {
            let why = "interrupted while the cluster was looked at once more".to_owned();
            (Verification::NotVerified(why), BTreeMap::new())
        }
        Err(error) => (Verification::NotVerified(error.to_string()), BTreeMap::new()),
    }
}

/// The marked record of a release goes once the revision that was made from it is deployed: Helm would take it for the
/// newest one at some revisions. Whatever else came after it, it stays.
fn remove_marked(looked: &LookedBack, plan: &RestorePlan, listing: &Listing) -> BTreeMap<ReleaseId, String> {
    let entries = plan.entries.iter().filter(|entry| !entry.is_left_alone());
    let pairs = entries.filter_map(|entry| match listing.find(&entry.candidate.kept.id) {
        Found::Release(now) if now.revision > entry.candidate.kept.revision => Some((&entry.candidate.kept, now)),
        _ => None,
    });
    let pairs = pairs.collect::<Vec<_>>();
    let newest = pairs.iter().map(|(_, now)| *now).collect::<Vec<_>>();
    let Ok(contents) = looked.gathered.inventory.contents(&newest, ObjectLists::NotWanted) else {
        let why = "what was made of it could not be read";
        return pairs.iter().map(|(kept, _)| (kept.id.clone(), why.to_owned())).collect();
    };
    let is_back = |(kept, now): &&(&Release, &Release)| {
        let content = contents.get(&now.id).and_then(|content| content.as_ref().ok());
        judge(kept, now, content.map(|content| content.description.as_str())) == Verdict::Restored
    };
    let back = pairs.iter().filter(is_back).map(|(kept, _)| *kept).collect::<Vec<_>>();
    looked.remove(&back)
}

/// The run with what was back already: that counts as restored once its marked record is gone.
pub(super) fn with_finished(run: &Run, plan: &RestorePlan, left: &BTreeMap<ReleaseId, String>) -> Run {
    let finished = plan.finished().map(|entry| {
        let why = left.get(&entry.candidate.kept.id);
        let failed = |why: &String| Outcome::Failed(Failure::of_our_own(FailureClass::History, why.clone()));
        ReleaseResult {
            release: entry.candidate.now.clone(),
            outcome: why.map_or_else(|| Outcome::Restored { remarks: Vec::new() }, failed),
            took: None,
            attempts: 0,
            doubt: None,
            afterwards: ObservedState::Unknown,
        }
    });
    let results = run.results.iter().cloned().chain(finished).collect();
    Run { results, ..run.clone() }
}

fn add_remarks(run: &mut Run, failed: &BTreeMap<ReleaseId, String>) {
    for result in &mut run.results {
        if let (Outcome::Restored { remarks }, Some(why)) = (&mut result.outcome, failed.get(&result.release.id)) {
            remarks.push(format!("the record that the purge left is still there, helm may stumble over it: {why}"));
        }
    }
}
