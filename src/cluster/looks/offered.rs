//! Which kinds the API server offers.

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;

use super::SIDE_BY_SIDE;
use crate::cluster::client::Client;
use crate::cluster::look_error::LookError;
use crate::cluster::question::answered;

/// What the API server offers in one version of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedKinds {
    /// The version: `v1`, `apps/v1`.
    pub api_version: String,
    /// Its kinds, and how their objects are asked for.
    pub list: APIResourceList,
}

impl OfferedKinds {
    /// Whether this kind is among them. Helm finds a kind however its letters are cased, and takes a list of objects of
    /// any kind.
    pub fn has(&self, kind: &str) -> bool {
        let mut offered = self.list.resources.iter().filter(|resource| !resource.name.contains('/'));
        kind.eq_ignore_ascii_case("List") || offered.any(|resource| resource.kind.eq_ignore_ascii_case(kind))
    }
}

impl Client {
    /// What is offered in these versions; one that the API server does not have is not among them.
    ///
    /// Every user may ask who is logged in (the built-in role `system:discovery`), unless that was taken away.
    ///
    /// # Errors
    /// Where it may not be asked, or there is no answer.
    pub fn offered(&self, api_versions: Vec<String>) -> Result<Vec<OfferedKinds>, LookError> {
        self.look(|client| async move {
            let looks = api_versions.into_iter().map(|api_version| offered_in(client.clone(), api_version));
            let found = iter(looks).buffered(SIDE_BY_SIDE).try_collect::<Vec<_>>().await?;
            Ok(found.into_iter().flatten().collect())
        })
    }
}

async fn offered_in(client: kube::Client, api_version: String) -> Result<Option<OfferedKinds>, LookError> {
    let list = answered(async || {
        let answer = if api_version.contains('/') {
            client.list_api_group_resources(&api_version).await
        } else {
            client.list_core_api_resources(&api_version).await
        };
        match answer {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
            answer => answer.map(Some),
        }
    });
    Ok(list.await?.map(|list| OfferedKinds { api_version, list }))
}
