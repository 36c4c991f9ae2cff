//! The pinned connection: one description of one cluster, for the client and for every child.
//!
//! Each helm reads the kubeconfig anew, so that `kubectl config use-context` in another window would send the
//! rest of a run to another cluster. A private copy cannot be changed by anyone.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kube::config::Kubeconfig;

use super::connection_error::ConnectionError;
use super::kubeconfig::{self, Resolved};
use super::private_folder::PrivateFolder;
use crate::settings::ConnectionOptions;

/// The name of a kubeconfig's context: private to whoever wrote the kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextName(String);

/// The address of an API server, as the kubeconfig gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(String);

/// One cluster, one user, one context: resolved once, and the same for everything in a run.
///
/// The private file behind it goes with the last clone.
#[derive(Debug, Clone)]
pub struct Connection {
    context: ContextName,
    server: ServerUrl,
    namespace: String,
    in_cluster: bool,
    path: PathBuf,
    pinned: Arc<Pinned>,
}

#[derive(Debug)]
struct Pinned {
    folder: PrivateFolder,
    kubeconfig: Kubeconfig,
}

impl Connection {
    /// Resolves what the user asked for and pins it.
    ///
    /// # Errors
    /// Where there is no such connection, or the private file cannot be written.
    pub fn resolve(wish: &ConnectionOptions) -> Result<Self, ConnectionError> {
        let resolved = kubeconfig::resolve(wish)?;
        let folder = PrivateFolder::make().map_err(ConnectionError::NotPinned)?;
        let path = folder.path().join("kubeconfig");
        write_private(&path, &resolved.kubeconfig).map_err(ConnectionError::NotPinned)?;
        let Resolved { context, server, namespace, in_cluster, kubeconfig } = resolved;
        Ok(Self {
            context: ContextName(context),
            server: ServerUrl(server),
            namespace: namespace.unwrap_or_else(|| "default".to_owned()),
            in_cluster,
            path,
            pinned: Arc::new(Pinned { folder, kubeconfig }),
        })
    }

    /// The context's name.
    pub fn context(&self) -> &ContextName {
        &self.context
    }

    /// The API server's address.
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// The namespace that commands without `-n` mean.
    pub fn default_namespace(&self) -> &str {
        &self.namespace
    }

    /// Whether it is the pod's own cluster, by its service account.
    pub fn is_in_cluster(&self) -> bool {
        self.in_cluster
    }

    /// Whether another program gives the credentials: the client and each helm start it.
    pub fn logs_in_by_program(&self) -> bool {
        let users = &self.pinned.kubeconfig.auth_infos;
        users
            .iter()
            .filter_map(|user| user.auth_info.as_ref())
            .any(|user| user.exec.is_some() || user.auth_provider.is_some())
    }

    /// The private file.
    pub fn kubeconfig(&self) -> &Path {
        &self.path
    }

    /// The private folder around that file, which goes when the run ends.
    pub fn folder(&self) -> &Path {
        self.pinned.folder.path()
    }

    pub(super) fn pinned(&self) -> &Kubeconfig {
        &self.pinned.kubeconfig
    }
}

/// JSON is YAML, and every client reads it. The folder is private as well; the mode is for whoever copies it.
fn write_private(path: &Path, kubeconfig: &Kubeconfig) -> std::io::Result<()> {
    let text = serde_json::to_vec(kubeconfig)?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(&text)
}

impl ContextName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a typed answer names this context: its whole name, or of an ARN the last part.
    pub fn is_named_by(&self, answer: &str) -> bool {
        let last_part = self.0.strip_prefix("arn:").and_then(|arn| arn.rsplit(['/', ':']).next());
        answer == self.0 || last_part.is_some_and(|part| !part.is_empty() && part == answer)
    }
}

impl ServerUrl {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_arn_the_last_part_is_enough() {
        let arn = ContextName("arn:aws:eks:eu-west-1:1234:cluster/dev-eu".to_owned());
        assert!(arn.is_named_by("dev-eu") && arn.is_named_by("arn:aws:eks:eu-west-1:1234:cluster/dev-eu"));
        assert!(!arn.is_named_by("dev") && !arn.is_named_by(""));
        let plain = ContextName("team/dev-eu".to_owned());
        assert!(plain.is_named_by("team/dev-eu") && !plain.is_named_by("dev-eu"));
    }
}
