//! Whoever watches, and goes on to watch when a watch ends or breaks.

use std::fmt::Debug;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::stream::StreamExt;
use kube::Api;
use kube::api::{ListParams, ObjectMeta, WatchEvent, WatchParams};
use kube::core::Resource;
use serde::de::DeserializeOwned;

use crate::cluster::client::in_time;
use crate::cluster::look_error::ApiError;
use crate::cluster::looks::records::every_page;

/// How long to wait before a watch that broke is begun again.
const PAUSE: Duration = Duration::from_secs(1);
/// One that ended sooner than this broke.
const SHORT: Duration = Duration::from_secs(5);
/// The API server says about once a minute that a quiet watch is still there.
const SILENCE: Duration = Duration::from_secs(150);

/// What a watch has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchNews<T> {
    /// One was written: made, or changed.
    Written(T),
    /// One was deleted.
    Deleted(T),
    /// All that there are, after something may have been missed.
    Listed(Vec<T>),
    /// From here on each one that is written will be told, and all that were before have been.
    Live,
    /// From here on nothing may be told until it is `Live` again.
    Lost,
}

/// Which objects are watched, and which are listed where something may have been missed.
pub(super) struct Selected {
    pub(super) watched: ListParams,
    pub(super) listed: ListParams,
}

pub(super) struct Teller<T, F> {
    /// Up to where everything has been told.
    pub(super) version: String,
    pub(super) selected: Selected,
    /// What matters of an object; nothing, where it is not one of those.
    pub(super) read: fn(ObjectMeta) -> Option<T>,
    pub(super) tell: F,
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

impl<T, F: FnMut(WatchNews<T>)> Teller<T, F> {
    /// Tells for as long as there is anything to be told.
    pub(super) async fn work<K>(mut self, client: Result<kube::Client, ApiError>, api: fn(kube::Client) -> Api<K>)
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
    {
        match client {
            Ok(client) => self.follow(&api(client)).await,
            Err(_) => (self.tell)(WatchNews::Lost),
        }
    }

    /// Between two watches nothing is told, so each end is a loss until the next one is there.
    async fn follow<K>(&mut self, api: &Api<K>)
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
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
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
    {
        let ListParams { label_selector, field_selector, .. } = self.selected.watched.clone();
        let parameters = WatchParams { label_selector, field_selector, bookmarks: true, ..WatchParams::default() };
        let events = match in_time(api.watch_metadata(&parameters, &self.version)).await {
            Ok(events) => events,
            Err(ApiError::Forbidden(_) | ApiError::Unsupported(_)) => return End::Never,
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
                Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)) => {
                    self.on_event(object.metadata, WatchNews::Written);
                }
                Ok(WatchEvent::Deleted(object)) => self.on_event(object.metadata, WatchNews::Deleted),
                Ok(WatchEvent::Bookmark(bookmark)) => self.version = bookmark.metadata.resource_version,
                Ok(WatchEvent::Error(_)) | Err(_) => return End::Gap,
            }
        }
    }

    fn on_event(&mut self, metadata: ObjectMeta, news: fn(T) -> WatchNews<T>) {
        let version = metadata.resource_version.clone();
        if let Some(object) = (self.read)(metadata) {
            (self.tell)(news(object));
        }
        if let Some(version) = version {
            self.version = version;
        }
    }

    /// A fresh list closes the gap: whatever was written meanwhile is in it.
    async fn catch_up<K>(&mut self, api: &Api<K>) -> Result<(), ApiError>
    where
        K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned,
    {
        let (mut listed, read) = (Vec::new(), self.read);
        self.version = every_page(api, &self.selected.listed, |metadata| listed.extend(read(metadata))).await?;
        (self.tell)(WatchNews::Listed(listed));
        Ok(())
    }
}
