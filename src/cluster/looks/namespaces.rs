//! Which namespaces there are, and what their metadata says.

use std::collections::BTreeMap;

use futures_util::stream::{StreamExt, iter};
use k8s_openapi::api::core::v1::Namespace as NamespaceObject;
use kube::Api;
use kube::api::{ListParams, ObjectMeta};

use super::SIDE_BY_SIDE;
use super::own_annotations::own_annotations;
use super::protection::in_bounds;
use super::records::every_page;
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;
use crate::release::Namespace;

/// What the metadata of a namespace says. Foreign text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamespaceFacts {
    /// All its labels.
    pub labels: BTreeMap<String, String>,
    /// Of its annotations those that begin with `helm-purge/`, each cut off where it is too long to be meant.
    pub annotations: BTreeMap<String, String>,
}

/// A namespace that was asked for by its name: what is known of it, or why nothing is.
pub type NamedNamespace = (Namespace, Result<NamespaceFacts, ApiError>);

impl Client {
    /// All namespaces.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn namespaces(&self) -> Result<BTreeMap<Namespace, NamespaceFacts>, ApiError> {
        self.look(|client| async {
            let mut namespaces = BTreeMap::new();
            let api = Api::<NamespaceObject>::all(client);
            let take = |metadata| namespaces.extend(known_namespace(metadata));
            every_page(&api, &ListParams::default(), take).await?;
            Ok(namespaces)
        })
    }

    /// Each of some namespaces, for those who may not list them: who has rights in one may most often read it.
    ///
    /// # Errors
    /// Where nothing could be asked at all. What was refused of one namespace stands beside it.
    pub fn namespaces_by_name(&self, namespaces: Vec<Namespace>) -> Result<Vec<NamedNamespace>, ApiError> {
        self.look(|client| {
            in_bounds(async move {
                let api = Api::<NamespaceObject>::all(client);
                let looks = namespaces.into_iter().map(|namespace| {
                    let api = api.clone();
                    async move {
                        let found = answered(|| api.get_metadata(namespace.as_str())).await;
                        (namespace, found.map(|object| NamespaceFacts::from(object.metadata)))
                    }
                });
                Ok(iter(looks).buffer_unordered(SIDE_BY_SIDE).collect().await)
            })
        })
    }
}

/// A namespace by its metadata. The API server lets none in whose name is not legal.
fn known_namespace(metadata: ObjectMeta) -> Option<(Namespace, NamespaceFacts)> {
    let name = metadata.name.as_ref()?.parse::<Namespace>().ok()?;
    Some((name, NamespaceFacts::from(metadata)))
}

impl From<ObjectMeta> for NamespaceFacts {
    fn from(metadata: ObjectMeta) -> Self {
        Self {
            annotations: own_annotations(metadata.annotations.unwrap_or_default()),
            labels: metadata.labels.unwrap_or_default(),
        }
    }
}
