//! A saved plan: reads strictly what `plan -o json` or `-o yaml` wrote.
//!
//! A user has seen it and agreed to that and nothing more. So a plan that is not understood completely is not used at all.
//! Only fields that a later version may have added are ignored.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cluster::Identity;
use crate::policy::Digest;
use crate::release::{Chart, Known, Release, ReleaseId, Revision, Status};
use crate::sanitize::quoted;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedPlan {
    /// The file as the user names it, or `-` for standard input.
    pub file: String,
    /// When it was made.
    pub created: Timestamp,
    /// The cluster that it was made for.
    pub cluster: SavedCluster,
    /// The policies that it was made by.
    pub policies: Vec<SavedPolicy>,
    /// The releases that it purges, as they were then, sorted, each once.
    pub chosen: Vec<Release>,
}

/// The cluster of a saved plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedCluster {
    /// The name of its context. Untrusted text.
    pub context: String,
    /// Its address. Untrusted text.
    pub server: String,
    /// Its identity, if that could be read.
    pub identity: Option<Identity>,
}

/// A policy of a saved plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SavedPolicy {
    /// Its name.
    pub name: String,
    /// The hash of its file.
    pub digest: Digest,
}

/// Why a saved plan cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct SavedPlanError {
    message: String,
    /// Why the file cannot be read.
    source: Option<io::Error>,
}

impl SavedPlanError {
    fn new(message: String) -> Self {
        Self { message, source: None }
    }

    /// How to go on.
    pub(crate) fn hint(&self) -> &'static str {
        match self.source {
            Some(_) => "save one: `helm purge plan -o json > plan.json`",
            None => "save it again: `helm purge plan -o json > plan.json`",
        }
    }
}

/// Read first, because a document of another kind is a different error.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentHeader {
    api_version: String,
    kind: String,
}

#[derive(Debug, Deserialize)]
struct PlanJson {
    created: String,
    policies: Vec<PolicyJson>,
    cluster: ClusterJson,
    releases: Vec<ReleaseJson>,
}

#[derive(Debug, Deserialize)]
struct PolicyJson {
    name: String,
    sha256: String,
}

#[derive(Debug, Deserialize)]
struct ClusterJson {
    context: String,
    server: String,
    uid: Option<String>,
}

/// A release that the plan keeps need not have any of the optional fields.
#[derive(Debug, Deserialize)]
struct ReleaseJson {
    namespace: Option<String>,
    name: String,
    revision: Option<u32>,
    status: Option<String>,
    chart: Option<String>,
    updated: Option<String>,
    labels: Option<BTreeMap<String, String>>,
    decision: DecisionJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DecisionJson {
    Purge,
    Keep,
}

/// A plan of a hundred thousand releases is smaller.
const LARGEST: u64 = 64 * 1024 * 1024;

const API_VERSION: &str = "helm-purge/v1";
const KIND: &str = "PurgePlan";

impl SavedPlan {
    /// Reads a plan from a file, or from standard input if the file is called `-`.
    ///
    /// # Errors
    /// If it cannot be read, or cannot be understood as a whole.
    pub(crate) fn read_named(path: &Path) -> Result<Self, SavedPlanError> {
        let file = path.display().to_string();
        let bytes = if path == Path::new("-") { bytes_of(io::stdin()) } else { File::open(path).and_then(bytes_of) };
        match bytes {
            Ok(bytes) => Self::read(&file, &bytes),
            Err(error) => {
                let message = format!("cannot read the saved plan {file}");
                Err(SavedPlanError { message, source: Some(error) })
            }
        }
    }

