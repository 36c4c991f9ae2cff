//! The check right before a release is rolled back: it waits until none of the release's objects is still being deleted, and
//! makes sure that the release's newest record has not changed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::plan::{RestoreVerdict, judge};
use crate::clock::wait;
use crate::cluster::{ApiError, Client, ObjectPresence, ReleaseRecord};
use crate::executor::Recheck;
use crate::inventory::{Freshness, HistoryStore, single};
use crate::release::{ObjectRef, Release, ReleaseId};
use crate::signal::{CancelLevel, CancelToken};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(2);
/// How often a pause checks whether the run is to end.
const STOP_CHECK: Duration = Duration::from_millis(20);
/// More objects than this are not named.
const MAX_LISTED: usize = 3;

/// What a release must wait for.
#[derive(Debug, Clone)]
pub(super) struct PendingDeletions {
    /// The record that the purge has left.
    pub(super) purged: Release,
    /// The objects that the rollback creates.
    pub(super) objects: Vec<ObjectRef>,
    /// How long to wait for those that are being deleted.
    pub(super) timeout: Duration,
}

/// Waits for objects and compares records.
#[derive(Debug)]
pub(super) struct RollbackPrecheck {
    pub(super) client: Client,
    pub(super) records: HistoryStore,
    pub(super) pending: BTreeMap<ReleaseId, PendingDeletions>,
    pub(super) stop: CancelToken,
}

impl Recheck for RollbackPrecheck {
    fn recheck(&self, batch: &[&Release]) -> Vec<Freshness> {
        batch.iter().map(|release| self.check(release)).collect()
    }
}

impl RollbackPrecheck {
    fn check(&self, release: &Release) -> Freshness {
        if let Some(freshness) = self.pending.get(&release.id).and_then(|pending| self.wait_for(pending)) {
            return freshness;
        }
        match self.records.histories(&[&release.id]).remove(&release.id) {
            Some(Ok(history)) => match history.last() {
                Some(newest) if release.record.as_known() == Some(&newest.object_version) => Freshness::AsPlanned,
                Some(newest) => self.compare(release, newest),
                None => Freshness::Changed("the release record that the purge kept is gone".to_owned()),
            },
            Some(Err(error)) => Freshness::Unknown(error),
            None => Freshness::Unknown(ApiError::Failed("its release records were not read".to_owned())),
        }
    }

    /// What came after the planned record. A rollback to that record that was cut short may be an earlier attempt of this very
    /// restore.
    fn compare(&self, release: &Release, newest: &ReleaseRecord) -> Freshness {
        let (revision, status) = (newest.revision.unwrap_or_default(), newest.status.as_deref());
        let now = format!("now revision {revision}, {}", status.unwrap_or("without a status"));
        let purged = self.pending.get(&release.id).map(|pending| &pending.purged);
        let description = self.records.description(newest);
        match purged.zip(single(newest)).map(|(purged, newest)| judge(purged, &newest, description.as_deref())) {
            Some(RestoreVerdict::TryAgain) => Freshness::Started(now),
            _ => Freshness::Changed(now),
        }
    }

    /// Waits until none of the objects is being deleted. Returns the reason if that does not happen.
    ///
    /// An object that is being deleted accepts the change of a rollback and is deleted after it, and Helm reports success.
    fn wait_for(&self, pending: &PendingDeletions) -> Option<Freshness> {
        let until = Instant::now() + pending.timeout;
        let mut pause = FIRST_PAUSE;
        let mut objects = pending.objects.clone();
        loop {
            match terminating(&self.client, &objects) {
                Err(error) => return Some(Freshness::Unknown(error)),
                Ok(left) => objects = left,
            }
            if objects.is_empty() {
                return None;
            }
            if Instant::now() >= until {
                return Some(Freshness::NotYet(still_terminating(&objects, pending.timeout)));
            }
            if !wait(pause, STOP_CHECK, || self.stop.level() > CancelLevel::Run) {
                return Some(Freshness::Unknown(ApiError::Cancelled));
            }
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }
}

/// Those of some objects that are being deleted. What this account cannot read is left to helm, which must read it as well.
pub(crate) fn terminating(client: &Client, objects: &[ObjectRef]) -> Result<Vec<ObjectRef>, ApiError> {
    let mut terminating = Vec::new();
    for (object, presence) in objects.iter().zip(client.presence(objects)) {
        match presence {
            ObjectPresence::Terminating => terminating.push(object.clone()),
            ObjectPresence::Unknown(error @ (ApiError::NoConnection(_) | ApiError::Cancelled)) => return Err(error),
            ObjectPresence::Exists | ObjectPresence::Gone | ObjectPresence::Unknown(_) => {}
        }
    }
    Ok(terminating)
}

fn still_terminating(objects: &[ObjectRef], timeout: Duration) -> String {
    let named = objects.iter().take(MAX_LISTED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let more = objects.len().saturating_sub(MAX_LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let seconds = timeout.as_secs();
    format!("still being deleted after {seconds} s, and would be missing after a rollback: {named}{more}")
}
