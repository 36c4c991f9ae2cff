//! Which namespaces Argo CD puts objects into. Pure.

use crate::cluster::Application;
use crate::policy::PolicyScope;
use crate::release::Namespace;

/// Argo CD's own cluster, by its address and by its name.
const THIS_SERVER: &str = "https://kubernetes.default.svc";
const THIS_CLUSTER: &str = "in-cluster";

/// A namespace that an `Application` puts objects into. It makes no Helm releases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManagedNamespace {
    /// Which.
    pub namespace: Namespace,
    /// The `Application`, as `NAMESPACE/NAME`.
    pub application: String,
}

/// Those of the fence, sorted. Of an `Application` for a cluster that it calls by another name or address it cannot be
/// told whether that is this one; it is left out.
pub(super) fn managed(applications: &[Application], fence: &PolicyScope) -> Vec<ManagedNamespace> {
    let mut found = applications
        .iter()
        .filter(|application| is_for_this_cluster(application))
        .filter_map(|application| {
            let namespace: Namespace = application.destination.as_deref()?.parse().ok()?;
            let application = format!("{}/{}", application.namespace, application.name);
            fence.matches(&namespace).is_some().then_some(ManagedNamespace { namespace, application })
        })
        .collect::<Vec<_>>();
    found.sort();
    found
}

fn is_for_this_cluster(application: &Application) -> bool {
    let server = application.server.as_deref().unwrap_or_default();
    let cluster = application.cluster.as_deref().unwrap_or_default();
    server.trim_end_matches('/') == THIS_SERVER || (server.is_empty() && cluster == THIS_CLUSTER)
}
