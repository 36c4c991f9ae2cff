//! The one cluster that a plan is for: whatever becomes of kubeconfigs and addresses, no other one is purged.

use std::fs;

use serde_json::json;
use throwaway_cluster::{Cluster, Components, HelmVersion, Kind, SeededRelease};

use crate::support::{FakeHelm, Gate, Real, Terminal, cluster, kubeconfig, user_everywhere};

const RUN: [&str; 3] = ["run", "-f", "policy.yaml"];
const NOBODY: &str = "system:anonymous";

#[test]
fn a_kubeconfig_that_is_switched_or_deleted_after_the_plan_and_in_mid_run_retargets_nothing() {
    for other in [Some(kubeconfig("production", "https://127.0.0.1:2")), None] {
        let fake = FakeHelm::new();
        let gate = Gate::new();
        for name in ["a", "b"] {
            fake.release("dev-a", name);
            fake.behaves("dev-a", name, &json!({"gate": gate.address(), "copiesKubeconfig": true}));
        }
        let change = || match &other {
            Some(text) => drop(fake.program.file("kubeconfig", text)),
            None => fs::remove_file(fake.program.folder().join("kubeconfig")).unwrap_or_default(),
        };
        let mut terminal = Terminal::start(fake.program.command(&[&RUN[..], &["--workers=1", "--batch=1"]].concat()));
        terminal.wait_for("Type the context's name to go on:");
        change();
        terminal.type_text("dev-eu\r");
        let first = gate.arrival();
        change();
        first.go();
        gate.arrival().go();
        assert_eq!(terminal.wait().code(), Some(0), "{}", terminal.screen());
        assert!(fake.left().is_empty());
        let seen = fs::read_to_string(fake.program.folder().join("fake/kubeconfig")).expect("the fake copied it");
        assert!(seen.contains("https://127.0.0.1:1") && !seen.contains("production"), "{seen}");
    }
}

/// Whoever comes without a name may do this in a cluster.
pub(crate) fn allow_nobody(cluster: &Cluster, namespaces: &[&str]) {
    let all: &[&str] = &["*"];
    user_everywhere(cluster, NOBODY, &[("secrets", all), ("configmaps", all), ("namespaces", namespaces)]);
}

pub(crate) fn wait_until_allowed(cluster: &Cluster) {
    throwaway_cluster::wait_until("a right", || {
        let mut kubectl = cluster.kubectl_command()?;
        kubectl.args(["get", "--raw", "/api/v1/namespaces/kube-system", "--as", NOBODY]);
        Ok(kubectl.output().expect("kubectl can be started").status.success().then_some(()))
    })
    .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn an_address_that_leads_to_another_cluster_after_the_plan_gets_nothing_deleted_there() {
    let mut real = Real::new("swapped", HelmVersion::Four);
    let other = Cluster::start(Components::ControlPlane).unwrap_or_else(|error| panic!("{error}"));
    real.seed(&["a/web"]);
    let namespace = real.namespace("a");
    other.seed(&[SeededRelease::new(&namespace, "web").config_maps(1)]).unwrap_or_else(|error| panic!("{error}"));
    let relay = real.go_through_a_relay();

    let swapped = |code: i32, says: &str| {
        relay.lead_to(cluster());
        let mut terminal = Terminal::start(real.program.command(&RUN));
        terminal.wait_for("This uninstalls 1 release on throwaway.");
        relay.lead_to(&other);
        terminal.type_text("throwaway\r");
        assert_eq!(terminal.wait().code(), Some(code), "{}", terminal.screen());
        terminal.wait_for(says);
        assert_eq!(real.listed(), ["a/web"]);
        let records = other.api().list(Kind::SECRET, Some(&namespace)).expect("secrets can be listed");
        assert_eq!(records, ["sh.helm.release.v1.web.v1"]);
    };
    // Where the uid may not be read, each release is compared by its record.
    allow_nobody(cluster(), &["list"]);
    allow_nobody(&other, &["list"]);
    swapped(0, "changed since the plan, left alone");
    for cluster in [cluster(), &other] {
        allow_nobody(cluster, &["list", "get"]);
        wait_until_allowed(cluster);
    }
    swapped(5, "the address leads to another cluster by now");
}
