//! Real helm and kubectl against the cluster, and against nothing else.
//!
//! Must not let the user's settings through: no `HELM_*`, no kubeconfig and no plugins from home.

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cluster::isolate;
use crate::{Chart, Cluster, Error, Part, charts};

/// Which helm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HelmVersion {
    /// Helm 3.
    Three,
    /// Helm 4.
    Four,
}

impl HelmVersion {
    /// Both, for tests that hold for either.
    pub const BOTH: [Self; 2] = [Self::Three, Self::Four];

    const fn part(self) -> Part {
        match self {
            Self::Three => Part::Helm3,
            Self::Four => Part::Helm4,
        }
    }
}

impl fmt::Display for HelmVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Three => "helm3",
            Self::Four => "helm4",
        })
    }
}

impl Cluster {
    /// The path of helm, found or built at the first call.
    ///
    /// # Errors
    /// As for [`parts::obtain`](crate::parts::obtain).
    pub fn helm(&self, version: HelmVersion) -> Result<PathBuf, Error> {
        self.program(version.part())
    }

    /// The path of kubectl, found or built at the first call.
    ///
    /// # Errors
    /// As for [`parts::obtain`](crate::parts::obtain).
    pub fn kubectl(&self) -> Result<PathBuf, Error> {
        self.program(Part::Kubectl)
    }

    /// The path of the program that uninstalls with Helm 3's Go library in one process, built at the first call.
    ///
    /// # Errors
    /// As for [`parts::obtain`](crate::parts::obtain).
    pub fn helm_library(&self) -> Result<PathBuf, Error> {
        self.program(Part::HelmLibrary)
    }

    /// helm as the admin, ready for its arguments.
    ///
    /// # Errors
    /// As for [`helm`](Self::helm).
    pub fn helm_command(&self, version: HelmVersion) -> Result<Command, Error> {
        Ok(self.command(self.helm(version)?))
    }

    /// kubectl as the admin, ready for its arguments.
    ///
    /// # Errors
    /// As for [`kubectl`](Self::kubectl).
    pub fn kubectl_command(&self) -> Result<Command, Error> {
        Ok(self.command(self.kubectl()?))
    }

    /// Any program with this cluster as the only one it can find: `KUBECONFIG`, an empty home, PATH, and nothing else.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        isolate(&mut command, self.layout());
        command.env("KUBECONFIG", self.kubeconfig()).stdin(Stdio::null());
        command
    }

    /// `helm install`, with the namespace created, not waiting for pods; `flags` as on the command line.
    ///
    /// # Errors
    /// helm can't be had, or ends with an error: its words are in it.
    pub fn install(
        &self,
        version: HelmVersion,
        chart: Chart,
        namespace: &str,
        release: &str,
        flags: &[&str],
    ) -> Result<(), Error> {
        let mut command = self.helm_command(version)?;
        command.args(["install", release]).arg(charts::path(chart));
        command.args(["--namespace", namespace, "--create-namespace"]).args(flags);
        let output = command.output().map_err(Error::spawn(&self.helm(version)?))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::ToolFailed {
            command: format!("{version} install {release} {chart} --namespace {namespace} {}", flags.join(" ")),
            exit: output.status.to_string(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}
