//! What a release holds, as a reason to keep it. Pure.

use super::reason::Reason;
use crate::policy::{DataLoss, PolicyScope, PurgeOptions, Reach};
use crate::release::{Content, Known, Namespace, Object};

/// The reasons that the content of a release gives; where there are none, an uninstall takes nothing along that is
/// not the release's own. The fence is that of the policy that selects the release.
pub(super) fn reasons_of_content(content: &Content, options: &PurgeOptions, fence: &PolicyScope) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if content.chart == Known::Unknown {
        reasons.push(Reason::ChartUnknown);
    }
    if options.reach == Reach::Namespace {
        let objects = objects_beyond(content, fence);
        reasons.extend((!objects.is_empty()).then_some(Reason::Reaches(objects)));
    }
    if options.data_loss == DataLoss::Keep && !content.claims.is_empty() {
        reasons.push(Reason::HoldsData(content.claims.clone()));
    }
    reasons
}

/// The objects of a release that reach beyond a fence.
pub fn objects_beyond(content: &Content, fence: &PolicyScope) -> Vec<Object> {
    let outside = content.elsewhere.iter().filter(|object| !is_in_fence(object, fence));
    let mut objects = content.sweeping.iter().chain(outside).cloned().collect::<Vec<_>>();
    objects.sort();
    objects.dedup();
    objects
}

/// A namespace that cannot be one is nobody's.
fn is_in_fence(object: &Object, fence: &PolicyScope) -> bool {
    let namespace = object.namespace.as_deref().and_then(|name| name.parse::<Namespace>().ok());
    namespace.is_some_and(|namespace| fence.matches(&namespace).is_some())
}
