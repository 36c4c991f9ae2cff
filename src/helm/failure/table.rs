//! Classes told from Helm's texts, as data.
//!
//! The texts were taken from Helm 3.21 and 4.2; matching ignores case, for Helm 4 begins with small letters where
//! Helm 3 does not.

#[cfg(test)]
#[path = "table_test.rs"]
mod tests;

use super::class::FailureClass;
use crate::helm::words::Words;

/// A row matches where all of its texts are there; the first row that does decides.
type Row = (FailureClass, &'static [&'static str]);

/// What helm says of the release itself, whatever else it says.
const RELEASE: &[Row] = &[
    (FailureClass::Gone, &["release not loaded: ", ": release: not found"]),
    // Only with a kept history: there is nothing left to uninstall.
    (FailureClass::Gone, &["the release named ", " is already deleted"]),
    // Its last step did not find the record, and nothing else was wrong. Most often a second uninstall got there first;
    // but a name that was deleted may have been installed again by now.
    (FailureClass::Unclear, &["completed with 1 error(s)", "purge the release: release: not found"]),
    (FailureClass::Unclear, &["completed with 1 error(s)", "purge the release: ", " \"sh.helm.release", " not found"]),
];

/// What helm hands on from the API server, from the login, or from the way there.
const SERVER: &[Row] = &[
    // Somebody's webhook is in trouble, not the API server, whatever is said of connections in the rest of the text.
    (FailureClass::Transient, &["failed calling webhook"]),
    (FailureClass::Transient, &["failed to call webhook"]),
    (FailureClass::Transient, &["conversion webhook for "]),
    // No right is missing: in a namespace that goes, nobody may create anything, such as the Job of a hook.
    (FailureClass::Other, &["because it is being terminated"]),
    (FailureClass::Rbac, &["is forbidden"]),
    (FailureClass::Login, &["provide credentials"]),
    (FailureClass::Login, &["unauthorized"]),
    (FailureClass::Login, &["must be logged in"]),
    (FailureClass::Login, &["getting credentials: exec"]),
    (FailureClass::Login, &["oauth2: "]),
    (FailureClass::Login, &["no auth provider found"]),
    (FailureClass::Login, &["remote error: tls: "]),
    (FailureClass::Kubeconfig, &["x509: "]),
    (FailureClass::Kubeconfig, &["failed to verify certificate"]),
    // As this program's own client says it.
    (FailureClass::Kubeconfig, &["invalid peer certificate"]),
    (FailureClass::Kubeconfig, &["server gave http response to https client"]),
    (FailureClass::Kubeconfig, &["cluster unreachable: ", "context ", " does not exist"]),
    (FailureClass::MissingKind, &["no matches for kind"]),
    (FailureClass::MissingKind, &["resource mapping not found"]),
    (FailureClass::Transient, &["leader changed"]),
    (FailureClass::Transient, &["raft proposal dropped"]),
    (FailureClass::Transient, &["etcdserver: "]),
    (FailureClass::Transient, &["rpc error: code = "]),
    (FailureClass::Transient, &["too many requests"]),
    (FailureClass::Transient, &["unable to handle the request"]),
    (FailureClass::Transient, &["unable to return a response in the time allotted"]),
    (FailureClass::Transient, &["request did not complete within"]),
    (FailureClass::Transient, &["has prevented the request from succeeding"]),
    (FailureClass::Transient, &["apiserver is shutting down"]),
    (FailureClass::Transient, &["storage is (re)initializing"]),
    (FailureClass::Transient, &["internal error occurred"]),
    (FailureClass::Transient, &["the object has been modified"]),
    (FailureClass::Unreachable, &["cluster unreachable"]),
    (FailureClass::Unreachable, &["connection refused"]),
    (FailureClass::Unreachable, &["connection reset"]),
    (FailureClass::Unreachable, &["i/o timeout"]),
    (FailureClass::Unreachable, &["tls handshake timeout"]),
    (FailureClass::Unreachable, &["unexpected eof"]),
    (FailureClass::Unreachable, &["\": eof"]),
    (FailureClass::Unreachable, &["no such host"]),
    (FailureClass::Unreachable, &["server misbehaving"]),
    (FailureClass::Unreachable, &["no route to host"]),
    (FailureClass::Unreachable, &["network is unreachable"]),
    (FailureClass::Unreachable, &["broken pipe"]),
    (FailureClass::Unreachable, &["server closed idle connection"]),
    (FailureClass::Unreachable, &["client connection lost"]),
    (FailureClass::Unreachable, &["http2: "]),
    (FailureClass::Unreachable, &["net/http: request canceled"]),
    (FailureClass::Unreachable, &["client.timeout exceeded"]),
    (FailureClass::Transient, &["request timed out"]),
];

/// What is left.
const REST: &[Row] = &[
    (FailureClass::Hook, &["hook pre-delete"]),
    (FailureClass::Hook, &["hook post-delete"]),
    (FailureClass::Hook, &["timed out waiting for the condition"]),
    (FailureClass::Hook, &["not ready. status:"]),
    (FailureClass::Hook, &["backofflimitexceeded"]),
    (FailureClass::Damaged, &["no release provided"]),
    (FailureClass::Damaged, &["corrupted release record"]),
    (FailureClass::Busy, &["another operation ", " in progress"]),
    (FailureClass::Transient, &["context deadline exceeded"]),
];

/// The step that deletes the record comes last: where only this one failed, all objects are gone, and helm can be asked
/// to do it again.
const ONLY_THE_RECORD: &str = "uninstallation completed with 1 error(s): uninstall: failed to purge the release: ";

/// The class that Helm's words belong to.
pub fn class_of(words: &Words) -> FailureClass {
    let text = without_the_name(words).to_lowercase();
    if let Some(class) = find(RELEASE, &text) {
        return class;
    }
    if text.contains("uninstallation completed with") {
        let of_record = text.split_once(ONLY_THE_RECORD).and_then(|(_, error)| find(SERVER, error));
        return of_record.unwrap_or(FailureClass::Leftovers);
    }
    find(SERVER, &text).or_else(|| find(REST, &text)).unwrap_or(FailureClass::Other)
}

fn find(table: &[Row], text: &str) -> Option<FailureClass> {
    table.iter().find(|(_, needles)| needles.iter().all(|needle| text.contains(needle))).map(|(class, _)| *class)
}

/// A release may be called `unauthorized`, or as any other word of the table.
fn without_the_name(words: &Words) -> String {
    const BEFORE_A_NAME: [&str; 2] = ["failed to delete release: ", "Release not loaded: "];
    let mut error = words.error.clone();
    for before in BEFORE_A_NAME {
        let Some(at) = error.find(before) else { continue };
        let name = at + before.len();
        let end = error[name..].find([':', '\n', ' ']).map_or(error.len(), |length| name + length);
        error.replace_range(name..end, "…");
    }
    Words { error, cause: words.cause.clone() }.all()
}