    /// Reads a plan. `file` is its name in messages.
    ///
    /// # Errors
    /// If it cannot be understood as a whole.
    pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Self, SavedPlanError> {
        let DocumentHeader { api_version, kind } = parse(file, bytes)?;
        if api_version != API_VERSION || kind != KIND {
            let (kind, version) = (quoted(&kind), quoted(&api_version));
            return Err(SavedPlanError::new(format!(
                "{file} is {kind} of version {version}; a saved plan is `PurgePlan` of `helm-purge/v1`"
            )));
        }
        let document = parse::<PlanJson>(file, bytes)?;
        let wrong = |what| SavedPlanError::new(format!("the saved plan {file} is not valid: {what}"));
        understand(file, document).map_err(wrong)
    }
}

fn bytes_of(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 64 MiB"));
    }
    Ok(bytes)
}

/// A JSON document begins with its bracket, and YAML that begins with it is JSON too.
fn parse<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, SavedPlanError> {
    let parsed = match std::str::from_utf8(bytes) {
        Err(error) => Err(error.to_string()),
        Ok(text) if text.trim_start().starts_with('{') => serde_json::from_str(text).map_err(|error| error.to_string()),
        Ok(text) => serde_yaml::from_str(text).map_err(|error| error.to_string()),
    };
    parsed.map_err(|why| SavedPlanError::new(format!("{file} is not a saved plan: {why}")))
}

fn understand(file: &str, document: PlanJson) -> Result<SavedPlan, String> {
    let created = document.created.parse().map_err(|_| format!("{} is not a valid time", quoted(&document.created)))?;
    let ClusterJson { context, server, uid } = document.cluster;
    let policy = |policy: PolicyJson| {
        let digest = policy.sha256.parse().map_err(|error| format!("of policy {}: {error}", quoted(&policy.name)))?;
        Ok(SavedPolicy { name: policy.name, digest })
    };
    let policies = document.policies.into_iter().map(policy).collect::<Result<Vec<_>, String>>()?;
    let purged = document.releases.iter().filter(|release| release.decision == DecisionJson::Purge);
    let mut chosen = purged.map(release).collect::<Result<Vec<_>, _>>()?;
    chosen.sort_by(|left, right| left.id.cmp(&right.id));
    if let Some(twice) = chosen.windows(2).find(|pair| pair[0].id == pair[1].id) {
        return Err(format!("{} appears twice", twice[0].id));
    }
    let cluster = SavedCluster { context, server, identity: uid.filter(|uid| !uid.is_empty()).map(Identity) };
    Ok(SavedPlan { file: file.to_owned(), created, cluster, policies, chosen })
}

