//! Everything that charts have made in some namespaces, of whatever kind, without what the server says about it: to be
//! compared before and after.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use throwaway_cluster::{Error, Kind};

use super::{OrPanic, cluster};

/// Fields that the API server or a controller sets; `*` stands for each item of a list.
const SERVER_SET: [&[&str]; 14] = [
    &["status"],
    &["metadata", "uid"],
    &["metadata", "resourceVersion"],
    &["metadata", "creationTimestamp"],
    &["metadata", "generation"],
    &["metadata", "managedFields"],
    &["metadata", "annotations", "deployment.kubernetes.io/revision"],
    &["metadata", "annotations", "deprecated.daemonset.template.generation"],
    // Addresses; that there shall be none is no address.
    &["spec", "clusterIP"],
    &["spec", "clusterIPs"],
    &["spec", "ports", "*", "nodePort"],
    // By which a Job knows its pods.
    &["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"],
    &["spec", "template", "metadata", "labels", "batch.kubernetes.io/controller-uid"],
    &["spec", "template", "metadata", "labels", "controller-uid"],
];

/// Kinds that nobody but the control plane makes, and that have no owner by which that could be told. Claims are here
/// because those of StatefulSets stay: what matters of them is that they are the same, see [`claims`].
const NOT_OF_CHARTS: [&str; 3] = ["Event", "Endpoints", "PersistentVolumeClaim"];

/// Objects by kind, namespace and name.
#[derive(PartialEq)]
pub(crate) struct Snapshot(BTreeMap<String, Value>);

impl Snapshot {
    /// Of all namespaces whose names begin with this.
    pub(crate) fn of(prefix: &str) -> Self {
        // Other tests define kinds and take them away: then it is taken again.
        let taken = throwaway_cluster::wait_until("a list of every kind", || Ok(take(prefix).ok()));
        Self(taken.or_panic())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many kinds they are of.
    pub(crate) fn kinds(&self) -> usize {
        self.0.keys().filter_map(|key| key.split(' ').next()).collect::<BTreeSet<_>>().len()
    }

    /// Names what is missing, what is new, and what is not as it was.
    #[track_caller]
    pub(crate) fn assert_same_as(&self, before: &Self) {
        let keys = self.0.keys().chain(before.0.keys()).collect::<BTreeSet<_>>();
        let differences = keys.into_iter().filter_map(|key| match (before.0.get(key), self.0.get(key)) {
            (Some(before), Some(now)) if before == now => None,
            (Some(before), Some(now)) => Some(format!("{key} was\n{before:#}\nand is\n{now:#}")),
            (Some(_), None) => Some(format!("{key} is missing")),
            (None, _) => Some(format!("{key} is new")),
        });
        let differences = differences.collect::<Vec<_>>();
        assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), before.len(), differences.join("\n"));
    }
}

fn take(prefix: &str) -> Result<BTreeMap<String, Value>, Error> {
    let mut all = BTreeMap::new();
    for (version, kind) in cluster().api().kinds()? {
        if NOT_OF_CHARTS.contains(&kind.as_str()) {
            continue;
        }
        for object in cluster().api().objects(Kind::new(&version, &kind), None)? {
            let metadata = &object["metadata"];
            let text = |key: &str| metadata[key].as_str().unwrap_or_default().to_owned();
            let is_made_by_another = !metadata["ownerReferences"].is_null();
            if text("namespace").starts_with(prefix) && !is_made_by_another && object["type"] != "helm.sh/release.v1" {
                let key = format!("{kind}.{version} {}/{}", text("namespace"), text("name"));
                all.insert(key, without_what_the_server_sets(object));
            }
        }
    }
    Ok(all)
}

fn without_what_the_server_sets(mut object: Value) -> Value {
    for path in SERVER_SET {
        remove(&mut object, path);
    }
    object
}

fn remove(value: &mut Value, path: &[&str]) {
    match path {
        [] => {}
        ["*", rest @ ..] => value.as_array_mut().into_iter().flatten().for_each(|item| remove(item, rest)),
        [key] => {
            if let Some(fields) = value.as_object_mut() {
                fields.retain(|name, value| name != *key || *value == "None" || *value == serde_json::json!(["None"]));
            }
        }
        [key, rest @ ..] => {
            if let Some(inner) = value.get_mut(key) {
                remove(inner, rest);
            }
        }
    }
}

/// The claims in all namespaces whose names begin with this, each with its uid: another uid is another volume.
pub(crate) fn claims(prefix: &str) -> BTreeMap<String, String> {
    let claims = cluster().api().objects(Kind::CLAIM, None).expect("claims can be listed");
    let text = |claim: &Value, key: &str| claim["metadata"][key].as_str().unwrap_or_default().to_owned();
    let ours = claims.iter().filter(|claim| text(claim, "namespace").starts_with(prefix));
    ours.map(|claim| (format!("{}/{}", text(claim, "namespace"), text(claim, "name")), text(claim, "uid"))).collect()
}
