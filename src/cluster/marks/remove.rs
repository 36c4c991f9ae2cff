//! Removes a mark.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{DeleteParams, Preconditions};

use super::StoredOptOut;
use crate::cluster::client::{Client, in_time};
use crate::cluster::look_error::ApiError;

impl Client {
    /// Removes a mark as it was seen.
    ///
    /// # Errors
    /// Where that is not allowed, or it is not any more what was seen: then it is still there.
    pub fn remove_mark(&self, seen: &StoredOptOut) -> Result<(), ApiError> {
        let (namespace, name) = (seen.mark.namespace.clone(), seen.mark.name.clone());
        let (uid, version) = (seen.writing.uid.to_string(), seen.writing.version.to_string());
        self.look(|client| async move {
            let as_seen = Preconditions { uid: Some(uid), resource_version: Some(version) };
            let parameters = DeleteParams::default().preconditions(as_seen);
            in_time(Api::<ConfigMap>::namespaced(client, &namespace).delete(&name, &parameters)).await.map(drop)
        })
    }
}
