//! One record of Helm's: packed as Helm stores it, as JSON, and as what this program needs of it.
//!
//! A record is untrusted text: its sizes are bounded, and a record that is not exactly what Helm would write is refused.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::go_json::Shape;
use crate::release::{Chart, Known, Object};

/// A record is at most a megabyte packed; one that is larger than this unpacked was made to be.
const LARGEST: u64 = 64 << 20;
/// What gzip begins with. Helm before 2.0 did not pack at all, and Helm still reads that.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Helm runs only these hooks on an uninstall; what other hooks made does not belong to Helm any more.
const ON_UNINSTALL: [&str; 2] = ["pre-delete", "post-delete"];
/// When Helm installs or upgrades a release.
const ON_INSTALL: [&str; 4] = ["pre-install", "post-install", "pre-upgrade", "post-upgrade"];
const ON_ROLLBACK: [&str; 2] = ["pre-rollback", "post-rollback"];

const TEXT: Shape = Shape::Text;
const TEXTS: Shape = Shape::List(&TEXT);
const MAPPING: Shape = Shape::Map(&Shape::Anything);
const FILES: Shape = Shape::List(&Shape::Object(&[(&["name"], TEXT), (&["data"], Shape::Bytes)]));

/// All that Helm's decoder reads, of which [`HelmRecord`] holds what is needed here.
const RECORD: Shape = Shape::Object(&[
    (&["name", "namespace", "manifest"], TEXT),
    (&["version"], Shape::Number),
    (&["info"], INFO),
    (&["config"], MAPPING),
    (&["labels"], Shape::Map(&TEXT)),
    (&["chart"], CHART),
    (&["hooks"], Shape::List(&HOOK)),
]);
const INFO: Shape = Shape::Object(&[
    (&["first_deployed", "last_deployed", "deleted"], Shape::Time),
    (&["status", "description", "notes"], TEXT),
]);
const CHART: Shape = Shape::Object(&[
    (&["metadata"], METADATA),
    (&["templates", "files"], FILES),
    (&["values"], MAPPING),
    (&["schema"], Shape::Bytes),
]);
const METADATA: Shape = Shape::Object(&[
    (&["name", "version", "home", "description", "icon", "apiVersion", "appVersion", "kubeVersion", "type"], TEXT),
    (&["condition", "tags"], TEXT),
    (&["sources", "keywords"], TEXTS),
    (&["maintainers", "dependencies"], Shape::List(&MAPPING)),
    (&["deprecated"], Shape::Flag),
    (&["annotations"], Shape::Map(&TEXT)),
]);
const HOOK: Shape = Shape::Object(&[
    (&["name", "kind", "path", "manifest"], TEXT),
    (&["weight"], Shape::Number),
    (&["events", "delete_policies", "output_log_policies"], TEXTS),
    (&["last_run"], Shape::Object(&[(&["started_at", "completed_at"], Shape::Time), (&["phase"], TEXT)])),
]);

/// A record, as Helm stores it or as `helm status -o json` prints it. For Go, null is the same as a missing value.
#[derive(Debug, Deserialize)]
pub(super) struct HelmRecord {
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    #[serde(rename = "version")]
    pub(super) revision: Option<u32>,
    pub(super) info: Option<RecordInfo>,
    /// What `helm status` prints has none.
    chart: Option<RecordChart>,
    /// All objects except those of hooks, as YAML.
    pub(super) manifest: Option<String>,
    hooks: Option<Vec<RecordHook>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RecordInfo {
    pub(super) status: Option<String>,
    first_deployed: Option<String>,
    /// How the revision came to its status.
    pub(super) description: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RecordChart {
    metadata: Option<ChartMetadata>,
    files: Option<Vec<Option<ChartFile>>>,
}

#[derive(Debug, Deserialize)]
struct ChartMetadata {
    name: Option<String>,
    version: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ChartFile {
    name: Option<String>,
    data: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RecordHook {
    name: Option<String>,
    kind: Option<String>,
    manifest: Option<String>,
    events: Option<Vec<String>>,
}

/// Unpacks a record as Helm does.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>, String> {
    let bytes = STANDARD.decode(packed).map_err(|error| format!("it is not base64: {error}"))?;
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    let read = MultiGzDecoder::new(bytes.as_slice()).take(LARGEST + 1).read_to_end(&mut unpacked);
    read.map_err(|error| format!("cannot unpack it: {error}"))?;
    if unpacked.len() as u64 > LARGEST {
        return Err(format!("it is larger than {} MiB when unpacked", LARGEST >> 20));
    }
    Ok(unpacked)
}

impl HelmRecord {
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        let json = std::str::from_utf8(json).map_err(|_| "it is not UTF-8".to_owned())?;
        const { &RECORD }.check(json)?;
        let record: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if record.info.is_some() { Ok(record) } else { Err("it has no `info`".to_owned()) }
    }

    pub(super) fn status(&self) -> &str {
        self.info.as_ref().and_then(|info| info.status.as_deref()).unwrap_or_default()
    }

    /// When the first revision was deployed; a rollback keeps that. Go writes the year 1 if it knows no time.
    pub(super) fn first_deployed(&self) -> Known<jiff::Timestamp> {
        let text = self.info.as_ref().and_then(|info| info.first_deployed.as_deref());
        let time = text.and_then(|text| text.parse::<jiff::Timestamp>().ok());
        time.filter(|time| *time > jiff::Timestamp::UNIX_EPOCH).into()
    }

    pub(super) fn chart(&self) -> Known<Chart> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let metadata = self.chart.as_ref().and_then(|chart| chart.metadata.as_ref());
        metadata.map_or(Known::Unknown, |metadata| Chart::named(text(&metadata.name), text(&metadata.version)))
    }

    /// The files that Helm installs before all objects, as base64; unknown if the chart is. A record does not hold those
    /// of subcharts.
    pub(super) fn definitions(&self) -> Known<Vec<&str>> {
        let Some(chart) = &self.chart else { return Known::Unknown };
        let files = chart.files.iter().flatten().flatten().filter(|file| file.is_definition());
        Known::Is(files.map(|file| file.data.as_deref().unwrap_or_default()).collect())
    }

    /// The manifests of the hooks that run on an uninstall.
    pub(super) fn hooks_on_uninstall(&self) -> impl Iterator<Item = &str> {
        let hooks = self.hooks.iter().flatten().filter(|hook| hook.has(&ON_UNINSTALL));
        hooks.filter_map(|hook| hook.manifest.as_deref())
    }

    /// What the hooks make that run when Helm installs the release and not when it rolls back.
    pub(super) fn made_by_hooks(&self) -> Vec<Object> {
        let hooks = self.hooks.iter().flatten().filter(|hook| hook.has(&ON_INSTALL) && !hook.has(&ON_ROLLBACK));
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        hooks.map(|hook| Object { kind: text(&hook.kind), namespace: None, name: text(&hook.name) }).collect()
    }
}

impl ChartFile {
    fn is_definition(&self) -> bool {
        const ENDS: [&str; 3] = [".yaml", ".yml", ".json"];
        let name = self.name.as_deref().unwrap_or_default();
        name.starts_with("crds/") && ENDS.iter().any(|end| name.to_ascii_lowercase().ends_with(end))
    }
}

impl RecordHook {
    fn has(&self, events: &[&str]) -> bool {
        self.events.iter().flatten().any(|event| events.contains(&event.as_str()))
    }
}

#[cfg(test)]
#[path = "record_test.rs"]
mod tests;
