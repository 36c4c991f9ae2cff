//! Failures in classes: what kind of thing went wrong decides what a person can do about it.
//!
//! The classes are told from Helm's texts by a table. The texts were taken from Helm 3.21 and 4.2; matching
//! ignores case, for Helm 4 begins with small letters where Helm 3 does not.

use std::fmt;
use std::time::Duration;

use super::child::{Cause, Ended, Ending};
use super::words::Words;

/// The kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureClass {
    /// The release was not there.
    Gone,
    /// A right is missing.
    Rbac,
    /// The login was not accepted, or could not be had.
    Login,
    /// The API server could not be reached.
    Unreachable,
    /// The API server was there but in trouble; trying again may help.
    Transient,
    /// A hook failed or did not finish.
    Hook,
    /// The record is gone, but not everything it described.
    Leftovers,
    /// A kind in the manifest is unknown to the cluster: its definition is gone.
    MissingKind,
    /// Helm cannot read the release's record.
    Damaged,
    /// It took longer than the deadline and was ended.
    TimedOut,
    /// A signal from outside ended helm.
    Killed,
    /// Helm was stopped, as a program is that reads from a terminal it does not have.
    Stopped,
    /// It was ended because the run was told to end at once.
    Interrupted,
    /// Helm could not be started.
    CannotStart,
    /// Helm reported success, but the cluster still lists the release.
    StillListed,
    /// A fault of this program.
    Internal,
    /// Anything else: Helm's words have to do.
    Other,
}

/// One failure: its class, and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub class: FailureClass,
    /// Helm's own words, or this program's where helm had none.
    pub words: Words,
}

