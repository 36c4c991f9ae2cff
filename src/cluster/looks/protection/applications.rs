//! Argo CD's `Application` objects: each keeps objects of a namespace as a repository describes them.

use kube::core::{NotUsed, Object};
use serde::Deserialize;

use super::in_bounds;
use super::kinds::{Kind, objects};
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;

const KIND: Kind = Kind { group: "argoproj.io", name: "Application", versions: &["v1alpha1"] };

/// One of them, as it stands there. Foreign text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Application {
    /// The namespace it lies in.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `spec.destination.server`: the URL of the cluster that it is for.
    pub server: Option<String>,
    /// `spec.destination.name`: the same cluster by its name in Argo CD, where it has no URL.
    pub cluster: Option<String>,
    /// `spec.destination.namespace`: where objects go that do not say it themselves.
    pub destination: Option<String>,
}

impl Client {
    /// All `Application` objects of the cluster; none where it does not know that kind.
    ///
    /// # Errors
    /// Where that cannot be told, or they cannot be listed.
    pub fn applications(&self) -> Result<Vec<Application>, ApiError> {
        self.look(|client| in_bounds(objects::<Spec, NotUsed, _>(client, &KIND)))
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Spec {
    destination: Option<Destination>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Destination {
    server: Option<String>,
    name: Option<String>,
    namespace: Option<String>,
}

impl From<Object<Spec, NotUsed>> for Application {
    fn from(object: Object<Spec, NotUsed>) -> Self {
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
