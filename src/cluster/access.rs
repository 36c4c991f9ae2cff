//! Who the account is, and what it may do, as the API server answers it.
//!
//! Such a question is sent as an object that is stored nowhere.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::authentication::v1::SelfSubjectReview;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use kube::Api;
use kube::api::PostParams;

use super::client::Client;
use super::request::{ApiError, concurrently, with_retry};

/// An action that the account may or may not have the right to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessReview {
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
    /// The group of the kind, empty for the core of Kubernetes, `*` for all.
    pub group: String,
    /// The resource of the kind, `*` for all.
    pub resource: String,
    /// The object's name, if it is about a single object.
    pub name: Option<String>,
    /// The verb.
    pub verb: String,
}

impl Client {
    /// Whether the account may do each of these actions. An action without an answer has its own error.
    ///
    /// # Errors
    /// If nothing could be requested at all.
    pub fn review_access(
        &self,
        reviews: BTreeSet<AccessReview>,
    ) -> Result<BTreeMap<AccessReview, Result<bool, ApiError>>, ApiError> {
        self.bounded_query(async move |client| {
            let api = Api::<SelfSubjectAccessReview>::all(client);
            let request = async |review: AccessReview| {
                let question = access_review(&review);
                let answer = with_retry(async || api.create(&PostParams::default(), &question).await).await;
                (review, answer.map(|answer| answer.status.is_some_and(|status| status.allowed)))
            };
            Ok(concurrently(reviews, request).await.into_iter().collect())
        })
    }

    /// The user's name. Untrusted text.
    ///
    /// Every user who is logged in may request it (the built-in role `system:basic-user`).
    ///
    /// # Errors
    /// If that right was taken away, or the API server does not know the question (before Kubernetes 1.28).
    pub fn whoami(&self) -> Result<String, ApiError> {
        let answer = self.bounded_query(async |client| {
            let api = Api::<SelfSubjectReview>::all(client);
            with_retry(async || api.create(&PostParams::default(), &SelfSubjectReview::default()).await).await
        })?;
        let name = answer.status.and_then(|status| status.user_info).and_then(|user| user.username);
        name.filter(|name| !name.is_empty()).ok_or_else(|| ApiError::Failed("the user has no name".to_owned()))
    }
}

fn access_review(review: &AccessReview) -> SelfSubjectAccessReview {
    let attributes = ResourceAttributes {
        namespace: review.namespace.clone(),
        group: Some(review.group.clone()),
        resource: Some(review.resource.clone()),
        name: review.name.clone(),
        verb: Some(review.verb.clone()),
        ..ResourceAttributes::default()
    };
    SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec { resource_attributes: Some(attributes), non_resource_attributes: None },
        ..SelfSubjectAccessReview::default()
    }
}
