//! Right before a release is rolled back: nothing of it may still be on its way out, and nobody may have been there first.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::cluster::{ApiError, Client, Presence, Record};
use crate::executor::Recheck;
use crate::inventory::{Freshness, HistoryStore, single};
use crate::release::{ObjectRef, Release, ReleaseId};
use crate::signal::{CancelLevel, CancelToken};
use crate::undo::{Verdict, judge};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often a pause looks whether the run is to end.
const STOP_CHECK: Duration = Duration::from_millis(20);
/// So many objects are named where they do not go.
const NAMED: usize = 3;

/// What a release has to wait for.
#[derive(Debug, Clone)]
pub(super) struct Awaited {
    /// The record that the purge has left.
    pub(super) kept: Release,
    /// The objects that the rollback makes.
    pub(super) objects: Vec<ObjectRef>,
    /// How long to wait for those that are being deleted.
    pub(super) patience: Duration,
}

/// Waits for objects and compares records.
#[derive(Debug)]
pub(super) struct BeforeRollback {
    pub(super) client: Client,
    pub(super) records: HistoryStore,
    pub(super) awaited: BTreeMap<ReleaseId, Awaited>,
    pub(super) stop: CancelToken,
}

impl Recheck for BeforeRollback {
    fn standings(&self, batch: &[&Release]) -> Vec<Freshness> {
        batch.iter().map(|release| self.standing(release)).collect()
    }
}

impl BeforeRollback {
    fn standing(&self, release: &Release) -> Freshness {
        if let Some(standing) = self.awaited.get(&release.id).and_then(|awaited| self.wait(awaited)) {
            return standing;
        }
        match self.records.histories(&[&release.id]).remove(&release.id) {
            Some(Ok(history)) => match history.last() {
                Some(newest) if release.record.as_known() == Some(&newest.mark) => Freshness::AsPlanned,
                Some(newest) => self.since(release, newest),
                None => Freshness::Changed("the record that the purge had left is gone".to_owned()),
            },
            Some(Err(error)) => Freshness::Unknown(error),
            None => Freshness::Unknown(ApiError::Failed("nobody looked at its records".to_owned())),
        }
    }

    /// What has come after the record that was planned: a rollback to it that was cut short is perhaps an earlier try of
    /// this very restore.
    fn since(&self, release: &Release, newest: &Record) -> Freshness {
        let (revision, status) = (newest.revision.unwrap_or_default(), newest.status.as_deref());
        let now = format!("now revision {revision}, {}", status.unwrap_or("without a status"));
        let kept = self.awaited.get(&release.id).map(|awaited| &awaited.kept);
        let description = self.records.description(newest);
        match kept.zip(single(newest)).map(|(kept, newest)| judge(kept, &newest, description.as_deref())) {
            Some(Verdict::TryAgain) => Freshness::Begun(now),
            _ => Freshness::Changed(now),
        }
    }

    /// Until none of the objects is being deleted; what stands in the way where that does not come to an end.
    ///
    /// An object that is being deleted takes the change of a rollback and goes all the same, and Helm calls that a success.
    fn wait(&self, awaited: &Awaited) -> Option<Freshness> {
        let until = Instant::now() + awaited.patience;
        let mut pause = FIRST_PAUSE;
        let mut objects = awaited.objects.clone();
        loop {
            match leaving(&self.client, &objects) {
                Err(error) => return Some(Freshness::Unknown(error)),
                Ok(left) => objects = left,
            }
            if objects.is_empty() {
                return None;
            }
            if Instant::now() >= until {
                return Some(Freshness::NotYet(still_there(&objects, awaited.patience)));
            }
            if self.pause(pause) == Pause::CutShort {
                return Some(Freshness::Unknown(ApiError::Cancelled));
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn pause(&self, length: Duration) -> Pause {
        let until = Instant::now() + length;
        while Instant::now() < until {
            if self.stop.urgency() > CancelLevel::Run {
                return Pause::CutShort;
            }
            std::thread::sleep(STOP_CHECK);
        }
        Pause::Over
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    Over,
    CutShort,
}

/// Those of some objects that are being deleted. What may not be looked at is left to helm, which has to look at it as
/// well.
pub(super) fn leaving(client: &Client, objects: &[ObjectRef]) -> Result<Vec<ObjectRef>, ApiError> {
    let mut leaving = Vec::new();
    for (object, presence) in objects.iter().zip(client.presence(objects)) {
        match presence {
            Presence::Leaving => leaving.push(object.clone()),
            Presence::Unknown(error @ (ApiError::NoConnection(_) | ApiError::Cancelled)) => return Err(error),
            Presence::There | Presence::Gone | Presence::Unknown(_) => {}
        }
    }
    Ok(leaving)
}

fn still_there(objects: &[ObjectRef], patience: Duration) -> String {
    let named = objects.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let more = objects.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let seconds = patience.as_secs();
    format!("after {seconds} s it is still being deleted, and would go after a rollback: {named}{more}")
}
