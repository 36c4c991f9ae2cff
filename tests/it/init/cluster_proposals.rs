//! `init` on a real cluster: what it proposes, and that a plan can be made by it at once.

use throwaway_cluster::{HelmVersion, SeededRelease};

use crate::support::{Real, Role, cluster, seed_releases, user};

/// A namespace of a developer and one that others depend on, with a chart that is shared and one that is not.
fn developers() -> Real {
    let real = Real::new("dev", HelmVersion::Four);
    let release = |namespace: &str, name: &str, chart: &str| {
        SeededRelease::new(&real.namespace(namespace), name).chart(chart, "1.0.0").config_maps(1)
    };
    let seeded = [
        release("alice", "web", "web"),
        release("alice", "in", "ingress-nginx"),
        release("monitoring", "graphs", "kube-prometheus-stack"),
    ];
    seed_releases(&seeded);
    real
}

#[test]
fn what_looks_like_peoples_is_proposed_and_what_looks_shared_is_kept() {
    let real = developers();
    let text = real.program.run("init --stdout").exits(0).stdout;
    for line in [
        format!("    uid: {}", cluster().uid()),
        "  - \"dev-*\"    # ".to_owned(),
        format!("  - \"{}/*\"    # shared, by its name", real.namespace("monitoring")),
        "  - charts: [\"ingress-nginx\"]".to_owned(),
        "  - charts: [\"kube-prometheus-stack\"]".to_owned(),
    ] {
        assert!(text.contains(&format!("\n{line}")), "{line} is not in\n{text}");
    }
    assert!(!text.contains("kube-system,") && !text.contains("charts: [\"web\"]"), "{text}");
    real.program.file("proposed.yaml", &text);
    let plan = real.program.run("plan -f proposed.yaml").exits(0);
    plan.stdout_has("shared ingress controller").stdout_has("younger than 30m").stdout_has("nothing to purge");
}

#[test]
fn an_account_that_cannot_read_namespaces_gets_a_valid_policy_too() {
    let mut real = Real::new("sandboxed", HelmVersion::Four);
    real.seed(&["own/web"]);
    real.program.set("KUBECONFIG", user(cluster(), "init-sandboxed", &[(&real.namespace("own"), Role::Edit)]));
    let output = real.program.run("init --stdout").exits(0).stderr_has("cannot read the namespaces");
    real.program.run_with_input(&["validate", "-"], &output.stdout).exits(0);
    assert!(output.stdout.contains("server: \"https://"), "{}", output.stdout);
}
