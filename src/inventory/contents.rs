//! What releases hold: read from the newest record of each. Nothing here decides what becomes of a release.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use super::manifest::{self, KeepPolicy};
use super::record::{HelmRecord, unpack};
use crate::cluster::{ApiError, Client, Payload, StorageDriver};
use crate::parallel::run_workers;
use crate::release::{Content, Known, ObjectKinds, Release, ReleaseId};
use crate::sanitize::truncated;

/// More threads than this would only wait for the API server.
const MOST_THREADS: usize = 4;
/// A reason may quote what a record holds. A plan shows no more characters of it.
const LONGEST_REASON: usize = 400;

/// What each release holds, or why that is unknown.
pub type Contents = BTreeMap<ReleaseId, Result<Content, String>>;

/// Whether to list the objects of releases. There may be very many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectLists {
    /// The caller will check whether they are gone.
    Wanted,
    /// They are left out.
    NotWanted,
}

/// Compares a record with the release that it was found for, and reads what it holds.
pub(super) fn content_of(release: &Release, record: &HelmRecord, lists: ObjectLists) -> Result<Content, String> {
    let (id, text) = (&release.id, |text: &Option<String>| text.clone().unwrap_or_default());
    let namespace = text(&record.namespace);
    if namespace != id.namespace.as_str() {
        return Err(format!("its release record is for namespace {namespace}, but is stored in another one"));
    }
    for (what, found, listed) in [
        ("release", text(&record.name), id.name.to_string()),
        ("revision", record.revision.unwrap_or_default().to_string(), release.revision.to_string()),
        ("status", record.status().to_owned(), release.status.to_string()),
    ] {
        if found != listed {
            let why = format!(
                "{what} {found} in its release record does not match its labels ({listed}): forged, or just changed"
            );
            return Err(why);
        }
    }
    let mut content = Content {
        first_deployed: record.first_deployed(),
        description: record.info.as_ref().map(|info| text(&info.description)).unwrap_or_default(),
        made_by_hooks: record.made_by_hooks(),
        ..Content::of_chart(record.chart())
    };
    if lists == ObjectLists::NotWanted {
        content.crd_usage.objects = Known::Unknown;
    }
    let own = id.namespace.as_str();
    manifest::read(record.manifest.as_deref().unwrap_or_default(), own, KeepPolicy::Honoured, &mut content)?;
    // A phase does not wait for the objects of hooks.
    let objects = std::mem::replace(&mut content.crd_usage.objects, Known::Is(Vec::new()));
    for hook in record.hooks_on_uninstall() {
        manifest::read(hook, own, KeepPolicy::Ignored, &mut content).map_err(|why| format!("in a hook: {why}"))?;
    }
    content.hooks = std::mem::replace(&mut content.crd_usage.objects, objects);
    manifest::add_definitions(&record.definitions(), &mut content.crd_usage);
    Ok(content)
}

/// Contents as they come. Releases with the same kinds share one set of them.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) contents: Contents,
    kinds: BTreeSet<Arc<ObjectKinds>>,
}

impl Collector {
    pub(super) fn add(&mut self, release: &Release, content: Result<Content, String>) {
        let content = content.map(|content| {
            let known = self.kinds.get(&content.kinds).cloned();
            let kinds = known.unwrap_or_else(|| {
                self.kinds.insert(Arc::clone(&content.kinds));
                Arc::clone(&content.kinds)
            });
            Content { kinds, ..content }
        });
        self.contents.insert(release.id.clone(), content.map_err(|why| truncated(&why, LONGEST_REASON)));
    }
}

/// Reads the records of releases through the API: the client brings them, a few threads unpack them.
pub(super) fn query_contents(
    client: &Client,
    driver: StorageDriver,
    releases: &[&Release],
    lists: ObjectLists,
) -> Result<Contents, ApiError> {
    let object = |release: &Release| StorageDriver::object_name(release.id.name.as_str(), release.revision.0);
    let mut expected = BTreeMap::new();
    let mut requested = BTreeMap::<_, BTreeSet<String>>::new();
    for release in releases {
        expected.insert((release.id.namespace.as_str(), object(release)), *release);
        requested.entry(release.id.namespace.clone()).or_default().insert(object(release));
    }
    if expected.is_empty() {
        return Ok(Contents::new());
    }
    let payloads = client.payloads(driver, requested)?;
    let (collector, failed) = (Mutex::new(Collector::default()), Mutex::new(None));
    let take = |Payload { namespace, object, packed }: Payload| {
        let Some(release) = expected.get(&(namespace.as_str(), object)) else { return };
        let content = unpacked_content(release, &packed, lists);
        let content = content.map_err(|why| format!("revision {}: {why}", release.revision));
        collector.lock().unwrap_or_else(PoisonError::into_inner).add(release, content);
    };
    run_workers(available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS), || {
        while let Some(payload) = payloads.next() {
            match payload {
                Ok(payload) => take(payload),
                Err(error) => *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error),
            }
        }
    });
    // An account that may list records cannot always read each of them; a plan keeps such a release.
    let missing = match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        None if client.is_cancelled() => return Err(ApiError::Cancelled),
        None => "its release record was deleted before it was read".to_owned(),
        Some(ApiError::Forbidden(why)) => format!("not allowed to read its release record: {why}"),
        Some(error) => return Err(error),
    };
    let mut contents = collector.into_inner().unwrap_or_else(PoisonError::into_inner).contents;
    for release in expected.values() {
        contents.entry(release.id.clone()).or_insert_with(|| Err(missing.clone()));
    }
    Ok(contents)
}

fn unpacked_content(release: &Release, packed: &[u8], lists: ObjectLists) -> Result<Content, String> {
    let undecodable = |why| format!("cannot decode its release record: {why}");
    let json = unpack(packed).map_err(undecodable)?;
    content_of(release, &HelmRecord::read(&json).map_err(undecodable)?, lists)
}

#[cfg(test)]
#[path = "contents_fuzz_test.rs"]
mod tests;
