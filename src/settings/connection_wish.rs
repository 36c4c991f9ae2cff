//! What the user asked for, before anything is looked up: plain data from flags and environment.

use std::path::PathBuf;

/// Every setting that can decide which cluster is meant, and as whom.
///
/// The fields from `token` on are those that Helm takes as flags and hands to a plugin as `HELM_KUBE*`.
#[derive(Debug, Clone, Default)]
pub struct ConnectionOptions {
    /// Where to read the kubeconfig.
    pub kubeconfig: KubeconfigFiles,
    /// The context; the kubeconfig's current one where there is none.
    pub context: Option<String>,
    /// A bearer token, in place of any other way to log in but a client certificate: Helm sends that as well.
    pub token: Option<String>,
    /// The user to act as.
    pub as_user: Option<String>,
    /// The groups to act as.
    pub as_groups: Vec<String>,
    /// The address of the API server, in place of the one in the kubeconfig.
    pub api_server: Option<String>,
    /// A file with the certificates of the API server's authority.
    pub certificate_authority: Option<String>,
    /// The API server's certificate is not checked.
    pub skip_tls_verify: bool,
    /// The name that the API server's certificate has to carry.
    pub tls_server_name: Option<String>,
    /// What a pod finds about its own cluster.
    pub in_cluster: Option<InCluster>,
}

/// The files that make up the kubeconfig.
#[derive(Debug, Clone)]
pub enum KubeconfigFiles {
    /// The one that a flag names: it has to exist.
    Flag(PathBuf),
    /// The list in `KUBECONFIG`: those that exist are merged, the first word on anything wins.
    Variable(Vec<PathBuf>),
    /// The usual one, where there is a home folder.
    Usual(Option<PathBuf>),
}

/// The address that a pod finds in its environment, and the folder with its service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InCluster {
    /// `KUBERNETES_SERVICE_HOST`.
    pub host: String,
    /// `KUBERNETES_SERVICE_PORT`.
    pub port: String,
    /// The folder with `token`, `ca.crt` and `namespace`.
    pub service_account: PathBuf,
}

impl Default for KubeconfigFiles {
    fn default() -> Self {
        KubeconfigFiles::Usual(None)
    }
}
