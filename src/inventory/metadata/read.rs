//! Reads payloads: the client brings them, a few threads unpack them.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;

use crate::cluster::{ApiError, Client, Payload, Payloads, RecordRequest, StorageDriver};
use crate::inventory::contents::{GatheredContents, content_of, read_stored, unpack};
use crate::inventory::{Contents, ObjectLists};
use crate::parallel::run_workers;
use crate::release::{Content, Release};

/// More threads than this would only wait for the API server.
const MOST_THREADS: usize = 4;

/// What is still to come, by namespace and object.
type Expected<'a> = BTreeMap<(&'a str, String), &'a Release>;

/// What the releases hold.
pub(in crate::inventory) fn contents(
    client: &Client,
    store: StorageDriver,
    releases: &[&Release],
    lists: ObjectLists,
) -> Result<Contents, ApiError> {
    let key = |release: &&'_ Release| StorageDriver::object_name(release.id.name.as_str(), release.revision.0);
    let expected: Expected<'_> =
        releases.iter().map(|release| ((release.id.namespace.as_str(), key(release)), *release)).collect();
    if expected.is_empty() {
        return Ok(Contents::new());
    }
    let payloads = client.payloads(store, wanted(&expected))?;
    let reader = Reader { payloads, expected: &expected, lists, found: Mutex::default(), error: Mutex::default() };
    let threads = available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    run_workers(threads, || reader.read());
    reader.finish(client)
}

fn wanted(expected: &Expected<'_>) -> Vec<RecordRequest> {
    let mut wanted: Vec<RecordRequest> = Vec::new();
    for ((_, object), release) in expected {
        match wanted.last_mut().filter(|last| last.namespace == release.id.namespace) {
            Some(last) => last.objects.extend([object.clone()]),
            None => {
                wanted
                    .push(RecordRequest { namespace: release.id.namespace.clone(), objects: [object.clone()].into() });
            }
        }
    }
    wanted
}

struct Reader<'a> {
    payloads: Payloads,
    expected: &'a Expected<'a>,
    lists: ObjectLists,
    found: Mutex<GatheredContents>,
    error: Mutex<Option<ApiError>>,
}

impl Reader<'_> {
    fn read(&self) {
        while let Some(payload) = self.payloads.next() {
            match payload {
                Ok(payload) => self.take(&payload),
                Err(error) => *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error),
            }
        }
    }

    fn take(&self, payload: &Payload) {
        let key = (payload.namespace.as_str(), payload.object.clone());
        let Some(release) = self.expected.get(&key) else { return };
        let content = content(release, &payload.packed, self.lists)
            .map_err(|why| format!("revision {}: {why}", release.revision));
        self.found.lock().unwrap_or_else(PoisonError::into_inner).add(release, content);
    }

    /// Whoever may list records may not always read one; that is known of the release, and keeps it.
    fn finish(self, client: &Client) -> Result<Contents, ApiError> {
        let mut found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner).into_contents();
        let missing = match self.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            None if client.is_cancelled() => return Err(ApiError::Cancelled),
            None => "its record was gone when it was to be read".to_owned(),
            Some(ApiError::Forbidden(why)) => format!("its record may not be read: {why}"),
            Some(error) => return Err(error),
        };
        for release in self.expected.values() {
            found.entry(release.id.clone()).or_insert_with(|| Err(missing.clone()));
        }
        Ok(found)
    }
}

fn content(release: &Release, packed: &[u8], lists: ObjectLists) -> Result<Content, String> {
    let stored = unpack(packed).and_then(|json| read_stored(&json));
    content_of(release, &stored.map_err(|why| format!("its record cannot be decoded: {why}"))?, lists)
}
