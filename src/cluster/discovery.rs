//! Which kinds the API server serves, and under which resource.
//!
//! Each operation requests the groups or versions in question, never all. Every user who is logged in may do so (the
//! built-in role `system:discovery`), unless that right was taken away.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{APIGroupList, APIResource, APIResourceList};
use kube::core::{ApiResource, GroupVersionKind};
use kube::discovery::Scope;

use super::client::Client;
use super::request::{ApiError, concurrently, with_retry, with_timeout};
use crate::release::VersionedKind;

/// Group and resource of a kind.
pub(crate) type GroupResource = (String, String);

/// What the API server serves in one version of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct ServedKinds {
    /// The version: `v1`, `apps/v1`.
    pub api_version: String,
    /// Its kinds and their resources.
    pub list: APIResourceList,
}

/// The resource of a kind, and whether its objects are in namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServedKind {
    pub(super) resource: ApiResource,
    pub(super) scope: Scope,
}

/// What the API server serves in each version of a group. A group that it does not have has no versions.
pub(super) type ApiGroups = BTreeMap<String, Result<Vec<ServedKinds>, ApiError>>;

impl ServedKinds {
    /// Whether helm finds this kind here: as it is spelled or in lower case. It finds a list of anything.
    pub fn has(&self, kind: &str) -> bool {
        let is_found = |resource: &APIResource| resource.kind == kind || resource.kind.to_lowercase() == kind;
        kind == "List" || self.resources().any(is_found)
    }

    /// The resources of whole objects; those of their parts (`deployments/scale`) have a `/` in their names.
    fn resources(&self) -> impl Iterator<Item = &APIResource> {
        self.list.resources.iter().filter(|resource| !resource.name.contains('/'))
    }

    /// The first resource whose kind meets a condition.
    fn find(&self, is_wanted: impl Fn(&str) -> bool) -> Option<ServedKind> {
        let resource = self.resources().find(|resource| is_wanted(&resource.kind))?;
        let (group, version) = self.api_version.split_once('/').unwrap_or(("", &self.api_version));
        let kind = GroupVersionKind::gvk(group, version, &resource.kind);
        let scope = if resource.namespaced { Scope::Namespaced } else { Scope::Cluster };
        Some(ServedKind { resource: ApiResource::from_gvk_with_plural(&kind, &resource.name), scope })
    }
}

impl Client {
    /// What is served in these versions. Sent once, because no decision depends on the answer.
    ///
    /// # Errors
    /// If one of them is not served, or may not be read, or no answer comes.
    pub fn served_kinds(&self, api_versions: Vec<String>) -> Result<Vec<ServedKinds>, ApiError> {
        self.query(async move |client| {
            let list = async |api_version: String| {
                let list = with_timeout(list_resources(&client, &api_version)).await?;
                Ok(ServedKinds { api_version, list })
            };
            concurrently(api_versions, list).await.into_iter().collect()
        })
    }

    /// The resource of each kind that the cluster serves.
    ///
    /// # Errors
    /// If nothing could be requested at all.
    pub fn resources(
        &self,
        kinds: BTreeSet<VersionedKind>,
    ) -> Result<BTreeMap<VersionedKind, GroupResource>, ApiError> {
        self.bounded_query(async move |client| {
            let versions = kinds.iter().map(|kind| kind.api_version.clone()).collect::<BTreeSet<_>>();
            let served = concurrently(versions, async |version| served_kinds(&client, version).await).await;
            let served = served.into_iter().flatten().collect::<Vec<_>>();
            let resource = |wanted: VersionedKind| {
                let of_version = served.iter().find(|served| served.api_version == wanted.api_version)?;
                let found = of_version.find(|kind| kind == wanted.kind)?.resource;
                Some((wanted, (found.group, found.plural)))
            };
            Ok(kinds.into_iter().filter_map(resource).collect())
        })
    }

    /// What is served in some groups.
    ///
    /// # Errors
    /// If the groups cannot be listed.
    pub(super) fn api_groups(&self, groups: BTreeSet<String>) -> Result<ApiGroups, ApiError> {
        let all = self.query(async |client| list_groups(&client).await)?;
        let versions = groups.iter().map(|group| versions_of(&all, group)).collect::<Vec<_>>();
        let served = self.query_each(&versions, &async |client, versions| each_served(client, versions).await);
        Ok(groups.into_iter().zip(served).collect())
    }
}

/// What is served in one group.
pub(super) async fn served_in_group(client: &kube::Client, group: &str) -> Result<Vec<ServedKinds>, ApiError> {
    each_served(client, versions_of(&list_groups(client).await?, group)).await
}

