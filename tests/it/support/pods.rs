//! The program in a pod of the real cluster.

use serde_json::json;
use throwaway_cluster::{HelmVersion, Pod};

use super::{OrPanic, Real, apply, cluster};

const GROUP: &str = "rbac.authorization.k8s.io";

/// A pod in a namespace of its own, out of scope, whose service account has this role.
pub(crate) fn pod(namespace: &str, role: &str) -> Pod {
    cluster().api().create_namespace(namespace).or_panic();
    apply(
        &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "purger", "namespace": namespace}}),
    );
    apply(&json!({
        "apiVersion": format!("{GROUP}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": namespace},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": "purger", "namespace": namespace}],
    }));
    cluster().pod(namespace, "purger").or_panic()
}

/// The program in that pod; a context has no name there.
pub(crate) fn in_pod(test: &str, namespace: &str, role: &str) -> Real {
    in_pod_with(test, namespace, role, "keep: []\n")
}

/// The same with these lines in its policy.
pub(crate) fn in_pod_with(test: &str, namespace: &str, role: &str, lines: &str) -> Real {
    let mut real = Real::new(test, HelmVersion::Three);
    real.policy(lines);
    real.move_into(&pod(namespace, role));
    real
}
