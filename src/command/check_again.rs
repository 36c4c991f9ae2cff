//! The last look before the first delete: what has changed since the plan is left alone.
//!
//! A person may have thought about the plan for an hour, and even a machine takes a moment. From here on a watch
//! goes on looking while releases go.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::confirm::Agreement;
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

/// Compares the plan with the cluster. Meanwhile helm looks up what kinds there are.
pub(super) fn check_again(
    prepared: &Prepared,
    agreement: Agreement,
    surroundings: &Surroundings,
) -> Result<Checked, Stopped> {
    let mut chosen = prepared.plan.chosen().cloned().collect::<Vec<_>>();
    let Some(first) = chosen.first().map(|release| release.id.clone()) else {
        return Ok(Checked { chosen, changed: BTreeMap::new(), still: Arc::new(AsPlanned) });
    };
    let (helm, connection, stop) = (&prepared.helm, &prepared.connection, surroundings.interrupts.stop());
    std::thread::scope(|scope| {
        scope.spawn(|| helm::warm(helm, connection, &first, stop));
        // A list of helm's takes long, and where nobody had to agree it would be the second in a row.
        if agreement == Agreement::Beforehand && prepared.inventory.why_helm().is_some() {
            return Ok(Checked { chosen, changed: BTreeMap::new(), still: Arc::new(AsPlanned) });
        }
        let listing = surroundings.unless_interrupted(prepared.inventory.list().map_err(Stopped::from))?;
        let changed = plan::recheck(&prepared.plan, &listing);
        chosen.retain(|release| !changed.contains_key(&release.id));
        let still: Arc<dyn StillAsPlanned> = match prepared.inventory.watch(&chosen, &listing) {
            Some(watch) => Arc::new(watch),
            None => Arc::new(AsPlanned),
        };
        Ok(Checked { chosen, changed, still })
    })
}
