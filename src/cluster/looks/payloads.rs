//! The payloads of records: what Helm stored of a revision, packed as it is.
//!
//! Where many of a namespace are wanted they come in pages, else one by one. They are handed on as they come, and
//! whoever takes them decides how fast: what is on its way is bounded.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use futures_util::stream::{StreamExt, iter};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::core::{NamespaceResourceScope, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::SIDE_BY_SIDE;
use super::store::{NOT_REPLACED, StorageDriver};
use crate::cluster::client::{Client, told_to_end};
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;
use crate::release::Namespace;

/// From so many in one namespace on, listing them is cheaper than asking for each.
const MANY: usize = 4;
/// A page of whole records: each is at most a megabyte, most are a hundredth of that.
const PAGE: u32 = 50;
/// So many payloads may wait to be taken.
const WAITING: usize = 32;

/// Which payloads of a namespace are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The namespace.
    pub namespace: Namespace,
    /// The names of the objects that hold them.
    pub objects: BTreeSet<String>,
}

/// One payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// The namespace its record lies in.
    pub namespace: Namespace,
    /// The object that holds it.
    pub object: String,
    /// The text that Helm stored, still packed; empty where there was none.
    pub packed: Vec<u8>,
}

/// Payloads as they come in, for any number of takers at a time.
#[derive(Debug)]
pub struct Payloads(Mutex<Receiver<Result<Payload, ApiError>>>);

impl Payloads {
    /// Waits for the next one; none where all have come, or the run was told to end. One that is wanted and never
    /// comes is not there.
    pub fn next(&self) -> Option<Result<Payload, ApiError>> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
    }
}

impl Client {
    /// Begins to read payloads.
    ///
    /// # Errors
    /// Where nothing can be read at all.
    pub fn payloads(&self, store: StorageDriver, wanted: Vec<Wanted>) -> Result<Payloads, ApiError> {
        let (sender, receiver) = channel(WAITING);
        let stop = self.stop().clone();
        self.start(move |client| async move {
            let reading = async {
                match client {
                    Err(error) => drop(sender.send(Err(error)).await),
                    Ok(client) => read_all(client, store, wanted, sender).await,
                }
            };
            tokio::select! { () = reading => {}, () = told_to_end(stop) => {} }
        })?;
        Ok(Payloads(Mutex::new(receiver)))
    }
}

type Taker = Sender<Result<Payload, ApiError>>;

async fn read_all(client: kube::Client, store: StorageDriver, wanted: Vec<Wanted>, taker: Taker) {
    let looks = wanted.into_iter().map(|wanted| {
        let (client, taker, name) = (client.clone(), taker.clone(), wanted.namespace.to_string());
        async move {
            let read = match store {
                StorageDriver::Secrets => read(Api::<Secret>::namespaced(client, &name), wanted, &taker).await,
                StorageDriver::ConfigMaps => read(Api::<ConfigMap>::namespaced(client, &name), wanted, &taker).await,
            };
            if let Err(error) = read {
                // Nobody listens any more where another one failed.
                let _ = taker.send(Err(error)).await;
            }
        }
    });
    iter(looks).buffer_unordered(SIDE_BY_SIDE).collect::<()>().await;
}

/// Reads what is wanted of one namespace.
async fn read<K: Holder>(api: Api<K>, wanted: Wanted, taker: &Taker) -> Result<(), ApiError> {
    let Wanted { namespace, mut objects } = wanted;
    if objects.len() >= MANY {
        list(&api, &namespace, &mut objects, taker).await?;
    }
    // The few, and those that the list leaves out: a newest revision can be marked as replaced.
    for object in objects {
        if let Some(holder) = answered(|| api.get_opt(&object)).await? {
            let packed = holder.packed();
            hand_on(Payload { namespace: namespace.clone(), object, packed }, taker).await?;
        }
    }
    Ok(())
}

/// Reads page by page, and takes what it finds off the wanted objects.
async fn list<K: Holder>(
    api: &Api<K>,
    namespace: &Namespace,
    objects: &mut BTreeSet<String>,
    taker: &Taker,
) -> Result<(), ApiError> {
    let mut page = StorageDriver::parameters(NOT_REPLACED).limit(PAGE);
    loop {
        let list = answered(|| api.list(&page)).await?;
        for mut holder in list.items {
            let object = holder.meta_mut().name.take().unwrap_or_default();
            if objects.remove(&object) {
                let packed = holder.packed();
                hand_on(Payload { namespace: namespace.clone(), object, packed }, taker).await?;
            }
        }
        page.continue_token = list.metadata.continue_.filter(|token| !token.is_empty());
        if page.continue_token.is_none() || objects.is_empty() {
            return Ok(());
        }
    }
}

async fn hand_on(payload: Payload, taker: &Taker) -> Result<(), ApiError> {
    // Nobody listens any more where another look failed.
    taker.send(Ok(payload)).await.map_err(|_| ApiError::Interrupted)
}

/// An object that holds a record.
trait Holder: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned {
    /// What it holds.
    fn packed(self) -> Vec<u8>;
}

impl Holder for Secret {
    fn packed(self) -> Vec<u8> {
        self.data.and_then(|mut data| data.remove(KEY)).map(|bytes| bytes.0).unwrap_or_default()
    }
}

impl Holder for ConfigMap {
    fn packed(self) -> Vec<u8> {
        self.data.and_then(|mut data| data.remove(KEY)).map(String::into_bytes).unwrap_or_default()
    }
}

/// Under this key of its data.
const KEY: &str = "release";
