//! Helm's release records, one for each revision of a release, by their metadata: labels, times and UIDs.
//!
//! Most of the records in a cluster are of superseded revisions and say nothing about what a release is now. They are
//! left out of lists; [`superseded_revisions`](Client::superseded_revisions) reads no more of them than their names.

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::stream::TryStreamExt;
use http::header::{ACCEPT, HeaderValue};
use http::uri::InvalidUri;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::Api;
use kube::api::{DynamicObject, ListMeta, ListParams, ObjectMeta, TypeMeta};
use kube::core::{ApiResource, ObjectList, Request};
use serde::Deserialize;
use serde_json::Value;

use super::client::Client;
use super::request::{ApiError, concurrently, delete_unchanged, list_metadata, pages, with_timeout};
use crate::release::{Namespace, ObjectVersion};

/// The page size of lists of metadata.
const RECORDS_PER_PAGE: u32 = 1000;
/// The page size of lists of names.
const NAMES_PER_PAGE: u32 = 2000;
/// How many releases one request names: the names become part of a URL.
const RELEASES_PER_REQUEST: usize = 50;
pub(super) const NOT_SUPERSEDED: &str = ",status!=superseded";
const SUPERSEDED: &str = ",status=superseded";
const UNINSTALLED: &str = ",status=uninstalled";
const NAME_PREFIX: &str = "sh.helm.release.v1.";

/// Where Helm stores its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageDriver {
    /// In Secrets, its default.
    Secrets,
    /// In ConfigMaps, with `HELM_DRIVER=configmap`.
    ConfigMaps,
}

impl StorageDriver {
    /// The name of the object that holds a revision.
    pub fn object_name(release: &str, revision: u32) -> String {
        format!("{NAME_PREFIX}{release}.v{revision}")
    }

    /// The objects that can hold records, in one namespace or in all.
    pub(super) fn api(self, client: &kube::Client, namespace: Option<&str>) -> Api<DynamicObject> {
        let resource = match self {
            StorageDriver::Secrets => ApiResource::erase::<Secret>(&()),
            StorageDriver::ConfigMaps => ApiResource::erase::<ConfigMap>(&()),
        };
        match namespace {
            Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
            None => Api::all_with(client.clone(), &resource),
        }
    }
}

/// Selects what Helm takes for records, with a further condition on the labels. Helm does not check a Secret's type.
pub(super) fn select_records(labels: &str) -> ListParams {
    ListParams::default().labels(&format!("owner=helm{labels}")).limit(RECORDS_PER_PAGE)
}

fn select_releases(releases: &[String]) -> ListParams {
    select_records(&format!(",name in ({})", releases.join(",")))
}

/// One revision of a release, by the labels that Helm wrote beside the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The namespace of the record. Untrusted text.
    pub namespace: String,
    /// The object's own name.
    pub object: String,
    /// The object's UID and resource version.
    pub mark: ObjectVersion,
    /// The release's name, if the record has that label. Untrusted text.
    pub release: Option<String>,
    /// The revision, if the record has that label and it is a number.
    pub revision: Option<u32>,
    /// The status, if the record has that label. Untrusted text.
    pub status: Option<String>,
    /// When the object was created, which is when the revision was deployed. Helm copies its own label with a time from
    /// revision to revision, so that one says nothing.
    pub created: Option<jiff::Timestamp>,
    /// The value of the label [`KEEP_LABEL`](Record::KEEP_LABEL), if the record has it. Untrusted text.
    pub keep_label: Option<String>,
}

/// The records of one namespace, or why they could not be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InNamespace {
    /// Which.
    pub namespace: Namespace,
    /// Its records.
    pub listed: Result<Vec<Record>, ApiError>,
}

impl Record {
    /// The label by which a release opts out. Helm copies the labels of `helm install --labels` to the record of every
    /// revision.
    pub const KEEP_LABEL: &str = "helm-purge-keep";
}

impl From<ObjectMeta> for Record {
    fn from(metadata: ObjectMeta) -> Self {
        let label = |name: &str| metadata.labels.as_ref().and_then(|labels| labels.get(name)).cloned();
        Self {
            mark: ObjectVersion::from(&metadata),
            release: label("name"),
            revision: label("version").and_then(|version| version.parse().ok()),
            status: label("status"),
            created: metadata.creation_timestamp.as_ref().map(|time| time.0),
            keep_label: label(Self::KEEP_LABEL),
            namespace: metadata.namespace.unwrap_or_default(),
            object: metadata.name.unwrap_or_default(),
        }
    }
}

