//! Whether the records of planned releases are what they were: by a watch, or by a list of a few.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Standing;
use super::beginnings::Beginnings;
use super::notes::Notes;
use crate::cluster::{Client, RecordStore};
use crate::inventory::metadata::listing_of;
use crate::release::Release;

#[derive(Debug)]
pub(super) struct RecordWatch {
    client: Client,
    store: RecordStore,
    notes: Arc<Mutex<Notes>>,
}

impl RecordWatch {
    pub(super) fn begin(
        client: Client,
        store: RecordStore,
        planned: &[Release],
        version: Option<String>,
        beginnings: &mut Beginnings,
    ) -> Self {
        let notes = Arc::new(Mutex::new(Notes::new(planned)));
        if let Some(version) = version {
            let told = Arc::clone(&notes);
            let tell = beginnings.on_news(move |news| lock(&told).take(&news));
            // Without it each batch is listed.
            let _ = client.watch_records(store, version, tell);
        }
        Self { client, store, notes }
    }

    /// How each of some releases of one namespace stands.
    pub(super) fn look(&self, releases: &[&Release]) -> Vec<Standing> {
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

pub(super) fn lock<T>(notes: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
