//! Texts of Helm 3.21.4 and 4.2.4, and the class of each.

use super::*;
use crate::helm::HelmMessage;
use FailureClass::{
    Busy, Damaged, Gone, Hook, Kubeconfig, Leftovers, Login, MissingKind, Other, Rbac, Transient, Unclear, Unreachable,
};

/// As Helm printed them on a real cluster, without the `Error: ` before each.
const SEEN: &[(FailureClass, &str)] = &[
    (Gone, "uninstall: Release not loaded: nope: release: not found"),
    (
        Unclear,
        "uninstallation completed with 1 error(s): uninstall: Failed to purge the release: secrets \"sh.helm.release.v1.cx3.v1\" not found",
    ),
    (Unclear, "uninstallation completed with 1 error(s): uninstall: Failed to purge the release: release: not found"),
    (
        Leftovers,
        "uninstallation completed with 2 error(s): timed out; uninstall: Failed to purge the release: release: not found",
    ),
    (Leftovers, "uninstallation completed with 1 error(s): context deadline exceeded"),
    (
        Leftovers,
        "uninstallation completed with 1 error(s): resource ConfigMap/t13/g4-fin still exists. status: Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded",
    ),
    (
        Rbac,
        "uninstall: Release not loaded: r3: query: failed to query with labels: secrets is forbidden: User \"alice\" cannot list resource \"secrets\" in API group \"\" in the namespace \"t1\"",
    ),
    (
        Rbac,
        "warning: Hook pre-delete c/templates/all.yaml failed: 1 error occurred:\n\t* configmaps is forbidden: User \"x\" cannot create resource",
    ),
    (
        Rbac,
        "warning: Hook pre-delete c/templates/all.yaml failed: server-side apply failed for object r9/hk-full-hookcm /v1, Kind=ConfigMap: configmaps \"hk\" is forbidden: User \"x\" cannot patch resource",
    ),
    (
        Unreachable,
        "Kubernetes cluster unreachable: Get \"https://127.0.0.1:17555/version\": dial tcp 127.0.0.1:17555: connect: connection refused",
    ),
    (
        Unreachable,
        "kubernetes cluster unreachable: Get \"http://localhost:8080/version\": dial tcp [::1]:8080: connect: connection refused",
    ),
    (
        Unreachable,
        "Kubernetes cluster unreachable: Get \"https://127.0.0.1:1/version\": net/http: TLS handshake timeout",
    ),
    (Login, "kubernetes cluster unreachable: the server has asked for the client to provide credentials"),
    (Login, "Kubernetes cluster unreachable: the server has asked for the client to provide credentials"),
    (Kubeconfig, "Kubernetes cluster unreachable: context \"nope\" does not exist"),
    (Kubeconfig, "kubernetes cluster unreachable: context \"nope\" does not exist"),
    (Hook, "1 error occurred:\n\t* timed out waiting for the condition\n\n"),
    (Hook, "1 error occurred:\n\t* job hf3-pre failed: BackoffLimitExceeded"),
    (Hook, "resource Job/t13/hf4-pre not ready. status: Failed, message: Job Failed. failed: 1/1"),
    (
        Hook,
        "resource Job/t3/to4-pre not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded",
    ),
    (Damaged, "no release provided"),
    (Other, "failed to delete release: x"),
];

/// In the words of the API server and of Go's library, which helm passes on.
const HANDED_ON: &[(FailureClass, &str)] = &[
    (Transient, "etcdserver: request timed out"),
    (Transient, "etcdserver: leader changed"),
    (Transient, "raft proposal dropped"),
    (Transient, "rpc error: code = Unavailable desc = transport is closing"),
    (Transient, "the server has received too many requests and has asked us to try again later"),
    (Transient, "the server is currently unable to handle the request (delete configmaps web)"),
    (
        Transient,
        "the server was unable to return a response in the time allotted, but may still be processing the request",
    ),
    (Transient, "Timeout: request did not complete within requested timeout - context deadline exceeded"),
    (Transient, "an error on the server (\"unknown\") has prevented the request from succeeding (get secrets)"),
    (
        Transient,
        "Internal error occurred: failed calling webhook \"x.example.com\": failed to call webhook: Post \"https://x.svc:443/\": dial tcp 10.0.0.7:443: connect: connection refused",
    ),
    (
        Transient,
        "Operation cannot be fulfilled on secrets \"sh.helm.release.v1.web.v1\": the object has been modified; please apply your changes to the latest version and try again",
    ),
    (Transient, "client rate limiter Wait returned an error: context deadline exceeded"),
    (
        Unreachable,
        "Delete \"https://10.0.0.1:443/api/v1/namespaces/a/configmaps/x\": read tcp 10.0.0.9:4: read: connection reset by peer",
    ),
    (Unreachable, "Get \"https://10.0.0.1:443/version\": EOF"),
    (Unreachable, "unexpected EOF"),
    (Unreachable, "Get \"https://10.0.0.1:443/version\": dial tcp 10.0.0.1:443: i/o timeout"),
    (Unreachable, "Get \"https://dev.example.com/version\": dial tcp: lookup dev.example.com: no such host"),
    (Unreachable, "dial tcp 10.0.0.1:443: connect: no route to host"),
    (Unreachable, "http2: client connection lost"),
    (Unreachable, "http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug=\"\""),
    (Login, "Unauthorized"),
    (Login, "You must be logged in to the server (Unauthorized)"),
    (Login, "Get \"https://10.0.0.1:443/version\": getting credentials: exec: executable aws not found"),
    (
        Kubeconfig,
        "Get \"https://10.0.0.1:443/version\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
    ),
    (Kubeconfig, "Get \"https://10.0.0.1:443/version\": x509: certificate signed by unknown authority"),
    (
        Other,
        "jobs.batch \"x\" is forbidden: unable to create new content in namespace a because it is being terminated",
    ),
    (
        MissingKind,
        "resource mapping not found for name: \"w\" namespace: \"\" from \"\": no matches for kind \"Widget\" in version \"lab.example/v1\"",
    ),
    (Damaged, "corrupted release record. You must manually delete the resources"),
    (Busy, "another operation (install/upgrade/rollback) is in progress"),
    (Gone, "the release named \"web\" is already deleted"),
];

