//! The checks between the plan and the changes: all releases right before the first one is purged, and each batch right
//! before it starts. What has changed since the plan is left alone.
//!
//! A person may have thought about the plan for an hour, and even a machine takes a moment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;

use super::discovery_cache::fill_discovery_cache;
use super::plan::PreparedPurge;
use crate::app::{App, CommandError};
use crate::clock::Clock;
use crate::cluster::{ApiError, Client, ObjectPresence};
use crate::executor::{AlwaysFresh, ObjectProbe, Recheck};
use crate::inventory::{BatchRecheck, Contents, Freshness, Listing, Protection, Rechecked};
use crate::journal::OperationKind;
use crate::operation::recheck_identity;
use crate::parallel::join;
use crate::plan::{self, ClusterState, Filters};
use crate::policy::PolicySet;
use crate::release::{ObjectRef, Release, ReleaseId};

/// The plan as it still holds.
pub(crate) struct RecheckedPurge {
    pub(crate) chosen: Vec<Release>,
    /// Releases that the plan had chosen, and what has changed about each.
    pub(crate) changed: BTreeMap<ReleaseId, String>,
    /// Rechecks each batch.
    pub(crate) recheck: Arc<dyn Recheck>,
    /// A discovery cache with every kind that this run needs. Without it, helm uses its own cache, or queries the cluster.
    pub(crate) discovery: Option<PathBuf>,
}

/// Compares the plan with the cluster, and fills the discovery cache at the same time.
pub(crate) fn recheck(prepared: &PreparedPurge, app: &App) -> Result<RecheckedPurge, CommandError> {
    let chosen = prepared.plan.chosen().cloned().collect::<Vec<_>>();
    let Some(first) = chosen.first().map(|release| release.id.clone()) else {
        let (changed, recheck, discovery) = (BTreeMap::new(), always_fresh(), None);
        return Ok(RecheckedPurge { chosen, changed, recheck, discovery });
    };
    let stop = app.interrupts.stop();
    // Reconnects before these requests, because an open connection leads to where the address led when it was opened.
    let client = prepared.target.inventory.reconnected();
    let compare = || compare(prepared, client, chosen, app);
    let (discovery, rechecked) = join(|| fill_discovery_cache(prepared, &first, stop), compare);
    Ok(RecheckedPurge { discovery, ..rechecked? })
}

fn compare(
    prepared: &PreparedPurge,
    client: &Client,
    mut chosen: Vec<Release>,
    app: &App,
) -> Result<RecheckedPurge, CommandError> {
    let (listing, protection) = app.unless_interrupted(list_again(prepared, client))?;
    let PreparedPurge { target, plan, filters, .. } = prepared;
    let (nothing, clock, ahead) = (Contents::new(), app.environment.clock, target.ahead());
    let state =
        ClusterState { listing: &listing, contents: &nothing, protection: &protection, now: clock.now() - ahead };
    let changed = plan::recheck(plan, target.policies.as_slice(), state, filters);
    chosen.retain(|release| !changed.contains_key(&release.id));
    let recheck = target.inventory.recheck(&chosen, &listing, &protection).map_or_else(always_fresh, |cluster| {
        let (policies, filters) = (target.policies.clone(), filters.clone());
        Arc::new(PolicyRecheck { cluster, policies, filters, clock, ahead })
    });
    Ok(RecheckedPurge { chosen, changed, recheck, discovery: None })
}

fn always_fresh() -> Arc<dyn Recheck> {
    Arc::new(AlwaysFresh)
}

/// Lists the cluster that the plan is for.
fn list_again(prepared: &PreparedPurge, client: &Client) -> Result<(Listing, Protection), CommandError> {
    let target = &prepared.target;
    let list = || target.inventory.list_with_protection();
    let (listed, same) = join(list, || recheck_identity(target, client, OperationKind::Purge));
    same?;
    Ok(listed?)
}

/// Reads the releases of each batch again, and decides by the policies and filters of the plan.
#[derive(Debug)]
struct PolicyRecheck {
    cluster: BatchRecheck,
    policies: PolicySet,
    filters: Filters,
    clock: Clock,
    /// How far it is ahead of the API server's.
    ahead: SignedDuration,
}

impl Recheck for PolicyRecheck {
    fn recheck(&self, batch: &[&Release]) -> Vec<Freshness> {
        let Rechecked { freshness, protection } = self.cluster.recheck(batch);
        let (policies, now) = (self.policies.as_slice(), self.clock.now() - self.ahead);
        let protected = |release: &Release| {
            let protection = protection.as_ref().map_err(ApiError::clone)?;
            Ok(plan::protected_now(release, policies, protection, now, &self.filters))
        };
        freshness.into_iter().zip(batch).map(|(record, release)| combine(record, protected(release))).collect()
    }
}

impl ObjectProbe for Client {
    fn probe(&self, objects: &[ObjectRef]) -> Vec<ObjectPresence> {
        self.presence(objects)
    }
}

/// A known change counts more than a failed check.
fn combine(record: Freshness, protected: Result<Option<String>, ApiError>) -> Freshness {
    match (record, protected) {
        (Freshness::Changed(why), _) | (_, Ok(Some(why))) => Freshness::Changed(why),
        (Freshness::Unknown(error), _) | (_, Err(error)) => Freshness::Unknown(error),
        (record @ (Freshness::AsPlanned | Freshness::Started(_) | Freshness::NotYet(_)), Ok(None)) => record,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_goes_only_where_its_record_and_all_that_could_protect_it_were_seen() {
        let refused = || ApiError::Forbidden("no".to_owned());
        let changed = |why: &str| Freshness::Changed(why.to_owned());
        let begun = || Freshness::Started("uninstalling".to_owned());
        for (record, protected, expected) in [
            (Freshness::AsPlanned, Ok(None), Freshness::AsPlanned),
            (Freshness::AsPlanned, Ok(Some("opted out".to_owned())), changed("opted out")),
            (Freshness::NotYet("it goes".to_owned()), Ok(None), Freshness::NotYet("it goes".to_owned())),
            (Freshness::AsPlanned, Err(refused()), Freshness::Unknown(refused())),
            (Freshness::Unknown(refused()), Ok(None), Freshness::Unknown(refused())),
            (Freshness::Unknown(refused()), Ok(Some("opted out".to_owned())), changed("opted out")),
            (begun(), Ok(None), begun()),
            (begun(), Ok(Some("opted out".to_owned())), changed("opted out")),
            (begun(), Err(refused()), Freshness::Unknown(refused())),
            (changed("now revision 2"), Ok(Some("opted out".to_owned())), changed("now revision 2")),
            (changed("now revision 2"), Err(refused()), changed("now revision 2")),
        ] {
            assert_eq!(combine(record.clone(), protected), expected, "{record:?}");
        }
    }
}
