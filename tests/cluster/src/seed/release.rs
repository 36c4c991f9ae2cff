//! What a seeded release shall look like; `oddities` has what no Helm would write.
//!
//! Must not write it: that is [`Cluster::seed`](crate::Cluster::seed).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::damage::Damage;
use super::status::Status;

/// Where a record lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Storage {
    /// In Secrets, Helm's default.
    Secrets,
    /// In `ConfigMap`s, for `HELM_DRIVER=configmap`.
    ConfigMaps,
}

/// A release to be written into the cluster: by default one deployed revision of chart `app` 1.0.0 without objects.
#[derive(Clone, Debug)]
pub struct SeededRelease {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) revisions: RangeInclusive<u32>,
    pub(super) status: Status,
    pub(super) previous_status: Status,
    pub(super) chart: Option<ChartName>,
    pub(super) objects: Vec<Value>,
    pub(super) recorded: Vec<Value>,
    pub(super) hooks: Vec<Value>,
    /// Stands in the manifest behind the objects, as it is.
    pub(super) words: String,
    /// Those that differ from Helm's own; `None` takes one away.
    pub(super) labels: BTreeMap<String, Option<String>>,
    pub(super) deployed: Timestamp,
    pub(super) storage: Storage,
    pub(super) payload: Payload,
}

/// A chart's name and version, as in its `Chart.yaml`.
#[derive(Clone, Debug)]
pub(super) struct ChartName {
    pub(super) name: String,
    pub(super) version: String,
}

/// What the record holds inside.
#[derive(Clone, Debug)]
pub(super) enum Payload {
    /// The release, under this name and namespace.
    Release { name: String, namespace: String },
    /// Something that no reader can make a release of.
    Damaged(Damage),
}

impl SeededRelease {
    /// A release of this name, in a namespace that is created where it does not exist.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            revisions: 1..=1,
            status: Status::Deployed,
            previous_status: Status::Superseded,
            chart: Some(ChartName { name: "app".to_owned(), version: "1.0.0".to_owned() }),
            objects: Vec::new(),
            recorded: Vec::new(),
            hooks: Vec::new(),
            words: String::new(),
            labels: BTreeMap::new(),
            deployed: Timestamp::now(),
            storage: Storage::Secrets,
            payload: Payload::Release { name: name.to_owned(), namespace: namespace.to_owned() },
        }
    }

    /// Which revisions are kept; the last one has the [`status`](Self::status), those before it are superseded.
    #[must_use]
    pub fn revisions(mut self, revisions: RangeInclusive<u32>) -> Self {
        self.revisions = revisions;
        self
    }

    /// The status of the newest revision.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// The status of the revision before the newest: `Deployed` is what a failed upgrade leaves.
    #[must_use]
    pub fn previous_status(mut self, status: Status) -> Self {
        self.previous_status = status;
        self
    }

    /// The chart's name and version.
    #[must_use]
    pub fn chart(mut self, name: &str, version: &str) -> Self {
        self.chart = Some(ChartName { name: name.to_owned(), version: version.to_owned() });
        self
    }

    /// No chart in the record: `helm list` shows `MISSING`.
    #[must_use]
    pub fn without_chart(mut self) -> Self {
        self.chart = None;
        self
    }

    /// Adds `count` `ConfigMap`s to the manifest, named after the release.
    #[must_use]
    pub fn config_maps(mut self, count: u32) -> Self {
        let name = self.name.clone();
        self.objects.extend((1..=count).map(|number| {
            json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": format!("{name}-{number}")},
                "data": {"number": number.to_string()},
            })
        }));
        self
    }

    /// Adds an object to the manifest, in the release's namespace unless it names another.
    #[must_use]
    pub fn object(mut self, object: Value) -> Self {
        self.objects.push(object);
        self
    }

    /// Adds an object to the manifest that the cluster does not have, and need not accept.
    #[must_use]
    pub fn recorded_object(mut self, object: Value) -> Self {
        self.recorded.push(object);
        self
    }

    /// Adds a hook, an object with the annotation `helm.sh/hook`. It is not created: its event has not come yet.
    #[must_use]
    pub fn hook(mut self, object: Value) -> Self {
        self.hooks.push(object);
        self
    }

    /// Adds a label to the record, or replaces one of Helm's own: `name`, `owner`, `status`, `version`.
    #[must_use]
    pub fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.insert(key.to_owned(), Some(value.to_owned()));
        self
    }

    /// How long ago it was deployed, in its own words. The record itself is as young as it is: only the API server
    /// writes `creationTimestamp`.
    #[must_use]
    pub fn deployed_ago(mut self, age: Duration) -> Self {
        self.deployed = Timestamp::now() - age;
        self
    }

    /// Where the record lies.
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }
}
