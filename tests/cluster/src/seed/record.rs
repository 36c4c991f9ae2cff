//! The objects that make up a release: its records, and what its manifest names.
//!
//! Must not look inside a payload.

use serde_json::{Map, Value, json};

use super::payload;
use super::release::{SeededRelease, Storage};
use super::status::Status;

/// All objects of `release`: a record for each revision, and the objects of its manifest unless they are gone.
pub(super) fn objects(release: &SeededRelease) -> Vec<Value> {
    let records = release.revisions.clone().map(|revision| record(release, revision));
    let live = release.objects.iter().filter(|_| release.status != Status::Uninstalled);
    records.chain(live.map(|object| owned(release, object))).collect()
}

fn record(release: &SeededRelease, revision: u32) -> Value {
    let status = status_of(release, revision);
    let mut record = json!({
        "apiVersion": "v1",
        "metadata": {
            "name": format!("sh.helm.release.v1.{}.v{revision}", release.name),
            "namespace": release.namespace,
            "labels": labels(release, revision, status),
        },
    });
    let text = payload::text(release, revision, status);
    match release.storage {
        Storage::Secrets => {
            record["kind"] = json!("Secret");
            record["type"] = json!("helm.sh/release.v1");
            // The API decodes once what Helm encoded itself, so it is encoded once more.
            record["data"] = json!({"release": payload::base64(text.as_bytes())});
        }
        Storage::ConfigMaps => {
            record["kind"] = json!("ConfigMap");
            record["data"] = json!({"release": text});
        }
    }
    record
}

fn status_of(release: &SeededRelease, revision: u32) -> Status {
    match release.revisions.end().saturating_sub(revision) {
        0 => release.status,
        1 => release.previous_status,
        _ => Status::Superseded,
    }
}

/// Helm replaces `createdAt` by `modifiedAt` once a revision is settled.
fn labels(release: &SeededRelease, revision: u32, status: Status) -> Map<String, Value> {
    let touched = if status.is_pending() { "createdAt" } else { "modifiedAt" };
    let mut labels = Map::new();
    for (key, value) in [
        ("owner", "helm".to_owned()),
        ("name", release.name.clone()),
        ("status", status.to_string()),
        ("version", revision.to_string()),
        (touched, release.deployed.as_second().to_string()),
    ] {
        labels.insert(key.to_owned(), value.into());
    }
    for (key, value) in &release.labels {
        match value {
            Some(value) => labels.insert(key.clone(), value.clone().into()),
            None => labels.remove(key),
        };
    }
    labels
}

/// The object as it is after `helm install`: in its namespace, and with the marks by which Helm knows its own.
fn owned(release: &SeededRelease, object: &Value) -> Value {
    let mut object = object.clone();
    let metadata = &mut object["metadata"];
    if metadata["namespace"].is_null() {
        metadata["namespace"] = json!(release.namespace);
    }
    metadata["labels"]["app.kubernetes.io/managed-by"] = json!("Helm");
    metadata["annotations"]["meta.helm.sh/release-name"] = json!(release.name);
    metadata["annotations"]["meta.helm.sh/release-namespace"] = json!(release.namespace);
    object
}
