//! Kinds of objects, by the names that stand in every manifest.
//!
//! Must not know paths or plurals: the cluster is asked for them.

use std::fmt;

/// An API version and a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind<'a> {
    /// As in a manifest: `v1`, `apps/v1`.
    pub api_version: &'a str,
    /// As in a manifest: `ConfigMap`.
    pub kind: &'a str,
}

impl Kind<'static> {
    /// `v1` `Namespace`
    pub const NAMESPACE: Self = Self::new("v1", "Namespace");
    /// `v1` `Node`
    pub const NODE: Self = Self::new("v1", "Node");
    /// `v1` `Pod`
    pub const POD: Self = Self::new("v1", "Pod");
    /// `v1` `Service`
    pub const SERVICE: Self = Self::new("v1", "Service");
    /// `v1` `ServiceAccount`
    pub const SERVICE_ACCOUNT: Self = Self::new("v1", "ServiceAccount");
    /// `v1` `ConfigMap`
    pub const CONFIG_MAP: Self = Self::new("v1", "ConfigMap");
    /// `v1` `Secret`
    pub const SECRET: Self = Self::new("v1", "Secret");
    /// `v1` `PersistentVolumeClaim`
    pub const CLAIM: Self = Self::new("v1", "PersistentVolumeClaim");
    /// `apps/v1` `Deployment`
    pub const DEPLOYMENT: Self = Self::new("apps/v1", "Deployment");
    /// `apps/v1` `StatefulSet`
    pub const STATEFUL_SET: Self = Self::new("apps/v1", "StatefulSet");
    /// `batch/v1` `Job`
    pub const JOB: Self = Self::new("batch/v1", "Job");
}

impl<'a> Kind<'a> {
    /// Any other kind, custom resources among them.
    #[must_use]
    pub const fn new(api_version: &'a str, kind: &'a str) -> Self {
        Self { api_version, kind }
    }
}

impl fmt::Display for Kind<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind)
    }
}
