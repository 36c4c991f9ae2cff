//! The last look before the first delete: what has changed since the plan is left alone.
//!
//! A person may have thought about the plan for an hour, and even a machine takes a moment. From here on a watch
//! goes on looking while releases go.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::prepare::Prepared;
use super::{Stopped, Surroundings};
use crate::executor::{AsPlanned, StillAsPlanned};
use crate::helm;
use crate::inventory::Inventory;
use crate::plan;
use crate::release::{Release, ReleaseId};

/// The plan as it still holds.
pub(super) struct Checked {
    /// What goes.
    pub(super) chosen: Vec<Release>,
    /// What was to go and has changed, and how.
    pub(super) changed: BTreeMap<ReleaseId, String>,
    /// Whoever is asked from now on.
    pub(super) still: Arc<dyn StillAsPlanned>,
}

/// Compares the plan with the cluster. Where kinds are at stake, helm looks up meanwhile what kinds there are: a
/// release with an object of a kind whose definition is gone cannot be uninstalled, unless helm still knows the kind.
/// Else each helm finds that out for itself, at the same time as the others.
pub(super) fn check_again(prepared: &Prepared, surroundings: &Surroundings) -> Result<Checked, Stopped> {
    let Some(first) = prepared.plan.chosen().next().map(|release| &release.id) else {
        return Ok(Checked { chosen: Vec::new(), changed: BTreeMap::new(), still: Arc::new(AsPlanned) });
    };
    let (helm, connection, stop) = (&prepared.helm, &prepared.connection, surroundings.interrupts.stop());
    std::thread::scope(|scope| {
        if prepared.plan.takes_kinds_along() {
            scope.spawn(|| helm::warm(helm, connection, first, stop));
        }
        compare(prepared, surroundings)
    })
}

fn compare(prepared: &Prepared, surroundings: &Surroundings) -> Result<Checked, Stopped> {
    let listing = surroundings.unless_interrupted(prepared.inventory.list().map_err(Stopped::from))?;
    let changed = plan::recheck(&prepared.plan, &listing);
    let version = listing.version.clone();
    // Thousands of releases should not be there three times.
    drop(listing);
    let holds = |release: &&Release| !changed.contains_key(&release.id);
    let chosen = prepared.plan.chosen().filter(holds).cloned().collect::<Vec<_>>();
    let still: Arc<dyn StillAsPlanned> = match prepared.inventory.watch(&chosen, version) {
        Some(watch) => Arc::new(watch),
        None => Arc::new(AsPlanned),
    };
    Ok(Checked { chosen, changed, still })
}
