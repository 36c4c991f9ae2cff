//! The looks that this program takes at a cluster, each a question with a plain answer.

use k8s_openapi::api::core::v1::{ConfigMap, Namespace as NamespaceObject, Secret};
use kube::Api;
use kube::api::{ListParams, ObjectMeta, PartialObjectMeta};
use kube::core::Resource;
use serde::de::DeserializeOwned;

use super::client::{Client, LookError};
use crate::release::Namespace;

/// So many records are asked for at a time: a page stays small, whatever the cluster holds.
const PAGE: u32 = 500;

/// What tells a cluster from every other: the UID of its namespace `kube-system`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(pub String);

/// Where Helm stores its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordStore {
    /// In Secrets, its default.
    Secrets,
    /// In ConfigMaps, with `HELM_DRIVER=configmap`.
    ConfigMaps,
}

/// One revision of a release as its labels describe it: what Helm wrote beside the payload, which is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The namespace that the record lies in. Foreign text.
    pub namespace: String,
    /// The object's own name.
    pub object: String,
    /// The release's name, where the record has such a label. Foreign text.
    pub release: Option<String>,
    /// The revision, where the record has such a label and it is a number.
    pub revision: Option<u32>,
}

impl Client {
    /// The cluster's identity.
    ///
    /// # Errors
    /// Where the namespace `kube-system` cannot be read.
    pub fn identity(&self) -> Result<Identity, LookError> {
        let look = |client| async { Api::<NamespaceObject>::all(client).get_metadata("kube-system").await };
        let uid = self.look(look)?.metadata.uid.filter(|uid| !uid.is_empty());
        uid.map(Identity).ok_or_else(|| LookError::Failed("the namespace kube-system has no UID".to_owned()))
    }

    /// The names of all namespaces, sorted.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn namespaces(&self) -> Result<Vec<Namespace>, LookError> {
        let list = self.all_pages::<NamespaceObject>(&ListParams::default())?;
        let mut names = list.iter().filter_map(|metadata| metadata.name.as_ref()?.parse().ok()).collect::<Vec<_>>();
        names.sort();
        Ok(names)
    }

    /// Every record that is not of a replaced revision, in all namespaces: labels alone, no payload.
    ///
    /// # Errors
    /// Where they cannot be listed in all namespaces.
    pub fn records(&self, store: RecordStore) -> Result<Vec<Record>, LookError> {
        let parameters = ListParams::default().labels("owner=helm,status!=superseded");
        let list = match store {
            RecordStore::Secrets => self.all_pages::<Secret>(&parameters.fields("type=helm.sh/release.v1"))?,
            RecordStore::ConfigMaps => self.all_pages::<ConfigMap>(&parameters)?,
        };
        Ok(list.iter().map(Record::from).collect())
    }

    fn all_pages<K>(&self, parameters: &ListParams) -> Result<Vec<ObjectMeta>, LookError>
    where
        K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned + Send + 'static,
    {
        let (mut all, mut next) = (Vec::new(), None::<String>);
        loop {
            let mut page = parameters.clone().limit(PAGE);
            page.continue_token.clone_from(&next);
            let list = self.look(move |client| async move { Api::<K>::all(client).list_metadata(&page).await })?;
            next = list.metadata.continue_.filter(|token| !token.is_empty());
            all.extend(list.items.into_iter().map(|item: PartialObjectMeta<K>| item.metadata));
            if next.is_none() {
                return Ok(all);
            }
        }
    }
}

impl From<&ObjectMeta> for Record {
    fn from(metadata: &ObjectMeta) -> Self {
        let label = |name: &str| metadata.labels.as_ref().and_then(|labels| labels.get(name)).cloned();
        Self {
            namespace: metadata.namespace.clone().unwrap_or_default(),
            object: metadata.name.clone().unwrap_or_default(),
            release: label("name"),
            revision: label("version").and_then(|version| version.parse().ok()),
        }
    }
}
