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
use super::records::RecordStore;
use crate::cluster::client::{Client, in_time};
use crate::cluster::look_error::LookError;
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

impl Client {
    /// The replaced revisions of each of the namespaces.
    ///
    /// # Errors
    /// Where they cannot be listed in one of them.
    pub fn replaced_revisions(
        &self,
        store: RecordStore,
        namespaces: Vec<Namespace>,
    ) -> Result<Vec<(Namespace, ReplacedRevisions)>, LookError> {
        self.look(move |client| async move {
            let looks = namespaces.into_iter().map(|namespace| {
                let client = client.clone();
                async move { Ok((namespace.clone(), look_in(&client, store, &namespace).await?)) }
            });
            iter(looks).buffer_unordered(SIDE_BY_SIDE).try_collect().await
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

async fn look_in(
    client: &kube::Client,
    store: RecordStore,
    namespace: &Namespace,
) -> Result<ReplacedRevisions, LookError> {
    let mut found = ReplacedRevisions::default();
    let mut page = store.parameters(",status=superseded").limit(PAGE);
    loop {
        let table: Table = in_time(client.request(request(&store.path(namespace), &page)?)).await?;
        for row in table.rows.unwrap_or_default() {
            found.add(row.cells.first().and_then(Value::as_str).unwrap_or_default());
        }
        page.continue_token = table.metadata.next.filter(|token| !token.is_empty());
        if page.continue_token.is_none() {
            return Ok(found);
        }
    }
}

/// A list as a table whose rows hold no objects.
fn request(path: &str, page: &kube::api::ListParams) -> Result<http::Request<Vec<u8>>, LookError> {
    let failed = |error: &dyn std::fmt::Display| LookError::Failed(error.to_string());
    let mut request = Request::new(path).list(page).map_err(|error| failed(&error))?;
    let uri = format!("{}&includeObject=None", request.uri());
    *request.uri_mut() = uri.parse().map_err(|error: http::uri::InvalidUri| failed(&error))?;
    let table = http::HeaderValue::from_static("application/json;as=Table;g=meta.k8s.io;v=v1");
    request.headers_mut().insert(http::header::ACCEPT, table);
    Ok(request)
}

impl ReplacedRevisions {
    fn add(&mut self, object: &str) {
        let parts = || {
            let (release, revision) = object.strip_prefix("sh.helm.release.v1.")?.rsplit_once(".v")?;
            Some((release.to_owned(), revision.parse::<u32>().ok()?))
        };
        match parts() {
            None => self.odd.push(object.to_owned()),
            Some((release, revision)) => {
                let newest = self.newest.entry(release).or_default();
                *newest = revision.max(*newest);
            }
        }
    }
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
