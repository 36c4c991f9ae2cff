//! The lock may be in a namespace that others use as well; the journals of pods stay with the pods.

use serde_json::json;
use throwaway_cluster::HelmVersion;

use super::{Account, LEASE};
use crate::support::cluster;

#[test]
fn a_pod_with_the_printed_rights_takes_the_lock_there_and_leaves_its_journal_at_home() {
    let (locks, helm) = ("locks-of-elsewhere", HelmVersion::Four);
    let api = cluster().api();
    api.create_namespace(locks).expect("a namespace can be made");
    let mut account = Account::with_lock_in(Some(locks), "elsewhere", helm, "keep: []\n", &["a"]);
    account.real.seed(&["a/web"]);

    let doctor = ["doctor", "-f", "policy.yaml", "--lock-namespace", locks];
    let output = account.real.program.run(&doctor).exits(0).stdout_has("all that is needed for the lock is there");
    output.stdout_has("all that is needed for the journals of its pods is there");
    let at_home = ["doctor", "-f", "policy.yaml", "--lock-namespace", &account.home];
    account.real.program.run(&at_home).stdout_has("it may not get, create, patch leases in home-of-elsewhere");

    account.move_into_a_pod();
    let run = ["run", "-f", "policy.yaml", "--yes", "--lock-namespace", locks, "-o", "json"];
    let output = account.real.program.run(&run).exits(0);
    assert!(!output.stderr.contains("warning"), "{output}");
    let id = output.run_id();
    let journal = format!("configmap {}/helm-purge-run-{id}", account.home);
    assert_eq!(output.json()["run"]["journal"], json!([journal]), "{output}");
    let leases = |namespace: &str| api.list(LEASE, Some(namespace)).expect("leases can be listed");
    assert_eq!(leases(locks).len(), 1);
    assert_eq!(leases(&account.home), Vec::<String>::new());
}
