//! Which kinds the API server offers.

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;

use super::SIDE_BY_SIDE;
use crate::cluster::client::{Client, in_time};
use crate::cluster::look_error::ApiError;

/// What the API server offers in one version of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedKinds {
    /// The version: `v1`, `apps/v1`.
    pub api_version: String,
    /// Its kinds, and how their objects are asked for.
    pub list: APIResourceList,
}

impl OfferedKinds {
    /// Whether helm finds this kind among them: spelled as it is or in small letters alone, and lists of anything.
    pub fn has(&self, kind: &str) -> bool {
        let mut offered = self.list.resources.iter().filter(|resource| !resource.name.contains('/'));
        kind == "List" || offered.any(|resource| resource.kind == kind || resource.kind.to_lowercase() == kind)
    }
}

impl Client {
    /// What is offered in these versions. Asked once: nothing hangs on the answer.
    ///
    /// Every user may ask who is logged in (the built-in role `system:discovery`), unless that was taken away.
    ///
    /// # Errors
    /// Where one of them is not offered, or may not be asked for, or there is no answer.
    pub fn offered(&self, api_versions: Vec<String>) -> Result<Vec<OfferedKinds>, ApiError> {
        self.look(|client| async move {
            let looks = api_versions.into_iter().map(|api_version| offered_in(client.clone(), api_version));
            iter(looks).buffered(SIDE_BY_SIDE).try_collect().await
        })
    }
}

async fn offered_in(client: kube::Client, api_version: String) -> Result<OfferedKinds, ApiError> {
    let list = if api_version.contains('/') {
        in_time(client.list_api_group_resources(&api_version)).await?
    } else {
        in_time(client.list_core_api_resources(&api_version)).await?
    };
    Ok(OfferedKinds { api_version, list })
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResource;

    use super::*;

    #[test]
    fn a_kind_is_offered_as_helm_finds_it_and_a_part_of_an_object_is_none() {
        let resource =
            |name: &str, kind: &str| APIResource { name: name.into(), kind: kind.into(), ..APIResource::default() };
        let resources = vec![resource("deployments", "Deployment"), resource("deployments/scale", "Scale")];
        let list = APIResourceList { group_version: "apps/v1".to_owned(), resources };
        let offered = OfferedKinds { api_version: "apps/v1".to_owned(), list };
        for (kind, is_offered) in [
            ("Deployment", true),
            ("deployment", true),
            ("List", true),
            ("DEPLOYMENT", false),
            ("list", false),
            ("Scale", false),
            ("deployments", false),
            ("", false),
        ] {
            assert_eq!(offered.has(kind), is_offered, "{kind}");
        }
    }
}
