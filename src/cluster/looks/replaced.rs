//! The revisions that later ones have replaced, by their objects' names alone.
//!
//! Their records are many. A table without the objects themselves is a tenth of their metadata, and the name of an
//! object says of which release and revision it is.

use std::collections::BTreeMap;

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use kube::core::Request;
use serde::Deserialize;
use serde_json::Value;

use super::SIDE_BY_SIDE;
use super::store::StorageDriver;
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;
use crate::release::Namespace;

/// So many rows are asked for at a time.
const PAGE: u32 = 2000;

/// For each release of a namespace that has replaced revisions, the newest of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplacedRevisions {
    /// By the release's name. Foreign text.
    pub newest: BTreeMap<String, u32>,
    /// Objects whose names do not say which revision they hold.
    pub odd: Vec<String>,
}

/// The replaced revisions of the whole cluster, without the namespaces they lie in: such a table does not have them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplacedNames {
    /// By the release's name and the revision: how many there are. Foreign text.
    pub counts: BTreeMap<String, BTreeMap<u32, usize>>,
    /// How many objects have names that do not say which revision they hold.
    pub odd: usize,
}

impl Client {
    /// The replaced revisions of each of the namespaces.
    ///
    /// # Errors
    /// Where they cannot be listed in one of them.
    pub fn replaced_revisions(
        &self,
        store: StorageDriver,
        namespaces: Vec<Namespace>,
    ) -> Result<Vec<(Namespace, ReplacedRevisions)>, ApiError> {
        self.look(move |client| async move {
            let looks = namespaces.into_iter().map(|namespace| {
                let client = client.clone();
                async move {
                    let mut found = ReplacedRevisions::default();
                    every_name(&client, store, Some(&namespace), |object| found.add(object)).await?;
                    Ok((namespace, found))
                }
            });
            iter(looks).buffer_unordered(SIDE_BY_SIDE).try_collect().await
        })
    }

    /// The names of all replaced revisions of the cluster.
    ///
    /// # Errors
    /// Where they cannot be listed in all namespaces.
    pub fn replaced_names(&self, store: StorageDriver) -> Result<ReplacedNames, ApiError> {
        self.look(move |client| async move {
            let mut found = ReplacedNames::default();
            every_name(&client, store, None, |object| found.add(object)).await?;
            Ok(found)
        })
    }
}

#[derive(Deserialize)]
struct Table {
    #[serde(default)]
    metadata: TableMetadata,
    rows: Option<Vec<Row>>,
}

#[derive(Deserialize, Default)]
struct TableMetadata {
    #[serde(rename = "continue")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    cells: Vec<Value>,
}

async fn every_name(
    client: &kube::Client,
    store: StorageDriver,
    namespace: Option<&Namespace>,
    mut on_name: impl FnMut(&str),
) -> Result<(), ApiError> {
    let path = store.path(namespace);
    let mut page = StorageDriver::parameters(",status=superseded").limit(PAGE);
    loop {
        let asked = request(&path, &page)?;
        let table: Table = answered(|| client.request(asked.clone())).await?;
        for row in table.rows.unwrap_or_default() {
            on_name(row.cells.first().and_then(Value::as_str).unwrap_or_default());
        }
        page.continue_token = table.metadata.next.filter(|token| !token.is_empty());
        if page.continue_token.is_none() {
            return Ok(());
        }
    }
}

/// A list as a table whose rows hold no objects.
fn request(path: &str, page: &kube::api::ListParams) -> Result<http::Request<Vec<u8>>, ApiError> {
    let failed = |error: &dyn std::fmt::Display| ApiError::Failed(error.to_string());
    let mut request = Request::new(path).list(page).map_err(|error| failed(&error))?;
    let uri = format!("{}&includeObject=None", request.uri());
    *request.uri_mut() = uri.parse().map_err(|error: http::uri::InvalidUri| failed(&error))?;
    let table = http::HeaderValue::from_static("application/json;as=Table;g=meta.k8s.io;v=v1");
    request.headers_mut().insert(http::header::ACCEPT, table);
    Ok(request)
}

impl ReplacedRevisions {
    fn add(&mut self, object: &str) {
        match parts(object) {
            None => self.odd.push(object.to_owned()),
            Some((release, revision)) => {
                let newest = self.newest.entry(release.to_owned()).or_default();
                *newest = revision.max(*newest);
            }
        }
    }
}

impl ReplacedNames {
    fn add(&mut self, object: &str) {
        match parts(object) {
            None => self.odd += 1,
            Some((release, revision)) => {
                *self.counts.entry(release.to_owned()).or_default().entry(revision).or_default() += 1;
            }
        }
    }
}

/// Release and revision in the name of an object.
fn parts(object: &str) -> Option<(&str, u32)> {
    let (release, revision) = object.strip_prefix("sh.helm.release.v1.")?.rsplit_once(".v")?;
    Some((release, revision.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_object_says_which_revision_it_holds() {
        let mut found = ReplacedRevisions::default();
        for object in ["sh.helm.release.v1.a.v9", "sh.helm.release.v1.a.v10", "sh.helm.release.v1.a.v2.v3", "other"] {
            found.add(object);
        }
        assert_eq!(found.newest, BTreeMap::from([("a".to_owned(), 10), ("a.v2".to_owned(), 3)]));
        assert_eq!(found.odd, ["other"]);
    }
}
