//! Which namespaces there are.

use k8s_openapi::api::core::v1::Namespace as NamespaceObject;
use kube::Api;
use kube::api::ListParams;

use super::records::every_page;
use crate::cluster::client::Client;
use crate::cluster::look_error::LookError;
use crate::release::Namespace;

impl Client {
    /// The names of all namespaces, sorted.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn namespaces(&self) -> Result<Vec<Namespace>, LookError> {
        let mut names = self.look(|client| async {
            let mut names = Vec::new();
            let name = |item: &kube::api::ObjectMeta| item.name.as_ref()?.parse::<Namespace>().ok();
            let api = Api::<NamespaceObject>::all(client);
            every_page(&api, &ListParams::default(), |metadata| names.extend(name(&metadata))).await?;
            Ok(names)
        })?;
        names.sort();
        Ok(names)
    }
}