impl FailureClass {
    /// The word that plans, summaries and reports use for it.
    pub fn as_str(self) -> &'static str {
        match self {
            FailureClass::Gone => "gone",
            FailureClass::Rbac => "rbac",
            FailureClass::Login => "login",
            FailureClass::Unreachable => "unreachable",
            FailureClass::Transient => "transient",
            FailureClass::Hook => "hook",
            FailureClass::Leftovers => "leftovers",
            FailureClass::MissingKind => "missing-kind",
            FailureClass::Damaged => "damaged",
            FailureClass::TimedOut => "timed-out",
            FailureClass::Killed => "killed",
            FailureClass::Stopped => "stopped",
            FailureClass::Interrupted => "interrupted",
            FailureClass::CannotStart => "cannot-start",
            FailureClass::StillListed => "still-listed",
            FailureClass::Internal => "internal",
            FailureClass::Other => "other",
        }
    }

    /// What a person can do where releases could not even be listed.
    pub fn hint_for_listing(self) -> &'static str {
        match self {
            FailureClass::Rbac => "the user has to be allowed to list Secrets in all namespaces",
            FailureClass::Login => "log in to the cluster again",
            FailureClass::Unreachable => "check the cluster's address and the way to it: `kubectl version`",
            FailureClass::TimedOut => "the API server does not answer; try again",
            _ => "try it by hand: `helm list -A`",
        }
    }

    /// What a person can do about it.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            FailureClass::Rbac => Some("give the user that right, or leave the release to someone who has it"),
            FailureClass::Login => Some("log in again; a second run goes on where this one ended"),
            FailureClass::Unreachable | FailureClass::Transient => Some("a second run goes on where this one ended"),
            FailureClass::Hook => {
                Some("mend the hook (its Job and Pods are in the namespace); a second run tries again")
            }
            FailureClass::Leftovers => Some("the release is gone from helm's list; look for what is named above"),
            FailureClass::MissingKind => {
                Some("install the missing definition again, then run again; uninstall operators after what they serve")
            }
            FailureClass::Damaged => Some("delete its Secret `sh.helm.release.v1.…` by hand once its objects are gone"),
            FailureClass::TimedOut => {
                Some("raise `defaults.timeout`, or look for what does not end; a second run tries again")
            }
            FailureClass::Stopped => Some("log in first: a credential plugin that asks questions cannot ask them here"),
            FailureClass::Killed | FailureClass::Interrupted => {
                Some("the release may be half uninstalled; a second run finishes it")
            }
            FailureClass::CannotStart => Some("look at the limits for processes and open files"),
            FailureClass::Internal => Some("please report this"),
            FailureClass::Gone | FailureClass::StillListed | FailureClass::Other => None,
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A row matches where all of its texts are there; the first row that does decides.
const TABLE: &[(FailureClass, &[&str])] = &[
    (FailureClass::Gone, &["release not loaded: ", ": release: not found"]),
    // Not found at the end, and nothing else wrong: a second uninstall at the same time got there first.
    (FailureClass::Gone, &["completed with 1 error(s)", "purge the release: release: not found"]),
    (FailureClass::Gone, &["completed with 1 error(s)", "purge the release: secrets \"sh.helm.release", " not found"]),
    (FailureClass::Leftovers, &["uninstallation completed with"]),
    (FailureClass::Login, &["provide credentials"]),
    (FailureClass::Login, &["unauthorized"]),
    (FailureClass::Login, &["must be logged in"]),
    (FailureClass::Login, &["getting credentials: exec"]),
    (FailureClass::Rbac, &["is forbidden"]),
    (FailureClass::MissingKind, &["no matches for kind"]),
    (FailureClass::Transient, &["leader changed"]),
    (FailureClass::Transient, &["raft proposal dropped"]),
    (FailureClass::Transient, &["etcdserver: request timed out"]),
    (FailureClass::Transient, &["too many requests"]),
    (FailureClass::Transient, &["unable to handle the request"]),
    (FailureClass::Transient, &["unable to return a response in the time allotted"]),
    (FailureClass::Unreachable, &["cluster unreachable"]),
    (FailureClass::Unreachable, &["connection refused"]),
    (FailureClass::Unreachable, &["connection reset"]),
    (FailureClass::Unreachable, &["i/o timeout"]),
    (FailureClass::Unreachable, &["tls handshake timeout"]),
    (FailureClass::Unreachable, &["unexpected eof"]),
    (FailureClass::Unreachable, &["no such host"]),
    (FailureClass::Unreachable, &["client connection lost"]),
    (FailureClass::Hook, &["hook pre-delete"]),
    (FailureClass::Hook, &["hook post-delete"]),
    (FailureClass::Hook, &["timed out waiting for the condition"]),
    (FailureClass::Hook, &["not ready. status:"]),
    (FailureClass::Hook, &["backofflimitexceeded"]),
    (FailureClass::Damaged, &["no release provided"]),
    (FailureClass::Damaged, &["corrupted release record"]),
];

impl Failure {
    /// The failure of a child that did not succeed.
    pub fn from_ended(ended: &Ended) -> Self {
        let words = Words::from_stderr(&ended.stderr);
        let (class, said_here) = match (ended.cause, ended.ending) {
            (Some(cause), _) => of_cause(cause),
            (None, Ending::Signal(signal)) => (FailureClass::Killed, format!("helm was ended by signal {signal}")),
            (None, Ending::Held) => (FailureClass::Killed, "helm does not end, even after SIGKILL".to_owned()),
            (None, Ending::Code(code)) => (class_of(&words), format!("helm ended with code {code} and said nothing")),
        };
        let helm_says_it_all =
            matches!(ended.ending, Ending::Code(_)) && ended.cause.is_none() && !words.error.is_empty();
        Self { class, words: if helm_says_it_all { words } else { joined(said_here, words) } }
    }

    /// A failure that helm had no part in.
    pub fn of_our_own(class: FailureClass, text: impl Into<String>) -> Self {
        Self { class, words: Words { error: text.into(), cause: None } }
    }
}

fn of_cause(cause: Cause) -> (FailureClass, String) {
    match cause {
        Cause::Asked => (FailureClass::Interrupted, "ended before it was done, as asked".to_owned()),
        Cause::Deadline(after) => (FailureClass::TimedOut, format!("not done after {}, ended", seconds(after))),
        Cause::StoppedItself => {
            (FailureClass::Stopped, "helm was stopped, probably to read from a terminal; ended".to_owned())
        }
        Cause::TooMuchStderr => (FailureClass::Other, "helm wrote more than 64 MiB of errors; ended".to_owned()),
    }
}

