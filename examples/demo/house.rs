//! The demo's cluster, and everything that is done to it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use throwaway_cluster::seed::SeededRelease;
use throwaway_cluster::{Cluster, Components, HelmVersion};

use super::cast::{Fate, Part};
use super::{Result, cast, say};

/// A cluster, and the program that is shown.
pub(crate) struct House {
    cluster: Cluster,
    program: PathBuf,
}

impl House {
    /// Builds the program and what is missing of the cluster, and starts it.
    pub(crate) fn open() -> Result<Self> {
        let program = build()?;
        say("starting a cluster of its own: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok");
        let cluster = Cluster::start(Components::with_nodes())?;
        fs::write(cluster.folder().join("policy.yaml"), cast::policy(cluster.server(), cluster.uid()))?;
        Ok(Self { cluster, program })
    }

    /// Installs everything.
    pub(crate) fn fill(&self) -> Result<()> {
        self.install(&cast::INSTALLED.iter().collect::<Vec<_>>())
    }

    /// Installs what has been purged.
    pub(crate) fn fill_again(&self) -> Result<()> {
        self.install(&cast::INSTALLED.iter().filter(|part| part.fate == Fate::Goes).collect::<Vec<_>>())
    }

    fn install(&self, parts: &[&Part]) -> Result<()> {
        for part in parts {
            say(&format!("  helm install {} ({}) in {}", part.release, part.chart, part.namespace));
            self.cluster.install(HelmVersion::Three, part.chart, part.namespace, part.release, &[])?;
        }
        let small = (0..cast::DEVELOPERS * cast::RELEASES_EACH).map(|number| {
            let namespace = format!("dev-{:02}", number / cast::RELEASES_EACH);
            SeededRelease::new(&namespace, &format!("app-{}", number % cast::RELEASES_EACH)).config_maps(3)
        });
        let small = small.collect::<Vec<_>>();
        say(&format!("  and {} small releases of {} developers", small.len(), cast::DEVELOPERS));
        Ok(self.cluster.seed(&small)?)
    }

    /// The policy's text.
    pub(crate) fn policy(&self) -> Result<String> {
        Ok(fs::read_to_string(self.cluster.folder().join("policy.yaml"))?)
    }

    /// Runs helm-purge before everybody's eyes.
    pub(crate) fn purge(&self, arguments: &[&str]) -> Result<()> {
        let mut command = self.cluster.command(&self.program);
        command.env("HELM_BIN", self.cluster.helm(HelmVersion::Three)?).current_dir(self.cluster.folder());
        command.envs(terminal()).args(arguments);
        ended_well(&mut command)
    }

    /// What the policy would purge, as `namespace/release`.
    pub(crate) fn planned(&self) -> Result<Vec<(String, String)>> {
        let mut command = self.cluster.command(&self.program);
        command.env("HELM_BIN", self.cluster.helm(HelmVersion::Three)?).current_dir(self.cluster.folder());
        let output = command.args(["plan", "-f", "policy.yaml", "-o", "name"]).stderr(Stdio::inherit()).output()?;
        let names = String::from_utf8(output.stdout)?;
        let pair = |line: &str| line.split_once('/').map(|(namespace, name)| (namespace.to_owned(), name.to_owned()));
        Ok(names.lines().filter_map(pair).collect())
    }

    /// Runs helm before everybody's eyes.
    pub(crate) fn helm(&self, arguments: &[&str]) -> Result<()> {
        ended_well(self.cluster.helm_command(HelmVersion::Three)?.args(arguments))
    }

    /// What people do today.
    pub(crate) fn uninstall_one_by_one(&self, names: &[(String, String)]) -> Result<()> {
        for (namespace, name) in names {
            let mut command = self.cluster.helm_command(HelmVersion::Three)?;
            ended_well(command.args(["uninstall", name, "--namespace", namespace]).stdout(Stdio::null()))?;
        }
        Ok(())
    }

    /// What to type to use this cluster by hand.
    pub(crate) fn way_in(&self) -> Result<String> {
        let (three, four) = (self.cluster.helm(HelmVersion::Three)?, self.cluster.helm(HelmVersion::Four)?);
        Ok(format!(
            "  export KUBECONFIG={}\n  alias helm3={}\n  alias helm4={}\n  alias kubectl={}\n  export HELM_BIN={}\n\n  \
             {} plan -f {}\n  helm3 plugin install {} && helm3 purge plan -f {}",
            self.cluster.kubeconfig().display(),
            three.display(),
            four.display(),
            self.cluster.kubectl()?.display(),
            three.display(),
            self.program.display(),
            self.cluster.folder().join("policy.yaml").display(),
            env!("CARGO_MANIFEST_DIR"),
            self.cluster.folder().join("policy.yaml").display(),
        ))
    }
}

/// What `cargo run` says of this program. Where a cargo inside it hears that, build scripts of dependencies take it for a
/// change, and half of what was just built is built again.
const OF_CARGO_RUN: [&str; 7] = [
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_PKG_NAME",
    "CARGO_PKG_VERSION_MAJOR",
    "CARGO_PKG_VERSION_MINOR",
    "CARGO_PKG_VERSION_PATCH",
    "CARGO_PKG_VERSION_PRE",
];

/// The program that is shown is the one that users run, not this one's library.
fn build() -> Result<PathBuf> {
    say("building helm-purge: cargo build --release");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut command = Command::new(env!("CARGO"));
    for name in OF_CARGO_RUN {
        command.env_remove(name);
    }
    ended_well(command.args(["build", "--release", "--locked", "--bin", "helm-purge", "--manifest-path", manifest]))?;
    // This program is target/release/examples/demo.
    let here = std::env::current_exe()?;
    let release = here.ancestors().nth(2).ok_or("the demo has to be run by cargo")?;
    Ok(release.join("helm-purge"))
}

#[expect(clippy::disallowed_methods, reason = "what the terminal can do is said in the environment")]
fn terminal() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    ["TERM", "NO_COLOR", "COLORTERM"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

fn ended_well(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} ended with {status}", command.get_program().display()).into())
    }
}