fn said(error: &str, cause: Option<&str>) -> FailureClass {
    HelmMessage { error: error.to_owned(), cause: cause.map(str::to_owned) }.class()
}

#[test]
fn helms_own_texts_fall_into_their_classes() {
    for (class, text) in SEEN.iter().chain(HANDED_ON) {
        assert_eq!(said(text, None), *class, "{text}");
    }
}

#[test]
fn what_helm_hands_on_is_reported_by_whatever_it_stands_behind() {
    for (class, text) in HANDED_ON.iter().filter(|(class, _)| !matches!(class, Gone)) {
        assert_eq!(said("failed to delete release: web", Some(text)), *class, "a cause: {text}");
        let query = format!("uninstall: Release not loaded: web: query: failed to query with labels: {text}");
        assert_eq!(said(&query, None), *class, "{query}");
    }
}

#[test]
fn a_record_that_alone_could_not_be_deleted_is_a_case_for_another_try() {
    let said = |count: usize, text: &str| {
        let errors = format!("{count} error(s): uninstall: Failed to purge the release: {text}");
        said(&format!("uninstallation completed with {errors}"), None)
    };
    assert_eq!(said(1, "etcdserver: request timed out"), Transient);
    assert_eq!(said(1, "Delete \"https://10.0.0.1\": dial tcp: connect: connection refused"), Unreachable);
    assert_eq!(said(1, "secrets \"sh.helm.release.v1.web.v1\" is forbidden: User \"x\" cannot delete"), Rbac);
    assert_eq!(said(2, "etcdserver: request timed out"), Leftovers, "something else failed as well, and is not known");
    assert_eq!(said(1, "something new"), Leftovers);
}

#[test]
fn a_release_may_be_called_like_an_error() {
    assert_eq!(said("failed to delete release: unauthorized", None), Other);
    assert_eq!(said("failed to delete release: unauthorized", Some("etcdserver: no leader")), Transient);
    let loaded = |text| said(&format!("uninstall: Release not loaded: backofflimitexceeded: {text}"), None);
    assert_eq!([loaded("query: Unauthorized"), loaded("release: not found")], [Login, Gone]);
    assert_eq!(loaded("something new"), Other);
}

const ALL: [FailureClass; 22] = [
    FailureClass::Gone,
    FailureClass::Rbac,
    FailureClass::Login,
    FailureClass::Unreachable,
    FailureClass::Kubeconfig,
    FailureClass::Transient,
    FailureClass::Hook,
    FailureClass::Leftovers,
    FailureClass::MissingKind,
    FailureClass::Damaged,
    FailureClass::Busy,
    FailureClass::TimedOut,
    FailureClass::Killed,
    FailureClass::Stopped,
    FailureClass::Interrupted,
    FailureClass::CannotStart,
    FailureClass::History,
    FailureClass::NotDeployed,
    FailureClass::StillListed,
    FailureClass::Unclear,
    FailureClass::Internal,
    FailureClass::Other,
];

#[test]
fn only_what_the_api_server_caused_is_tried_again_and_a_failed_release_blames_no_other() {
    let again = ALL.into_iter().filter(|class| class.is_retryable());
    assert_eq!(again.collect::<Vec<_>>(), [FailureClass::Unreachable, FailureClass::Transient]);
    let blamed = ALL.into_iter().filter(|class| matches!(class.scope(), ErrorScope::Server | ErrorScope::Login));
    let expected = [FailureClass::Login, FailureClass::Unreachable, FailureClass::Kubeconfig, FailureClass::Stopped];
    assert_eq!(blamed.collect::<Vec<_>>(), expected);
}
