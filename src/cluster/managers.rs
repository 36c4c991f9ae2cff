//! The objects of controllers that manage releases: Flux's `HelmRelease` and Argo CD's `Application`.
//!
//! Each `HelmRelease` makes a Helm release, and makes it again if it goes. Each `Application` keeps the objects of a
//! namespace as a repository describes them.

use std::fmt::Debug;

use kube::api::{Api, ListParams};
use kube::core::{NotUsed, Object};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::client::Client;
use super::discovery::{find_in_versions, served_in_group};
use super::request::{ApiError, MAX_PAGES, OBJECTS_PER_PAGE, collect, pages};

/// A `HelmRelease`. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HelmRelease {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `spec.releaseName`.
    pub release_name: Option<String>,
    /// `spec.targetNamespace`: the namespace of the release's objects.
    pub target_namespace: Option<String>,
    /// `spec.storageNamespace`: the namespace of the release's records.
    pub storage_namespace: Option<String>,
    /// What its controller has made.
    pub made: MadeReleases,
}

/// The releases that the controller has made, by the status. The spec may ask for others by now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MadeReleases {
    /// `status.storageNamespace`: the namespace of their records.
    pub namespace: Option<String>,
    /// Their names, from `status.history`.
    pub names: Vec<String>,
}

/// An `Application`. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Application {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `spec.destination.server`: the URL of the cluster that it is for.
    pub server: Option<String>,
    /// `spec.destination.name`: that cluster's name in Argo CD, if there is no URL.
    pub cluster: Option<String>,
    /// `spec.destination.namespace`: the namespace of objects that do not name one.
    pub destination: Option<String>,
}

impl Client {
    /// All `HelmRelease` objects of the cluster; none if it does not serve that kind.
    ///
    /// # Errors
    /// If that cannot be determined, or they cannot be listed.
    pub fn helm_releases(&self) -> Result<Vec<HelmRelease>, ApiError> {
        // The fields that are read are the same in all these versions.
        let versions = &["v2", "v2beta2", "v2beta1"];
        self.bounded_query(async |client| {
            objects::<FluxSpec, FluxStatus, _>(client, "helm.toolkit.fluxcd.io", "HelmRelease", versions).await
        })
    }

    /// All `Application` objects of the cluster; none if it does not serve that kind.
    ///
    /// # Errors
    /// If that cannot be determined, or they cannot be listed.
    pub fn applications(&self) -> Result<Vec<Application>, ApiError> {
        self.bounded_query(async |client| {
            objects::<ArgoSpec, NotUsed, _>(client, "argoproj.io", "Application", &["v1alpha1"]).await
        })
    }
}

/// The objects of a kind, in the first of some versions that the cluster serves; none if it does not serve the kind.
async fn objects<P, U, T>(client: kube::Client, group: &str, kind: &str, versions: &[&str]) -> Result<Vec<T>, ApiError>
where
    T: From<Object<P, U>>,
    P: Clone + Debug + DeserializeOwned,
    U: Clone + Debug + Default + DeserializeOwned,
{
    // Other programs may serve kinds in the same group.
    let served = served_in_group(&client, group).await?;
    let Some(resource) = find_in_versions(&served, kind, versions)? else { return Ok(Vec::new()) };
    let api = Api::<Object<P, U>>::all_with(client, &resource);
    let all = ListParams::default().limit(OBJECTS_PER_PAGE);
    let pages = pages(all, MAX_PAGES, async |page: &ListParams| api.list(page).await);
    collect(pages, |object| Some(T::from(object))).await
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FluxSpec {
    release_name: Option<String>,
    target_namespace: Option<String>,
    storage_namespace: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FluxStatus {
    storage_namespace: Option<String>,
    history: Option<Vec<FluxSnapshot>>,
}

#[derive(Debug, Clone, Deserialize)]
struct FluxSnapshot {
    name: Option<String>,
}

impl From<Object<FluxSpec, FluxStatus>> for HelmRelease {
    fn from(object: Object<FluxSpec, FluxStatus>) -> Self {
        let Object { metadata, spec, status, .. } = object;
        let status = status.unwrap_or_default();
        let names = status.history.unwrap_or_default().into_iter().filter_map(|snapshot| snapshot.name);
        Self {
            namespace: metadata.namespace.unwrap_or_default(),
            name: metadata.name.unwrap_or_default(),
            release_name: spec.release_name,
            target_namespace: spec.target_namespace,
            storage_namespace: spec.storage_namespace,
            made: MadeReleases { namespace: status.storage_namespace, names: names.collect() },
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
struct ArgoSpec {
    destination: Option<ArgoDestination>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct ArgoDestination {
    server: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
}

impl From<Object<ArgoSpec, NotUsed>> for Application {
    fn from(object: Object<ArgoSpec, NotUsed>) -> Self {
        let destination = object.spec.destination.unwrap_or_default();
        Self {
            namespace: object.metadata.namespace.unwrap_or_default(),
            name: object.metadata.name.unwrap_or_default(),
            server: destination.server,
            cluster: destination.name,
            destination: destination.namespace,
        }
    }
}
