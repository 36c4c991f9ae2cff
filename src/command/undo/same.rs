//! Right before anything is changed: it is still the cluster that was looked at.

use super::look::LookedBack;
use crate::command::check_again::cannot_be_told;
use crate::command::{Stopped, Surroundings};
use crate::guard;

/// Connects anew, and compares the cluster's identity with that of the plan, where it could be read.
pub(super) fn same_cluster(looked: &LookedBack, surroundings: &Surroundings) -> Result<(), Stopped> {
    let client = looked.gathered.inventory.reconnected();
    let Some(planned) = &looked.gathered.identity else { return Ok(()) };
    let now = surroundings.unless_interrupted(client.identity().map_err(|error| cannot_be_told(&error)))?;
    guard::same_cluster(planned, &now).map_err(|refusal| Stopped::Refused(vec![refusal]))
}