/// The newest superseded revision of each release of a namespace that has any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SupersededRevisions {
    /// By the release's name. Untrusted text.
    pub newest: BTreeMap<String, u32>,
    /// Objects whose names do not contain a release and a revision.
    pub odd: Vec<String>,
}

/// The superseded revisions of the whole cluster, without their namespaces, which the API server does not send.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SupersededNames {
    /// How many there are, by the release's name and the revision. Untrusted text.
    pub counts: BTreeMap<String, BTreeMap<u32, usize>>,
    /// How many objects have names that do not contain a release and a revision.
    pub odd: usize,
}

impl Client {
    /// All records of the cluster, except those of superseded revisions.
    ///
    /// # Errors
    /// If they cannot be listed in all namespaces.
    pub fn records(&self, store: StorageDriver) -> Result<Vec<Record>, ApiError> {
        self.query(async move |client| list(&client, store, None, select_records(NOT_SUPERSEDED)).await)
    }

    /// The same, namespace by namespace, for accounts that may not list in all namespaces.
    ///
    /// # Errors
    /// If nothing could be requested at all. A namespace that was refused has its own error.
    pub fn records_in(&self, store: StorageDriver, namespaces: Vec<Namespace>) -> Result<Vec<InNamespace>, ApiError> {
        self.query(async move |client| Ok(list_each(&client, store, namespaces, NOT_SUPERSEDED).await))
    }

    /// All records of the cluster whose release is uninstalled.
    ///
    /// # Errors
    /// If they cannot be listed in all namespaces.
    pub fn uninstalled_records(&self, store: StorageDriver) -> Result<Vec<Record>, ApiError> {
        self.query(async move |client| list(&client, store, None, select_records(UNINSTALLED)).await)
    }

    /// The same, namespace by namespace, for accounts that may not list in all namespaces.
    ///
    /// # Errors
    /// If nothing could be requested at all. A namespace that was refused has its own error.
    pub fn uninstalled_records_in(
        &self,
        store: StorageDriver,
        namespaces: Vec<Namespace>,
    ) -> Result<Vec<InNamespace>, ApiError> {
        self.query(async move |client| Ok(list_each(&client, store, namespaces, UNINSTALLED).await))
    }

    /// All records of some releases of one namespace, also those of superseded revisions.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn records_of(
        &self,
        store: StorageDriver,
        namespace: Namespace,
        releases: &[String],
    ) -> Result<Vec<Record>, ApiError> {
        let releases = releases.to_vec();
        self.query(async move |client| list_releases(&client, store, &namespace, &releases).await)
    }

    /// The same, but only of objects that also have the type of a record: a Secret with the right labels may be
    /// anything.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn histories(
        &self,
        store: StorageDriver,
        namespace: &Namespace,
        releases: &[String],
    ) -> Result<Vec<Record>, ApiError> {
        let mut records = Vec::new();
        for some in releases.chunks(RELEASES_PER_REQUEST) {
            let (namespace, selected) = (namespace.clone(), select_releases(some));
            let selected = match store {
                StorageDriver::Secrets => selected.fields("type=helm.sh/release.v1"),
                StorageDriver::ConfigMaps => selected,
            };
            records.extend(self.query(async move |client| list(&client, store, Some(&namespace), selected).await)?);
        }
        Ok(records)
    }

    /// Deletes records that are still as they were read: a record that was written again, or made anew under its name,
    /// stays. The answers have the order of the records. A record that is already gone is no error.
    pub fn remove_records(&self, store: StorageDriver, records: &[Record]) -> Vec<Result<(), ApiError>> {
        self.query_each(records, &async move |client, record: Record| {
            let api = store.api(client, Some(&record.namespace));
            let ObjectVersion { uid, version } = &record.mark;
            let delete = async {
                match delete_unchanged(&api, &record.object, uid, Some(version)).await {
                    Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
                    other => other,
                }
            };
            with_timeout(delete).await
        })
    }

    /// The superseded revisions of each of the namespaces.
    ///
    /// # Errors
    /// If they cannot be listed in one of them.
    pub fn superseded_revisions(
        &self,
        store: StorageDriver,
        namespaces: Vec<Namespace>,
    ) -> Result<Vec<(Namespace, SupersededRevisions)>, ApiError> {
        self.query(async move |client| {
            let list = async |namespace: Namespace| {
                let mut found = SupersededRevisions::default();
                each_superseded(&client, store, Some(&namespace), |object| found.add(object)).await?;
                Ok((namespace, found))
            };
            concurrently(namespaces, list).await.into_iter().collect()
        })
    }

    /// The names of all superseded revisions of the cluster.
    ///
    /// # Errors
    /// If they cannot be listed in all namespaces.
    pub fn superseded_names(&self, store: StorageDriver) -> Result<SupersededNames, ApiError> {
        self.query(async move |client| {
            let mut found = SupersededNames::default();
            each_superseded(&client, store, None, |object| found.add(object)).await?;
            Ok(found)
        })
    }
}

