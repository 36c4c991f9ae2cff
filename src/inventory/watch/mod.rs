//! What becomes of planned releases while a run goes on: who deploys in its tenth minute keeps the release.
//!
//! A watch tells of every record that is written. Where there is none, or it broke, the few releases that are about
//! to go are listed once more.

mod notes;

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cluster::{Client, LookError, RecordStore};
use crate::inventory::metadata::listing_of;
use crate::release::Release;
use notes::Notes;

/// How long to wait for a watch to begin.
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether a release is still what the plan says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is, or it is gone.
    AsPlanned,
    /// It is not, for this reason.
    Changed(String),
    /// That cannot be told, for this reason.
    Unknown(LookError),
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
        if let Some(version) = version {
            let (first, first_news) = channel();
            let told = Arc::clone(&notes);
            let begun = client.watch_records(store, version, move |news| {
                lock(&told).take(&news);
                // Nobody waits for it any more after the first.
                let _ = first.send(());
            });
            // Where it is not there at once, each batch is listed until it is.
            let _ = begun.is_ok() && first_news.recv_timeout(PATIENCE).is_ok();
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
            Err(error) => vec![Standing::Unknown(error); releases.len()],
        }
    }
}

fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    // Nothing panics while it is held.
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
