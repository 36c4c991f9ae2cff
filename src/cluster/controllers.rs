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
    /// The release that its controller must make.
    pub spec: HelmReleaseSpec,
    /// The releases that its controller has made. The spec may have changed since.
    pub status: HelmReleaseStatus,
}

/// `spec` of a `HelmRelease`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HelmReleaseSpec {
    /// The release's name.
    pub release_name: Option<String>,
    /// The namespace of the release's objects.
    pub target_namespace: Option<String>,
    /// The namespace of the release's records.
    pub storage_namespace: Option<String>,
}

/// `status` of a `HelmRelease`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HelmReleaseStatus {
    /// The namespace of the records.
    pub storage_namespace: Option<String>,
    /// The releases.
    pub history: Option<Vec<HelmReleaseSnapshot>>,
}

/// An item of `status.history`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct HelmReleaseSnapshot {
    /// The release's name.
    pub name: Option<String>,
}

/// An `Application`. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Application {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `spec.destination`.
    pub destination: ApplicationDestination,
}

/// Where an `Application` puts its objects.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct ApplicationDestination {
    /// The URL of the cluster.
    pub server: Option<String>,
    /// The cluster's name in Argo CD, without a URL.
    pub name: Option<String>,
    /// The namespace of objects that do not name one.
    pub namespace: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct ApplicationSpec {
    destination: Option<ApplicationDestination>,
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
            objects::<HelmReleaseSpec, HelmReleaseStatus, _>(client, "helm.toolkit.fluxcd.io", "HelmRelease", versions)
                .await
        })
    }

    /// All `Application` objects of the cluster; none if it does not serve that kind.
    ///
    /// # Errors
    /// If that cannot be determined, or they cannot be listed.
    pub fn applications(&self) -> Result<Vec<Application>, ApiError> {
        self.bounded_query(async |client| {
            objects::<ApplicationSpec, NotUsed, _>(client, "argoproj.io", "Application", &["v1alpha1"]).await
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

impl From<Object<HelmReleaseSpec, HelmReleaseStatus>> for HelmRelease {
    fn from(object: Object<HelmReleaseSpec, HelmReleaseStatus>) -> Self {
        let Object { metadata, spec, status, .. } = object;
        let (namespace, name) = (metadata.namespace.unwrap_or_default(), metadata.name.unwrap_or_default());
        Self { namespace, name, spec, status: status.unwrap_or_default() }
    }
}

impl From<Object<ApplicationSpec, NotUsed>> for Application {
    fn from(object: Object<ApplicationSpec, NotUsed>) -> Self {
        let Object { metadata, spec, .. } = object;
        let (namespace, name) = (metadata.namespace.unwrap_or_default(), metadata.name.unwrap_or_default());
        Self { namespace, name, destination: spec.destination.unwrap_or_default() }
    }
}
