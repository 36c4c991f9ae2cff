//! Helm's release records, one for each revision of a release, by their metadata: labels, times and UIDs.
//!
//! Most of the records in a cluster are of superseded revisions and do not show the present state of a release. They are
//! left out of lists; [`superseded_names`](Client::superseded_names) reads no more of them than their names.

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::stream::TryStreamExt;
use http::header::{ACCEPT, HeaderValue};
use http::uri::InvalidUri;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::Api;
use kube::api::{DynamicObject, ListMeta, ListParams, TypeMeta};
use kube::core::{ApiResource, ObjectList, Request};
use serde::Deserialize;
use serde_json::Value;

use super::client::Client;
use super::request::{ApiError, PerNamespace, collect, concurrently, delete_unchanged, pages, with_timeout};
use crate::release::{HELM_LABELS, Namespace, ObjectVersion};

/// The page size of lists of metadata.
const RECORDS_PER_PAGE: u32 = 1000;
/// The page size of lists of names.
const NAMES_PER_PAGE: u32 = 2000;
/// How many releases one request names: the names become part of a URL.
const RELEASES_PER_REQUEST: usize = 50;
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

/// Which records to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordFilter {
    /// All except those of superseded revisions.
    NotSuperseded,
    /// Those whose release is uninstalled.
    Uninstalled,
    /// All of these releases, also those of superseded revisions.
    Releases(Vec<String>),
}

impl RecordFilter {
    pub(super) fn parameters(&self) -> ListParams {
        match self {
            RecordFilter::NotSuperseded => select_labels(",status!=superseded"),
            RecordFilter::Uninstalled => select_labels(",status=uninstalled"),
            RecordFilter::Releases(names) => select_labels(&format!(",name in ({})", names.join(","))),
        }
    }
}

/// Selects what Helm takes for records, with a further condition on the labels. Helm does not check a Secret's type.
fn select_labels(condition: &str) -> ListParams {
    ListParams::default().labels(&format!("owner=helm{condition}")).limit(RECORDS_PER_PAGE)
}

/// One revision of a release, by the labels that Helm wrote beside the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRecord {
    /// The namespace of the record. Untrusted text.
    pub namespace: String,
    /// The object's own name.
    pub object: String,
    /// The object's UID and resource version.
    pub object_version: ObjectVersion,
    /// The release's name, if the record has that label. Untrusted text.
    pub release: Option<String>,
    /// The revision, if the record has that label and it is a number.
    pub revision: Option<u32>,
    /// The status, if the record has that label. Untrusted text.
    pub status: Option<String>,
    /// When the object was created, which is when the revision was deployed. Helm copies its own label with a time from
    /// revision to revision, so that label is not the time of its own revision.
    pub created: Option<jiff::Timestamp>,
    /// The other labels, which are those of `helm install --labels`. Helm copies them to the record of every revision.
    /// Untrusted text.
    pub labels: BTreeMap<String, String>,
}

#[derive(Clone, Deserialize)]
struct RecordObject {
    metadata: RecordMetadata,
}

/// Only what is needed: the fields that say which program wrote what take more memory than all others.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordMetadata {
    namespace: Option<String>,
    name: Option<String>,
    uid: Option<String>,
    resource_version: Option<String>,
    creation_timestamp: Option<Time>,
    labels: Option<BTreeMap<String, String>>,
}

impl From<RecordObject> for ReleaseRecord {
    fn from(RecordObject { metadata }: RecordObject) -> Self {
        let mut labels = metadata.labels.unwrap_or_default();
        let mut label = |name: &str| labels.remove(name);
        let text = |text: Option<String>| text.unwrap_or_default().into();
        Self {
            object_version: ObjectVersion { uid: text(metadata.uid), version: text(metadata.resource_version) },
            release: label("name"),
            revision: label("version").and_then(|version| version.parse().ok()),
            status: label("status"),
            labels: {
                labels.retain(|key, _| !HELM_LABELS.contains(&key.as_str()));
                labels
            },
            created: metadata.creation_timestamp.as_ref().map(|time| time.0),
            namespace: metadata.namespace.unwrap_or_default(),
            object: metadata.name.unwrap_or_default(),
        }
    }
}

/// The superseded revisions of one namespace, or of the whole cluster without their namespaces, which the API server does
/// not send.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SupersededNames {
    /// How many there are, by the release's name and the revision. Untrusted text.
    pub counts: BTreeMap<String, BTreeMap<u32, usize>>,
    /// Objects whose names do not contain a release and a revision.
    pub odd: Vec<String>,
}

