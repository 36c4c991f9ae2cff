//! May histories be kept? Pure.

use super::Refusal;
use crate::plan::Plan;

/// Without the API nobody can tell whether a history was really kept, and its older records would stay, with which
/// `helm upgrade --install` fails at some revisions. `why_helm` is why the API could not be asked, where it could not.
pub fn kept_histories(plan: &Plan, why_helm: Option<&str>) -> Option<Refusal> {
    let why = why_helm?.to_owned();
    plan.restorable().next().map(|_| Refusal::HistoryCannotBeKept { why })
}
