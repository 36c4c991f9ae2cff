//! Classes told from Helm's texts, as data.
//!
//! The texts were taken from Helm 3.21 and 4.2; matching ignores case, for Helm 4 begins with small letters where
//! Helm 3 does not.

use super::class::FailureClass;
use crate::helm::words::Words;

/// A row matches where all of its texts are there; the first row that does decides.
const TABLE: &[(FailureClass, &[&str])] = &[
    (FailureClass::Gone, &["release not loaded: ", ": release: not found"]),
    // With `--keep-history`: somebody else did the same first.
    (FailureClass::Gone, &["the release named ", " is already deleted"]),
    // Its last step did not find the record, and nothing else was wrong. Most often a second uninstall got there first;
    // but a name that was deleted may have been installed again by now.
    (FailureClass::Unclear, &["completed with 1 error(s)", "purge the release: release: not found"]),
    (FailureClass::Unclear, &["completed with 1 error(s)", "purge the release: ", " \"sh.helm.release", " not found"]),
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
            (FailureClass::Gone, "the release named \"kh3\" is already deleted"),
            (
                FailureClass::Unclear,
                "uninstallation completed with 1 error(s): uninstall: Failed to purge the release: secrets \"sh.helm.release.v1.cx3.v1\" not found",
            ),
            (
                FailureClass::Unclear,
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
}
