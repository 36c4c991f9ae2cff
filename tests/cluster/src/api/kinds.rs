//! Which kinds of objects there are.
//!
//! Must not know any by name: the cluster is asked.

use kube::discovery::{Discovery, Scope, verbs};

use super::connection::Api;
use crate::Error;

impl Api {
    /// All kinds that live in namespaces and can be listed, each once: API version and kind.
    ///
    /// # Errors
    /// The API server refuses, or a group of kinds went away in that very moment.
    pub fn kinds(&self) -> Result<Vec<(String, String)>, Error> {
        let found =
            self.block_on(Discovery::new(self.client()).run()).map_err(Error::api("find out which kinds there are"))?;
        let resources = found.groups().flat_map(kube::discovery::ApiGroup::recommended_resources);
        let listed = resources.filter(|(_, capabilities)| {
            capabilities.scope == Scope::Namespaced && capabilities.supports_operation(verbs::LIST)
        });
        Ok(listed.map(|(resource, _)| (resource.api_version, resource.kind)).collect())
    }
}
