//! What kinds there are is looked up once for all helms of a run, and each of them reads no more of it than it needs.

use serde_json::json;
use throwaway_cluster::{Answer, CustomKind, Fault, HelmVersion, Kind, Proxy, SeededRelease, Which};

use crate::support::{Real, cluster};

const RUN: [&str; 8] = ["run", "-f", "policy.yaml", "--yes", "-A", "-o", "json", "-q"];
/// How a helm asks for everything that there is.
const ALL_KINDS: &str = "GET /api?*";

/// Releases with objects of three groups, one of which is the test's own, in two namespaces.
fn scene(test: &str, helm: HelmVersion, group: &'static str) -> (Real, Proxy, CustomKind) {
    let (real, proxy) = Real::behind_a_proxy(test, helm);
    let kind = CustomKind { group, kind: "Widget", plural: "widgets", versions: &["v1"] };
    cluster().serve(&kind).unwrap_or_else(|error| panic!("{error}"));
    let (a, b) = (real.namespace("a"), real.namespace("b"));
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader"}, "rules": [],
    });
    let releases = [
        SeededRelease::new(&a, "widget").config_maps(1).object(kind.object(&a, "widget", &json!({}))),
        SeededRelease::new(&a, "role").object(role),
        SeededRelease::new(&b, "maps").config_maps(2),
    ];
    cluster().seed(&releases).unwrap_or_else(|error| panic!("{error}"));
    (real, proxy, kind)
}

fn all_is_gone(real: &Real, kind: &CustomKind) {
    let output = real.program.run(&RUN).exits(0);
    assert_eq!(output.results(), ["role purged gone", "widget purged gone", "maps purged gone"], "{output}");
    let version = format!("{}/v1", kind.group);
    let left = |kind: Kind<'_>| cluster().api().list(kind, Some(&real.namespace("a"))).expect("they can be listed");
    assert_eq!(left(Kind::new(&version, kind.kind)), [""; 0]);
    assert_eq!(left(Kind::new("rbac.authorization.k8s.io/v1", "Role")), [""; 0]);
    real.program.leaves_no_process();
    cluster().withdraw(kind).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn no_helm_asks_what_kinds_there_are_where_all_that_go_are_offered() {
    for (helm, group) in HelmVersion::BOTH.into_iter().zip(["known3.example.com", "known4.example.com"]) {
        let (real, proxy, kind) = scene("known", helm, group);
        all_is_gone(&real, &kind);
        assert_eq!(proxy.count(ALL_KINDS), 0, "{:#?}", proxy.requests());
        for looked_up in ["GET /api/v1", "GET /apis/rbac.authorization.k8s.io/v1", &format!("GET /apis/{group}/v1")] {
            assert_eq!(proxy.count(looked_up), 1, "{looked_up}");
        }
        let usual = real.program.folder().join(".kube/cache/discovery");
        assert!(!usual.exists(), "helm's own memory is left as it was");
    }
}

#[test]
fn where_they_cannot_be_looked_up_helm_asks_as_ever() {
    for (helm, group) in HelmVersion::BOTH.into_iter().zip(["asked3.example.com", "asked4.example.com"]) {
        let (real, proxy, kind) = scene("asked", helm, group);
        proxy.fail(&format!("GET /apis/{group}/v1"), Which::Every, Fault::Answer(Answer::UNAUTHORIZED));
        all_is_gone(&real, &kind);
        assert!(proxy.count(ALL_KINDS) > 0, "{:#?}", proxy.requests());
    }
}
