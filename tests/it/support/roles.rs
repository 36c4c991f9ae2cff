//! Users with few rights, in one namespace or in all of them.

use std::path::PathBuf;

use serde_json::{Value, json};
use throwaway_cluster::Cluster;

use super::OrPanic;

const GROUP: &str = "rbac.authorization.k8s.io";
const NOBODY: &str = "system:anonymous";

/// What a user may do in one namespace.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Role {
    /// The built-in role that developers most often have.
    Edit,
    /// To see Secrets, and nothing else.
    SeeSecrets,
}

/// A new user with these rights and no others, and the kubeconfig to come as that user. The namespaces must exist.
pub(crate) fn user(cluster: &Cluster, name: &str, rights: &[(&str, Role)]) -> PathBuf {
    for (namespace, role) in rights {
        let role = match role {
            Role::Edit => json!({"apiGroup": GROUP, "kind": "ClusterRole", "name": "edit"}),
            Role::SeeSecrets => see_secrets(cluster, namespace),
        };
        let binding = json!({
            "apiVersion": format!("{GROUP}/v1"), "kind": "RoleBinding",
            "metadata": {"name": name, "namespace": namespace}, "roleRef": role,
            "subjects": [{"kind": "User", "name": name, "apiGroup": GROUP}],
        });
        cluster.api().apply(&binding).expect("a binding can be made");
    }
    for (namespace, _) in rights {
        wait_until_allowed(cluster, name, namespace, &["list", "secrets"]);
    }
    cluster.kubeconfig_for_user(name, None).or_panic()
}

/// What a service account is called where users are named.
pub(crate) fn user_of(namespace: &str, service_account: &str) -> String {
    format!("system:serviceaccount:{namespace}:{service_account}")
}

/// Waits until the API server knows of a right in a namespace: a binding takes a moment.
pub(crate) fn wait_until_allowed(cluster: &Cluster, user: &str, namespace: &str, right: &[&str]) {
    throwaway_cluster::wait_until("a right", || {
        let mut kubectl = cluster.kubectl_command()?;
        kubectl.args(["auth", "can-i"]).args(right).args(["--namespace", namespace, "--as", user]);
        let answer = kubectl.output().expect("kubectl can be started");
        Ok((answer.stdout == b"yes\n").then_some(()))
    })
    .or_panic();
}

fn see_secrets(cluster: &Cluster, namespace: &str) -> Value {
    let role = json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": "Role",
        "metadata": {"name": "see-secrets", "namespace": namespace},
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]}],
    });
    cluster.api().apply(&role).expect("a role can be made");
    json!({"apiGroup": GROUP, "kind": "Role", "name": "see-secrets"})
}

/// The verbs for each kind, of the core of Kubernetes or of its group `batch`, that a user may use in all namespaces.
pub(crate) type Rights<'a> = [(&'a str, &'a [&'a str])];

/// A new user with these rights and no others, and the kubeconfig to come as that user.
pub(crate) fn user_everywhere(cluster: &Cluster, name: &str, rights: &Rights<'_>) -> PathBuf {
    allow_everywhere(cluster, name, rights);
    let binding = json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "User", "name": name, "apiGroup": GROUP}],
    });
    cluster.api().apply(&binding).or_panic();
    cluster.kubeconfig_for_user(name, None).or_panic()
}

/// From now on the user has these rights and no others.
pub(crate) fn allow_everywhere(cluster: &Cluster, name: &str, rights: &Rights<'_>) {
    let allowed = |(resource, verbs): &(&str, &[&str])| json!({"apiGroups": ["", "batch"], "resources": [resource], "verbs": verbs});
    let allowed = json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": "ClusterRole", "metadata": {"name": name},
        "rules": rights.iter().map(allowed).collect::<Vec<_>>(),
    });
    cluster.api().apply(&allowed).or_panic();
}

/// Waits until the API server lets the user list objects of a kind no more, in all namespaces.
pub(crate) fn wait_until_refused(cluster: &Cluster, name: &str, resource: &str) {
    throwaway_cluster::wait_until("the end of a right", || {
        let mut kubectl = cluster.kubectl_command()?;
        kubectl.args(["auth", "can-i", "list", resource, "--all-namespaces", "--as", name]);
        let answer = kubectl.output().expect("kubectl can be started");
        Ok((answer.stdout == b"no\n").then_some(()))
    })
    .or_panic();
}

/// Whoever comes without a name may do this in a cluster.
pub(crate) fn allow_nobody(cluster: &Cluster, namespaces: &[&str]) {
    let all: &[&str] = &["*"];
    user_everywhere(cluster, NOBODY, &[("secrets", all), ("configmaps", all), ("namespaces", namespaces)]);
}

pub(crate) fn wait_until_nobody_is_allowed(cluster: &Cluster) {
    throwaway_cluster::wait_until("a right", || {
        let mut kubectl = cluster.kubectl_command()?;
        kubectl.args(["get", "--raw", "/api/v1/namespaces/kube-system", "--as", NOBODY]);
        Ok(kubectl.output().expect("kubectl can be started").status.success().then_some(()))
    })
    .or_panic();
}
