//! What this program costs on its own: with a stand-in for helm that does nothing, and with no work at all.
//!
//! Must not start a cluster: the stand-in answers for it.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::arguments::Arguments;
use crate::fault::Fault;
use crate::measure;
use crate::report::{Freshness, Outcome, Report, say};
use crate::stage::Distance;

/// The names of the outcomes.
pub(crate) const NAME: &str = "own cost, with a stand-in for helm";
pub(crate) const START: &str = "own start";
pub(crate) const MOST: u32 = 10_000;
/// Only where it is asked for by this very word: it takes as long as all the rest.
const SCALE: &str = "scale";
const SCALE_RELEASES: u32 = 100_000;
const SCALE_SHARDS: u32 = 16;

const SERVER: &str = "https://127.0.0.1:1";
const NAMESPACE_HOLDS: u32 = 20;

/// Adds its outcomes to the report.
pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Fault> {
    if arguments.experiment {
        return Ok(());
    }
    if arguments.wants(NAME) {
        say(NAME);
        let sizes: &[u32] = if arguments.quick { &[50] } else { &[1000, 3000, MOST] };
        let standings = sizes.iter().map(|size| with_releases(*size)).collect::<Result<_, _>>()?;
        report.add(Outcome { name: NAME.to_owned(), cast: None, distance: Distance::Loopback, standings });
    }
    if arguments.only.as_deref() == Some(SCALE) {
        let count = if arguments.quick { 1000 } else { SCALE_RELEASES };
        say(SCALE);
        let standings = vec![in_shards(count, arguments.rounds.unwrap_or(SCALE_SHARDS))?, with_releases(count)?];
        let name = format!("{SCALE}, with a stand-in for helm");
        report.add(Outcome { name, cast: None, distance: Distance::Loopback, standings });
    }
    if arguments.wants(START) {
        say(START);
        let rounds = if arguments.quick { 2 } else { 30 };
        let standings = ["--help", "version"].map(|word| start(word, rounds)).into_iter().collect::<Result<_, _>>()?;
        report.add(Outcome { name: START.to_owned(), cast: None, distance: Distance::Loopback, standings });
    }
    Ok(())
}

/// The label of a size.
pub(crate) fn label(releases: u32) -> String {
    format!("helm purge, {releases} releases")
}

fn with_releases(count: u32) -> Result<Freshness, Fault> {
    let folder = temporary()?;
    prepare(folder.path(), count).map_err(Fault::file("write to", folder.path()))?;
    let mut standing = Freshness::new(label(count), None);
    standing.samples.push(measure::run(&purge(folder.path()), folder.path())?);
    Ok(standing)
}

/// One shard after the other, for what one of them costs where each has a machine of its own.
fn in_shards(count: u32, most: u32) -> Result<Freshness, Fault> {
    let folder = temporary()?;
    prepare(folder.path(), count).map_err(Fault::file("write to", folder.path()))?;
    let mut standing = Freshness::new(format!("{}, one of {SCALE_SHARDS} shards", label(count)), None);
    for number in 1..=SCALE_SHARDS.min(most) {
        let mut command = purge(folder.path());
        command.arg(format!("--shard={number}/{SCALE_SHARDS}"));
        let sample = measure::run(&command, folder.path())?;
        // It takes long, and whoever ends it in between has these.
        say(&format!("shard {number}: {sample:?}"));
        standing.samples.push(sample);
    }
    Ok(standing)
}

fn purge(folder: &Path) -> Command {
    let mut command = program(folder);
    command.args(["run", "--yes", "-A", "--without-opt-outs", "-f", "policy.yaml"]);
    command.env("HELM_BIN", env!("CARGO_BIN_EXE_fake-helm")).env("FAKE_HELM", folder);
    command.env("KUBECONFIG", folder.join("kubeconfig"));
    command
}

fn start(word: &str, rounds: u32) -> Result<Freshness, Fault> {
    let folder = temporary()?;
    let mut command = program(folder.path());
    command.arg(word);
    let mut standing = Freshness::new(format!("helm purge {word}"), None);
    for _ in 0..rounds {
        standing.samples.push(measure::run(&command, folder.path())?);
    }
    Ok(standing)
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_helm-purge"));
    command.env("PATH", "/usr/bin:/bin").env("HOME", folder).current_dir(folder);
    command
}

fn temporary() -> Result<TempDir, Fault> {
    TempDir::with_prefix("helm-purge-bench-").map_err(|it| Fault::new(it.to_string()))
}

/// The stand-in's scenario, a kubeconfig for a server that is not there, and a policy.
fn prepare(folder: &Path, count: u32) -> std::io::Result<()> {
    let releases = folder.join("releases");
    fs::create_dir(&releases)?;
    for number in 0..count {
        let (namespace, name) = (format!("dev-{}", number / NAMESPACE_HOLDS), format!("app-{number}"));
        let entry = json!({
            "name": name, "namespace": namespace, "revision": "1", "updated": "2026-01-01T00:00:00Z",
            "status": "deployed", "chart": "app-1.2.3", "app_version": "1",
        });
        fs::write(releases.join(format!("{namespace}__{name}")), entry.to_string())?;
    }
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "dev",
        "contexts": [{"name": "dev", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": SERVER}}],
        "users": [{"name": "u", "user": {"token": "secret"}}],
    });
    fs::write(folder.join("kubeconfig"), kubeconfig.to_string())?;
    let policy = format!(
        "apiVersion: helm-purge/v1\nkind: PurgePolicy\nmetadata: {{name: own}}\n\
         clusters: [{{context: dev, server: '{SERVER}'}}]\nnamespaces: ['dev-*']\n"
    );
    fs::write(folder.join("policy.yaml"), policy)
}
