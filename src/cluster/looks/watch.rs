//! A watch on Helm's records: what becomes of them, as it happens.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::stream::StreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::{PartialObjectMeta, WatchEvent, WatchParams};
use kube::core::Resource;
use serde::de::DeserializeOwned;

use super::records::{Record, RecordList};
use super::store::{NOT_REPLACED, RecordStore};
use crate::cluster::client::{Client, in_time};
use crate::cluster::look_error::LookError;

/// How long to wait before a watch that broke is begun again.
const PAUSE: Duration = Duration::from_secs(1);
/// One that ended sooner than this broke.
const SHORT: Duration = Duration::from_secs(5);
/// The API server says about once a minute that a quiet watch is still there.
const SILENCE: Duration = Duration::from_secs(150);

/// What a watch has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchNews {
    /// A record was written: made, or changed.
    Written(Record),
    /// A record was deleted.
    Deleted(Record),
    /// From here on every record that is written will be told, and all that were before have been.
    Live,
    /// From here on nothing may be told until it is `Live` again.
    Lost,
}

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
        tell: impl FnMut(WatchNews) + Send + 'static,
    ) -> Result<(), LookError> {
        self.start(move |client| async move {
            let mut teller = Teller { version, tell };
            let Ok(client) = client else { return (teller.tell)(WatchNews::Lost) };
            match store {
                RecordStore::Secrets => teller.follow(&Api::<Secret>::all(client)).await,
                RecordStore::ConfigMaps => teller.follow(&Api::<ConfigMap>::all(client)).await,
            }
        })
    }
}

/// Why a watch ended.
enum End {
    /// As every watch does after a while; the next one goes on where it was.
    Usual,
    /// Something may have been missed.
    Gap,
    /// It is not to be had here.
    Never,
}

struct Teller<F> {
    /// Up to where everything has been told.
    version: String,
    tell: F,
}

impl<F: FnMut(WatchNews)> Teller<F> {
    /// Between two watches nothing is told, so each end is a loss until the next one is there.
    async fn follow<K>(&mut self, api: &Api<K>)
    where
        K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned + Send + 'static,
    {
        loop {
            let begun = Instant::now();
            let end = self.watch(api).await;
            (self.tell)(WatchNews::Lost);
            if matches!(end, End::Never) {
                return;
            }
            // A server that ends each watch at once is not to be asked without pause.
            if begun.elapsed() < SHORT {
                tokio::time::sleep(PAUSE).await;
            }
            if matches!(end, End::Gap) {
                while self.catch_up(api).await.is_err() {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn watch<K>(&mut self, api: &Api<K>) -> End
    where
        K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned + Send + 'static,
    {
        let selected = RecordStore::parameters("");
        let parameters = WatchParams {
            label_selector: selected.label_selector,
            field_selector: selected.field_selector,
            bookmarks: true,
            ..WatchParams::default()
        };
        let events = match in_time(api.watch_metadata(&parameters, &self.version)).await {
            Ok(events) => events,
            Err(LookError::Forbidden(_) | LookError::Unsupported(_)) => return End::Never,
            Err(_) => return End::Gap,
        };
        (self.tell)(WatchNews::Live);
        let mut events = pin!(events);
        loop {
            let event = match tokio::time::timeout(SILENCE, events.next()).await {
                Ok(Some(event)) => event,
                Ok(None) => return End::Usual,
                Err(_) => return End::Gap,
            };
            match event {
                Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)) => self.on_written(object),
                Ok(WatchEvent::Deleted(object)) => self.on_deleted(object),
                Ok(WatchEvent::Bookmark(bookmark)) => self.advance(Some(bookmark.metadata.resource_version)),
                Ok(WatchEvent::Error(_)) | Err(_) => return End::Gap,
            }
        }
    }

    fn on_deleted<K>(&mut self, object: PartialObjectMeta<K>) {
        (self.tell)(WatchNews::Deleted(Record::from(&object.metadata)));
        self.advance(object.metadata.resource_version);
    }

    fn on_written<K>(&mut self, object: PartialObjectMeta<K>) {
        (self.tell)(WatchNews::Written(Record::from(&object.metadata)));
        self.advance(object.metadata.resource_version);
    }

    fn advance(&mut self, version: Option<String>) {
        if let Some(version) = version {
            self.version = version;
        }
    }

    /// A fresh list closes the gap: whatever was written meanwhile is in it.
    async fn catch_up<K>(&mut self, api: &Api<K>) -> Result<(), LookError>
    where
        K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + DeserializeOwned,
    {
        let RecordList { records, version } = super::records::list(api, NOT_REPLACED).await?;
        for record in records {
            (self.tell)(WatchNews::Written(record));
        }
        self.version = version;
        Ok(())
    }
}
