//! The journals of runs in the cluster: ConfigMaps with the label `helm-purge: run` in the namespace of the pod.
//!
//! A run creates its journal, changes only that one, and removes old ones of its own policies. A `ConfigMap` is a journal
//! only if its label, its name and its annotation agree, and no other one is ever written to. Opt-outs have another value of
//! the same label.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{ListParams, ObjectMeta, Patch};
use serde_json::json;

use super::client::Client;
use super::request::{
    ApiError, MAX_PAGES, collect, delete_unchanged, has_label, labelled, labelled_metadata, list_metadata, pages,
    patch_params, post_params, with_timeout,
};
use crate::run_id::RunId;

/// The page size of lists of whole journals, because each may have a megabyte.
const JOURNALS_PER_PAGE: u32 = 10;
const MAX_JOURNAL_PAGES: usize = 100;

/// A journal in a `ConfigMap`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalConfigMap {
    pub namespace: String,
    pub name: String,
    /// The names of the run's policies.
    pub policy: String,
    /// Untrusted text.
    pub text: String,
}

/// A journal that this run has created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedJournalConfigMap {
    namespace: String,
    name: String,
    uid: Option<String>,
}

impl JournalConfigMap {
    /// The label of a journal, and its value.
    pub const LABEL: (&str, &str) = ("helm-purge", "run");
    /// The names of journals begin with this, before the run ID.
    pub const PREFIX: &str = "helm-purge-run-";
    /// The annotation with the names of the policies, which may be longer than a label.
    const POLICY: &str = "helm-purge/policy";
    /// The key of the journal.
    const KEY: &str = "journal";

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

impl Client {
    /// The journals in a namespace, in no order.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn journals(&self, namespace: &str) -> Result<Vec<JournalConfigMap>, ApiError> {
        self.query_in(namespace, async |api: Api<ConfigMap>| {
            let journals = labelled(JournalConfigMap::LABEL).limit(JOURNALS_PER_PAGE);
            let pages = pages(journals, MAX_JOURNAL_PAGES, async |page: &ListParams| api.list(page).await);
            collect(pages, JournalConfigMap::of).await
        })
    }

    /// The runs that have a journal in a namespace, in no order. Only metadata is requested.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn journal_run_ids(&self, namespace: &str) -> Result<Vec<RunId>, ApiError> {
        self.query_in(namespace, async |api: Api<ConfigMap>| {
            list_metadata(&api, labelled(JournalConfigMap::LABEL), MAX_PAGES, |metadata| run_of(&metadata)).await
        })
    }

    /// Creates the journal of a run.
    ///
    /// # Errors
    /// If that is not allowed, or an object of its name exists. Then nothing was written.
    pub fn create_journal(&self, journal: &JournalConfigMap) -> Result<CreatedJournalConfigMap, ApiError> {
        let object = config_map(journal);
        let created = self.query_in(&journal.namespace, async move |api: Api<ConfigMap>| {
            with_timeout(api.create(&post_params(), &object)).await
        })?;
        let JournalConfigMap { namespace, name, .. } = journal.clone();
        Ok(CreatedJournalConfigMap { namespace, name, uid: created.metadata.uid })
    }

    /// Changes a journal that this run has created, unless another run has created it again since.
    ///
    /// # Errors
    /// If that is not allowed, or it does not exist any more. Then nothing was written.
    pub fn update_journal(&self, journal: &CreatedJournalConfigMap, text: &str) -> Result<(), ApiError> {
        let name = journal.name.clone();
        let change = json!({"metadata": {"uid": journal.uid}, "data": {JournalConfigMap::KEY: text}});
        self.query_in(&journal.namespace, async move |api: Api<ConfigMap>| {
            with_timeout(api.patch(&name, &patch_params(), &Patch::Merge(change))).await.map(drop)
        })
    }

    /// Removes the journals of these policies in a namespace, except the newest ones.
    ///
    /// # Errors
    /// If they cannot be listed, or one cannot be removed. Then the others still exist.
    pub fn delete_old_journals(&self, namespace: &str, policy: &str, most: usize) -> Result<(), ApiError> {
        let policy = policy.to_owned();
        self.query_in(namespace, async move |api: Api<ConfigMap>| {
            let all = list_metadata(&api, labelled(JournalConfigMap::LABEL), MAX_PAGES, Some).await?;
            for (name, uid) in old(all.into_iter(), &policy, most) {
                with_timeout(delete_unchanged(&api, &name, &uid, None)).await?;
            }
            Ok(())
        })
    }
}

fn config_map(journal: &JournalConfigMap) -> ConfigMap {
    let annotations = [(JournalConfigMap::POLICY.to_owned(), journal.policy.clone())].into();
    let data = [(JournalConfigMap::KEY.to_owned(), journal.text.clone())].into();
    let metadata = labelled_metadata(&journal.namespace, &journal.name, JournalConfigMap::LABEL, annotations);
    ConfigMap { metadata, data: Some(data), ..ConfigMap::default() }
}

/// The run of a journal; none if the `ConfigMap` is not a journal.
fn run_of(metadata: &ObjectMeta) -> Option<RunId> {
    let name = metadata.name.as_ref().filter(|_| has_label(metadata, JournalConfigMap::LABEL))?;
    name.strip_prefix(JournalConfigMap::PREFIX)?.parse().ok()
}

/// Name and UID of the journals to remove, the oldest last. Run IDs sort by time.
fn old(all: impl Iterator<Item = ObjectMeta>, policy: &str, most: usize) -> Vec<(String, String)> {
    let of_policy = all.filter(|metadata| {
        let annotations = metadata.annotations.as_ref();
        annotations.and_then(|all| all.get(JournalConfigMap::POLICY)).is_some_and(|found| found == policy)
    });
    let mut runs = of_policy.filter_map(|metadata| Some((run_of(&metadata)?, metadata.uid?))).collect::<Vec<_>>();
    runs.sort_unstable_by(|left, right| right.cmp(left));
    runs.into_iter().skip(most).map(|(run, uid)| (JournalConfigMap::name_of(run.as_str()), uid)).collect()
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

    #[test]
    fn only_the_oldest_of_the_very_policy_go_and_only_what_is_a_journal() {
        let config_map = |name: &str, policy: Option<&str>, label: &str| ObjectMeta {
            name: Some(name.to_owned()),
            uid: Some(format!("uid of {name}")),
            labels: Some([("helm-purge".to_owned(), label.to_owned())].into()),
            annotations: policy.map(|policy| [(JournalConfigMap::POLICY.to_owned(), policy.to_owned())].into()),
            ..ObjectMeta::default()
        };
        let run = |second: u32| format!("helm-purge-run-20261125-1903{second:02}-3f9a1c");
        let mut all = [3, 1, 4, 2].map(|second| config_map(&run(second), Some("end-of-day"), "run")).to_vec();
        all.push(config_map(&run(0), Some("other"), "run"));
        all.push(config_map(&run(0), None, "run"));
        all.push(config_map(&run(0), Some("end-of-day"), "keep"));
        all.push(config_map("helm-purge-run-mine", Some("end-of-day"), "run"));
        let names = |most| old(all.iter().cloned(), "end-of-day", most).into_iter().map(|(name, _)| name);
        assert_eq!(names(2).collect::<Vec<_>>(), [run(2), run(1)]);
        assert_eq!(names(4).count(), 0);
    }
}
