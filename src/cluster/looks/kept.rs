//! The records of releases that were uninstalled with their history kept, and whole histories of a few releases.

use std::fmt::Debug;

use futures_util::stream::{StreamExt, iter};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::core::Resource;
use serde::de::DeserializeOwned;

use super::SIDE_BY_SIDE;
use super::records::{InNamespace, Record, every_page, list, list_in};
use super::store::{StorageDriver, UNINSTALLED};
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::release::Namespace;

/// So many releases are named in one question: it becomes part of an address.
const NAMED_TOGETHER: usize = 50;

impl Client {
    /// Every record of the cluster that says of its release that it is uninstalled.
    ///
    /// # Errors
    /// Where they cannot be listed in all namespaces.
    pub fn uninstalled_records(&self, store: StorageDriver) -> Result<Vec<Record>, ApiError> {
        self.look(move |client| async move {
            match store {
                StorageDriver::Secrets => list(&Api::<Secret>::all(client), UNINSTALLED).await,
                StorageDriver::ConfigMaps => list(&Api::<ConfigMap>::all(client), UNINSTALLED).await,
            }
        })
    }

    /// The same, namespace by namespace, for those who may not see all of them.
    ///
    /// # Errors
    /// Where nothing could be asked at all. What was refused in one namespace stands beside it.
    pub fn uninstalled_records_in(
        &self,
        store: StorageDriver,
        namespaces: Vec<Namespace>,
    ) -> Result<Vec<InNamespace>, ApiError> {
        self.look(move |client| async move {
            let looks = namespaces.into_iter().map(|namespace| {
                let client = client.clone();
                async move {
                    let listed = list_in(client, store, &namespace, UNINSTALLED).await;
                    InNamespace { namespace, listed }
                }
            });
            Ok(iter(looks).buffer_unordered(SIDE_BY_SIDE).collect().await)
        })
    }

    /// All records of some releases of a namespace, in whatever state, that really are Helm's: of its own type of Secret.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn histories(
        &self,
        store: StorageDriver,
        namespace: &Namespace,
        releases: &[String],
    ) -> Result<Vec<Record>, ApiError> {
        let mut records = Vec::new();
        for some in releases.chunks(NAMED_TOGETHER) {
            let (namespace, labels) = (namespace.clone(), format!(",name in ({})", some.join(",")));
            records.extend(self.look(move |client| async move {
                let name = namespace.as_str();
                match store {
                    StorageDriver::Secrets => typed(&Api::<Secret>::namespaced(client, name), store, &labels).await,
                    StorageDriver::ConfigMaps => {
                        typed(&Api::<ConfigMap>::namespaced(client, name), store, &labels).await
                    }
                }
            })?);
        }
        Ok(records)
    }
}

async fn typed<K>(api: &Api<K>, store: StorageDriver, labels: &str) -> Result<Vec<Record>, ApiError>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let mut records = Vec::new();
    let parameters = store.of_helms_type(StorageDriver::parameters(labels));
    every_page(api, &parameters, |metadata| records.push(Record::from(&metadata))).await?;
    Ok(records)
}
