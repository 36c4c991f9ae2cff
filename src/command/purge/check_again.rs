//! The last look before the first delete: what has changed since the plan is left alone.
//!
//! A person may have thought about the plan for an hour, and even a machine takes a moment. From here on each batch is
//! checked again right before it starts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::as_planned::PolicyRecheck;
use super::kinds::{KnownKinds, look_up_kinds};
use crate::cluster::{ApiError, Client};
use crate::command::prepare::Prepared;
use crate::command::undertaking::nothing_done;
use crate::command::{App, CommandError};
use crate::executor::{AlwaysFresh, Recheck};
use crate::exit_code::ExitCode;
use crate::guard;
use crate::inventory::{Contents, Listing, Protection};
use crate::journal::OperationKind;
use crate::parallel::join;
use crate::plan::{self, ClusterState};
use crate::release::{Release, ReleaseId};

/// The plan as it still holds.
pub(in crate::command) struct Checked {
    /// What goes.
    pub(in crate::command) chosen: Vec<Release>,
    /// What was to go and has changed, and how.
    pub(in crate::command) changed: BTreeMap<ReleaseId, String>,
    /// Whoever is asked from now on.
    pub(in crate::command) still: Arc<dyn Recheck>,
    /// Where helms find out what kinds there are.
    pub(in crate::command) kinds: KnownKinds,
}

/// Compares the plan with the cluster, and looks up meanwhile what kinds there are.
pub(in crate::command) fn check_again(prepared: &Prepared, app: &App) -> Result<Checked, CommandError> {
    let chosen = prepared.plan.chosen().cloned().collect::<Vec<_>>();
    let Some(first) = chosen.first().map(|release| release.id.clone()) else {
        let still = Arc::new(AlwaysFresh);
        return Ok(Checked { chosen, changed: BTreeMap::new(), still, kinds: KnownKinds::AsUsual });
    };
    let stop = app.interrupts.stop();
    // Before any of these looks: what is open leads to where the address led when it was opened.
    let client = prepared.inventory.reconnected();
    let compare = || compare(prepared, client, chosen, app);
    let (kinds, checked) = join(|| look_up_kinds(prepared, &first, stop), compare);
    let Compared { chosen, changed, still } = checked?;
    Ok(Checked { chosen, changed, still, kinds: kinds.unwrap_or(KnownKinds::AsUsual) })
}

/// What came of the comparison.
struct Compared {
    chosen: Vec<Release>,
    changed: BTreeMap<ReleaseId, String>,
    still: Arc<dyn Recheck>,
}

fn compare(
    prepared: &Prepared,
    client: &Client,
    mut chosen: Vec<Release>,
    app: &App,
) -> Result<Compared, CommandError> {
    let (listing, protection) = app.unless_interrupted(look_again(prepared, client))?;
    let (nothing, now) = (Contents::new(), app.environment.clock.now());
    let facts = ClusterState { listing: &listing, contents: &nothing, protection: &protection, now };
    let changed = plan::recheck(&prepared.plan, prepared.policies.as_slice(), facts, &prepared.filters);
    chosen.retain(|release| !changed.contains_key(&release.id));
    let still: Arc<dyn Recheck> = match prepared.inventory.recheck(&chosen, &listing, &protection) {
        Some(cluster) => Arc::new(PolicyRecheck::new(cluster, prepared, app.environment.clock)),
        None => Arc::new(AlwaysFresh),
    };
    Ok(Compared { chosen, changed, still })
}

/// A list from the cluster that the plan is for: by its identity, and where that could not be read, by the records of
/// its releases, whose UIDs are in no other one.
fn look_again(prepared: &Prepared, client: &Client) -> Result<(Listing, Protection), CommandError> {
    let (identity, looked) = std::thread::scope(|scope| {
        let planned = prepared.identity.as_ref();
        let identity = planned.map(|planned| (planned, scope.spawn(|| client.identity())));
        let looked = prepared.inventory.list_with_protection();
        let panicked = || ApiError::Failed("a look at the cluster panicked".to_owned());
        (identity.map(|(planned, now)| (planned, now.join().unwrap_or_else(|_| Err(panicked())))), looked)
    });
    if let Some((planned, now)) = identity {
        guard::same_cluster(planned, &now.map_err(|error| cannot_be_told(&error, OperationKind::Purge))?)
            .map_err(|refusal| CommandError::Refused(vec![refusal]))?;
    }
    Ok(looked?)
}

/// The answer was not to be had.
pub(in crate::command) fn cannot_be_told(error: &ApiError, operation: OperationKind) -> CommandError {
    let hint = Some(format!("{}; run it again", nothing_done(operation)));
    let error = format!("whether this is still the same cluster could not be told: {error}");
    CommandError::Error { code: ExitCode::Preflight, error: Box::from(error), hint }
}