impl Client {
    /// Records of a namespace, or of the whole cluster.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn records(
        &self,
        driver: StorageDriver,
        namespace: Option<Namespace>,
        filter: RecordFilter,
    ) -> Result<Vec<ReleaseRecord>, ApiError> {
        self.query(async move |client| list_records(&client, driver, namespace.as_ref(), filter.parameters()).await)
    }

    /// The same, namespace by namespace, for accounts that cannot list in all namespaces.
    ///
    /// # Errors
    /// If nothing could be requested at all. A namespace that was refused has its own error.
    pub fn records_in(
        &self,
        driver: StorageDriver,
        namespaces: Vec<Namespace>,
        filter: RecordFilter,
    ) -> Result<Vec<PerNamespace<Vec<ReleaseRecord>>>, ApiError> {
        self.query(async move |client| {
            let list = async |namespace| {
                let listed = list_records(&client, driver, Some(&namespace), filter.parameters()).await;
                (namespace, listed)
            };
            Ok(concurrently(namespaces, list).await)
        })
    }

    /// All records of some releases of one namespace, but only objects that also have the type of a record: a Secret
    /// with the right labels may be anything.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn histories(
        &self,
        driver: StorageDriver,
        namespace: &Namespace,
        releases: &[String],
    ) -> Result<Vec<ReleaseRecord>, ApiError> {
        let mut records = Vec::new();
        for some in releases.chunks(RELEASES_PER_REQUEST) {
            let (namespace, mut selected) = (namespace.clone(), RecordFilter::Releases(some.to_vec()).parameters());
            if driver == StorageDriver::Secrets {
                selected = selected.fields("type=helm.sh/release.v1");
            }
            records.extend(
                self.query(async move |client| list_records(&client, driver, Some(&namespace), selected).await)?,
            );
        }
        Ok(records)
    }

    /// Deletes records that are still as they were read: a record that was written again, or made again under its name,
    /// stays. The answers have the order of the records. A record that is already gone is not an error.
    pub fn delete_records(&self, driver: StorageDriver, records: &[ReleaseRecord]) -> Vec<Result<(), ApiError>> {
        self.query_each(records, &async move |client, record: ReleaseRecord| {
            let api = driver.api(client, Some(&record.namespace));
            let ObjectVersion { uid, version } = &record.object_version;
            let delete = async {
                match delete_unchanged(&api, &record.object, uid, Some(version)).await {
                    Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
                    other => other,
                }
            };
            with_timeout(delete).await
        })
    }

    /// The names of all superseded records of the cluster.
    ///
    /// # Errors
    /// If they cannot be listed in all namespaces.
    pub fn superseded_names(&self, driver: StorageDriver) -> Result<SupersededNames, ApiError> {
        self.query(async move |client| superseded_names(&client, driver, None).await)
    }

    /// The names of the superseded records of each of the namespaces.
    ///
    /// # Errors
    /// If they cannot be listed in one of them.
    pub fn superseded_names_in(
        &self,
        driver: StorageDriver,
        namespaces: Vec<Namespace>,
    ) -> Result<Vec<(Namespace, SupersededNames)>, ApiError> {
        self.query(async move |client| {
            let list = async |namespace: Namespace| {
                let names = superseded_names(&client, driver, Some(&namespace)).await?;
                Ok((namespace, names))
            };
            concurrently(namespaces, list).await.into_iter().collect()
        })
    }
}

pub(super) async fn list_records(
    client: &kube::Client,
    driver: StorageDriver,
    namespace: Option<&Namespace>,
    selected: ListParams,
) -> Result<Vec<ReleaseRecord>, ApiError> {
    let api = driver.api(client, namespace.map(Namespace::as_str));
    let list = async |page: &ListParams| {
        let request = Request::new(api.resource_url()).list_metadata(page).map_err(kube::Error::BuildRequest)?;
        client.request::<ObjectList<RecordObject>>(request).await
    };
    collect(pages(selected, usize::MAX, list), |object| Some(ReleaseRecord::from(object))).await
}

/// Reads the names as a table without the objects: a tenth of the size of their metadata.
async fn superseded_names(
    client: &kube::Client,
    driver: StorageDriver,
    namespace: Option<&Namespace>,
) -> Result<SupersededNames, ApiError> {
    let api = driver.api(client, namespace.map(Namespace::as_str));
    let list = async |page: &ListParams| {
        let table: NameTable = client.request(table_request(api.resource_url(), page)?).await?;
        let (types, items) = (TypeMeta::default(), table.rows.unwrap_or_default());
        Ok(ObjectList { types, metadata: table.metadata, items })
    };
    let selected = select_labels(",status=superseded").limit(NAMES_PER_PAGE);
    let mut pages = pin!(pages(selected, usize::MAX, list));
    let mut names = SupersededNames::default();
    while let Some(rows) = pages.try_next().await? {
        for row in rows {
            names.add(row.cells.first().and_then(Value::as_str).unwrap_or_default());
        }
    }
    Ok(names)
}

#[derive(Deserialize)]
struct NameTable {
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

impl SupersededNames {
    /// The newest superseded revision of each release.
    pub fn newest(&self) -> impl Iterator<Item = (&String, u32)> {
        self.counts.iter().filter_map(|(release, counts)| Some((release, *counts.last_key_value()?.0)))
    }

    fn add(&mut self, object: &str) {
        match parse_object_name(object) {
            None => self.odd.push(object.to_owned()),
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
        let mut found = SupersededNames::default();
        for object in ["sh.helm.release.v1.a.v9", "sh.helm.release.v1.a.v10", "sh.helm.release.v1.a.v2.v3", "other"] {
            found.add(object);
        }
        assert_eq!(found.newest().collect::<Vec<_>>(), [(&"a".to_owned(), 10), (&"a.v2".to_owned(), 3)]);
        assert_eq!(found.odd, ["other"]);
    }
}
