//! Namespaces: which there are, their labels and annotations, and one of them with its releases as they are now.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Namespace as NamespaceObject;
use kube::Api;
use kube::api::{ListParams, ObjectMeta};

use super::client::{Client, bounded};
use super::opt_outs::{OptOutConfigMap, list_opt_outs, own_annotations};
use super::records::{RecordFilter, ReleaseRecord, StorageDriver, list_records};
use super::request::{ApiError, PerNamespace, concurrently, list_metadata, with_retry};
use crate::release::Namespace;

const NAMESPACES_PER_PAGE: u32 = 1000;

/// The UID of a cluster's namespace `kube-system`, which identifies the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(pub String);

/// The metadata of a namespace. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamespaceFacts {
    /// All its labels.
    pub labels: BTreeMap<String, String>,
    /// Those of its annotations that begin with `helm-purge/`; a very long one is truncated.
    pub annotations: BTreeMap<String, String>,
}

/// With which right a namespace is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamespaceRequest {
    /// `list` in the whole cluster, of which this needs a single item.
    List,
    /// `get` of this namespace.
    Get,
}

/// The answers, each with its own error.
#[derive(Debug)]
pub struct NamespaceNow {
    /// All records of the releases in question.
    pub records: Result<Vec<ReleaseRecord>, ApiError>,
    /// The opt-outs; none if they were not requested.
    pub opt_outs: Result<Vec<OptOutConfigMap>, ApiError>,
    /// The labels and annotations; `None` if the namespace does not exist, or they were not requested.
    pub facts: Result<Option<NamespaceFacts>, ApiError>,
}

impl Client {
    /// The cluster's identity.
    ///
    /// # Errors
    /// If the namespace `kube-system` cannot be read.
    pub fn identity(&self) -> Result<Identity, ApiError> {
        let kube_system = self.query(async |client| {
            let api = Api::<NamespaceObject>::all(client);
            with_retry(async || api.get_metadata("kube-system").await).await
        })?;
        let uid = kube_system.metadata.uid.filter(|uid| !uid.is_empty());
        uid.map(Identity).ok_or_else(|| ApiError::Failed("the namespace kube-system has no UID".to_owned()))
    }

    /// All namespaces.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn namespaces(&self) -> Result<BTreeMap<Namespace, NamespaceFacts>, ApiError> {
        let named = |metadata: ObjectMeta| {
            // The API server accepts no other names.
            let name = metadata.name.as_ref()?.parse::<Namespace>().ok()?;
            Some((name, NamespaceFacts::from(metadata)))
        };
        let namespaces = self.query(async move |client| {
            let api = Api::<NamespaceObject>::all(client);
            list_metadata(&api, ListParams::default().limit(NAMESPACES_PER_PAGE), usize::MAX, named).await
        })?;
        Ok(namespaces.into_iter().collect())
    }

    /// Some namespaces by their names: an account that cannot list namespaces may often read those of its releases.
    ///
    /// # Errors
    /// If nothing could be requested at all. A namespace that was refused has its own error.
    pub fn namespaces_by_name(
        &self,
        namespaces: Vec<Namespace>,
    ) -> Result<Vec<PerNamespace<NamespaceFacts>>, ApiError> {
        self.bounded_query(async move |client| {
            let api = Api::<NamespaceObject>::all(client);
            let get = async |namespace: Namespace| {
                let found = with_retry(async || api.get_metadata(namespace.as_str()).await).await;
                (namespace, found.map(|object| NamespaceFacts::from(object.metadata)))
            };
            Ok(concurrently(namespaces, get).await)
        })
    }

    /// Requests the records of some releases, the opt-outs and the metadata of their namespace concurrently, the last two
    /// only on request.
    ///
    /// # Errors
    /// If nothing could be requested at all. A request that was refused has its error in its own answer.
    pub fn namespace_now(
        &self,
        driver: StorageDriver,
        namespace: &Namespace,
        releases: &[String],
        opt_outs: bool,
        metadata: Option<NamespaceRequest>,
    ) -> Result<NamespaceNow, ApiError> {
        let (namespace, selected) = (namespace.clone(), RecordFilter::Releases(releases.to_vec()).parameters());
        self.query(async move |client| {
            let opt_outs = async {
                if opt_outs {
                    bounded(Box::pin(list_opt_outs(&client, Some(&namespace)))).await
                } else {
                    Ok(Vec::new())
                }
            };
            let facts = async {
                match metadata {
                    Some(request) => facts(Api::all(client.clone()), &namespace, request).await,
                    None => Ok(None),
                }
            };
            let records = list_records(&client, driver, Some(&namespace), selected);
            let (records, opt_outs, facts) = tokio::join!(records, opt_outs, facts);
            Ok(NamespaceNow { records, opt_outs, facts })
        })
    }
}

async fn facts(
    api: Api<NamespaceObject>,
    namespace: &Namespace,
    request: NamespaceRequest,
) -> Result<Option<NamespaceFacts>, ApiError> {
    let found = match request {
        NamespaceRequest::Get => with_retry(async || api.get_metadata_opt(namespace.as_str()).await).await?,
        NamespaceRequest::List => {
            let one = ListParams::default().fields(&format!("metadata.name={namespace}"));
            with_retry(async || api.list_metadata(&one).await).await?.items.pop()
        }
    };
    Ok(found.map(|object| NamespaceFacts::from(object.metadata)))
}

impl From<ObjectMeta> for NamespaceFacts {
    fn from(metadata: ObjectMeta) -> Self {
        Self {
            annotations: own_annotations(metadata.annotations.unwrap_or_default()),
            labels: metadata.labels.unwrap_or_default(),
        }
    }
}
