//! Makes a mark, or changes one.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{ObjectMeta, Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::StoredOptOut;
use crate::cluster::client::{Client, in_time};
use crate::cluster::look_error::ApiError;
use crate::cluster::looks::OptOutConfigMap;

/// The name under which this program's fields are known to the API server.
const FIELD_MANAGER: &str = "helm-purge";

/// The annotations that a change sets, or takes away where the new mark does not have them. Others are not touched.
const CHANGED: [&str; 3] = [OptOutConfigMap::UNTIL, OptOutConfigMap::REASON, OptOutConfigMap::BY];

impl Client {
    /// Makes a mark where there is nothing of its name.
    ///
    /// # Errors
    /// Where that is not allowed, or something of that name has come meanwhile: then nothing was written.
    pub fn make_mark(&self, mark: &OptOutConfigMap) -> Result<(), ApiError> {
        let (namespace, object) = (mark.namespace.clone(), config_map(mark));
        self.look(|client| async move {
            let parameters = PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() };
            in_time(Api::<ConfigMap>::namespaced(client, &namespace).create(&parameters, &object)).await.map(drop)
        })
    }

    /// Changes a mark to what another one of its name says: end, reason and writer. Whatever else is in the ConfigMap
    /// stays.
    ///
    /// # Errors
    /// Where that is not allowed, or it is not any more what was seen: then nothing was written.
    pub fn change_mark(&self, seen: &StoredOptOut, mark: &OptOutConfigMap) -> Result<(), ApiError> {
        let (namespace, name, change) = (mark.namespace.clone(), mark.name.clone(), change(seen, mark));
        self.look(|client| async move {
            let parameters = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
            let api = Api::<ConfigMap>::namespaced(client, &namespace);
            in_time(api.patch_metadata(&name, &parameters, &Patch::Merge(change))).await.map(drop)
        })
    }
}

fn config_map(mark: &OptOutConfigMap) -> ConfigMap {
    let (key, value) = OptOutConfigMap::LABEL;
    let metadata = ObjectMeta {
        namespace: Some(mark.namespace.clone()),
        name: Some(mark.name.clone()),
        labels: Some([(key.to_owned(), value.to_owned())].into()),
        annotations: Some(mark.annotations.clone()),
        ..ObjectMeta::default()
    };
    ConfigMap { metadata, ..ConfigMap::default() }
}

/// A change that names the writing it is for is refused by the API server for any other.
fn change(seen: &StoredOptOut, mark: &OptOutConfigMap) -> Value {
    let value = |key: &str| mark.annotations.get(key).map_or(Value::Null, |text| Value::String(text.clone()));
    let annotations = CHANGED.into_iter().map(|key| (key.to_owned(), value(key))).collect::<serde_json::Map<_, _>>();
    let (uid, version) = (&*seen.writing.uid, &*seen.writing.version);
    json!({"metadata": {"uid": uid, "resourceVersion": version, "annotations": annotations}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::ObjectVersion;

    fn mark(annotations: &[(&str, &str)]) -> OptOutConfigMap {
        let annotations = annotations.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        OptOutConfigMap { namespace: "dev-a".to_owned(), name: "helm-purge-keep".to_owned(), annotations }
    }

    #[test]
    fn a_change_is_for_one_writing_and_takes_away_what_is_not_said_any_more() {
        let writing = ObjectVersion { uid: "u".into(), version: "7".into() };
        let seen =
            StoredOptOut { mark: mark(&[(OptOutConfigMap::REASON, "demo"), ("helm-purge/other", "x")]), writing };
        let change = change(&seen, &mark(&[(OptOutConfigMap::UNTIL, "2026-12-01")]));
        let annotations = json!({"helm-purge/until": "2026-12-01", "helm-purge/reason": null, "helm-purge/by": null});
        assert_eq!(change, json!({"metadata": {"uid": "u", "resourceVersion": "7", "annotations": annotations}}));
    }

    #[test]
    fn what_is_made_has_the_label_and_no_data() {
        let object = config_map(&mark(&[]));
        assert!(super::super::is_labelled(object.metadata.labels.as_ref()));
        assert_eq!((object.data, object.binary_data, object.immutable), (None, None, None));
    }
}