async fn list_groups(client: &kube::Client) -> Result<APIGroupList, ApiError> {
    with_retry(async || client.list_api_groups().await).await
}

fn versions_of(all: &APIGroupList, group: &str) -> Vec<String> {
    if group.is_empty() {
        return vec!["v1".to_owned()];
    }
    let found = all.groups.iter().filter(|found| found.name == group);
    found.flat_map(|found| &found.versions).map(|version| version.group_version.clone()).collect()
}

async fn each_served(client: &kube::Client, versions: Vec<String>) -> Result<Vec<ServedKinds>, ApiError> {
    concurrently(versions, async |version| served_kinds(client, version).await).await.into_iter().collect()
}

/// What is served in one version; nothing if the version was removed together with its last kind.
async fn served_kinds(client: &kube::Client, api_version: String) -> Result<ServedKinds, ApiError> {
    let list = with_retry(async || match list_resources(client, &api_version).await {
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(APIResourceList::default()),
        other => other,
    });
    Ok(ServedKinds { list: list.await?, api_version })
}

async fn list_resources(client: &kube::Client, api_version: &str) -> kube::Result<APIResourceList> {
    if api_version.contains('/') {
        client.list_api_group_resources(api_version).await
    } else {
        client.list_core_api_resources(api_version).await
    }
}

/// The kind in this version or in another one of its group, which has the same objects. None if the group has no such kind,
/// and so no such object.
pub(super) fn find_in_group(versions: &[ServedKinds], api_version: &str, kind: &str) -> Option<ServedKind> {
    let same = versions.iter().filter(|version| version.api_version == api_version);
    let others = versions.iter().filter(|version| version.api_version != api_version);
    // Helm ignores the case of a kind.
    same.chain(others).find_map(|version| version.find(|served| served.eq_ignore_ascii_case(kind)))
}

/// The kind in the first of these versions that the cluster serves. None if the cluster does not serve the kind.
///
/// # Errors
/// If the cluster serves the kind only in other versions.
pub(super) fn find_in_versions(
    served: &[ServedKinds],
    kind: &str,
    versions: &[&str],
) -> Result<Option<ApiResource>, ApiError> {
    let found = served.iter().filter_map(|served| Some(served.find(|found| found == kind)?.resource));
    let known = |resource: &ApiResource| versions.iter().position(|version| *version == resource.version);
    match found.min_by_key(|resource| known(resource).unwrap_or(usize::MAX)) {
        Some(resource) if known(&resource).is_none() => {
            let version = resource.api_version;
            Err(ApiError::Unsupported(format!("{kind} is served as {version}, which helm-purge does not support")))
        }
        resource => Ok(resource),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_offered_as_helm_finds_it_and_a_part_of_an_object_is_none() {
        let resource =
            |name: &str, kind: &str| APIResource { name: name.into(), kind: kind.into(), ..APIResource::default() };
        let resources = vec![resource("deployments", "Deployment"), resource("deployments/scale", "Scale")];
        let list = APIResourceList { group_version: "apps/v1".to_owned(), resources };
        let offered = ServedKinds { api_version: "apps/v1".to_owned(), list };
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

    fn version(api_version: &str, resources: &[(&str, &str, bool)]) -> ServedKinds {
        let resource = |(name, kind, namespaced): &(&str, &str, bool)| APIResource {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            namespaced: *namespaced,
            ..APIResource::default()
        };
        let resources = resources.iter().map(resource).collect();
        let list = APIResourceList { group_version: api_version.to_owned(), resources };
        ServedKinds { api_version: api_version.to_owned(), list }
    }

    #[test]
    fn a_kind_is_found_in_its_version_or_in_another_and_else_there_is_none() {
        let versions = [
            version("example.com/v2", &[("widgets", "Widget", true), ("gadgets", "Gadget", false)]),
            version("example.com/v1", &[("widgets/status", "Widget", true), ("widgets", "Widget", true)]),
        ];
        let found = |api_version, kind| {
            let found = find_in_group(&versions, api_version, kind)?;
            Some((found.resource.api_version, found.resource.plural, found.scope))
        };
        let widgets = |version: &str| Some((version.to_owned(), "widgets".to_owned(), Scope::Namespaced));
        assert_eq!(found("example.com/v1", "Widget"), widgets("example.com/v1"));
        assert_eq!(found("example.com/v1alpha1", "widget"), widgets("example.com/v2"));
        let gadgets = ("example.com/v2".to_owned(), "gadgets".to_owned(), Scope::Cluster);
        assert_eq!(found("example.com/v1", "Gadget"), Some(gadgets));
        assert_eq!(found("example.com/v2", "Thing"), None);
        assert!(find_in_group(&[], "example.com/v1", "Widget").is_none());
    }
}
