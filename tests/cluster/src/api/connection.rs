//! The client and the runtime it needs.
//!
//! Must not be used from asynchronous code, which would wait for itself.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use kube::api::DynamicObject;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, GroupVersion};
use kube::discovery::{ApiCapabilities, Scope, pinned_kind};
use kube::{Client, Config};
use tokio::runtime::{Builder, Runtime};

use super::address::Within;
use super::kind::Kind;
use crate::Error;

/// A connection to the cluster as its admin.
pub struct Api {
    runtime: Runtime,
    client: Client,
    /// Paths and scopes, by API version and kind; asked for once each.
    known: Mutex<HashMap<(String, String), (ApiResource, ApiCapabilities)>>,
}

impl Api {
    /// Sends nothing yet.
    pub(crate) fn connect(kubeconfig: &Path) -> Result<Self, Error> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::file("start the API client for", kubeconfig))?;
        let unusable = |source| Error::Kubeconfig { path: kubeconfig.to_owned(), source: Box::new(source) };
        let parsed = Kubeconfig::read_from(kubeconfig).map_err(unusable)?;
        let options = KubeConfigOptions::default();
        let config = runtime.block_on(Config::from_custom_kubeconfig(parsed, &options)).map_err(unusable)?;
        let client = {
            // Outside a runtime its construction panics.
            let _inside = runtime.enter();
            Client::try_from(config).map_err(Error::api("make a client"))?
        };
        Ok(Self { runtime, client, known: Mutex::default() })
    }

    /// The client itself, for what this type has no method for; its futures are for [`block_on`](Self::block_on).
    #[must_use]
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// Waits for a future of [`client`](Self::client).
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Whether the server says that it is ready; one that cannot be reached is not.
    pub(crate) fn is_ready(&self) -> bool {
        self.text("/readyz").is_ok()
    }

    /// What the server has to say at a path that is no object's.
    pub(crate) fn text(&self, path: &'static str) -> Result<String, Error> {
        let request = http::Request::get(path).body(Vec::new()).expect("a constant path makes a request");
        self.block_on(self.client.request_text(request)).map_err(Error::api(format!("get {path}")))
    }

    /// The client for the objects of one kind in one place.
    pub(super) async fn resolve(&self, kind: Kind<'_>, within: Within<'_>) -> Result<kube::Api<DynamicObject>, Error> {
        let (resource, capabilities) = self.look_up(kind).await?;
        let client = self.client();
        Ok(match (capabilities.scope, within) {
            (Scope::Namespaced, Within::Namespace(namespace)) => {
                kube::Api::namespaced_with(client, namespace, &resource)
            }
            (Scope::Namespaced, Within::Default) => kube::Api::default_namespaced_with(client, &resource),
            (Scope::Cluster, _) | (_, Within::Everywhere) => kube::Api::all_with(client, &resource),
        })
    }

    async fn look_up(&self, kind: Kind<'_>) -> Result<(ApiResource, ApiCapabilities), Error> {
        let key = (kind.api_version.to_owned(), kind.kind.to_owned());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let version: GroupVersion = kind.api_version.parse().map_err(|fault| Error::NotAnObject {
            reason: format!("its apiVersion can't be read: {fault}"),
            object: kind.api_version.to_owned(),
        })?;
        let found = pinned_kind(&self.client, &version.with_kind(kind.kind)).await;
        let found = found.map_err(Error::api(format!("find the kind {} {kind}", kind.api_version)))?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        Ok(found)
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Api").finish_non_exhaustive()
    }
}
