//! Releases with an object of a kind whose definition is gone: helm finishes them only while it remembers the kind.

use serde_json::json;
use throwaway_cluster::{CustomKind, HelmVersion, SeededRelease};

use super::{RUN, a_second_run_finishes, maps};
use crate::support::{OrPanic, Real, cluster, seed_releases};

/// A kind of this test's own, and a release with an object of it.
fn scene(real: &Real, group: &'static str) -> CustomKind {
    let kind = CustomKind { group, kind: "Widget", plural: "widgets", versions: &["v1"] };
    cluster().serve(&kind).or_panic();
    let widget = kind.object(&real.namespace("a"), "widget", &json!({}));
    let b = SeededRelease::new(&real.namespace("a"), "b").config_maps(1).recorded_object(widget);
    seed_releases(&[b]);
    real.seed(&["a/c"]);
    kind
}

#[test]
fn a_kind_that_helm_never_saw_keeps_its_release_with_all_that_it_holds() {
    for (helm, group) in HelmVersion::BOTH.into_iter().zip(["cold3.example.com", "cold4.example.com"]) {
        let real = Real::new("cold", helm);
        let kind = scene(&real, group);
        cluster().withdraw(&kind).or_panic();
        let output = real.program.run(RUN).exits(1);
        assert_eq!(output.results(), ["b failed missing-kind listed", "c purged gone"], "{output}");
        assert_eq!(maps(&real), ["b-1"], "{output}");
        // As the hint says.
        cluster().serve(&kind).or_panic();
        forget_what_kinds_there_are(&real);
        a_second_run_finishes(&real);
        cluster().withdraw(&kind).or_panic();
    }
}

#[test]
fn a_kind_that_helm_remembers_is_no_hindrance() {
    for (helm, group) in HelmVersion::BOTH.into_iter().zip(["warm3.example.com", "warm4.example.com"]) {
        let real = Real::new("warm", helm);
        let kind = scene(&real, group);
        let mut kubectl = cluster().kubectl_command().or_panic();
        kubectl.env("HOME", real.program.folder()).arg("api-resources");
        assert!(kubectl.output().expect("kubectl can be started").status.success());
        cluster().withdraw(&kind).or_panic();
        let output = real.program.run(RUN).exits(0);
        assert_eq!(output.results(), ["b purged gone", "c purged gone"], "{output}");
        a_second_run_finishes(&real);
    }
}

/// What helm remembers it believes for hours.
fn forget_what_kinds_there_are(real: &Real) {
    std::fs::remove_dir_all(real.program.folder().join(".kube/cache")).expect("helm has filled it");
}
