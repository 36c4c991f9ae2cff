//! The classes of failures, and the texts of Helm that distinguish them, as data.
//!
//! The texts come from Helm 3.21 and 4.2. Matching ignores case, because Helm 4 begins texts with small letters that
//! Helm 3 begins with capitals.

#[cfg(test)]
#[path = "failure_class_test.rs"]
mod tests;

use std::fmt;

/// What kind of thing went wrong. It decides what a person can do, and whether helm-purge tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureClass {
    /// The release did not exist.
    Gone,
    /// A permission is missing.
    Rbac,
    /// The API server did not accept the credentials, or helm could not get any.
    Login,
    /// Helm could not reach the API server.
    Unreachable,
    /// The kubeconfig is wrong: its context does not exist, or the certificate of the server is not accepted.
    Kubeconfig,
    /// The API server answered with an error; another try may help.
    Transient,
    /// A hook failed or did not finish.
    Hook,
    /// The record is gone, but not every object in it.
    Leftovers,
    /// The cluster does not know a kind in the manifest: its definition is gone.
    MissingKind,
    /// Helm cannot read the release's record.
    Damaged,
    /// Another process installs, upgrades or rolls back the release.
    Busy,
    /// It took longer than the deadline, and helm-purge terminated it.
    TimedOut,
    /// A signal from outside ended helm.
    Killed,
    /// Helm was stopped, probably because a credential plugin tried to read from a terminal.
    Stopped,
    /// The run was cancelled, and helm-purge terminated it.
    Interrupted,
    /// Helm could not be started.
    CannotStart,
    /// It is uninstalled, but cannot be restored.
    History,
    /// Helm reported success, but the release is not deployed.
    NotDeployed,
    /// Helm reported success, but the cluster still lists the release.
    StillListed,
    /// Helm's output is contradictory or incomplete, or its last step found no record: only the cluster can show whether
    /// the release is gone.
    Unclear,
    /// A bug of this program.
    Internal,
    /// Anything else.
    Other,
}

/// What has a problem: only this release, or something that other releases need too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorScope {
    /// Only the release: the API server answered.
    Release,
    /// The API server or the network: no other release will fare better.
    Server,
    /// The login: no other release will fare better.
    Login,
    Unknown,
}

impl FailureClass {
    /// Its word in plans, summaries and reports; whether another try may help; what has a problem.
    ///
    /// Only what the API server itself reported, or an API server that was not there, is worth another try. A person
    /// has to look at anything else.
    fn row(self) -> (&'static str, bool, ErrorScope) {
        match self {
            Self::Gone => ("gone", false, ErrorScope::Release),
            Self::Rbac => ("rbac", false, ErrorScope::Release),
            Self::Login => ("login", false, ErrorScope::Login),
            Self::Unreachable => ("unreachable", true, ErrorScope::Server),
            Self::Kubeconfig => ("kubeconfig", false, ErrorScope::Server),
            Self::Transient => ("transient", true, ErrorScope::Release),
            Self::Hook => ("hook", false, ErrorScope::Release),
            Self::Leftovers => ("leftovers", false, ErrorScope::Release),
            Self::MissingKind => ("missing-kind", false, ErrorScope::Release),
            Self::Damaged => ("damaged", false, ErrorScope::Release),
            Self::Busy => ("busy", false, ErrorScope::Release),
            Self::TimedOut => ("timed-out", false, ErrorScope::Unknown),
            Self::Killed => ("killed", false, ErrorScope::Unknown),
            // A credential plugin that asks a question stops its helm.
            Self::Stopped => ("stopped", false, ErrorScope::Login),
            Self::Interrupted => ("interrupted", false, ErrorScope::Unknown),
            Self::CannotStart => ("cannot-start", false, ErrorScope::Unknown),
            Self::History => ("history", false, ErrorScope::Release),
            Self::NotDeployed => ("not-deployed", false, ErrorScope::Release),
            Self::StillListed => ("still-listed", false, ErrorScope::Release),
            Self::Unclear => ("unclear", false, ErrorScope::Unknown),
            Self::Internal => ("internal", false, ErrorScope::Unknown),
            Self::Other => ("other", false, ErrorScope::Unknown),
        }
    }

    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    pub fn is_retryable(self) -> bool {
        self.row().1
    }

    pub fn scope(self) -> ErrorScope {
        self.row().2
    }

