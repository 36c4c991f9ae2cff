//! What kinds there are is looked up once for all helm processes of a run, and they read no more of it than the run needs.

use std::path::PathBuf;

use serde_json::json;
use throwaway_cluster::{Answer, CustomKind, Fault, HelmVersion, Kind, Proxy, SeededRelease, Which};

use crate::support::{OrPanic, Output, Real, cluster, seed_releases};

const RUN: &str = "run -f policy.yaml --yes -A -o json -q";
/// How a helm process asks for everything that there is.
const ALL_KINDS: &str = "GET /api?*";

/// Releases with objects of three groups, one of which is the test's own, in two namespaces.
fn scene(test: &str, helm: HelmVersion, group: &'static str) -> (Real, Proxy, CustomKind) {
    let (real, proxy) = Real::behind_a_proxy(test, helm);
    let kind = CustomKind { group, kind: "Widget", plural: "widgets", versions: &["v1"] };
    cluster().serve(&kind).or_panic();
    let (a, b) = (real.namespace("a"), real.namespace("b"));
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader"}, "rules": [],
    });
    let releases = [
        SeededRelease::new(&a, "widget").config_maps(1).object(kind.object(&a, "widget", &json!({}))),
        SeededRelease::new(&a, "role").object(role),
        SeededRelease::new(&b, "maps").config_maps(2),
    ];
    seed_releases(&releases);
    (real, proxy, kind)
}

fn all_is_gone(real: &Real, kind: &CustomKind, output: &Output) {
    assert_eq!(output.results(), ["role purged gone", "widget purged gone", "maps purged gone"], "{output}");
    let roles = Kind::new("rbac.authorization.k8s.io/v1", "Role");
    let left = |kind: Kind<'_>| cluster().api().list(kind, Some(&real.namespace("a")));
    assert_eq!(left(roles).expect("they can be listed"), [""; 0]);
    // Its kind may be gone as well.
    let version = format!("{}/v1", kind.group);
    assert_eq!(left(Kind::new(&version, kind.kind)).unwrap_or_default(), [""; 0]);
    real.program.leaves_no_process();
}

fn usual_memory(real: &Real) -> PathBuf {
    real.program.folder().join(".kube/cache/discovery")
}

fn withdraw(kind: &CustomKind) {
    cluster().withdraw(kind).or_panic();
}

#[test]
fn no_helm_asks_what_kinds_there_are_where_all_that_go_are_offered() {
    for (helm, group) in HelmVersion::BOTH.into_iter().zip(["known3.example.com", "known4.example.com"]) {
        let (real, proxy, kind) = scene("known", helm, group);
        all_is_gone(&real, &kind, &real.program.run(RUN).exits(0));
        assert_eq!(proxy.count(ALL_KINDS), 0, "{:#?}", proxy.requests());
        assert!(!usual_memory(&real).exists(), "helm's own memory is left as it was");
        withdraw(&kind);
    }
}

#[test]
fn a_kind_that_goes_while_the_run_goes_on_is_no_hindrance() {
    for (helm, group) in HelmVersion::BOTH.into_iter().zip(["going3.example.com", "going4.example.com"]) {
        let (mut real, _proxy, kind) = scene("going", helm, group);
        real.hold_helm("uninstall");
        let running = real.program.start(RUN);
        real.program.wait_for_file("calls", "uninstall");
        withdraw(&kind);
        real.program.file("go", "");
        all_is_gone(&real, &kind, &running.finish().exits(0));
    }
}

#[test]
fn where_they_cannot_be_looked_up_helm_asks_as_ever() {
    for (helm, group) in HelmVersion::BOTH.into_iter().zip(["asked3.example.com", "asked4.example.com"]) {
        let (real, proxy, kind) = scene("asked", helm, group);
        proxy.fail(&format!("GET /apis/{group}/v1"), Which::Every, Fault::Answer(Answer::UNAUTHORIZED));
        all_is_gone(&real, &kind, &real.program.run(RUN).exits(0));
        assert!(proxy.count(ALL_KINDS) > 0, "{:#?}", proxy.requests());
        assert!(usual_memory(&real).exists(), "as ever");
        withdraw(&kind);
    }
}
