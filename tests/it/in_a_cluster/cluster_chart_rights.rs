//! What the chart lets its service accounts do: what `rbac` prints for the policy, and no more.

use throwaway_cluster::HelmVersion;

use super::cluster_chart::{refused, rendered};
use super::objects::find;
use crate::support::Program;

const POLICY: &str = "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {name: end-of-day}\nclusters: [dev]\n\
                      namespaces: [dev-alice]\n";

#[test]
fn the_chart_grants_jobs_where_the_policy_runs_hooks_as_rbac_prints_it() {
    let program = Program::new();
    for (lines, jobs) in [
        ("", true),
        ("defaults: {timeout: 1m}\n", true),
        ("defaults: {hooks: skip}\n", false),
        ("defaults: {hooks: skip}\nrules: [{name: a, olderThan: 1d}, {name: b, hooks: run}]\n", true),
        ("defaults: {hooks: skip}\nrules: [{name: a, olderThan: 1d}]\n", false),
        ("rules: [{name: a, hooks: skip}, {name: b, hooks: skip}]\n", false),
        ("rules: []\n", false),
    ] {
        let file = program.file("policy.yaml", &format!("{POLICY}{lines}"));
        let list = program.run("rbac -f policy.yaml -o json").exits(0).json();
        let printed = find(list["items"].as_array().expect("a list"), "ClusterRole", "helm-purge-end-of-day");
        assert_eq!(printed.to_string().contains("\"jobs\""), jobs, "{lines}");
        let policy = format!("policy={}", file.display());
        for version in HelmVersion::BOTH {
            let chart = rendered(version, "helm-purge", "helm-purge", &["--set-file", &policy]);
            let granted = find(&chart, "ClusterRole", "helm-purge-helm-purge");
            assert_eq!(granted["rules"], printed["rules"], "{lines}");
        }
    }
}

#[test]
fn a_value_withholds_the_right_to_create_jobs_whatever_the_policy_says() {
    for version in HelmVersion::BOTH {
        let chart = rendered(version, "helm-purge", "helm-purge", &["--set", "rbac.hooks=false"]);
        let granted = find(&chart, "ClusterRole", "helm-purge-helm-purge")["rules"].to_string();
        assert!(granted.contains("secrets") && !granted.contains("jobs"), "{granted}");
    }
}

#[test]
fn what_brings_releases_back_is_never_bound_in_the_whole_cluster() {
    for version in HelmVersion::BOTH {
        let both = "--set=restore.enabled=true,rbac.clusterWide=true";
        let said = refused(version, &[both]);
        assert!(said.contains("rbac.clusterWide=true with restore.enabled=true"), "{said}");
        assert!(said.contains("rbac.namespaces") && said.contains("rbac.create=false"), "how to go on\n{said}");
        let by_hand = rendered(version, "helm-purge", "helm-purge", &[both, "--set=rbac.create=false"]);
        assert!(by_hand.iter().all(|object| object["kind"] != "ClusterRoleBinding"));
    }
}
