//! Opt-outs: ConfigMaps with the label `helm-purge: keep`, read by their metadata, and written for `helm purge keep`.
//!
//! An opt-out is created only if no object has its name, and changed or removed only as it was read, so that
//! what another user writes in between stays. A change affects only this program's own annotations. A `ConfigMap` of the
//! same name without the label belongs to another program and is never written to.
//!
//! The built-in role `edit` has all the rights for that in its namespace, but not the right to annotate the namespace.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Api;
use kube::api::{ObjectMeta, Patch};
use serde_json::{Value, json};

use super::client::Client;
use super::request::{
    ApiError, MAX_PAGES, PerNamespace, concurrently, delete_unchanged, has_label, labelled, labelled_metadata,
    list_metadata, patch_params, post_params, with_retry, with_timeout,
};
use crate::release::{Namespace, ObjectVersion};

/// The keys of this program's annotations begin with this.
const ANNOTATION_PREFIX: &str = "helm-purge/";
/// A longer text is not a reason, a date or a list; an annotation may have a quarter of a megabyte.
const LONGEST_ANNOTATION: usize = 2000;
/// The annotations that a change sets, or removes if the new opt-out does not have them.
const CHANGED: [&str; 3] = [OptOutConfigMap::UNTIL, OptOutConfigMap::REASON, OptOutConfigMap::BY];

/// An opt-out. Untrusted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOutConfigMap {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Those of its annotations that begin with `helm-purge/`; a very long one is truncated.
    pub annotations: BTreeMap<String, String>,
}

impl OptOutConfigMap {
    /// The label of an opt-out, and its value.
    pub const LABEL: (&str, &str) = ("helm-purge", "keep");
    /// The annotation with the globs of the releases that it keeps; without it, it keeps all of them.
    pub const RELEASES: &str = "helm-purge/releases";
    /// The annotation with the end.
    pub const UNTIL: &str = "helm-purge/until";
    /// The annotation with the reason.
    pub const REASON: &str = "helm-purge/reason";
    /// The annotation with the name of the user who wrote it.
    pub const BY: &str = "helm-purge/by";
}

/// What exists under the name of an opt-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptOutTarget {
    /// Nothing.
    Free,
    /// An opt-out.
    Taken(StoredOptOut),
    /// A `ConfigMap` without the label, which belongs to another program.
    Foreign,
}

/// An opt-out as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOptOut {
    /// Untrusted text.
    pub opt_out: OptOutConfigMap,
    version: ObjectVersion,
}

impl Client {
    /// The opt-outs of the whole cluster, in no order.
    ///
    /// # Errors
    /// If they cannot be listed in all namespaces.
    pub fn opt_outs(&self) -> Result<Vec<OptOutConfigMap>, ApiError> {
        self.bounded_query(async |client| list_opt_outs(&client, None).await)
    }

    /// The same, namespace by namespace, for accounts that cannot list in all namespaces.
    ///
    /// # Errors
    /// If nothing could be requested at all. A namespace that was refused has its own error.
    pub fn opt_outs_in(&self, namespaces: Vec<Namespace>) -> Result<Vec<PerNamespace<Vec<OptOutConfigMap>>>, ApiError> {
        self.bounded_query(async move |client| {
            let list = async |namespace: Namespace| {
                let found = list_opt_outs(&client, Some(&namespace)).await;
                (namespace, found)
            };
            Ok(concurrently(namespaces, list).await)
        })
    }

    /// What exists under the name of an opt-out.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn opt_out_target(&self, namespace: &Namespace, name: &str) -> Result<OptOutTarget, ApiError> {
        let name = name.to_owned();
        let found = self.query_in(namespace.as_str(), async move |api: Api<ConfigMap>| {
            with_retry(async || api.get_metadata_opt(&name).await).await
        })?;
        Ok(found.map_or(OptOutTarget::Free, |object| OptOutTarget::of(object.metadata)))
    }

    /// Creates an opt-out.
    ///
    /// # Errors
    /// If that is not allowed, or an object of its name exists; then nothing was written.
    pub fn create_opt_out(&self, opt_out: &OptOutConfigMap) -> Result<(), ApiError> {
        let object = config_map(opt_out);
        self.query_in(&opt_out.namespace, async move |api: Api<ConfigMap>| {
            with_timeout(api.create(&post_params(), &object)).await.map(drop)
        })
    }

    /// Changes the end, the reason and the writer of an opt-out to those of another one of its name. Everything else in
    /// the `ConfigMap` stays.
    ///
    /// # Errors
    /// If that is not allowed, or it was written again since it was read; then nothing was written.
    pub fn update_opt_out(&self, seen: &StoredOptOut, opt_out: &OptOutConfigMap) -> Result<(), ApiError> {
        let (name, change) = (opt_out.name.clone(), change(seen, opt_out));
        self.query_in(&opt_out.namespace, async move |api: Api<ConfigMap>| {
            with_timeout(api.patch_metadata(&name, &patch_params(), &Patch::Merge(change))).await.map(drop)
        })
    }

    /// Removes an opt-out.
    ///
    /// # Errors
    /// If that is not allowed, or it was written again since it was read; then it still exists.
    pub fn delete_opt_out(&self, seen: &StoredOptOut) -> Result<(), ApiError> {
        let (name, version) = (seen.opt_out.name.clone(), seen.version.clone());
        self.query_in(&seen.opt_out.namespace, async move |api: Api<ConfigMap>| {
            with_timeout(delete_unchanged(&api, &name, &version.uid, Some(&version.version))).await
        })
    }
}

