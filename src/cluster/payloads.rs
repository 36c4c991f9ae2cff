//! The payloads of release records: what Helm stored for a revision, still compressed.
//!
//! Payloads are handed on as they come. The number of payloads that wait to be taken is bounded, so the taker sets the
//! pace.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use futures_util::stream::TryStreamExt;
use k8s_openapi::ByteString;
use kube::api::{DynamicObject, ListParams};
use serde_json::Value;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::client::Client;
use super::records::{RecordFilter, StorageDriver};
use super::request::{ApiError, concurrently, pages, with_retry};
use crate::release::Namespace;

/// From this number of records in one namespace on, a list is cheaper than a request for each.
const MIN_LISTED: usize = 4;
/// A page of whole records: a record has at most a megabyte, most have a hundredth of that.
const PAYLOADS_PER_PAGE: u32 = 50;
const MAX_WAITING: usize = 32;

/// One payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The namespace of its record.
    pub namespace: Namespace,
    /// The object that holds it.
    pub object: String,
    /// The text that Helm stored, still compressed; empty if there was none.
    pub packed: Vec<u8>,
}

/// Payloads as they come. Several threads may take them.
#[derive(Debug)]
pub struct Payloads(Mutex<Receiver<Result<Payload, ApiError>>>);

impl Payloads {
    /// Waits for the next one; none if all have come, or the run was cancelled. A record that does not exist has no
    /// payload.
    pub fn next(&self) -> Option<Result<Payload, ApiError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
    }
}

impl Client {
    /// Starts to read payloads: those in the objects with these names in each namespace.
    ///
    /// # Errors
    /// If nothing can be requested at all.
    pub fn payloads(
        &self,
        driver: StorageDriver,
        objects: BTreeMap<Namespace, BTreeSet<String>>,
    ) -> Result<Payloads, ApiError> {
        let (sender, receiver) = channel(MAX_WAITING);
        let cancelled = self.cancelled();
        self.spawn(async move |client| {
            let read = async {
                match client {
                    Err(error) => drop(sender.send(Err(error)).await),
                    Ok(client) => {
                        let read = async |(namespace, objects)| {
                            if let Err(error) = read(&client, driver, namespace, objects, &sender).await {
                                // The receiver may be gone already.
                                let _ = sender.send(Err(error)).await;
                            }
                        };
                        concurrently(objects, read).await;
                    }
                }
            };
            tokio::select! { () = read => {}, () = cancelled => {} }
        })?;
        Ok(Payloads(Mutex::new(receiver)))
    }
}

/// Reads the requested payloads of one namespace.
async fn read(
    client: &kube::Client,
    driver: StorageDriver,
    namespace: Namespace,
    mut objects: BTreeSet<String>,
    sender: &Sender<Result<Payload, ApiError>>,
) -> Result<(), ApiError> {
    let api = driver.api(client, Some(namespace.as_str()));
    let send = async |object, record| {
        let payload = Payload { namespace: namespace.clone(), object, packed: payload_of(driver, record) };
        sender.send(Ok(payload)).await.map_err(|_| ApiError::Cancelled)
    };
    if objects.len() >= MIN_LISTED {
        let selected = RecordFilter::NotSuperseded.parameters().limit(PAYLOADS_PER_PAGE);
        let mut pages = pin!(pages(selected, usize::MAX, async |page: &ListParams| api.list(page).await));
        while !objects.is_empty()
            && let Some(page) = pages.try_next().await?
        {
            for mut record in page {
                let object = record.metadata.name.take().unwrap_or_default();
                if objects.remove(&object) {
                    send(object, record).await?;
                }
            }
        }
    }
    // Also those that the list leaves out: the newest revision may be superseded.
    for object in objects {
        if let Some(record) = with_retry(async || api.get_opt(&object).await).await? {
            send(object, record).await?;
        }
    }
    Ok(())
}

/// A Secret holds it as base64, a `ConfigMap` as text.
fn payload_of(driver: StorageDriver, mut record: DynamicObject) -> Vec<u8> {
    let payload = record.data.pointer_mut("/data/release").map(Value::take).unwrap_or_default();
    match driver {
        StorageDriver::Secrets => serde_json::from_value::<ByteString>(payload).map(|bytes| bytes.0),
        StorageDriver::ConfigMaps => serde_json::from_value::<String>(payload).map(String::into_bytes),
    }
    .unwrap_or_default()
}
