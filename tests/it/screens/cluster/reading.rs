//! What changes no release: proposals, plans, opt-outs, rights, names that are offered.

use serde_json::json;
use throwaway_cluster::SeededRelease;

use super::Stage;
use crate::support::{OrPanic, Role, user};

/// The first releases of the cluster, and a policy that is made for it.
pub(super) fn proposals(stage: &Stage) {
    let mut screens = stage.screens("cluster-init");
    let release = |namespace, name, chart| SeededRelease::new(namespace, name).chart(chart, "1.0.0").config_maps(1);
    stage.seed_all(&[
        release("dev-alice", "web", "web"),
        release("dev-alice", "in", "ingress-nginx"),
        release("dev-bob", "shop", "shop"),
        release("monitoring", "graphs", "kube-prometheus-stack"),
    ]);
    screens.take(&stage.program, "init init-again init-named init-logged");
    let proposed = stage.program.run("init --stdout").exits(0).stdout;
    stage.program.file("proposed.yaml", &proposed);
    screens.take(&stage.program, "validate plan");
    let kubeconfig = user(&stage.cluster, "developer", &[("dev-alice", Role::Edit)]);
    screens.hide(&kubeconfig.display().to_string(), "KUBECONFIG");
    screens.take(&stage.program, "init-developer");
    screens.end();
}

/// Releases that hold what charts hold.
pub(super) fn plans(stage: &Stage) {
    let mut screens = stage.screens("cluster-plan");
    let claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    });
    let hook = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "farewell", "annotations": {"helm.sh/hook": "pre-delete"}},
    });
    let elsewhere =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "far", "namespace": "monitoring"}});
    let kept = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "stays", "annotations": {"helm.sh/resource-policy": "keep"}},
    });
    stage.seed_all(&[
        SeededRelease::new("dev-data", "db").object(claim),
        SeededRelease::new("dev-data", "hooked").recorded_object(kept).hook(hook),
        SeededRelease::new("dev-data", "far").recorded_object(elsewhere),
        SeededRelease::new("dev-data", "old").revisions(2..=4).config_maps(2),
    ]);
    stage.policy("dev-*", "keep: [{charts: [ingress-nginx], reason: shared by everyone}]\n");
    screens.take(
        &stage.program,
        "table wide json yaml verbose logged explain-db explain-db-json explain-far explain-hooked \
         explain-web",
    );
    stage.policy(
        "dev-*",
        "keep: []\ndefaults: {keepHistory: true, dataLoss: allow, hooks: skip, blastRadius: cluster}\n",
    );
    screens.take(&stage.program, "what-will-be-lost what-will-be-lost-json what-will-be-lost-explained");
    stage.policy("dev-*", "namespaceSelector: {matchLabels: {team: a}}\n");
    stage.cluster.api().create_namespace("dev-labelled").expect("a namespace can be made");
    stage.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dev-labelled", "labels": {"team": "a"}}}));
    screens.take(&stage.program, "selected-by-label selected-by-label-rbac selected-by-label-explained");
    stage.policy("dev-*", "keep: []\n");
    screens.end();
}

/// What people keep by themselves.
pub(super) fn opt_outs(stage: &Stage) {
    let mut screens = stage.screens("cluster-keep");
    screens.take(
        &stage.program,
        "list-nothing created configured without-end several no-such-release no-such-namespace \
         created-logged",
    );
    let metadata = |name: &str, annotations| json!({"name": name, "namespace": "dev-data", "labels": {"helm-purge": "keep"}, "annotations": annotations});
    for (name, annotations) in [
        (
            "by-hand",
            json!({"helm-purge/releases": "o*, far", "helm-purge/reason": "by \u{1b}[31mhand", "helm-purge/until": "2019-12-01"}),
        ),
        ("no-date", json!({"helm-purge/releases": "hooked", "helm-purge/until": "soon"})),
    ] {
        stage.apply(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(name, annotations)}));
    }
    let annotations = json!({"helm-purge/keep": "audit", "helm-purge/keep-until": "2020-03-01"});
    stage.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "monitoring", "annotations": annotations}}));
    screens.take(
        &stage.program,
        "list list-json list-yaml list-one-namespace plan plan-json explain remove remove-again \
         remove-by-hand remove-several",
    );
    stage.policy("dev-*", "keep: []\noptOut: {max: 1d}\n");
    stage.program.run("keep dev-bob --until 14d").exits(0);
    screens.take(&stage.program, "longer-than-allowed");
    stage.program.run("keep --remove dev-bob").exits(0);
    for name in ["by-hand", "no-date"] {
        let deleted = stage.cluster.api().delete(throwaway_cluster::Kind::CONFIG_MAP, Some("dev-data"), name);
        deleted.or_panic();
    }
    stage.policy("dev-*", "keep: []\n");
    screens.end();
}

/// Who may do what.
pub(super) fn rights(stage: &Stage) {
    let mut screens = stage.screens("cluster-rights");
    stage.namespace("ops");
    screens
        .take(&stage.program, "doctor doctor-json doctor-coloured doctor-no-lock-namespace rbac-globs rbac-globs-json");
    let kubeconfig = user(&stage.cluster, "editor", &[("dev-alice", Role::Edit), ("dev-bob", Role::Edit)]);
    screens.hide(&kubeconfig.display().to_string(), "KUBECONFIG");
    let policy = stage.read("policy.yaml").replace("'dev-*'", "dev-alice, dev-bob, dev-data");
    stage.program.file("named.yaml", &policy.replace(&format!(", uid: {}", stage.cluster.uid()), ""));
    screens.take(
        &stage.program,
        "doctor-editor doctor-editor-named doctor-editor-named-json doctor-editor-restore \
         plan-editor plan-editor-globs",
    );
    stage.policy("dev-*", "keep: []\ndefaults: {keepHistory: true}\n");
    screens.take(&stage.program, "doctor-restore rbac-restore rbac-one-namespace");
    stage.policy("dev-*", "keep: []\n");
    screens.end();
}

/// Names of the cluster at the end of a line.
pub(super) fn offered_names(stage: &Stage) {
    let mut screens = stage.screens("cluster-completion");
    screens.take(&stage.program, "namespaces releases releases-of-namespaces contexts releases-of-run");
    screens.end();
}