/// Lists the opt-outs of a namespace, or of the whole cluster.
pub(super) async fn list_opt_outs(
    client: &kube::Client,
    namespace: Option<&Namespace>,
) -> Result<Vec<OptOutConfigMap>, ApiError> {
    let api = match namespace {
        Some(namespace) => Api::<ConfigMap>::namespaced(client.clone(), namespace.as_str()),
        None => Api::all(client.clone()),
    };
    let read = |metadata| Some(OptOutConfigMap::from(metadata));
    list_metadata(&api, labelled(OptOutConfigMap::LABEL), MAX_PAGES, read).await
}

/// This program's annotations. One that is too long is cut and ends in `…`, which is in no name and no date.
pub(super) fn own_annotations(annotations: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut own = annotations;
    own.retain(|key, _| key.starts_with(ANNOTATION_PREFIX));
    for text in own.values_mut() {
        if let Some((end, _)) = text.char_indices().nth(LONGEST_ANNOTATION) {
            text.truncate(end);
            text.push('…');
        }
    }
    own
}

impl From<ObjectMeta> for OptOutConfigMap {
    fn from(metadata: ObjectMeta) -> Self {
        Self {
            namespace: metadata.namespace.unwrap_or_default(),
            name: metadata.name.unwrap_or_default(),
            annotations: own_annotations(metadata.annotations.unwrap_or_default()),
        }
    }
}

impl OptOutTarget {
    fn of(metadata: ObjectMeta) -> Self {
        if !has_label(&metadata, OptOutConfigMap::LABEL) {
            return OptOutTarget::Foreign;
        }
        let version = ObjectVersion::from(&metadata);
        OptOutTarget::Taken(StoredOptOut { opt_out: OptOutConfigMap::from(metadata), version })
    }
}

fn config_map(opt_out: &OptOutConfigMap) -> ConfigMap {
    let metadata =
        labelled_metadata(&opt_out.namespace, &opt_out.name, OptOutConfigMap::LABEL, opt_out.annotations.clone());
    ConfigMap { metadata, ..ConfigMap::default() }
}

/// The API server refuses the change if the object has another UID or resource version.
fn change(seen: &StoredOptOut, opt_out: &OptOutConfigMap) -> Value {
    let value = |key: &str| opt_out.annotations.get(key).map_or(Value::Null, |text| Value::String(text.clone()));
    let annotations = CHANGED.into_iter().map(|key| (key.to_owned(), value(key))).collect::<serde_json::Map<_, _>>();
    let (uid, version) = (&*seen.version.uid, &*seen.version.version);
    json!({"metadata": {"uid": uid, "resourceVersion": version, "annotations": annotations}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_annotations_are_taken_and_never_more_of_them_than_a_person_would_write() {
        let long = "ä".repeat(LONGEST_ANNOTATION + 1);
        let annotations = [("helm-purge/reason", "demo"), ("other/reason", "x"), ("helm-purge/until", long.as_str())];
        let annotations = annotations.map(|(key, text)| (key.to_owned(), text.to_owned()));
        let own = own_annotations(annotations.into());
        assert_eq!(own["helm-purge/reason"], "demo");
        assert_eq!(own["helm-purge/until"].chars().count(), LONGEST_ANNOTATION + 1);
        assert!(own["helm-purge/until"].ends_with("ä…") && own.len() == 2);
    }

    fn target(labels: &[(&str, &str)]) -> OptOutTarget {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        OptOutTarget::of(ObjectMeta { labels: Some(labels), ..ObjectMeta::default() })
    }

    #[test]
    fn only_a_config_map_with_the_very_label_is_ours() {
        assert!(matches!(target(&[("app", "web"), ("helm-purge", "keep")]), OptOutTarget::Taken(_)));
        for labels in [&[][..], &[("helm-purge", "true")], &[("helm-purge", "")], &[("keep", "helm-purge")]] {
            assert_eq!(target(labels), OptOutTarget::Foreign, "{labels:?}");
        }
        assert_eq!(OptOutTarget::of(ObjectMeta::default()), OptOutTarget::Foreign);
    }

    fn opt_out(annotations: &[(&str, &str)]) -> OptOutConfigMap {
        let annotations = annotations.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
        OptOutConfigMap { namespace: "dev-a".to_owned(), name: "helm-purge-keep".to_owned(), annotations }
    }

    #[test]
    fn a_change_is_for_one_writing_and_takes_away_what_is_not_said_any_more() {
        let version = ObjectVersion { uid: "u".into(), version: "7".into() };
        let seen =
            StoredOptOut { opt_out: opt_out(&[(OptOutConfigMap::REASON, "demo"), ("helm-purge/other", "x")]), version };
        let change = change(&seen, &opt_out(&[(OptOutConfigMap::UNTIL, "2026-12-01")]));
        let annotations = json!({"helm-purge/until": "2026-12-01", "helm-purge/reason": null, "helm-purge/by": null});
        assert_eq!(change, json!({"metadata": {"uid": "u", "resourceVersion": "7", "annotations": annotations}}));
    }

    #[test]
    fn what_is_made_has_the_label_and_no_data() {
        let object = config_map(&opt_out(&[]));
        assert!(has_label(&object.metadata, OptOutConfigMap::LABEL));
        assert_eq!((object.data, object.binary_data, object.immutable), (None, None, None));
    }
}