fn release(release: &ReleaseJson) -> Result<Release, String> {
    let name = format!("{}/{}", release.namespace.as_deref().unwrap_or_default(), release.name);
    let wrong = |what: &str, value: Option<&str>| {
        let found = value.map_or_else(|| "is missing".to_owned(), |value| format!("is {}", quoted(value)));
        format!("{}: its {what} {found}", quoted(&name))
    };
    let namespace = release.namespace.as_deref();
    let in_namespace = namespace.and_then(|text| text.parse().ok()).ok_or_else(|| wrong("namespace", namespace))?;
    let in_name = release.name.parse().map_err(|_| wrong("name", Some(&release.name)))?;
    let status = release.status.as_deref();
    let updated = release.updated.as_deref().map(|text| text.parse().map_err(|_| wrong("time", Some(text))));
    Ok(Release {
        id: ReleaseId { namespace: in_namespace, name: in_name },
        revision: Revision(release.revision.ok_or_else(|| wrong("revision", None))?),
        status: status.and_then(Status::parse).ok_or_else(|| wrong("status", status))?,
        chart: release.chart.as_deref().map_or(Known::Unknown, Chart::from_name_and_version),
        updated: updated.transpose()?.map_or(Known::Unknown, Known::Is),
        record: Known::Unknown,
        labels: release.labels.clone().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn plan() -> Value {
        json!({
            "apiVersion": "helm-purge/v1", "kind": "PurgePlan", "created": "2026-11-25T18:00:00Z", "later": true,
            "policies": [{"name": "x", "file": "x.yaml", "sha256": "a".repeat(64)}],
            "cluster": {"context": "dev", "server": "https://dev", "uid": "u"},
            "releases": [
                {"namespace": "dev-b", "name": "web", "revision": 3, "status": "deployed", "chart": "web-1.0.0",
                 "updated": "2026-11-20T10:00:00.123456789Z", "decision": "purge", "reasons": []},
                {"namespace": "dev-a", "name": "web", "revision": 1, "status": "failed", "decision": "purge"},
                {"name": "odd", "decision": "keep"},
            ],
        })
    }

    fn read(plan: &Value) -> Result<SavedPlan, String> {
        SavedPlan::read("plan.json", plan.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_was_to_go_is_read_with_its_exact_facts_from_json_and_from_yaml() {
        let saved = read(&plan()).expect("a plan");
        let names = saved.chosen.iter().map(|release| release.id.to_string()).collect::<Vec<_>>();
        assert_eq!(names, ["dev-a/web", "dev-b/web"]);
        let exact = "2026-11-20T10:00:00.123456789Z".parse().expect("a time");
        assert_eq!((saved.chosen[1].revision, saved.chosen[1].updated), (Revision(3), Known::Is(exact)));
        assert_eq!((&saved.chosen[0].chart, saved.chosen[0].updated), (&Known::Unknown, Known::Unknown));
        let yaml = serde_yaml::to_string(&plan()).expect("it can be written");
        let from_yaml = SavedPlan::read("plan.json", yaml.as_bytes()).expect("a plan");
        assert_eq!(from_yaml, saved);
    }

    #[test]
    fn of_a_plan_that_is_not_understood_completely_nothing_is_used() {
        for (pointer, value, expected) in [
            ("/apiVersion", json!("helm-purge/v2"), "is `PurgePlan` of version `helm-purge/v2`"),
            ("/kind", json!("PurgeReport"), "is `PurgeReport` of version `helm-purge/v1`"),
            ("/kind", json!(3), "is not a saved plan"),
            ("/created", json!("yesterday"), "`yesterday` is not a valid time"),
            ("/policies/0/sha256", json!("abc"), "of policy `x`: `abc` is not a valid SHA-256"),
            ("/policies/0", json!({"name": "x"}), "missing field `sha256`"),
            ("/cluster", json!({"context": "dev"}), "missing field `server`"),
            ("/releases/0/decision", json!("perhaps"), "unknown variant `perhaps`"),
            ("/releases/0/namespace", json!("Dev"), "`Dev/web`: its namespace is `Dev`"),
            ("/releases/0/namespace", json!(null), "`/web`: its namespace is missing"),
            ("/releases/0/name", json!("--all"), "its name is `--all`"),
            ("/releases/0/revision", json!(null), "its revision is missing"),
            ("/releases/0/revision", json!(-1), "is not a saved plan"),
            ("/releases/0/status", json!("fine"), "its status is `fine`"),
            ("/releases/0/updated", json!("now"), "its time is `now`"),
            ("/releases/0/namespace", json!("dev-a"), "dev-a/web appears twice"),
        ] {
            let mut plan = plan();
            *plan.pointer_mut(pointer).expect("it is there") = value;
            let error = read(&plan).expect_err(pointer);
            assert!(error.contains(expected), "{pointer}: {error}");
        }
        let whole = plan().to_string();
        let cut = &whole[..whole.len() - 1];
        let no_mapping = "error: line 1 column 1: expected mapping start";
        for (text, why) in [
            ("", "unexpected end of input at line 1, column 1"),
            ("[]", no_mapping),
            ("{", "EOF while parsing an object at line 1 column 1"),
            ("null", no_mapping),
            ("- a\n- b\n", no_mapping),
            (cut, &format!("EOF while parsing an object at line 1 column {}", cut.len())),
        ] {
            let error = SavedPlan::read("plan.json", text.as_bytes()).expect_err(text).to_string();
            let first = error.lines().next().unwrap_or_default();
            assert_eq!(first, format!("plan.json is not a saved plan: {why}"), "{text}");
        }
    }
}
