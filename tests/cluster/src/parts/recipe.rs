//! The parts, their pinned versions, and how each is built.
//!
//! Must not run anything. The versions are those of the `go.mod` files in `parts/`; a test compares the two.

use std::fmt;
use std::time::Duration;

use super::family::Family;

/// A program of the cluster, or one that talks to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Where the API server keeps its objects.
    Etcd,
    /// kube-apiserver.
    ApiServer,
    /// kube-controller-manager: garbage collection, namespaces, Jobs, claims, service accounts.
    ControllerManager,
    /// kube-scheduler: gives pods a node.
    Scheduler,
    /// kubectl.
    Kubectl,
    /// helm, version 3.
    Helm3,
    /// helm, version 4.
    Helm4,
    /// kwok: nodes that pretend to run their pods.
    Kwok,
    /// This package's own: uninstalls releases with Helm 3's Go library, all in one process.
    HelmLibrary,
    /// krew: installs plugins of kubectl.
    Krew,
    /// What krew's index has every manifest checked with.
    KrewValidator,
}

/// What every build is told, whatever it builds.
pub(super) const BUILD_FLAGS: [&str; 3] = ["-mod=readonly", "-trimpath", "-buildvcs=false"];

/// The oldest Go that builds all families: the `go` line of their `go.mod`.
pub(super) const OLDEST_GO: (u32, u32) = (1, 26);

/// [`OLDEST_GO`] as it is written.
pub(super) const OLDEST_GO_NAME: &str = "1.26";

impl Part {
    /// All of them, in the order in which their builds help each other most.
    pub const ALL: [Self; 11] = [
        Self::Etcd,
        Self::ApiServer,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Kubectl,
        Self::Helm3,
        Self::Helm4,
        Self::Kwok,
        Self::HelmLibrary,
        Self::Krew,
        Self::KrewValidator,
    ];

    /// The name of the program's file.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Kubectl => "kubectl",
            Self::Helm3 | Self::Helm4 => "helm",
            Self::Kwok => "kwok",
            Self::HelmLibrary => "helm-library",
            Self::Krew => "krew",
            Self::KrewValidator => "validate-krew-manifest",
        }
    }

    /// The pinned version, with its `v`; of the program made here, the library's.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Etcd => "v3.6.8",
            Self::ApiServer | Self::ControllerManager | Self::Scheduler | Self::Kubectl => "v1.36.3",
            Self::Helm3 | Self::HelmLibrary => "v3.21.4",
            Self::Helm4 => "v4.2.4",
            Self::Kwok => "v0.8.0",
            Self::Krew | Self::KrewValidator => "v0.4.3",
        }
    }

    /// About the longest that its build takes on two cores, after those before it in [`ALL`](Self::ALL).
    #[must_use]
    pub const fn longest_build(self) -> Duration {
        Duration::from_mins(match self {
            Self::ApiServer => 4,
            Self::ControllerManager | Self::Helm3 | Self::Helm4 | Self::Kwok => 3,
            Self::Etcd => 2,
            Self::Scheduler | Self::Kubectl | Self::HelmLibrary | Self::Krew | Self::KrewValidator => 1,
        })
    }

    /// The Go package of its `main`, as seen from the folder of its family.
    pub(super) const fn package(self) -> &'static str {
        match self {
            Self::Etcd => "go.etcd.io/etcd/server/v3",
            Self::ApiServer => "k8s.io/kubernetes/cmd/kube-apiserver",
            Self::ControllerManager => "k8s.io/kubernetes/cmd/kube-controller-manager",
            Self::Scheduler => "k8s.io/kubernetes/cmd/kube-scheduler",
            Self::Kubectl => "k8s.io/kubernetes/cmd/kubectl",
            Self::Helm3 => "helm.sh/helm/v3/cmd/helm",
            Self::Helm4 => "helm.sh/helm/v4/cmd/helm",
            Self::Kwok => "sigs.k8s.io/kwok/cmd/kwok",
            Self::HelmLibrary => ".",
            Self::Krew => "sigs.k8s.io/krew/cmd/krew",
            Self::KrewValidator => "sigs.k8s.io/krew/cmd/validate-krew-manifest",
        }
    }

    /// For the linker: no symbols, and the version where the program looks for its own, which charts ask for.
    pub(super) fn linker_flags(self) -> String {
        let version = self.version();
        let stamps = match self {
            // A krew that does not know its version does not look for a newer one.
            Self::Etcd | Self::HelmLibrary | Self::Krew | Self::KrewValidator => String::new(),
            Self::ApiServer | Self::ControllerManager | Self::Scheduler | Self::Kubectl => {
                let base = "k8s.io/component-base/version";
                let client = "k8s.io/client-go/pkg/version";
                format!(
                    " -X {base}.gitVersion={version} -X {base}.gitMajor=1 -X {base}.gitMinor=36 \
                     -X {client}.gitVersion={version}"
                )
            }
            Self::Helm3 => format!(" -X helm.sh/helm/v3/internal/version.version={version}"),
            Self::Helm4 => format!(" -X helm.sh/helm/v4/internal/version.version={version}"),
            Self::Kwok => format!(" -X sigs.k8s.io/kwok/pkg/consts.Version={version}"),
        };
        format!("-s -w{stamps}")
    }

    pub(super) const fn family(self) -> Family {
        match self {
            Self::Etcd | Self::ApiServer | Self::ControllerManager | Self::Scheduler | Self::Kubectl => {
                Family::Kubernetes
            }
            Self::Helm3 => Family::Helm3,
            Self::Helm4 => Family::Helm4,
            Self::Kwok => Family::Kwok,
            Self::HelmLibrary => Family::Library,
            Self::Krew | Self::KrewValidator => Family::Krew,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.program(), self.version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go_mod(part: Part) -> String {
        std::fs::read_to_string(part.family().folder().join("go.mod")).expect("every family has a go.mod")
    }

    #[test]
    fn the_versions_here_are_those_of_the_go_modules() {
        for part in Part::ALL {
            let package = if part == Part::HelmLibrary { Part::Helm3.package() } else { part.package() };
            let module = package.split("/cmd/").next().expect("a split has a first piece");
            let line = format!("\t{module} {}", part.version());
            let found = go_mod(part).lines().any(|it| it.trim_end_matches(" // indirect") == line);
            assert!(found, "{part}: no line {line:?}");
        }
    }

    #[test]
    fn the_oldest_go_is_the_one_that_the_go_modules_ask_for() {
        let (major, minor) = OLDEST_GO;
        assert_eq!(OLDEST_GO_NAME, format!("{major}.{minor}"));
        for part in Part::ALL {
            assert!(go_mod(part).contains(&format!("\ngo {OLDEST_GO_NAME}.0\n")), "{part}");
        }
    }
}
