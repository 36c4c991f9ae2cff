//! A purge with exactly the rights that are printed.

use serde_json::Value;
use throwaway_cluster::{Chart, HelmVersion, Kind};

use super::{Account, LEASE};
use crate::support::cluster;
use crate::support::histories::{upgrade_install, works};

fn install(account: &Account, chart: Chart, namespace: &str, name: &str) {
    let namespace = account.real.namespace(namespace);
    account.real.install(chart, &namespace, name, &[]);
}

fn purge(account: &Account) -> Value {
    let run = ["run", "-A", "-f", "policy.yaml", "--yes", "--lock-namespace", &account.home, "-o", "json"];
    account.real.program.run(&run).exits(0).json()
}

#[test]
fn the_charts_that_everybody_has_go_with_the_printed_rights_and_what_is_not_bound_stays() {
    for helm in HelmVersion::BOTH {
        let account = Account::new("leastrights", helm, "keep: []\n", &["a", "b"]);
        install(&account, Chart::Nginx, "a", "web");
        install(&account, Chart::Redis, "a", "cache");
        // A hook runs before it is deleted.
        install(&account, Chart::Mysql, "b", "db");
        // Made after the rights were granted.
        account.real.seed(&["later/web"]);
        let report = purge(&account);
        assert_eq!(report["totals"]["purged"], 3, "{report:#}");
        assert_eq!(report["totals"]["failed"], 0, "{report:#}");
        assert_eq!(account.real.listed(), ["later/web"]);
        let lease = cluster().api().get(LEASE, Some(&account.home), &format!("helm-purge-leastrights-{helm}"));
        assert!(lease.expect("Leases can be read").is_some(), "the lock was taken with these rights");
        // And then bound, as whoever makes namespaces does.
        let later = account.real.namespace("later");
        account.grant(&["--for-namespace", &later]);
        account.wait_until_allowed(&later, &["update", "secrets"]);
        assert_eq!(purge(&account)["totals"]["purged"], 1);
        assert!(account.real.listed().is_empty());
    }
}

#[test]
fn a_history_is_kept_and_its_older_records_removed_with_the_printed_rights() {
    let lines = "keep: []\ndefaults: {keepHistory: true, hooks: skip}\n";
    let account = Account::new("rightsofhistory", HelmVersion::Four, lines, &["a"]);
    works(&upgrade_install(&account.real, &account.real.namespace("a"), "web", Chart::Tiny));
    works(&upgrade_install(&account.real, &account.real.namespace("a"), "web", Chart::Tiny));
    let report = purge(&account);
    assert_eq!(report["totals"]["purged"], 1, "{report:#}");
    let records =
        cluster().api().list(Kind::SECRET, Some(&account.real.namespace("a"))).expect("secrets can be listed");
    assert_eq!(records, ["sh.helm.release.v1.web.v2"]);
}
