//! Kinds that a cluster may or may not serve, and the objects of them.

use std::fmt::Debug;

use kube::api::{Api, ListParams};
use kube::core::{ApiResource, Object};
use kube::discovery;
use kube::error::DiscoveryError;
use serde::de::DeserializeOwned;

use super::every_object;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;

/// A kind, and the versions of it that this program can read, the ones to be preferred first.
pub(super) struct Kind {
    pub(super) group: &'static str,
    pub(super) name: &'static str,
    pub(super) versions: &'static [&'static str],
}

/// What matters of every object of a kind; nothing where the cluster does not serve it.
pub(super) async fn objects<P, U, T>(client: kube::Client, kind: &Kind) -> Result<Vec<T>, ApiError>
where
    T: From<Object<P, U>>,
    P: Clone + Debug + DeserializeOwned,
    U: Clone + Debug + Default + DeserializeOwned,
{
    let Some(resource) = served(&client, kind).await? else { return Ok(Vec::new()) };
    let api = Api::<Object<P, U>>::all_with(client, &resource);
    let mut objects = Vec::new();
    let list = |page| {
        let api = api.clone();
        async move { answered(|| api.list(&page)).await }
    };
    every_object(&ListParams::default(), list, |object| objects.push(T::from(object))).await?;
    Ok(objects)
}

/// How the kind is served, where it is. A group can be there without it: others may have a part in it.
async fn served(client: &kube::Client, kind: &Kind) -> Result<Option<ApiResource>, ApiError> {
    let group = answered(async || match discovery::group(client, kind.group).await {
        Err(kube::Error::Discovery(DiscoveryError::MissingApiGroup(_))) => Ok(None),
        other => other.map(Some),
    });
    let Some(group) = group.await? else { return Ok(None) };
    let mut offered = group
        .versions()
        .flat_map(|version| group.versioned_resources(version))
        .map(|(resource, _)| resource)
        .filter(|resource| resource.kind == kind.name)
        .collect::<Vec<_>>();
    let known = |resource: &ApiResource| kind.versions.iter().position(|version| *version == resource.version);
    offered.sort_by_key(|resource| known(resource).unwrap_or(usize::MAX));
    match offered.into_iter().next() {
        Some(resource) if known(&resource).is_none() => {
            let (name, version) = (kind.name, resource.api_version);
            Err(ApiError::Unsupported(format!("{name} is served as {version}, which this program does not know")))
        }
        resource => Ok(resource),
    }
}
