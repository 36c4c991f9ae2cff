//! A connection in pieces, while it is put together.

use kube::config::{AuthInfo, Cluster};

/// What a kubeconfig, a pod or flags say, before it becomes one kubeconfig again.
pub(super) struct Parts {
    pub(super) context: String,
    pub(super) cluster: Cluster,
    pub(super) user: AuthInfo,
    pub(super) namespace: Option<String>,
    pub(super) in_cluster: bool,
}
