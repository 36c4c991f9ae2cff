//! Opt-outs, as this program writes them: ConfigMaps with the label `helm-purge: keep`.
//!
//! One is made where there is none of its name, changed only in this program's own annotations, and removed; each only as
//! it was looked at before, so that what somebody wrote in between stays. A ConfigMap of the same name without the label
//! is somebody else's: it is read by its metadata, and never written to.
//!
//! The built-in role `edit` may do all of that in its namespace, while it may not annotate the namespace itself.

mod remove;
mod write;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::ObjectMeta;

use super::client::Client;
use super::look_error::ApiError;
use super::looks::OptOutConfigMap;
use super::question::answered;
use crate::release::{Namespace, ObjectVersion};

/// What is there under the name of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptOutTarget {
    /// Nothing.
    Free,
    /// A mark.
    Taken(StoredOptOut),
    /// A ConfigMap without the label: not this program's.
    Foreign,
}

/// A mark, and which writing of it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOptOut {
    /// What it says. Foreign text.
    pub mark: OptOutConfigMap,
    writing: ObjectVersion,
}

impl Client {
    /// What is there under the name of a mark.
    ///
    /// # Errors
    /// Where it cannot be looked at.
    pub fn mark_place(&self, namespace: &Namespace, name: &str) -> Result<OptOutTarget, ApiError> {
        let (namespace, name) = (namespace.to_string(), name.to_owned());
        let metadata = self.look(|client| async move {
            let api = Api::<ConfigMap>::namespaced(client, &namespace);
            let found = answered(|| api.get_metadata_opt(&name)).await?;
            Ok(found.map(|object| object.metadata))
        })?;
        Ok(metadata.map_or(OptOutTarget::Free, OptOutTarget::of))
    }
}

impl OptOutTarget {
    fn of(metadata: ObjectMeta) -> Self {
        if !is_labelled(metadata.labels.as_ref()) {
            return OptOutTarget::Foreign;
        }
        let writing = ObjectVersion {
            uid: metadata.uid.as_deref().unwrap_or_default().into(),
            version: metadata.resource_version.as_deref().unwrap_or_default().into(),
        };
        OptOutTarget::Taken(StoredOptOut { mark: OptOutConfigMap::from(metadata), writing })
    }
}

fn is_labelled(labels: Option<&BTreeMap<String, String>>) -> bool {
    let (key, value) = OptOutConfigMap::LABEL;
    labels.and_then(|labels| labels.get(key)).is_some_and(|found| found == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(labels: &[(&str, &str)]) -> OptOutTarget {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        OptOutTarget::of(ObjectMeta { labels: Some(labels), ..ObjectMeta::default() })
    }

    #[test]
    fn only_a_config_map_with_the_very_label_is_ours() {
        assert!(matches!(place(&[("app", "web"), ("helm-purge", "keep")]), OptOutTarget::Taken(_)));
        for labels in [&[][..], &[("helm-purge", "true")], &[("helm-purge", "")], &[("keep", "helm-purge")]] {
            assert_eq!(place(labels), OptOutTarget::Foreign, "{labels:?}");
        }
        assert_eq!(OptOutTarget::of(ObjectMeta::default()), OptOutTarget::Foreign);
    }
}
