//! Flux's `HelmRelease` objects: each makes a Helm release, and makes it again when it goes.

use kube::core::Object;
use serde::Deserialize;

use super::in_bounds;
use super::kinds::{Kind, objects};
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;

/// In all versions the fields that matter here are the same.
const KIND: Kind =
    Kind { group: "helm.toolkit.fluxcd.io", name: "HelmRelease", versions: &["v2", "v2beta2", "v2beta1"] };

/// One of them, as it stands there. Foreign text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HelmRelease {
    /// The namespace it lies in.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `spec.releaseName`.
    pub release_name: Option<String>,
    /// `spec.targetNamespace`: where the release's objects go.
    pub target_namespace: Option<String>,
    /// `spec.storageNamespace`: where the release's record goes.
    pub storage_namespace: Option<String>,
    /// What its controller says that it has made.
    pub made: MadeReleases,
}

/// What the status says of the releases that were made: they may be others than the spec asks for by now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MadeReleases {
    /// `status.storageNamespace`: where their records are.
    pub namespace: Option<String>,
    /// Their names, out of `status.history`.
    pub names: Vec<String>,
}

impl Client {
    /// All `HelmRelease` objects of the cluster; none where it does not know that kind.
    ///
    /// # Errors
    /// Where that cannot be told, or they cannot be listed.
    pub fn helm_releases(&self) -> Result<Vec<HelmRelease>, ApiError> {
        self.look(|client| in_bounds(objects::<Spec, Status, _>(client, &KIND)))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    release_name: Option<String>,
    target_namespace: Option<String>,
    storage_namespace: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    storage_namespace: Option<String>,
    history: Option<Vec<Snapshot>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Snapshot {
    name: Option<String>,
}

impl From<Object<Spec, Status>> for HelmRelease {
    fn from(object: Object<Spec, Status>) -> Self {
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
