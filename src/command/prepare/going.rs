//! What has to be known of the releases that go, beyond what the plan says of them.

use std::collections::BTreeMap;

use crate::command::CommandError;
use crate::inventory::{Contents, ObjectLists, ReleaseSource};
use crate::plan::Plan;
use crate::release::{CrdUsage, ObjectKinds, Release, ReleaseId};

/// What the releases that go are to each other: needed only where some have to wait for others. Their objects are
/// looked for when a phase ends, so those have to be known that a later phase waits for.
pub(super) fn ties(
    plan: &Plan,
    contents: &Contents,
    inventory: &ReleaseSource,
) -> Result<BTreeMap<ReleaseId, CrdUsage>, CommandError> {
    let Some(last) = plan.several_phases() else { return Ok(BTreeMap::new()) };
    let waited_for = plan.selected().filter(|(_, selected)| selected.phase < last).map(|(release, _)| release);
    let with_objects = inventory.contents(&waited_for.collect::<Vec<_>>(), ObjectLists::Wanted)?;
    let ties_of = |release: &Release| {
        let content = with_objects.get(&release.id).or_else(|| contents.get(&release.id));
        content.and_then(|content| content.as_ref().ok()).map_or_else(CrdUsage::unknown, |content| content.ties.clone())
    };
    Ok(plan.selected().map(|(release, _)| (release.id.clone(), ties_of(release))).collect())
}

/// The kinds that helm has to know of to uninstall what goes.
pub(super) fn kinds(plan: &Plan, contents: &Contents) -> ObjectKinds {
    let mut kinds = ObjectKinds::none();
    for release in plan.chosen() {
        match contents.get(&release.id) {
            Some(Ok(content)) => kinds.add_all(&content.kinds),
            Some(Err(_)) | None => return ObjectKinds::unknown(),
        }
    }
    kinds
}
