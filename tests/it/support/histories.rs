//! Purges that keep histories, what is left of them, and what brings releases back.

use std::process::Output as HelmOutput;

use serde_json::Value;
use throwaway_cluster::{Chart, Kind, SeededRelease, charts};

use super::{OrPanic, Real, cluster};

/// Lines of a policy.
pub(crate) const KEEPING: &str = "keep: []\ndefaults: {keepHistory: true}\n";
pub(crate) const RUN: &str = "run -f policy.yaml --yes -A -o json";
pub(crate) const RESTORE: &str = "restore -f policy.yaml --yes -A -o json";

/// The names of the records of a release, sorted.
pub(crate) fn records(namespace: &str, release: &str) -> Vec<String> {
    let start = format!("sh.helm.release.v1.{release}.v");
    let secrets = cluster().api().list(Kind::SECRET, Some(namespace)).expect("secrets can be listed");
    let mut records = secrets
        .iter()
        .filter_map(|name| name.strip_prefix(&start))
        .map(|revision| format!("v{revision}"))
        .collect::<Vec<_>>();
    records.sort();
    records
}

/// What helm says of a release's newest record.
pub(crate) fn status(real: &Real, namespace: &str, release: &str) -> Value {
    let mut command = real.helm_command();
    let output = command.args(["status", release, "-n", namespace, "-o", "json"]).output().expect("helm starts");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// What everybody's pipeline does in the morning.
pub(crate) fn upgrade_install(real: &Real, namespace: &str, release: &str, chart: Chart) -> HelmOutput {
    let mut command = real.helm_command();
    command.args(["upgrade", "--install", release]).arg(charts::path(chart)).args(["-n", namespace]);
    command.output().expect("helm starts")
}

#[track_caller]
pub(crate) fn works(output: &HelmOutput) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A history that a purge of this policy has left long ago.
pub(crate) fn old_history(real: &Real, name: &str) {
    let (namespace, policy) = (real.namespace("a"), real.namespace("x").trim_end_matches("-x").to_owned());
    cluster().seed(&[SeededRelease::new(&namespace, name)]).or_panic();
    let mark = format!("helm-purge 20200102-030405-0a1b2c {policy}");
    real.helm(&format!("uninstall {name} -n {namespace} --keep-history --description '{mark}'"));
}
