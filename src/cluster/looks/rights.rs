//! What whoever is logged in may do, as the API server answers it, and how kinds are called there.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{StreamExt, iter};
use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use kube::api::PostParams;
use kube::core::GroupVersionKind;
use kube::{Api, discovery};

use super::SIDE_BY_SIDE;
use super::protection::in_bounds;
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;

/// Something that somebody may want to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessReview {
    /// Where; in the whole cluster, where no namespace is given.
    pub namespace: Option<String>,
    /// The group of the kind, empty for the core of Kubernetes, `*` for all.
    pub group: String,
    /// The resource of the kind, `*` for all.
    pub resource: String,
    /// The one object, where it is about one.
    pub name: Option<String>,
    /// What is to be done.
    pub verb: String,
}

/// A kind as a manifest spells it: `apiVersion` and `kind`. Foreign text.
pub type SpelledKind = (String, String);

/// Group and resource of a kind.
pub type Resource = (String, String);

impl Client {
    /// Whether each may be done by whoever is logged in. What could not be answered stands beside it.
    ///
    /// # Errors
    /// Where nothing could be asked at all.
    pub fn may(
        &self,
        deeds: BTreeSet<AccessReview>,
    ) -> Result<BTreeMap<AccessReview, Result<bool, ApiError>>, ApiError> {
        self.look(|client| {
            in_bounds(async move {
                let api = Api::<SelfSubjectAccessReview>::all(client);
                let answers = deeds.into_iter().map(|deed| {
                    let api = api.clone();
                    async move {
                        let review = review(&deed);
                        // A review changes nothing, whatever its verb is called.
                        let answer = answered(|| api.create(&UNNAMED, &review)).await;
                        let allowed = answer.map(|review| review.status.is_some_and(|status| status.allowed));
                        (deed, allowed)
                    }
                });
                Ok(iter(answers).buffer_unordered(SIDE_BY_SIDE).collect().await)
            })
        })
    }

    /// How the API server calls whoever is logged in, where it says so: from Kubernetes 1.28 on.
    ///
    /// # Errors
    /// Where it does not answer, or does not know the question.
    pub fn user(&self) -> Result<Option<String>, ApiError> {
        self.look(|client| {
            in_bounds(async move {
                let api = Api::<SelfSubjectReview>::all(client);
                let question = SelfSubjectReview::default();
                let review = answered(|| api.create(&UNNAMED, &question)).await?;
                Ok(review.status.and_then(|status| status.user_info).and_then(|user| user.username))
            })
        })
    }

    /// The resource of each kind that the cluster serves.
    ///
    /// # Errors
    /// Where nothing could be asked at all.
    pub fn resources(&self, kinds: BTreeSet<SpelledKind>) -> Result<BTreeMap<SpelledKind, Resource>, ApiError> {
        self.look(|client| {
            in_bounds(async move {
                let mut resources = BTreeMap::new();
                for (api_version, kind) in kinds {
                    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
                    let spelled = GroupVersionKind::gvk(group, version, &kind);
                    if let Ok((found, _)) = discovery::pinned_kind(&client, &spelled).await {
                        resources.insert((api_version.clone(), kind), (found.group, found.plural));
                    }
                }
                Ok(resources)
            })
        })
    }
}

const UNNAMED: PostParams = PostParams { dry_run: false, field_manager: None };

fn review(deed: &AccessReview) -> SelfSubjectAccessReview {
    let attributes = ResourceAttributes {
        namespace: deed.namespace.clone(),
        group: Some(deed.group.clone()),
        resource: Some(deed.resource.clone()),
        name: deed.name.clone(),
        verb: Some(deed.verb.clone()),
        ..ResourceAttributes::default()
    };
    SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec { resource_attributes: Some(attributes), non_resource_attributes: None },
        ..SelfSubjectAccessReview::default()
    }
}
