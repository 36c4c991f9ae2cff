//! Removes the oldest journals of a policy.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{DeleteParams, ObjectMeta, Preconditions};

use super::list::marked;
use super::{JournalConfigMap, run_of};
use crate::cluster::client::{Client, in_time};
use crate::cluster::look_error::ApiError;

impl Client {
    /// Removes the journals of these policies in a namespace, but for the newest ones.
    ///
    /// # Errors
    /// Where they cannot be listed, or one cannot be removed: the others are still there then.
    pub fn remove_old_run_records(&self, namespace: &str, policy: &str, kept: usize) -> Result<(), ApiError> {
        let (namespace, policy) = (namespace.to_owned(), policy.to_owned());
        self.look(move |client| async move {
            let api = Api::<ConfigMap>::namespaced(client, &namespace);
            let listed = in_time(api.list_metadata(&marked())).await?;
            let old = old(listed.items.into_iter().map(|object| object.metadata), &policy, kept);
            for (name, uid) in old {
                let as_seen = Preconditions { uid: Some(uid), resource_version: None };
                let parameters = DeleteParams::default().preconditions(as_seen);
                in_time(api.delete(&name, &parameters)).await?;
            }
            Ok(())
        })
    }
}

/// Name and uid of those that go, the oldest last. Names of runs sort by time.
fn old(all: impl Iterator<Item = ObjectMeta>, policy: &str, kept: usize) -> Vec<(String, String)> {
    let of_policy = all.filter(|metadata| {
        let annotations = metadata.annotations.as_ref();
        annotations.and_then(|all| all.get(JournalConfigMap::POLICY)).is_some_and(|found| found == policy)
    });
    let mut runs = of_policy.filter_map(|metadata| Some((run_of(&metadata)?, metadata.uid?))).collect::<Vec<_>>();
    runs.sort_unstable_by(|left, right| right.cmp(left));
    runs.into_iter().skip(kept).map(|(run, uid)| (JournalConfigMap::name_of(run.as_str()), uid)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let names = |kept| old(all.iter().cloned(), "end-of-day", kept).into_iter().map(|(name, _)| name);
        assert_eq!(names(2).collect::<Vec<_>>(), [run(2), run(1)]);
        assert_eq!(names(4).count(), 0);
    }
}
