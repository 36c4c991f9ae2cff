//! Many objects at once: hundreds of releases in a second or two.
//!
//! Must not reorder what depends on each other: a call is one batch, and the caller makes batches in order.

use kube::api::{DynamicObject, PostParams};
use serde_json::Value;
use tokio::task::JoinSet;

use super::address::{Address, dynamic};
use super::connection::Api;
use crate::Error;

/// Requests under way at the same time; more make an API server on two cores no faster.
const AT_ONCE: usize = 64;

impl Api {
    /// Creates all `objects`, in no particular order.
    ///
    /// # Errors
    /// The first one that is met; some objects may have been created then.
    pub fn create_all(&self, objects: Vec<Value>) -> Result<(), Error> {
        self.block_on(self.create_concurrently(objects, |_| false))
    }

    /// Creates those of `objects` that do not exist.
    ///
    /// # Errors
    /// As for [`create_all`](Self::create_all).
    pub fn ensure_all(&self, objects: Vec<Value>) -> Result<(), Error> {
        self.block_on(self.create_concurrently(objects, already_exists))
    }

    async fn create_concurrently(&self, objects: Vec<Value>, forgive: fn(&kube::Error) -> bool) -> Result<(), Error> {
        let mut running = JoinSet::new();
        for object in objects {
            if running.len() == AT_ONCE {
                finished(running.join_next().await)?;
            }
            let address = Address::of(&object)?;
            let (api, name) = (self.resolve(address.kind, address.within()).await?, address.to_string());
            running.spawn(create(api, dynamic(&object)?, name, forgive));
        }
        while let Some(ended) = running.join_next().await {
            finished(Some(ended))?;
        }
        Ok(())
    }
}

async fn create(
    api: kube::Api<DynamicObject>,
    object: DynamicObject,
    name: String,
    forgive: fn(&kube::Error) -> bool,
) -> Result<(), Error> {
    match api.create(&PostParams::default(), &object).await {
        Err(fault) if !forgive(&fault) => Err(Error::api(format!("create {name}"))(fault)),
        _ => Ok(()),
    }
}

fn finished(ended: Option<Result<Result<(), Error>, tokio::task::JoinError>>) -> Result<(), Error> {
    ended.map_or(Ok(()), |joined| joined.expect("a request does not panic and is not aborted before its end"))
}

fn already_exists(fault: &kube::Error) -> bool {
    matches!(fault, kube::Error::Api(status) if status.is_already_exists())
}
