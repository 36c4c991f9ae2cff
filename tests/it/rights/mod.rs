//! Least privilege: the rights that a policy needs, printed, granted on the real cluster, and used by a service account.

mod cluster_admission;
mod cluster_doctor;
mod cluster_forged;
mod cluster_hooks;
mod cluster_lock_elsewhere;
mod cluster_one_namespace;
mod cluster_purge;

use std::process::Stdio;

use serde_json::json;
use throwaway_cluster::{HelmVersion, Kind};

use crate::support::{OrPanic, Real, cluster, user_of, wait_until_allowed};

const LEASE: Kind<'_> = Kind::new("coordination.k8s.io/v1", "Lease");

/// The program on the real cluster as a service account that has exactly the rights which `rbac` prints for its policy.
struct Account {
    real: Real,
    home: String,
}

impl Account {
    /// Of a policy with these lines. The namespaces in scope are made and bound; whatever comes later is not.
    fn new(test: &str, helm: HelmVersion, lines: &str, namespaces: &[&str]) -> Self {
        Self::with_lock_in(None, test, helm, lines, namespaces)
    }

    /// The same, where the lock is not in the account's own namespace.
    fn with_lock_in(lock: Option<&str>, test: &str, helm: HelmVersion, lines: &str, namespaces: &[&str]) -> Self {
        let real = Real::new(test, helm);
        real.policy(lines);
        let api = cluster().api();
        for name in namespaces {
            api.create_namespace(&real.namespace(name)).or_panic();
        }
        // Outside the scope.
        let home = format!("home-of-{test}-{helm}");
        api.create_namespace(&home).or_panic();
        let metadata = json!({"name": "purger", "namespace": home});
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata});
        api.apply(&account).or_panic();
        let mut account = Self { real, home };
        account.grant(&lock.map_or(vec![], |lock| vec!["--lock-namespace", lock]));
        for name in namespaces {
            account.wait_until_allowed(&account.real.namespace(name), &["update", "secrets"]);
        }
        account.wait_until_allowed(lock.unwrap_or(&account.home), &["create", "leases.coordination.k8s.io"]);
        let kubeconfig = cluster().kubeconfig_for_service_account(&account.home, "purger");
        account.real.program.set("KUBECONFIG", kubeconfig.or_panic());
        account
    }

    /// What `rbac` prints, with these arguments more. It is the admin who is asked.
    fn printed(&self, more: &[&str]) -> String {
        let name = format!("{}/purger", self.home);
        let mut command = self.real.program.command(&format!("rbac -f policy.yaml --service-account {name}"));
        command.args(more).env("KUBECONFIG", cluster().kubeconfig()).stderr(Stdio::inherit());
        let output = command.output().expect("the program can be started");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("it is text")
    }

    /// Applies it as people do.
    fn grant(&self, more: &[&str]) {
        let manifest = self.real.program.file("rights.yaml", &self.printed(more));
        let mut kubectl = cluster().kubectl_command().or_panic();
        let output = kubectl.args(["apply", "--validate=strict", "-f"]).arg(manifest).output();
        let output = output.expect("kubectl can be started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// From now on the program runs in a pod of this account.
    fn move_into_a_pod(&mut self) {
        self.real.move_into(&cluster().pod(&self.home, "purger").or_panic());
    }

    fn wait_until_allowed(&self, namespace: &str, right: &[&str]) {
        wait_until_allowed(cluster(), &user_of(&self.home, "purger"), namespace, right);
    }
}
