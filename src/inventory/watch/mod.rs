//! What becomes of planned releases while a run goes on: who deploys in its tenth minute keeps the release.
//!
//! A watch tells of every record that is written. Where there is none, or it broke, the few releases that are about
//! to go are listed once more.

mod notes;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cluster::{Client, LookError, RecordStore, WatchNews};
use crate::inventory::metadata::listing_of;
use crate::release::Release;
use notes::Notes;

/// Whether a release is still what the plan says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is, or it is gone.
    AsPlanned,
    /// It is not, for this reason.
    Changed(String),
    /// That cannot be told, for this reason.
    Unknown(String),
}

/// Knows what has changed since a plan was checked.
#[derive(Debug)]
pub struct Watch {
    client: Client,
    store: RecordStore,
    notes: Arc<Mutex<Notes>>,
}

impl Watch {
    /// Begins to watch the planned releases. `version` is that of the list they were last checked against; without
    /// one, as where only a part of the cluster may be seen, there is nothing to go on from.
    pub fn begin(client: Client, store: RecordStore, planned: &[Release], version: Option<String>) -> Self {
        let notes = Arc::new(Mutex::new(Notes::new(planned)));
        let begun = version.map(|version| {
            let notes = Arc::clone(&notes);
            client.watch_records(store, version, move |news| lock(&notes).take(&news))
        });
        if !matches!(begun, Some(Ok(()))) {
            lock(&notes).take(&WatchNews::Lost);
        }
        Self { client, store, notes }
    }

    /// How each of some releases of one namespace stands. May take the time of a request.
    pub fn look(&self, releases: &[&Release]) -> Vec<Standing> {
        let known = lock(&self.notes).standings(releases);
        known.unwrap_or_else(|| self.list(releases))
    }

    fn list(&self, releases: &[&Release]) -> Vec<Standing> {
        let Some(first) = releases.first() else { return Vec::new() };
        let names = releases.iter().map(|release| release.id.name.to_string()).collect::<Vec<_>>();
        match self.client.records_of(self.store, first.id.namespace.clone(), &names) {
            Ok(list) => {
                let now = listing_of(list.records);
                let standing =
                    |planned: &&Release| now.change_of(planned).map_or(Standing::AsPlanned, Standing::Changed);
                releases.iter().map(standing).collect()
            }
            Err(error) => vec![Standing::Unknown(not_told(&error)); releases.len()],
        }
    }
}

fn not_told(error: &LookError) -> String {
    format!("whether it has changed since the plan cannot be told: {error}")
}

fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    // Nothing panics while it is held.
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
