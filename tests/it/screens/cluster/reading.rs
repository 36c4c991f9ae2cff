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
    stage.take_all(
        &mut screens,
        &[("init", "init"), ("init-named", "init --name nightly"), ("init-logged", "init --log-format json")],
    );
    let proposed = stage.program.run("init").exits(0).stdout;
    stage.program.file("proposed.yaml", &proposed);
    stage.take_all(&mut screens, &[("validate", "validate proposed.yaml"), ("plan", "plan -f proposed.yaml")]);
    let kubeconfig = user(&stage.cluster, "developer", &[("dev-alice", Role::Edit)]);
    let line = format!("init --kubeconfig {}", kubeconfig.display());
    screens.hide(&kubeconfig.display().to_string(), "KUBECONFIG");
    screens.take("init-developer", &stage.program, &line, &[]);
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
    stage.take_all(
        &mut screens,
        &[
            ("table", "plan -f policy.yaml"),
            ("wide", "plan -f policy.yaml -o wide"),
            ("json", "plan -f policy.yaml -o json"),
            ("yaml", "plan -f policy.yaml -o yaml"),
            ("verbose", "plan -f policy.yaml -v"),
            ("logged", "plan -f policy.yaml --log-format json -v -o name"),
            ("explain-db", "explain -f policy.yaml dev-data/db"),
            ("explain-db-json", "explain -f policy.yaml dev-data/db -o json"),
            ("explain-far", "explain -f policy.yaml dev-data/far"),
            ("explain-hooked", "explain -f policy.yaml dev-data/hooked"),
            ("explain-web", "explain -f policy.yaml dev-alice/web -o yaml"),
        ],
    );
    stage.policy("dev-*", "keep: []\ndefaults: {keepHistory: true, dataLoss: allow, hooks: skip, reach: cluster}\n");
    stage.take_all(
        &mut screens,
        &[
            ("what-will-be-lost", "plan -f policy.yaml"),
            ("what-will-be-lost-json", "plan -f policy.yaml -o json"),
            ("what-will-be-lost-explained", "explain -f policy.yaml dev-data/db"),
        ],
    );
    stage.policy("dev-*", "namespaceSelector: {matchLabels: {team: a}}\n");
    stage.cluster.api().create_namespace("dev-labelled").expect("a namespace can be made");
    stage.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dev-labelled", "labels": {"team": "a"}}}));
    stage.take_all(
        &mut screens,
        &[
            ("selected-by-label", "plan -f policy.yaml"),
            ("selected-by-label-rbac", "rbac -f policy.yaml"),
            ("selected-by-label-explained", "explain -f policy.yaml dev-alice/web"),
        ],
    );
    stage.policy("dev-*", "keep: []\n");
    screens.end();
}

/// What people keep by themselves.
pub(super) fn opt_outs(stage: &Stage) {
    let mut screens = stage.screens("cluster-keep");
    stage.take_all(
        &mut screens,
        &[
            ("list-nothing", "keep --list"),
            ("created", "keep dev-alice/web --until 2020-02-01 --reason 'customer demo'"),
            ("configured", "keep dev-alice/web --until 3d"),
            ("without-end", "keep dev-bob"),
            ("several", "keep dev-alice/in 'dev-alice/db*' --until 2020-01-03T18:00:00+01:00"),
            ("no-such-release", "keep dev-bob/nope --until 8h"),
            ("no-such-namespace", "keep dev-nowhere/web"),
            ("created-logged", "keep dev-data/db --until 8h --log-format json"),
        ],
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
    stage.take_all(
        &mut screens,
        &[
            ("list", "keep --list"),
            ("list-json", "keep --list -o json"),
            ("list-yaml", "keep --list -o yaml"),
            ("list-one-namespace", "keep --list dev-alice"),
            ("plan", "plan -f policy.yaml"),
            ("plan-json", "plan -f policy.yaml -o json"),
            ("explain", "explain -f policy.yaml dev-alice/web"),
            ("remove", "keep --remove dev-alice/web"),
            ("remove-again", "keep --remove dev-alice/web"),
            ("remove-by-hand", "keep --remove 'dev-data/o*'"),
            ("remove-several", "keep --remove dev-alice/in 'dev-alice/db*' dev-bob dev-data/db dev-bob/nope"),
        ],
    );
    stage.policy("dev-*", "keep: []\noptOut: {max: 1d}\n");
    stage.program.run("keep dev-bob --until 14d").exits(0);
    stage.take_all(&mut screens, &[("longer-than-allowed", "plan -f policy.yaml")]);
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
    stage.take_all(
        &mut screens,
        &[
            ("doctor", "doctor -f policy.yaml --lock-namespace ops"),
            ("doctor-json", "doctor -f policy.yaml --lock-namespace ops -o json"),
            ("doctor-coloured", "doctor -f policy.yaml --color always"),
            ("doctor-no-lock-namespace", "doctor -f policy.yaml --lock-namespace nowhere"),
            ("rbac-globs", "rbac -f policy.yaml --service-account ops/purger"),
            ("rbac-globs-json", "rbac -f policy.yaml --service-account ops/purger -o json"),
        ],
    );
    let kubeconfig = user(&stage.cluster, "editor", &[("dev-alice", Role::Edit), ("dev-bob", Role::Edit)]);
    let kubeconfig = kubeconfig.display().to_string();
    screens.hide(&kubeconfig, "KUBECONFIG");
    let policy = stage.read("policy.yaml").replace("'dev-*'", "dev-alice, dev-bob, dev-data");
    stage.program.file("named.yaml", &policy.replace(&format!(", uid: {}", stage.cluster.uid()), ""));
    for (name, line) in [
        ("doctor-editor", "doctor -f policy.yaml"),
        ("doctor-editor-named", "doctor -f named.yaml --lock-namespace ops"),
        ("doctor-editor-named-json", "doctor -f named.yaml --lock-namespace ops -o json"),
        ("doctor-editor-restore", "doctor -f named.yaml --for restore"),
        ("plan-editor", "plan -f named.yaml"),
        ("plan-editor-globs", "plan -f policy.yaml"),
    ] {
        screens.take(name, &stage.program, &format!("{line} --kubeconfig {kubeconfig}"), &[]);
    }
    stage.policy("dev-*", "keep: []\ndefaults: {keepHistory: true}\n");
    stage.take_all(
        &mut screens,
        &[
            ("doctor-restore", "doctor -f policy.yaml --for restore"),
            ("rbac-restore", "rbac -f policy.yaml --for restore --service-account ops/restorer"),
            ("rbac-one-namespace", "rbac -f policy.yaml --for-namespace dev-alice -o json"),
        ],
    );
    stage.policy("dev-*", "keep: []\n");
    screens.end();
}

/// Names of the cluster at the end of a line.
pub(super) fn offered_names(stage: &Stage) {
    let mut screens = stage.screens("cluster-completion");
    stage.take_all(
        &mut screens,
        &[
            ("namespaces", "__complete -- plan -n dev-"),
            ("releases", "__complete -- explain -f policy.yaml dev-alice/"),
            ("releases-of-namespaces", "__complete -- explain -f policy.yaml dev-"),
            ("contexts", "__complete -- plan --kube-context ''"),
            ("only", "__complete -- run -n dev-alice --only ''"),
        ],
    );
    screens.end();
}
