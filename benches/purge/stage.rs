//! The cluster that all contestants meet, near and far, and the helm that they all use.
//!
//! Must not favour anyone: one user, one helm, one home with helm's caches in it.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use throwaway_cluster::{Cluster, Components, HelmVersion, Line, Relay};

use crate::cast::PREFIX;
use crate::fault::Fault;
use crate::measure::Requests;

/// Neither of them has a user of its own but the bench: its requests can be told from the controllers'.
const USER: &str = "bench";

const FAR: Duration = Duration::from_millis(20);

/// How far away the API server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distance {
    Loopback,
    Far,
}

impl fmt::Display for Distance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Loopback => "loopback",
            Self::Far => "20 ms away",
        })
    }
}

/// A running cluster and everything that contestants need to meet it.
pub(crate) struct Stage {
    pub(crate) cluster: Cluster,
    pub(crate) helm: HelmVersion,
    /// With policies, and a folder `bin` with the one helm in it.
    folder: TempDir,
    near: PathBuf,
    far: PathBuf,
    _relay: Relay,
}

impl Stage {
    pub(crate) fn start(helm: HelmVersion) -> Result<Self, Fault> {
        let cluster = Cluster::start(Components::with_nodes())?;
        cluster.api().create(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": USER},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "User", "name": USER, "apiGroup": "rbac.authorization.k8s.io"}],
        }))?;
        let near = cluster.kubeconfig_for_user(USER, None)?;
        let relay = cluster.relay(Line::with_round_trip(FAR))?;
        let far = cluster.kubeconfig_at(relay.server(), &near)?;
        let folder = TempDir::with_prefix("helm-purge-bench-").map_err(|it| Fault::new(it.to_string()))?;
        let bin = folder.path().join("bin");
        fs::create_dir(&bin).map_err(Fault::file("create", &bin))?;
        symlink(cluster.helm(helm)?, bin.join("helm")).map_err(Fault::file("write to", &bin))?;
        Ok(Self { cluster, helm, folder, near, far, _relay: relay })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A program that meets the cluster at this distance, and finds helm on its PATH.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, distance: Distance) -> Command {
        let mut command = self.cluster.command(program);
        let kubeconfig = match distance {
            Distance::Loopback => &self.near,
            Distance::Far => &self.far,
        };
        let bin = self.folder().join("bin");
        command.env("KUBECONFIG", kubeconfig).env("HELM_BIN", bin.join("helm")).current_dir(self.folder());
        command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
        command
    }

    /// The path of a policy for all namespaces of the bench.
    pub(crate) fn policy(&self, namespaces: &str, workers: u8) -> Result<PathBuf, Fault> {
        let path = self.folder().join(format!("{workers}.yaml"));
        let text = format!(
            "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: bench}}\nclusters: [{{uid: {}}}]\n\
             namespaces: ['{namespaces}']\nworkers: {workers}\n",
            self.cluster.uid()
        );
        fs::write(&path, text).map_err(Fault::file("write", &path))?;
        Ok(path)
    }

    /// By the bench's user, so far.
    pub(crate) fn requests(&self) -> Result<Requests, Fault> {
        let metrics = self.cluster.metrics()?;
        let of_the_bench = [("flow_schema", "global-default")];
        let sum = |name: &str| metrics.sum(&format!("apiserver_flowcontrol_{name}"), &of_the_bench);
        Ok(Requests {
            dispatched: sum("dispatched_requests_total"),
            rejected: sum("rejected_requests_total"),
            waited: sum("request_wait_duration_seconds_sum"),
        })
    }
}

/// The pattern for all namespaces of the bench.
pub(crate) fn namespaces() -> String {
    format!("{PREFIX}*")
}