async fn list(
    client: &kube::Client,
    store: StorageDriver,
    namespace: Option<&Namespace>,
    selected: ListParams,
) -> Result<Vec<Record>, ApiError> {
    let api = store.api(client, namespace.map(Namespace::as_str));
    list_metadata(&api, selected, usize::MAX, |metadata| Some(Record::from(metadata))).await
}

async fn list_each(
    client: &kube::Client,
    store: StorageDriver,
    namespaces: Vec<Namespace>,
    labels: &str,
) -> Vec<InNamespace> {
    let list = async |namespace| {
        let listed = list(client, store, Some(&namespace), select_records(labels)).await;
        InNamespace { namespace, listed }
    };
    concurrently(namespaces, list).await
}

/// All records of some releases of one namespace, also those of superseded revisions.
pub(super) async fn list_releases(
    client: &kube::Client,
    store: StorageDriver,
    namespace: &Namespace,
    releases: &[String],
) -> Result<Vec<Record>, ApiError> {
    list(client, store, Some(namespace), select_releases(releases)).await
}

/// Reads the names of superseded records, as a table without the objects: a tenth of the size of their metadata.
async fn each_superseded(
    client: &kube::Client,
    store: StorageDriver,
    namespace: Option<&Namespace>,
    mut on_name: impl FnMut(&str),
) -> Result<(), ApiError> {
    let api = store.api(client, namespace.map(Namespace::as_str));
    let list = async |page: &ListParams| {
        let table: Table = client.request(table_request(api.resource_url(), page)?).await?;
        let (types, items) = (TypeMeta::default(), table.rows.unwrap_or_default());
        Ok(ObjectList { types, metadata: table.metadata, items })
    };
    let mut pages = pin!(pages(select_records(SUPERSEDED).limit(NAMES_PER_PAGE), usize::MAX, list));
    while let Some(rows) = pages.try_next().await? {
        for row in rows {
            on_name(row.cells.first().and_then(Value::as_str).unwrap_or_default());
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Table {
    #[serde(default)]
    metadata: ListMeta,
    rows: Option<Vec<TableRow>>,
}

#[derive(Clone, Deserialize)]
struct TableRow {
    cells: Vec<Value>,
}

fn table_request(url: &str, page: &ListParams) -> kube::Result<http::Request<Vec<u8>>> {
    let mut request = Request::new(url).list(page).map_err(kube::Error::BuildRequest)?;
    let uri = format!("{}&includeObject=None", request.uri());
    *request.uri_mut() = uri.parse().map_err(|error: InvalidUri| kube::Error::HttpError(error.into()))?;
    let table = HeaderValue::from_static("application/json;as=Table;g=meta.k8s.io;v=v1");
    request.headers_mut().insert(ACCEPT, table);
    Ok(request)
}

impl SupersededRevisions {
    fn add(&mut self, object: &str) {
        match parse_object_name(object) {
            None => self.odd.push(object.to_owned()),
            Some((release, revision)) => {
                let newest = self.newest.entry(release.to_owned()).or_default();
                *newest = revision.max(*newest);
            }
        }
    }
}

impl SupersededNames {
    fn add(&mut self, object: &str) {
        match parse_object_name(object) {
            None => self.odd += 1,
            Some((release, revision)) => {
                *self.counts.entry(release.to_owned()).or_default().entry(revision).or_default() += 1;
            }
        }
    }
}

/// The release and the revision in the name of a record's object.
fn parse_object_name(object: &str) -> Option<(&str, u32)> {
    let (release, revision) = object.strip_prefix(NAME_PREFIX)?.rsplit_once(".v")?;
    Some((release, revision.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_object_says_which_revision_it_holds() {
        let mut found = SupersededRevisions::default();
        for object in ["sh.helm.release.v1.a.v9", "sh.helm.release.v1.a.v10", "sh.helm.release.v1.a.v2.v3", "other"] {
            found.add(object);
        }
        assert_eq!(found.newest, BTreeMap::from([("a".to_owned(), 10), ("a.v2".to_owned(), 3)]));
        assert_eq!(found.odd, ["other"]);
    }
}
