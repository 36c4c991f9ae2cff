//! Manifests as the API server takes them: strictly, with its defaults, and without a warning.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::{OrPanic, cluster};

/// The namespace of the manifests in deploy/cronjob. It belongs to these tests.
pub(super) const HOME: &str = "helm-purge";

/// Whether something is to be there afterwards.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Apply {
    /// The API server says what it would store.
    OnlyAsked,
    ForReal,
}

/// A file or folder of deploy.
pub(super) fn deploy(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(path)
}

/// Applies a file, or a folder with a kustomization, and returns every object as the API server stores it.
pub(super) fn apply(path: &Path, how: Apply) -> Vec<Value> {
    home();
    let mut kubectl = cluster().kubectl_command().or_panic();
    kubectl.args(["apply", "--validate=strict", "-o", "json"]);
    if how == Apply::OnlyAsked {
        kubectl.arg("--dry-run=server");
    }
    kubectl.arg(if path.is_dir() { "-k" } else { "-f" }).arg(path);
    let list: Value = serde_json::from_str(&succeeds(&mut kubectl)).expect("kubectl prints JSON");
    list["items"].as_array().cloned().unwrap_or_else(|| vec![list])
}

/// What a command says, which must not fail and not warn.
pub(super) fn succeeds(command: &mut Command) -> String {
    let output = command.output().expect("it can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.to_lowercase().contains("warn"), "{command:?}: {said}");
    String::from_utf8(output.stdout).expect("it is text")
}

/// The one object of a kind and a name.
pub(super) fn find<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| object["kind"] == kind && object["metadata"]["name"] == name);
    found.next().unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

/// What somebody has written of an object, without what the API server adds and without its labels.
pub(super) fn essence(object: &Value) -> Value {
    let mut essence = object.clone();
    let fields = essence.as_object_mut().expect("an object");
    let metadata = json!({"name": object["metadata"]["name"], "namespace": object["metadata"]["namespace"]});
    fields.insert("metadata".to_owned(), metadata);
    fields.remove("status");
    essence
}

/// Makes the namespace: what is only asked for needs it as well.
fn home() {
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut kubectl = cluster().kubectl_command().or_panic();
        kubectl.args(["apply", "--validate=strict", "-f"]).arg(deploy("cronjob/base/namespace.yaml"));
        succeeds(&mut kubectl);
    });
}
