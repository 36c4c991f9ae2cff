//! Whether the records of planned releases are what they were: by a watch, or by a list of a few.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Freshness;
use super::beginnings::Beginnings;
use super::notes::Notes;
use crate::cluster::{Client, StorageDriver};
use crate::inventory::metadata::listing_of;
use crate::inventory::{Found, Listing};
use crate::release::Release;

#[derive(Debug)]
pub(super) struct RecordWatch {
    client: Client,
    store: StorageDriver,
    notes: Arc<Mutex<Notes>>,
}

impl RecordWatch {
    pub(super) fn begin(
        client: Client,
        store: StorageDriver,
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
    pub(super) fn look(&self, releases: &[&Release]) -> Vec<Freshness> {
        let known = lock(&self.notes).standings(releases);
        known.unwrap_or_else(|| self.list(releases))
    }

    fn list(&self, releases: &[&Release]) -> Vec<Freshness> {
        let Some(first) = releases.first() else { return Vec::new() };
        let names = releases.iter().map(|release| release.id.name.to_string()).collect::<Vec<_>>();
        match self.client.records_of(self.store, first.id.namespace.clone(), &names) {
            Ok(list) => {
                let now = listing_of(list.records);
                releases.iter().map(|planned| standing_in(&now, planned)).collect()
            }
            Err(error) => vec![Freshness::Unknown(error); releases.len()],
        }
    }
}

fn standing_in(now: &Listing, planned: &Release) -> Freshness {
    match (now.change_of(planned), now.find(&planned.id)) {
        (None, _) => Freshness::AlwaysFresh,
        (Some(change), Found::Release(found)) if planned.is_begun_as(found) => Freshness::Begun(change),
        (Some(change), _) => Freshness::Changed(change),
    }
}

pub(super) fn lock<T>(notes: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(revision: u32, updated: &str, status: &str) -> Listing {
        let json = format!(
            r#"[{{"name":"web","namespace":"dev-a","revision":"{revision}","updated":"{updated}","status":"{status}","chart":"web-1.0.0"}}]"#
        );
        crate::inventory::read(json.as_bytes()).expect("a list")
    }

    #[test]
    fn a_list_tells_an_uninstall_that_was_begun_from_every_other_change() {
        let planned = listing(1, "2026-11-20T10:00:00Z", "deployed").releases.remove(0);
        let standing = |revision, updated, status| standing_in(&listing(revision, updated, status), &planned);
        let now = "2026-11-20T10:00:00Z";
        assert_eq!(standing(1, now, "deployed"), Freshness::AlwaysFresh);
        assert_eq!(standing_in(&Listing::default(), &planned), Freshness::AlwaysFresh);
        assert!(matches!(standing(1, now, "uninstalling"), Freshness::Begun(_)));
        for changed in [
            standing(1, "2026-11-20T11:00:00Z", "uninstalling"),
            standing(2, now, "uninstalling"),
            standing(1, now, "uninstalled"),
            standing(1, now, "pending-upgrade"),
        ] {
            assert!(matches!(changed, Freshness::Changed(_)), "{changed:?}");
        }
    }
}
