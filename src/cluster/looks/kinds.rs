//! Where objects of a kind are found: asked of just the groups in question.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{StreamExt, iter};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{APIGroupList, APIResource};
use kube::core::{ApiResource, GroupVersionKind};

use super::SIDE_BY_SIDE;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;

/// Where objects of a kind are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) resource: ApiResource,
    pub(super) scope: Scope,
}

/// Whether objects of a kind lie in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Namespace,
    Cluster,
}

/// Group, and what the API server has in each of its versions.
pub(super) type Groups = BTreeMap<String, Result<Vec<Version>, ApiError>>;

/// What there is in one version of a group.
#[derive(Debug, Clone)]
pub(super) struct Version {
    /// As in a manifest: `apps/v1`.
    api_version: String,
    resources: Vec<APIResource>,
}

/// Asks what there is in these groups. One that the API server does not have has no versions.
pub(super) async fn groups(client: kube::Client, wanted: BTreeSet<String>) -> Result<Groups, ApiError> {
    let all = answered(|| client.list_api_groups()).await?;
    let looks = wanted.into_iter().map(|group| {
        let (client, names) = (client.clone(), versions(&all, &group));
        async move { (group, each(&client, names).await) }
    });
    Ok(iter(looks).buffer_unordered(SIDE_BY_SIDE).collect().await)
}

fn versions(all: &APIGroupList, group: &str) -> Vec<String> {
    if group.is_empty() {
        return vec!["v1".to_owned()];
    }
    let found = all.groups.iter().filter(|found| found.name == group);
    found.flat_map(|found| &found.versions).map(|version| version.group_version.clone()).collect()
}

async fn each(client: &kube::Client, names: Vec<String>) -> Result<Vec<Version>, ApiError> {
    let mut versions = Vec::new();
    for api_version in names {
        let resources = answered(async || {
            let found = if api_version.contains('/') {
                client.list_api_group_resources(&api_version).await
            } else {
                client.list_core_api_resources(&api_version).await
            };
            match found {
                // It went this very moment, with the definition of its last kind.
                Err(kube::Error::Api(status)) if status.code == 404 => Ok(Vec::new()),
                other => other.map(|list| list.resources),
            }
        });
        versions.push(Version { resources: resources.await?, api_version });
    }
    Ok(versions)
}

/// Where objects of a kind are found, in this version or in another one of its group, which has the same objects. None
/// where there is no such kind, and so no such object.
pub(super) fn home(versions: &[Version], api_version: &str, kind: &str) -> Option<Home> {
    let same = versions.iter().filter(|version| version.api_version == api_version);
    let others = versions.iter().filter(|version| version.api_version != api_version);
    same.chain(others).find_map(|version| {
        // Objects have no `/` in the names of their resources, parts of them do.
        let whole = version.resources.iter().filter(|resource| !resource.name.contains('/'));
        // Helm finds a kind however its letters are cased.
        let resource = whole.into_iter().find(|resource| resource.kind.eq_ignore_ascii_case(kind))?;
        let (group, number) = version.api_version.split_once('/').unwrap_or(("", &version.api_version));
        let found = GroupVersionKind::gvk(group, number, &resource.kind);
        let scope = if resource.namespaced { Scope::Namespace } else { Scope::Cluster };
        Some(Home { resource: ApiResource::from_gvk_with_plural(&found, &resource.name), scope })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(api_version: &str, resources: &[(&str, &str, bool)]) -> Version {
        let resource = |(name, kind, namespaced): &(&str, &str, bool)| APIResource {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            namespaced: *namespaced,
            ..APIResource::default()
        };
        Version { api_version: api_version.to_owned(), resources: resources.iter().map(resource).collect() }
    }

    #[test]
    fn a_kind_is_found_in_its_version_or_in_another_and_else_there_is_none() {
        let versions = [
            version("example.com/v2", &[("widgets", "Widget", true), ("gadgets", "Gadget", false)]),
            version("example.com/v1", &[("widgets/status", "Widget", true), ("widgets", "Widget", true)]),
        ];
        let found = |api_version, kind| {
            let home = home(&versions, api_version, kind)?;
            Some((home.resource.api_version, home.resource.plural, home.scope))
        };
        let widgets = |version: &str| Some((version.to_owned(), "widgets".to_owned(), Scope::Namespace));
        assert_eq!(found("example.com/v1", "Widget"), widgets("example.com/v1"));
        assert_eq!(found("example.com/v1alpha1", "widget"), widgets("example.com/v2"));
        let gadgets = ("example.com/v2".to_owned(), "gadgets".to_owned(), Scope::Cluster);
        assert_eq!(found("example.com/v1", "Gadget"), Some(gadgets));
        assert_eq!(found("example.com/v2", "Thing"), None);
        assert!(home(&[], "example.com/v1", "Widget").is_none());
    }
}
