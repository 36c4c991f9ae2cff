//! Watches on the whole cluster: what becomes of its objects, as it happens.

mod teller;

pub use teller::WatchNews;

use k8s_openapi::api::core::v1::{ConfigMap, Namespace as NamespaceObject, Secret};
use kube::Api;
use kube::api::ListParams;

use super::namespaces::{KnownNamespace, known_namespace};
use super::protection::{KeepMark, marked};
use super::records::Record;
use super::store::{NOT_REPLACED, RecordStore};
use crate::cluster::client::Client;
use crate::cluster::look_error::LookError;
use teller::{Selected, Teller};

impl Client {
    /// Tells of every record in the cluster that is written after `version`, for as long as this program lives, or
    /// says that it cannot. `tell` must not block.
    ///
    /// # Errors
    /// Where it cannot even be begun.
    pub fn watch_records(
        &self,
        store: RecordStore,
        version: String,
        tell: impl FnMut(WatchNews<Record>) + Send + 'static,
    ) -> Result<(), LookError> {
        let selected = Selected { watched: RecordStore::parameters(""), listed: RecordStore::parameters(NOT_REPLACED) };
        let teller = Teller { version, selected, read: |metadata| Some(Record::from(&metadata)), tell };
        self.start(move |client| async move {
            match store {
                RecordStore::Secrets => teller.work(client, Api::<Secret>::all).await,
                RecordStore::ConfigMaps => teller.work(client, Api::<ConfigMap>::all).await,
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
        tell: impl FnMut(WatchNews<KeepMark>) + Send + 'static,
    ) -> Result<(), LookError> {
        let selected = Selected { watched: marked(), listed: marked() };
        let teller = Teller { version, selected, read: |metadata| Some(KeepMark::from(metadata)), tell };
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
    ) -> Result<(), LookError> {
        let selected = Selected { watched: ListParams::default(), listed: ListParams::default() };
        let teller = Teller { version, selected, read: known_namespace, tell };
        self.start(move |client| teller.work(client, Api::<NamespaceObject>::all))
    }
}
