//! What has to protect something, and does not, or cannot be seen to. Pure.

use std::collections::BTreeSet;

use super::Refusal;
use crate::inventory::Protection;
use crate::plan::{KeepState, Plan, Source, Subject, UnseenOptOuts};
use crate::policy::Requirement;
use crate::release::Namespace;

/// Entries of `keep` that have to name something and name nothing: a name was changed, or the wrong cluster is looked
/// at. One that is over does not have to.
pub fn required_keeps(plan: &Plan) -> Vec<Refusal> {
    let is_missing = |keep: &&crate::plan::KeepHits| {
        let is_over = matches!(keep.state, KeepState::Over(_));
        keep.requirement == Requirement::Required && keep.hits == 0 && !is_over
    };
    let missing = plan.keep_hits.iter().filter(is_missing);
    let refusal = |keep: &crate::plan::KeepHits| match &keep.source {
        Source::Policy(place) => Some(Refusal::RequiredKeepMissing { entry: keep.entry.clone(), place: place.clone() }),
        Source::Flag(_) => None,
    };
    missing.filter_map(refusal).collect()
}

/// Where opt-outs can be seen in none of the namespaces that hold releases, everything would be kept without a word,
/// every night.
pub fn unseen_opt_outs(plan: &Plan, protection: &Protection, wish: UnseenOptOuts) -> Option<Refusal> {
    let of_releases = |entry: &crate::plan::Entry| match &entry.subject {
        Subject::Release(release) => Some(release.id.namespace.clone()),
        Subject::Unreadable(_) | Subject::Unlisted(_) => None,
    };
    let asked = plan.entries.iter().filter_map(of_releases).collect::<BTreeSet<Namespace>>();
    let unseen = protection.unseen_opt_outs.iter().map(|entry| &entry.namespace).collect::<BTreeSet<_>>();
    let why = protection.unseen_opt_outs.first().map(|entry| entry.why.clone())?;
    let none_seen = !asked.is_empty() && asked.iter().all(|namespace| unseen.contains(namespace));
    (none_seen && wish == UnseenOptOuts::Keep).then_some(Refusal::OptOutsUnseen { why })
}
