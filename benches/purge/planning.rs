//! How long it takes to know what would go, among thousands of releases, against `helm list`.
//!
//! Must not share its cluster with the purges: so many records would slow down all of them.

use std::process::Command;

use throwaway_cluster::SeededRelease;

use crate::arguments::Arguments;
use crate::cast::PREFIX;
use crate::fault::Fault;
use crate::measure;
use crate::report::{Freshness, Outcome, Report, say};
use crate::stage::{Distance, Stage, namespaces};

const REVISIONS: u32 = 5;
const NAMESPACE_HOLDS: u32 = 20;

/// The names of the outcomes begin with it.
pub(crate) const NAME: &str = "planning";
pub(crate) const FEW: &str = "helm purge plan, few chosen";
pub(crate) const ALL: &str = "helm purge plan, all chosen";
pub(crate) const LIST: &str = "helm list -A";

/// About as long as a small chart's.
const MANIFEST: &str = "\
---
# Source: app/templates/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  labels: {app.kubernetes.io/name: app, app.kubernetes.io/managed-by: Helm, helm.sh/chart: app-1.0.0}
data:
  application.yaml: |
    server: {port: 8080, shutdown: graceful}
    logging: {level: {root: INFO}}
---
# Source: app/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app.kubernetes.io/name: app, app.kubernetes.io/managed-by: Helm, helm.sh/chart: app-1.0.0}
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: app}}
  template:
    metadata: {labels: {app.kubernetes.io/name: app}}
    spec:
      containers:
        - name: web
          image: nginx:1.29.3
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: http}}
";

/// Adds its outcomes to the report.
pub(crate) fn measure(arguments: &Arguments, report: &mut Report) -> Result<(), Fault> {
    if arguments.experiment || !arguments.wants(NAME) {
        return Ok(());
    }
    let sizes: &[u32] = if arguments.quick { &[40] } else { &[1000, 6000] };
    let rounds = arguments.rounds.unwrap_or(if arguments.quick { 1 } else { 5 });
    let stage = Stage::start(arguments.helm())?;
    let mut there = 0;
    for size in sizes {
        let name = format!("{NAME}, {size} releases with {REVISIONS} revisions");
        say(&name);
        seed(&stage, there..*size)?;
        there = *size;
        report.add(Outcome { name, cast: None, distance: Distance::Loopback, standings: compare(&stage, rounds)? });
    }
    Ok(())
}

fn seed(stage: &Stage, numbers: std::ops::Range<u32>) -> Result<(), Fault> {
    let release = |number| {
        let namespace = format!("{PREFIX}{:03}", number / NAMESPACE_HOLDS);
        SeededRelease::new(&namespace, &format!("app-{number}")).revisions(1..=REVISIONS).manifest(MANIFEST)
    };
    Ok(stage.cluster.seed(&numbers.map(release).collect::<Vec<_>>())?)
}

fn compare(stage: &Stage, rounds: u32) -> Result<Vec<Freshness>, Fault> {
    let few = plan(stage, &format!("{PREFIX}00[01]"), 1)?;
    let all = plan(stage, &namespaces(), 2)?;
    let mut list = stage.command("helm", Distance::Loopback);
    list.args(["list", "--all-namespaces", "--max", "0", "--output", "json"]);
    let mut standings = [FEW, ALL, LIST].map(|name| Freshness::new(name.to_owned(), None)).to_vec();
    for _ in 0..rounds {
        for (standing, command) in standings.iter_mut().zip([&few, &all, &list]) {
            let before = stage.requests()?;
            let sample = measure::run(command, stage.folder())?;
            let requests = stage.requests()?.since(before);
            standing.samples.push(measure::Sample { requests, ..sample });
        }
    }
    Ok(standings)
}

/// The number only tells the policies apart.
fn plan(stage: &Stage, namespaces: &str, number: u8) -> Result<Command, Fault> {
    let mut command = stage.command(env!("CARGO_BIN_EXE_helm-purge"), Distance::Loopback);
    command.args(["plan", "-A", "-o", "json", "-f"]).arg(stage.policy(namespaces, number)?);
    Ok(command)
}
