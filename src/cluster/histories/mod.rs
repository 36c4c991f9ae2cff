//! What is removed from a cluster other than by helm: records of releases that were uninstalled with their history kept.
//!
//! Each only as it was looked at before: one that was written again meanwhile, or made anew under its name, stays.

use futures_util::stream::{StreamExt, iter};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::{DeleteParams, Preconditions};

use super::client::{Client, in_time};
use super::look_error::ApiError;
use super::looks::{Record, StorageDriver};

/// So many requests of one look are on their way at a time.
const SIDE_BY_SIDE: usize = 8;
/// So many records in one look: each request may take its time, and a look has an end.
const TOGETHER: usize = 5 * SIDE_BY_SIDE;

impl Client {
    /// Removes records as they were seen. For each, in order: whether it is gone; where it is not, it was not touched.
    pub fn remove_records(&self, store: StorageDriver, records: &[Record]) -> Vec<Result<(), ApiError>> {
        let mut removed = Vec::with_capacity(records.len());
        for some in records.chunks(TOGETHER) {
            let wanted = some.to_vec();
            match self.look(move |client| async move { Ok(remove(client, store, wanted).await) }) {
                Ok(answers) => removed.extend(answers),
                // Whatever it is, the next ones would wait for it as well.
                Err(error) => {
                    removed.resize(records.len(), Err(error));
                    break;
                }
            }
        }
        removed
    }
}

async fn remove(client: kube::Client, store: StorageDriver, records: Vec<Record>) -> Vec<Result<(), ApiError>> {
    let removals = records.into_iter().map(|record| {
        let client = client.clone();
        async move {
            let as_seen = Preconditions {
                uid: Some(record.mark.uid.to_string()),
                resource_version: Some(record.mark.version.to_string()),
            };
            let (parameters, name) = (DeleteParams::default().preconditions(as_seen), &record.object);
            in_time(async {
                let deleted = match store {
                    StorageDriver::Secrets => {
                        let api = Api::<Secret>::namespaced(client, &record.namespace);
                        api.delete(name, &parameters).await.map(drop)
                    }
                    StorageDriver::ConfigMaps => {
                        let api = Api::<ConfigMap>::namespaced(client, &record.namespace);
                        api.delete(name, &parameters).await.map(drop)
                    }
                };
                match deleted {
                    // Somebody else was there first.
                    Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
                    other => other,
                }
            })
            .await
        }
    });
    iter(removals).buffered(SIDE_BY_SIDE).collect().await
}
