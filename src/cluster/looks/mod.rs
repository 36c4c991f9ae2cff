//! The looks that this program takes at a cluster, each a question with a plain answer.

mod kept;
mod kinds;
mod namespaces;
mod offered;
mod own_annotations;
mod own_name;
mod payloads;
mod protection;
mod recheck;
mod records;
mod remaining;
mod replaced;
mod rights;
mod store;

pub use namespaces::{NamedNamespace, NamespaceFacts};
pub use offered::OfferedKinds;
pub use payloads::{Payload, Payloads, Wanted};
pub use protection::{Application, HelmRelease, MadeReleases, OptOutConfigMap, OptOutConfigMapsInNamespace};
pub use recheck::{NamespaceNow, NamespaceQuestions, NamespaceRequest};
pub use records::{InNamespace, Record};
pub use remaining::Presence;
pub use replaced::{ReplacedNames, ReplacedRevisions};
pub use rights::{AccessReview, Resource, SpelledKind};
pub use store::StorageDriver;

use k8s_openapi::api::core::v1::Namespace as NamespaceObject;
use kube::Api;

use super::client::Client;
use super::look_error::ApiError;
use super::question::answered;

/// So many requests of one look are on their way at a time, each over a connection of its own, which costs the API
/// server more than most of the answers.
const SIDE_BY_SIDE: usize = 8;

/// What tells a cluster from every other: the UID of its namespace `kube-system`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(pub String);

impl Client {
    /// The cluster's identity.
    ///
    /// # Errors
    /// Where the namespace `kube-system` cannot be read.
    pub fn identity(&self) -> Result<Identity, ApiError> {
        let look = |client| async {
            let api = Api::<NamespaceObject>::all(client);
            answered(|| api.get_metadata("kube-system")).await
        };
        let uid = self.look(look)?.metadata.uid.filter(|uid| !uid.is_empty());
        uid.map(Identity).ok_or_else(|| ApiError::Failed("the namespace kube-system has no UID".to_owned()))
    }
}
