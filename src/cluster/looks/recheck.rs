//! One namespace and a few of its releases as they are now, in one round trip.

use k8s_openapi::api::core::v1::Namespace as NamespaceObject;
use kube::Api;
use kube::api::ListParams;

use super::namespaces::NamespaceFacts;
use super::protection::{OptOutConfigMap, in_bounds, list_marks};
use super::records::{Record, list_in};
use super::store::StorageDriver;
use crate::cluster::client::Client;
use crate::cluster::look_error::ApiError;
use crate::cluster::question::answered;
use crate::release::Namespace;

/// What is asked about a namespace beside the records of its releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamespaceQuestions {
    /// Whether to list its opt-outs.
    pub opt_outs: bool,
    /// How to read its labels and annotations, if at all.
    pub metadata: Option<NamespaceRequest>,
}

/// With which right a namespace is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamespaceRequest {
    /// `list` in the whole cluster, of which this needs a single item.
    List,
    /// `get` of this namespace.
    Get,
}

/// The answers, each with its own error.
#[derive(Debug)]
pub struct NamespaceNow {
    /// All records of the releases in question.
    pub records: Result<Vec<Record>, ApiError>,
    /// The opt-outs; none if they were not asked for.
    pub marks: Result<Vec<OptOutConfigMap>, ApiError>,
    /// The labels and annotations; `None` if there is no such namespace, or they were not asked for.
    pub facts: Result<Option<NamespaceFacts>, ApiError>,
}

impl Client {
    /// Asks everything about a namespace and some of its releases side by side.
    ///
    /// # Errors
    /// If nothing could be asked at all. A request that was refused has its error in its own answer.
    pub fn namespace_now(
        &self,
        store: StorageDriver,
        namespace: &Namespace,
        releases: &[String],
        questions: NamespaceQuestions,
    ) -> Result<NamespaceNow, ApiError> {
        let (namespace, labels) = (namespace.clone(), format!(",name in ({})", releases.join(",")));
        self.look(move |client| async move {
            let marks = async {
                if questions.opt_outs {
                    in_bounds(list_marks(Api::namespaced(client.clone(), namespace.as_str()))).await
                } else {
                    Ok(Vec::new())
                }
            };
            let facts = async {
                match questions.metadata {
                    Some(request) => facts(Api::all(client.clone()), &namespace, request).await,
                    None => Ok(None),
                }
            };
            let records = list_in(client.clone(), store, &namespace, &labels);
            let (records, marks, facts) = tokio::join!(records, marks, facts);
            Ok(NamespaceNow { records, marks, facts })
        })
    }
}

async fn facts(
    api: Api<NamespaceObject>,
    namespace: &Namespace,
    request: NamespaceRequest,
) -> Result<Option<NamespaceFacts>, ApiError> {
    let found = match request {
        NamespaceRequest::Get => answered(|| api.get_metadata_opt(namespace.as_str())).await?,
        NamespaceRequest::List => {
            let one = ListParams::default().fields(&format!("metadata.name={namespace}"));
            answered(|| api.list_metadata(&one)).await?.items.pop()
        }
    };
    Ok(found.map(|object| NamespaceFacts::from(object.metadata)))
}