fn joined(error: String, words: Words) -> Words {
    let cause =
        [Some(words.error).filter(|error| !error.is_empty()), words.cause].into_iter().flatten().collect::<Vec<_>>();
    Words { error, cause: (!cause.is_empty()).then(|| cause.join("\n")) }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}

/// The class that Helm's words belong to.
pub fn class_of(words: &Words) -> FailureClass {
    let text = words.all().to_lowercase();
    let matches = |needles: &[&str]| needles.iter().all(|needle| text.contains(needle));
    TABLE.iter().find(|(_, needles)| matches(needles)).map_or(FailureClass::Other, |(class, _)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts as Helm 3.21.4 and 4.2.4 print them.
    #[test]
    fn helms_own_texts_fall_into_their_classes() {
        for (class, text) in [
            (FailureClass::Gone, "uninstall: Release not loaded: nope: release: not found"),
            (
                FailureClass::Gone,
                "uninstallation completed with 1 error(s): uninstall: Failed to purge the release: secrets \"sh.helm.release.v1.cx3.v1\" not found",
            ),
            (
                FailureClass::Gone,
                "uninstallation completed with 1 error(s): uninstall: Failed to purge the release: release: not found",
            ),
            (
                FailureClass::Leftovers,
                "uninstallation completed with 2 error(s): timed out; uninstall: Failed to purge the release: release: not found",
            ),
            (
                FailureClass::Rbac,
                "uninstall: Release not loaded: r3: query: failed to query with labels: secrets is forbidden: User \"alice\" cannot list resource \"secrets\" in API group \"\" in the namespace \"t1\"",
            ),
            (
                FailureClass::Rbac,
                "warning: Hook pre-delete c/templates/all.yaml failed: 1 error occurred:\n\t* configmaps is forbidden: User \"x\" cannot create resource",
            ),
            (
                FailureClass::Unreachable,
                "Kubernetes cluster unreachable: Get \"https://127.0.0.1:17555/version\": dial tcp 127.0.0.1:17555: connect: connection refused",
            ),
            (
                FailureClass::Login,
                "kubernetes cluster unreachable: the server has asked for the client to provide credentials",
            ),
            (FailureClass::Hook, "1 error occurred:\n\t* timed out waiting for the condition"),
            (FailureClass::Hook, "1 error occurred:\n\t* job hf3-pre failed: BackoffLimitExceeded"),
            (
                FailureClass::Hook,
                "resource Job/t13/hf4-pre not ready. status: Failed, message: Job Failed. failed: 1/1",
            ),
            (
                FailureClass::Hook,
                "resource Job/t3/to4-pre not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded",
            ),
            (FailureClass::Leftovers, "uninstallation completed with 1 error(s): context deadline exceeded"),
            (FailureClass::Damaged, "no release provided"),
            (FailureClass::Transient, "failed to delete release: x\netcdserver: request timed out"),
            (FailureClass::Other, "failed to delete release: x"),
        ] {
            assert_eq!(class_of(&Words { error: text.to_owned(), cause: None }), class, "{text}");
        }
    }

    #[test]
    fn the_cause_counts_as_much_as_the_error() {
        let words = Words {
            error: "failed to delete release: cr3".to_owned(),
            cause: Some("no matches for kind \"Widget\" in version \"lab.example/v1\"".to_owned()),
        };
        assert_eq!(class_of(&words), FailureClass::MissingKind);
    }

    #[test]
    fn a_child_that_was_ended_says_why_before_helm_speaks() {
        let ended = Ended {
            ending: Ending::Signal(15),
            cause: Some(Cause::Deadline(Duration::from_secs(90))),
            left_a_process: false,
            stderr: b"Error: something".to_vec(),
        };
        let failure = Failure::from_ended(&ended);
        assert_eq!(failure.class, FailureClass::TimedOut);
        assert_eq!(failure.words.error, "not done after 90 s, ended");
        assert_eq!(failure.words.cause.as_deref(), Some("something"));
    }
}
