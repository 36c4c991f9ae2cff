//! Watches on the whole cluster: what becomes of its objects, as it happens.

mod teller;

pub use teller::WatchNews;

use k8s_openapi::api::core::v1::{ConfigMap, Namespace as NamespaceObject, Secret};
use kube::Api;
use kube::api::ListParams;

use super::namespaces::{KnownNamespace, known_namespace};
use super::protection::{OptOutConfigMap, marked};
use super::records::Record;
use super::store::{NOT_REPLACED, StorageDriver};
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use teller::{Selected, Teller};

impl Client {
    /// Tells of every record in the cluster that is written after `version`, for as long as this program lives, or
    /// says that it cannot. `tell` must not block.
    ///
    /// # Errors
    /// Where it cannot even be begun.
    pub fn watch_records(
        &self,
        store: StorageDriver,
        version: String,
        tell: impl FnMut(WatchNews<Record>) + Send + 'static,
    ) -> Result<(), ApiError> {
        let selected =
            Selected { watched: StorageDriver::parameters(""), listed: StorageDriver::parameters(NOT_REPLACED) };
        let teller = Teller { version, selected, read: |metadata| Some(Record::from(&metadata)), tell };
        self.start(move |client| async move {
            match store {
                StorageDriver::Secrets => teller.work(client, Api::<Secret>::all).await,
                StorageDriver::ConfigMaps => teller.work(client, Api::<ConfigMap>::all).await,
            }
        })
    }

    /// The same of every ConfigMap that is an opt-out; one that loses its label is told to be deleted.
    ///
    /// # Errors
    /// Where it cannot even be begun.
    pub fn watch_keep_marks(
        &self,
        version: String,
        tell: impl FnMut(WatchNews<OptOutConfigMap>) + Send + 'static,
    ) -> Result<(), ApiError> {
        let selected = Selected { watched: marked(), listed: marked() };
        let teller = Teller { version, selected, read: |metadata| Some(OptOutConfigMap::from(metadata)), tell };
        self.start(move |client| teller.work(client, Api::<ConfigMap>::all))
    }

    /// The same of every namespace.
    ///
    /// # Errors
    /// Where it cannot even be begun.
    pub fn watch_namespaces(
        &self,
        version: String,
        tell: impl FnMut(WatchNews<KnownNamespace>) + Send + 'static,
    ) -> Result<(), ApiError> {
        let selected = Selected { watched: ListParams::default(), listed: ListParams::default() };
        let teller = Teller { version, selected, read: known_namespace, tell };
        self.start(move |client| teller.work(client, Api::<NamespaceObject>::all))
    }
}
