//! Makes the journal of a run, and changes it while the run goes on.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{ObjectMeta, Patch, PatchParams, PostParams};
use serde_json::json;

use super::JournalConfigMap;
use crate::cluster::client::{Client, in_time};
use crate::cluster::look_error::ApiError;

/// The name under which this program's fields are known to the API server.
const FIELD_MANAGER: &str = "helm-purge";

/// A journal that this run has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedJournalConfigMap {
    namespace: String,
    name: String,
    uid: Option<String>,
}

impl Client {
    /// Makes the journal of a run.
    ///
    /// # Errors
    /// Where that is not allowed, or there is something of its name: then nothing was written.
    pub fn make_run_record(&self, record: &JournalConfigMap) -> Result<CreatedJournalConfigMap, ApiError> {
        let (namespace, object) = (record.namespace.clone(), config_map(record));
        let made = self.look(|client| async move {
            let parameters = PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() };
            in_time(Api::<ConfigMap>::namespaced(client, &namespace).create(&parameters, &object)).await
        })?;
        Ok(CreatedJournalConfigMap {
            namespace: record.namespace.clone(),
            name: record.name.clone(),
            uid: made.metadata.uid,
        })
    }

    /// Changes a journal that this run has made. One that was made anew meanwhile is somebody else's.
    ///
    /// # Errors
    /// Where that is not allowed, or it is not there any more: then nothing was written.
    pub fn change_run_record(&self, made: &CreatedJournalConfigMap, text: &str) -> Result<(), ApiError> {
        let CreatedJournalConfigMap { namespace, name, uid } = made.clone();
        let change = json!({"metadata": {"uid": uid}, "data": {JournalConfigMap::KEY: text}});
        self.look(|client| async move {
            let parameters = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
            let api = Api::<ConfigMap>::namespaced(client, &namespace);
            in_time(api.patch(&name, &parameters, &Patch::Merge(change))).await.map(drop)
        })
    }
}

fn config_map(record: &JournalConfigMap) -> ConfigMap {
    let (key, value) = JournalConfigMap::LABEL;
    let metadata = ObjectMeta {
        namespace: Some(record.namespace.clone()),
        name: Some(record.name.clone()),
        labels: Some([(key.to_owned(), value.to_owned())].into()),
        annotations: Some([(JournalConfigMap::POLICY.to_owned(), record.policy.clone())].into()),
        ..ObjectMeta::default()
    };
    let data = [(JournalConfigMap::KEY.to_owned(), record.text.clone())].into();
    ConfigMap { metadata, data: Some(data), ..ConfigMap::default() }
}
