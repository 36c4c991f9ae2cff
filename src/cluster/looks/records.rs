//! Helm's records as their metadata describes them: labels, times and UIDs, never a payload.
//!
//! The records of replaced revisions are left out: they are most of what a cluster holds, and say nothing about
//! what a release is now.

use std::fmt::Debug;

use futures_util::stream::{StreamExt, iter};
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::{ListParams, ObjectMeta};
use kube::core::Resource;
use serde::de::DeserializeOwned;

use super::SIDE_BY_SIDE;
use super::store::{NOT_REPLACED, StorageDriver};
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;
use crate::release::{Namespace, ObjectVersion};

/// So many records are asked for at a time: a page stays small, whatever the cluster holds.
const PAGE: u32 = 1000;

/// One revision of a release as its labels describe it: what Helm wrote beside the payload, which is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The namespace that the record lies in. Foreign text.
    pub namespace: String,
    /// The object's own name.
    pub object: String,
    /// Which writing of the object it is.
    pub mark: ObjectVersion,
    /// The release's name, where the record has such a label. Foreign text.
    pub release: Option<String>,
    /// The revision, where the record has such a label and it is a number.
    pub revision: Option<u32>,
    /// The state, where the record has such a label. Foreign text.
    pub status: Option<String>,
    /// When the object was made, which is when the revision was deployed. Helm's own label with a time is
    /// copied from revision to revision and says nothing.
    pub created: Option<jiff::Timestamp>,
    /// The label [`KEEP_LABEL`](Record::KEEP_LABEL), where the record has it. Foreign text.
    pub keep_label: Option<String>,
}

/// The records of one namespace, or why they could not be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InNamespace {
    /// Which.
    pub namespace: Namespace,
    /// Its records.
    pub listed: Result<Vec<Record>, ApiError>,
}

impl Record {
    /// The label by which a release asks to be left alone. Helm copies the labels of `helm install --labels` to the
    /// record of every revision.
    pub const KEEP_LABEL: &str = "helm-purge-keep";
}

impl Client {
    /// Every record of the cluster that is not of a replaced revision.
    ///
    /// # Errors
    /// Where they cannot be listed in all namespaces.
    pub fn records(&self, store: StorageDriver) -> Result<Vec<Record>, ApiError> {
        self.look(move |client| async move {
            match store {
                StorageDriver::Secrets => list(&Api::<Secret>::all(client), NOT_REPLACED).await,
                StorageDriver::ConfigMaps => list(&Api::<ConfigMap>::all(client), NOT_REPLACED).await,
            }
        })
    }

    /// The same, namespace by namespace, for those who may not see all of them.
    ///
    /// # Errors
    /// Where nothing could be asked at all. What was refused in one namespace stands beside it.
    pub fn records_in(&self, store: StorageDriver, namespaces: Vec<Namespace>) -> Result<Vec<InNamespace>, ApiError> {
        self.look(move |client| async move {
            let looks = namespaces.into_iter().map(|namespace| {
                let client = client.clone();
                async move {
                    let listed = list_in(client, store, &namespace, NOT_REPLACED).await;
                    InNamespace { namespace, listed }
                }
            });
            Ok(iter(looks).buffer_unordered(SIDE_BY_SIDE).collect().await)
        })
    }

    /// Every record of the given releases of one namespace, those of replaced revisions as well.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn records_of(
        &self,
        store: StorageDriver,
        namespace: Namespace,
        releases: &[String],
    ) -> Result<Vec<Record>, ApiError> {
        let labels = format!(",name in ({})", releases.join(","));
        self.look(move |client| async move { list_in(client, store, &namespace, &labels).await })
    }
}

pub(super) async fn list_in(
    client: kube::Client,
    store: StorageDriver,
    namespace: &Namespace,
    labels: &str,
) -> Result<Vec<Record>, ApiError> {
    let name = namespace.as_str();
    match store {
        StorageDriver::Secrets => list(&Api::<Secret>::namespaced(client, name), labels).await,
        StorageDriver::ConfigMaps => list(&Api::<ConfigMap>::namespaced(client, name), labels).await,
    }
}

/// Every record that an API shows, with a condition on its labels.
pub(super) async fn list<K>(api: &Api<K>, labels: &str) -> Result<Vec<Record>, ApiError>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let mut records = Vec::new();
    every_page(api, &StorageDriver::parameters(labels), |metadata| records.push(Record::from(&metadata))).await?;
    Ok(records)
}

/// Reads a list page by page and hands on the metadata of each object.
pub(super) async fn every_page<K>(
    api: &Api<K>,
    parameters: &ListParams,
    mut on_object: impl FnMut(ObjectMeta),
) -> Result<(), ApiError>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
{
    let mut page = parameters.clone().limit(PAGE);
    loop {
        let list = answered(|| api.list_metadata(&page)).await?;
        list.items.into_iter().for_each(|item| on_object(item.metadata));
        page.continue_token = list.metadata.continue_.filter(|token| !token.is_empty());
        if page.continue_token.is_none() {
            return Ok(());
        }
    }
}

impl From<&ObjectMeta> for Record {
    fn from(metadata: &ObjectMeta) -> Self {
        let label = |name: &str| metadata.labels.as_ref().and_then(|labels| labels.get(name)).cloned();
        Self {
            namespace: metadata.namespace.clone().unwrap_or_default(),
            object: metadata.name.clone().unwrap_or_default(),
            mark: ObjectVersion {
                uid: metadata.uid.as_deref().unwrap_or_default().into(),
                version: metadata.resource_version.as_deref().unwrap_or_default().into(),
            },
            release: label("name"),
            revision: label("version").and_then(|version| version.parse().ok()),
            status: label("status"),
            created: metadata.creation_timestamp.as_ref().map(|time| time.0),
            keep_label: label(Self::KEEP_LABEL),
        }
    }
}
