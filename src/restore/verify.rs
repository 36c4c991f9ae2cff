//! After a restore: what was reported restored must be deployed, and then the records that purges had left are removed.

use std::collections::BTreeMap;

use super::plan::{RestorePlan, RestoreVerdict, judge};
use super::records::remove_records;
use crate::executor::{self, ObservedState, Outcome, ReleaseResult, Run, Verification};
use crate::helm::{Failure, FailureClass};
use crate::inventory::{Found, HistoryStore, Listing, ObjectLists};
use crate::release::{Release, ReleaseId};
use crate::target::Target;

/// Compares a restore with a list taken after it. Returns, too, the releases whose tagged record should have been removed and
/// still exists, and why.
pub(crate) fn verify(
    target: &Target,
    records: &HistoryStore,
    plan: &RestorePlan,
    run: &mut Run,
    listing: &Listing,
) -> (Verification, BTreeMap<ReleaseId, String>) {
    let verification = executor::verify_restore(run, listing);
    let failed = remove_tagged(target, records, plan, listing);
    for result in &mut run.results {
        if let (Outcome::Restored { remarks }, Some(why)) = (&mut result.outcome, failed.get(&result.release.id)) {
            remarks.push(format!(
                "cannot delete the release record that the purge kept, and later helm commands can \
                fail because of it: {why}"
            ));
        }
    }
    (verification, failed)
}

/// Removes the tagged record of a release once the revision that was made from it is deployed: Helm would take the tagged record
/// for the newest one at some revisions. If anything else came after it, the record stays.
fn remove_tagged(
    target: &Target,
    records: &HistoryStore,
    plan: &RestorePlan,
    listing: &Listing,
) -> BTreeMap<ReleaseId, String> {
    let entries = plan.entries.iter().filter(|entry| !entry.is_left_alone());
    let pairs = entries.filter_map(|entry| match listing.find(&entry.candidate.purged.id) {
        Found::Release(now) if now.revision > entry.candidate.purged.revision => Some((&entry.candidate.purged, now)),
        _ => None,
    });
    let pairs = pairs.collect::<Vec<_>>();
    let newest = pairs.iter().map(|(_, now)| *now).collect::<Vec<_>>();
    let Ok(contents) = target.inventory.contents(&newest, ObjectLists::NotWanted) else {
        let why = "cannot read the restored release";
        return pairs.iter().map(|(purged, _)| (purged.id.clone(), why.to_owned())).collect();
    };
    let is_back = |(purged, now): &&(&Release, &Release)| {
        let content = contents.get(&now.id).and_then(|content| content.as_ref().ok());
        judge(purged, now, content.map(|content| content.description.as_str())) == RestoreVerdict::Restored
    };
    let back = pairs.iter().filter(is_back).map(|(purged, _)| *purged).collect::<Vec<_>>();
    remove_records(records, &back)
}

/// The run with the releases that were back already. They count as restored once their tagged record is removed.
pub(crate) fn with_finished(run: &Run, plan: &RestorePlan, left: &BTreeMap<ReleaseId, String>) -> Run {
    let finished = plan.finished().map(|entry| {
        let why = left.get(&entry.candidate.purged.id);
        let failed = |why: &String| Outcome::Failed(Failure::new(FailureClass::History, why.clone()));
        ReleaseResult {
            release: entry.candidate.now.clone(),
            outcome: why.map_or_else(|| Outcome::Restored { remarks: Vec::new() }, failed),
            took: None,
            attempts: 0,
            uncertainty: None,
            afterwards: ObservedState::Unknown,
        }
    });
    let results = run.results.iter().cloned().chain(finished).collect();
    Run { results, ..run.clone() }
}
