//! The admission policy of deploy/admission, on the real API server: a release that it protects survives a purge whose
//! policy and rights would let it go.

use serde_json::json;
use throwaway_cluster::{Chart, HelmVersion, Kind, SeededRelease, wait_until};

use super::Account;
use crate::support::{OrPanic, cluster, repository_text, seed_releases};

const RUN: &str = "run -A -f policy.yaml --yes -o json";

/// Applies it under a name of its own, for the service accounts of another namespace.
fn protect(account: &Account) {
    let text = repository_text("deploy/admission/protect.yaml");
    let text = text.replace("helm-purge-protect", &format!("protect-{}", account.home));
    let text = text.replace("serviceaccounts:helm-purge'", &format!("serviceaccounts:{}'", account.home));
    let manifest = account.real.program.file("protect.yaml", &text);
    let mut kubectl = cluster().kubectl_command().or_panic();
    let output = kubectl.args(["apply", "--validate=strict", "-f"]).arg(manifest).output();
    let output = output.expect("kubectl can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The API server takes a moment to know a new policy.
fn wait_until_protected(account: &Account, object: &str) {
    let namespace = account.real.namespace("a");
    wait_until("a protection", || {
        let mut kubectl = cluster().kubectl_command()?;
        kubectl.args(["delete", "--dry-run=server", "-n", &namespace, object]);
        kubectl.arg(format!("--as=system:serviceaccount:{}:purger", account.home));
        kubectl.arg(format!("--as-group=system:serviceaccounts:{}", account.home));
        kubectl.args(["--as-group=system:serviceaccounts", "--as-group=system:authenticated"]);
        let output = kubectl.output().expect("kubectl can be started");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || words.contains("is protected from purges"), "{words}");
        Ok((!output.status.success()).then_some(()))
    })
    .or_panic();
}

#[test]
fn a_release_that_the_api_server_protects_survives_and_the_others_go() {
    for helm in HelmVersion::BOTH {
        let account = Account::new("admission", helm, "keep: []\ndefaults: {hooks: skip}\n", &["a"]);
        let namespace = account.real.namespace("a");
        for name in ["db", "web"] {
            let installed = cluster().install(helm, Chart::Tiny, &namespace, name, &["--set", "count=2"]);
            installed.or_panic();
        }
        let annotation = json!({"metadata": {"annotations": {"helm-purge/protected": "vault, db"}}});
        let api = cluster().api();
        api.patch(Kind::NAMESPACE, None, &namespace, &annotation).or_panic();
        let before = api.list(Kind::CONFIG_MAP, Some(&namespace)).expect("they can be listed");
        let of_db = before.into_iter().filter(|name| name.starts_with("db")).collect::<Vec<_>>();
        assert_eq!(of_db.len(), 2);
        protect(&account);
        wait_until_protected(&account, &format!("configmap/{}", of_db[0]));
        let output = account.real.program.run(RUN).exits(1);
        assert_eq!(output.results(), ["db failed rbac listed", "web purged gone"], "{output}");
        assert!(output.stdout.contains("is protected from purges"), "{output}");
        let after = api.list(Kind::CONFIG_MAP, Some(&namespace)).expect("they can be listed");
        assert!(of_db.iter().all(|name| after.contains(name)), "{after:?}");
        // The record was not even marked.
        assert_eq!(account.real.listed(), ["a/db"]);
        let secret = api.get(Kind::SECRET, Some(&namespace), "sh.helm.release.v1.db.v1").expect("it can be read");
        assert_eq!(secret.expect("it is there")["metadata"]["labels"]["status"], "deployed");
    }
}

#[test]
fn where_everything_is_protected_not_even_a_hook_is_made_and_of_a_release_by_its_name_it_is() {
    for helm in HelmVersion::BOTH {
        let account = Account::new("admissionhooks", helm, "keep: []\n", &["a"]);
        let namespace = account.real.namespace("a");
        let hook = json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": "farewell", "annotations": {"helm.sh/hook": "test, pre-delete"}},
            "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "a"}]}}},
        });
        let release = SeededRelease::new(&namespace, "db").config_maps(1).hook(hook);
        seed_releases(&[release]);
        let api = cluster().api();
        let protected = |releases: &str| {
            let annotation = json!({"metadata": {"annotations": {"helm-purge/protected": releases}}});
            api.patch(Kind::NAMESPACE, None, &namespace, &annotation).or_panic();
        };
        protected("*");
        protect(&account);
        wait_until_protected(&account, "secret/sh.helm.release.v1.db.v1");
        let output = account.real.program.run(RUN).exits(1);
        assert_eq!(output.results(), ["db failed rbac listed"], "{output}");
        assert!(output.stdout.contains("this hook belongs to a release that is protected from purges"), "{output}");
        assert_eq!(api.list(Kind::JOB, Some(&namespace)).expect("they can be listed"), [""; 0]);

        protected("db");
        let output = account.real.program.run(RUN).exits(1);
        assert_eq!(output.results(), ["db failed rbac listed"], "{output}");
        let made = api.get(Kind::JOB, Some(&namespace), "farewell").expect("it can be read").expect("it was made");
        let annotations = made["metadata"]["annotations"].to_string();
        assert!(!annotations.contains("meta.helm.sh/release-name"), "whose it is could be told: {annotations}");
        assert_eq!(account.real.listed(), ["a/db"]);
    }
}
