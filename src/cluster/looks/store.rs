//! Where Helm's records are, and by what they are known.

use kube::api::ListParams;

use crate::release::Namespace;

/// Where Helm stores its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageDriver {
    /// In Secrets, its default.
    Secrets,
    /// In ConfigMaps, with `HELM_DRIVER=configmap`.
    ConfigMaps,
}

/// Leaves out the records of replaced revisions.
pub(super) const NOT_REPLACED: &str = ",status!=superseded";
/// Only those that say that their release is uninstalled.
pub(super) const UNINSTALLED: &str = ",status=uninstalled";

impl StorageDriver {
    /// The path of the list of all records, or of those in one namespace.
    pub(super) fn path(self, namespace: Option<&Namespace>) -> String {
        let plural = match self {
            StorageDriver::Secrets => "secrets",
            StorageDriver::ConfigMaps => "configmaps",
        };
        match namespace {
            Some(namespace) => format!("/api/v1/namespaces/{namespace}/{plural}"),
            None => format!("/api/v1/{plural}"),
        }
    }

    /// What Helm takes for a record of its own, with a further condition on the labels. It does not look at the type of
    /// a Secret.
    pub(super) fn parameters(labels: &str) -> ListParams {
        ListParams::default().labels(&format!("owner=helm{labels}"))
    }

    /// Only what also has the type of a record, where that is said: a Secret with the right labels may be anything.
    pub(super) fn of_helms_type(self, parameters: ListParams) -> ListParams {
        match self {
            StorageDriver::Secrets => parameters.fields("type=helm.sh/release.v1"),
            StorageDriver::ConfigMaps => parameters,
        }
    }

    /// The name of the object that holds a revision.
    pub fn object_name(release: &str, revision: u32) -> String {
        format!("sh.helm.release.v1.{release}.v{revision}")
    }
}
