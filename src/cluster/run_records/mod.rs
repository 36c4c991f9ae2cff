//! The journals of runs in the cluster: ConfigMaps with the label `helm-purge: run`, in the namespace of the pod that
//! runs.
//!
//! One is made for each run, changed by that run alone, and removed when there are enough newer ones of the same policy.
//! A ConfigMap is only taken for one where label, name and annotation agree; any other is never written to. The label's
//! value is another one than that of opt-outs, which are looked for by theirs.

mod list;
mod old;
mod write;

pub use write::CreatedJournalConfigMap;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::ObjectMeta;

use crate::run_id::RunId;

/// A journal in a ConfigMap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalConfigMap {
    /// The namespace it lies in.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The names of the run's policies.
    pub policy: String,
    /// The journal. Foreign text.
    pub text: String,
}

impl JournalConfigMap {
    /// The label that makes a ConfigMap one of these, and its value.
    pub const LABEL: (&str, &str) = ("helm-purge", "run");
    /// What their names begin with; the run's name follows.
    pub const PREFIX: &str = "helm-purge-run-";
    /// The annotation with the names of the policies: longer ones than a label may have are legal.
    const POLICY: &str = "helm-purge/policy";
    /// The key of the journal.
    const KEY: &str = "journal";

    /// The name of that of a run.
    pub fn name_of(run: &str) -> String {
        format!("{}{run}", Self::PREFIX)
    }

    fn of(object: ConfigMap) -> Option<Self> {
        run_of(&object.metadata)?;
        let ConfigMap { metadata, data, .. } = object;
        let policy = metadata.annotations.unwrap_or_default().remove(Self::POLICY)?;
        let text = data.unwrap_or_default().remove(Self::KEY).unwrap_or_default();
        Some(Self { namespace: metadata.namespace?, name: metadata.name?, policy, text })
    }
}

/// Whose journal a ConfigMap is, where it is one's.
fn run_of(metadata: &ObjectMeta) -> Option<RunId> {
    let (key, value) = JournalConfigMap::LABEL;
    let has_label = |labels: &BTreeMap<String, String>| labels.get(key).is_some_and(|found| found == value);
    metadata.labels.as_ref().filter(|labels| has_label(labels))?;
    metadata.name.as_ref()?.strip_prefix(JournalConfigMap::PREFIX)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_map_is_a_journal_by_its_label_and_its_name() {
        let metadata = |name: &str, label: &str| ObjectMeta {
            name: Some(name.to_owned()),
            labels: Some([("helm-purge".to_owned(), label.to_owned())].into()),
            ..ObjectMeta::default()
        };
        let run = "20261125-190342-3f9a1c";
        assert_eq!(run_of(&metadata(&JournalConfigMap::name_of(run), "run")), run.parse().ok());
        assert_eq!(run_of(&metadata(&JournalConfigMap::name_of(run), "keep")), None);
        assert_eq!(run_of(&metadata("helm-purge-run-mine", "run")), None);
        assert_eq!(run_of(&ObjectMeta { name: Some(JournalConfigMap::name_of(run)), ..ObjectMeta::default() }), None);
    }
}
