//! The one cluster that a plan is for: whatever becomes of kubeconfigs and addresses, no other one is purged.
use throwaway_cluster::{Cluster, Components, HelmVersion, Kind, SeededRelease};

use crate::support::{OrPanic, Real, Terminal, allow_nobody, cluster, wait_until_nobody_is_allowed};

const RUN: &str = "run -f policy.yaml";

#[test]
fn an_address_that_leads_to_another_cluster_after_the_plan_gets_nothing_deleted_there() {
    let mut real = Real::new("swapped", HelmVersion::Four);
    let other = Cluster::start(Components::ControlPlane).or_panic();
    real.seed(&["a/web"]);
    let namespace = real.namespace("a");
    other.seed(&[SeededRelease::new(&namespace, "web").config_maps(1)]).or_panic();
    let relay = real.go_through_a_relay();

    let swapped = |code: i32, says: &str| {
        relay.lead_to(cluster());
        let mut terminal = Terminal::start(real.program.command(RUN));
        terminal.wait_for("About to uninstall 1 release on throwaway.");
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
        wait_until_nobody_is_allowed(cluster);
    }
    swapped(5, "the API server address now points to a different cluster");
}
