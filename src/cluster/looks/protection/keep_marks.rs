//! ConfigMaps with the label `helm-purge: keep`, by their metadata.

use std::collections::BTreeMap;

use futures_util::stream::{StreamExt, iter};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{ListParams, ObjectMeta};

use super::{every_object, in_bounds};
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::cluster::looks::SIDE_BY_SIDE;
use crate::cluster::looks::own_annotations::own_annotations;
use crate::cluster::question::answered;
use crate::release::Namespace;

/// One of them. Foreign text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOutConfigMap {
    /// The namespace it lies in.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its annotations that begin with `helm-purge/`, each cut off where it is too long to be meant.
    pub annotations: BTreeMap<String, String>,
}

impl OptOutConfigMap {
    /// The label that makes a ConfigMap one of these, and its value.
    pub const LABEL: (&str, &str) = ("helm-purge", "keep");
    /// The annotation with the globs of the releases that it keeps: all of them, where it is not there.
    pub const RELEASES: &str = "helm-purge/releases";
    /// The annotation with the end.
    pub const UNTIL: &str = "helm-purge/until";
    /// The annotation with the reason.
    pub const REASON: &str = "helm-purge/reason";
    /// The annotation with the name of whoever wrote it.
    pub const BY: &str = "helm-purge/by";
}

/// Those of one namespace, or why they could not be listed.
pub type OptOutConfigMapsInNamespace = (Namespace, Result<Vec<OptOutConfigMap>, ApiError>);

impl Client {
    /// Those of the whole cluster.
    ///
    /// # Errors
    /// Where they cannot be listed in all namespaces.
    pub fn keep_marks(&self) -> Result<Vec<OptOutConfigMap>, ApiError> {
        self.look(|client| in_bounds(list_marks(Api::all(client))))
    }

    /// The same, namespace by namespace, for those who may not see all of them.
    ///
    /// # Errors
    /// Where nothing could be asked at all. What was refused in one namespace stands beside it.
    pub fn keep_marks_in(&self, namespaces: Vec<Namespace>) -> Result<Vec<OptOutConfigMapsInNamespace>, ApiError> {
        self.look(|client| {
            in_bounds(async move {
                let looks = namespaces.into_iter().map(|namespace| {
                    let api = Api::namespaced(client.clone(), namespace.as_str());
                    async move { (namespace, list_marks(api).await) }
                });
                Ok(iter(looks).buffer_unordered(SIDE_BY_SIDE).collect().await)
            })
        })
    }
}

/// Those that an API shows.
pub(in crate::cluster::looks) async fn list_marks(api: Api<ConfigMap>) -> Result<Vec<OptOutConfigMap>, ApiError> {
    let (label, value) = OptOutConfigMap::LABEL;
    let marked = ListParams::default().labels(&format!("{label}={value}"));
    let mut marks = Vec::new();
    let list = |page| {
        let api = api.clone();
        async move { answered(|| api.list_metadata(&page)).await }
    };
    every_object(&marked, list, |object| marks.push(OptOutConfigMap::from(object.metadata))).await?;
    Ok(marks)
}

impl From<ObjectMeta> for OptOutConfigMap {
    fn from(metadata: ObjectMeta) -> Self {
        Self {
            namespace: metadata.namespace.unwrap_or_default(),
            name: metadata.name.unwrap_or_default(),
            annotations: own_annotations(metadata.annotations.unwrap_or_default()),
        }
    }
}
