//! Users with few rights.

use std::path::PathBuf;

use serde_json::{Value, json};
use throwaway_cluster::Cluster;

const GROUP: &str = "rbac.authorization.k8s.io";

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
    cluster.kubeconfig_for_user(name, None).unwrap_or_else(|error| panic!("{error}"))
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