    /// What a person can do if helm could not list releases.
    pub fn hint_for_listing(self) -> &'static str {
        match self {
            Self::Rbac => "allow the user to list namespaces, and to list Secrets in the namespaces in scope",
            Self::Login => "log in to the cluster again",
            Self::Kubeconfig => "fix the kubeconfig until `kubectl version` works",
            Self::Unreachable => "check the cluster's address and the network: `kubectl version`",
            Self::TimedOut => "the API server does not answer; run again",
            _ => "run `helm list -A` to see the problem",
        }
    }

    /// What a person can do about it.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Rbac => Some("grant the user this permission, or let an admin purge the release"),
            Self::Login => Some("log in, then run again; the next run continues where this one ended"),
            Self::Unreachable | Self::Transient => Some("run again; the next run continues where this one ended"),
            Self::Kubeconfig => Some("fix the kubeconfig until `kubectl version` works"),
            Self::Busy => Some("run again after the other operation has finished"),
            Self::Hook => Some("fix the hook (its Job and Pods are in the namespace), then run again"),
            Self::Leftovers => {
                Some("the release is no longer in helm's list; delete the objects named above if they still exist")
            }
            Self::MissingKind => Some(
                "install the missing CustomResourceDefinition, then run again; purge operators last, after the \
                    releases that need them",
            ),
            Self::Damaged => Some("delete its Secret `sh.helm.release.v1.…` by hand once its objects are gone"),
            Self::TimedOut => Some("raise `defaults.timeout`, or find out what does not finish, then run again"),
            Self::Stopped => Some("log in first, then run again; credential plugins cannot prompt here"),
            Self::Killed | Self::Interrupted => Some("the release may be partly uninstalled; run again to finish"),
            Self::Unclear => Some("check whether the release is still there, then run again"),
            Self::History => Some(
                "its objects are gone; allow the user to update Secrets. `helm rollback` may still restore this \
                    release",
            ),
            Self::CannotStart => Some("check the limits of processes and open files"),
            Self::Internal => Some("please report this"),
            Self::Gone | Self::NotDeployed | Self::StillListed | Self::Other => None,
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A row matches a text that contains all of its needles; the first row that matches decides.
type TextRow = (FailureClass, &'static [&'static str]);

/// Helm's messages about the release itself. They count before any other text.
const RELEASE: &[TextRow] = &[
    (FailureClass::Gone, &["release not loaded: ", ": release: not found"]),
    // Only with a history: nothing is left to uninstall.
    (FailureClass::Gone, &["the release named ", " is already deleted"]),
    // Its last step did not find the record, and nothing else was wrong. Most often a second uninstall was faster; but
    // a release that was deleted may have been installed again.
    (FailureClass::Unclear, &["completed with 1 error(s)", "purge the release: release: not found"]),
    (FailureClass::Unclear, &["completed with 1 error(s)", "purge the release: ", " \"sh.helm.release", " not found"]),
];

/// What helm passes on from the API server, from the login, or from the network.
const SERVER: &[TextRow] = &[
    // A webhook failed, not the API server, although the text may mention connections.
    (FailureClass::Transient, &["failed calling webhook"]),
    (FailureClass::Transient, &["failed to call webhook"]),
    (FailureClass::Transient, &["conversion webhook for "]),
    // No permission is missing: nothing can be created in a namespace that terminates, such as the Job of a hook.
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
    // The words of this program's own client.
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

/// The last table that is tried.
const REST: &[TextRow] = &[
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

/// The step that deletes the record comes last: if only this step failed, all objects are gone, and helm can do it
/// again.
const ONLY_THE_RECORD: &str = "uninstallation completed with 1 error(s): uninstall: failed to purge the release: ";

/// The class of what helm said. The text must not contain the name of the release.
pub(super) fn class_of_text(text: &str) -> FailureClass {
    let text = text.to_lowercase();
    if let Some(class) = find(RELEASE, &text) {
        return class;
    }
    if text.contains("uninstallation completed with") {
        let of_record = text.split_once(ONLY_THE_RECORD).and_then(|(_, error)| find(SERVER, error));
        return of_record.unwrap_or(FailureClass::Leftovers);
    }
    find(SERVER, &text).or_else(|| find(REST, &text)).unwrap_or(FailureClass::Other)
}

fn find(table: &[TextRow], text: &str) -> Option<FailureClass> {
    table.iter().find(|(_, needles)| needles.iter().all(|needle| text.contains(needle))).map(|(class, _)| *class)
}
