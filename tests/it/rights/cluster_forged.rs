//! Forged records, with the rights that are printed: whoever can write a Secret in a namespace in scope gets no
//! further than the scope.

use serde_json::json;
use throwaway_cluster::{HelmVersion, Kind, SeededRelease};

use super::Account;
use crate::support::{OrPanic, cluster, seed_releases};

const RUN: &str = "run -A -f policy.yaml --yes -o json";

#[test]
fn a_forged_release_reaches_nothing_outside_its_namespace_even_where_the_policy_lets_it() {
    for helm in HelmVersion::BOTH {
        let lines = "keep: []\ndefaults: {blastRadius: cluster, hooks: skip}\n";
        let account = Account::new("forgedreach", helm, lines, &["a"]);
        let (api, namespace) = (cluster().api(), account.real.namespace("a"));
        // Not in the account's own namespace: there it may remove old journals, which are ConfigMaps.
        let others = format!("others-of-{}", account.home);
        api.create_namespace(&others).or_panic();
        let treasure = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "treasure", "namespace": others},
        });
        api.apply(&treasure).or_panic();
        let elsewhere = SeededRelease::new(&namespace, "elsewhere").recorded_object(treasure);
        let wide = SeededRelease::new(&namespace, "wide").recorded_object(json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": others},
        }));
        let honest = SeededRelease::new(&namespace, "honest").config_maps(1);
        seed_releases(&[elsewhere, wide, honest]);
        let output = account.real.program.run(RUN).exits(1);
        assert_eq!(output.results(), ["elsewhere failed rbac listed", "honest purged gone", "wide failed rbac listed"]);
        let treasure = api.get(Kind::CONFIG_MAP, Some(&others), "treasure").expect("it can be asked for");
        assert!(treasure.is_some_and(|object| object["metadata"]["deletionTimestamp"].is_null()));
        let others = api.get(Kind::NAMESPACE, None, &others).expect("it can be asked for");
        assert!(others.is_some_and(|object| object["metadata"]["deletionTimestamp"].is_null()));
    }
}

#[test]
fn a_forged_hook_makes_no_pod() {
    for helm in HelmVersion::BOTH {
        let account = Account::new("forgedhook", helm, "keep: []\ndefaults: {hooks: skip}\n", &["a"]);
        let namespace = account.real.namespace("a");
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "intruder", "annotations": {"helm.sh/hook": "pre-delete"}},
            "spec": {"containers": [{"name": "x", "image": "x"}]},
        });
        seed_releases(&[SeededRelease::new(&namespace, "web").hook(pod)]);
        // Whoever changes the policy has changed no rights.
        account.real.policy("keep: []\n");
        let refused = account.real.program.run(RUN).exits(5);
        drop(refused.stderr_has(&format!("{namespace}/web: Pod intruder (create")));
        let pods = cluster().api().list(Kind::POD, Some(&namespace)).expect("pods can be listed");
        assert!(pods.is_empty(), "{pods:?}");
        assert_eq!(account.real.listed(), ["a/web"]);
    }
}
