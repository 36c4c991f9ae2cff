//! The inside of a record: the release as JSON, gzipped, in base64.
//!
//! Must not know in what kind of object it lies.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::release::{Payload, SeededRelease};
use super::status::Status;
use super::yaml;

/// The payload of one revision, as Helm hands it to its storage.
pub(super) fn text(release: &SeededRelease, revision: u32, status: Status) -> String {
    let mut content = content(release, revision, status);
    match &release.payload {
        Payload::Damaged(damage) => damage.text(&content),
        Payload::Release { name, namespace } => {
            content["name"] = json!(name);
            content["namespace"] = json!(namespace);
            base64(&gzip(content.to_string().as_bytes()))
        }
    }
}

pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

fn content(release: &SeededRelease, revision: u32, status: Status) -> Value {
    let manifest = manifest(release);
    let mut content = json!({
        "name": release.name,
        "namespace": release.namespace,
        "version": revision,
        "info": info(release, revision, status),
        "config": {},
        "manifest": manifest,
        "hooks": release.hooks.iter().map(|hook| self::hook(release, hook)).collect::<Vec<_>>(),
    });
    if let Some(chart) = &release.chart {
        content["chart"] = json!({
            "metadata": {"apiVersion": "v2", "name": chart.name, "version": chart.version, "appVersion": "1.0"},
            "templates": [{"name": "templates/objects.yaml", "data": base64(manifest.as_bytes())}],
            "values": {},
        });
    }
    content
}

/// A minute between a revision and the next.
fn info(release: &SeededRelease, revision: u32, status: Status) -> Value {
    let minutes_before = |number: u32| SignedDuration::from_mins(i64::from(release.revisions.end() - number));
    let first = release.deployed - minutes_before(*release.revisions.start());
    let mut info = json!({
        "first_deployed": first.to_string(),
        "last_deployed": (release.deployed - minutes_before(revision)).to_string(),
        "description": status.description(),
        "status": status.as_str(),
    });
    if status == Status::Uninstalled {
        info["deleted"] = json!(jiff::Timestamp::now().to_string());
    }
    info
}

fn manifest(release: &SeededRelease) -> String {
    let objects = release.objects.iter().chain(&release.recorded);
    let documents: String = objects.map(|object| document(release, object)).collect();
    documents + &release.words
}

fn document(release: &SeededRelease, object: &Value) -> String {
    let chart = release.chart.as_ref().map_or("app", |chart| chart.name.as_str());
    format!("---\n# Source: {chart}/templates/objects.yaml\n{}", yaml::block(object))
}

fn hook(release: &SeededRelease, object: &Value) -> Value {
    let annotation = |key: &str| -> Vec<String> {
        let text = object["metadata"]["annotations"][key].as_str().unwrap_or_default();
        text.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    };
    json!({
        "name": object["metadata"]["name"],
        "kind": object["kind"],
        "path": "app/templates/hooks.yaml",
        "manifest": document(release, object),
        "events": annotation("helm.sh/hook"),
        "delete_policies": annotation("helm.sh/hook-delete-policy"),
        "last_run": {"started_at": "", "completed_at": "", "phase": ""},
    })
}
