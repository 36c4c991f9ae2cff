//! The releases that are purged: the same for every contestant, and made again for each.
//!
//! Must not leave work for the cluster's controllers behind, which share these cores: what is measured would be theirs.

use std::fmt;

use serde_json::{Value, json};
use throwaway_cluster::{Chart, Kind, SeededRelease, wait_until};

use crate::fault::Fault;
use crate::stage::Stage;

/// What all namespaces of the bench begin with.
pub(crate) const PREFIX: &str = "bench-";

/// Who is on stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cast {
    /// The demo's three charts with running pods, a claim each for two of them, and a Job before one is deleted.
    Charts,
    /// Releases with a `ConfigMap`, a `ServiceAccount`, a Service and a Deployment each, spread over the namespaces.
    Seeded { releases: u32, namespaces: u32, revisions: u32, spread: Spread },
}

/// How many of the releases are in which namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// The same number in each.
    Even,
    /// More than a third in the first one by name, and few in most.
    LargestFirst,
    /// The same, but the largest is the last one by name.
    LargestLast,
}

impl Spread {
    fn namespace(self, number: u32, releases: u32, namespaces: u32) -> u32 {
        let place = f64::from(number) / f64::from(releases);
        // How many of the namespaces' borders lie below the third power of the place.
        let skewed = (1..namespaces).filter(|it| place.powi(3) >= f64::from(*it) / f64::from(namespaces)).count();
        let skewed = u32::try_from(skewed).unwrap_or_default();
        match self {
            Self::Even => number % namespaces,
            Self::LargestFirst => skewed,
            Self::LargestLast => namespaces - 1 - skewed,
        }
    }
}

impl Cast {
    pub(crate) const fn seeded(releases: u32, namespaces: u32, revisions: u32) -> Self {
        Self::Seeded { releases, namespaces, revisions, spread: Spread::Even }
    }

    pub(crate) fn releases(self) -> u32 {
        match self {
            Self::Charts => 3,
            Self::Seeded { releases, .. } => releases,
        }
    }

    /// Returns once the cluster is quiet.
    pub(crate) fn enter(self, stage: &Stage) -> Result<(), Fault> {
        match self {
            Self::Charts => install_charts(stage),
            Self::Seeded { releases, namespaces, revisions, spread } => {
                let home = |number| spread.namespace(number, releases, namespaces);
                let all = (0..releases).map(|number| release(number, home(number), revisions)).collect::<Vec<_>>();
                stage.cluster.seed(&all)?;
                Ok(wait_until("all Deployments to be noticed", || {
                    let found = stage.cluster.api().objects(Kind::DEPLOYMENT, None)?;
                    let noticed = found.iter().filter(|it| !it["status"]["observedGeneration"].is_null()).count();
                    Ok((noticed >= releases as usize).then_some(()))
                })?)
            }
        }
    }

    /// An error where a release is still there; then waits until nothing of them is.
    pub(crate) fn is_gone(self, stage: &Stage) -> Result<(), Fault> {
        let names = stage.cluster.api().list(Kind::SECRET, None)?;
        let left = names.iter().filter(|name| name.starts_with(PREFIX) && name.contains("/sh.helm.release.v1."));
        match left.count() {
            0 => Ok(wait_until("the pods and Deployments to go", || {
                let left = |kind| {
                    let names = stage.cluster.api().list(kind, None)?;
                    Ok::<_, throwaway_cluster::Error>(names.iter().any(|name| name.starts_with(PREFIX)))
                };
                Ok((!left(Kind::POD)? && !left(Kind::DEPLOYMENT)?).then_some(()))
            })?),
            left => Err(Fault::new(format!("{left} records are left of {self}"))),
        }
    }
}

impl fmt::Display for Cast {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Charts => formatter.write_str("three charts"),
            Self::Seeded { releases, namespaces, revisions, spread } => {
                let plural = if *revisions == 1 { "" } else { "s" };
                write!(formatter, "{releases} releases, {namespaces} namespaces, {revisions} revision{plural}")?;
                match spread {
                    Spread::Even => Ok(()),
                    Spread::LargestFirst => formatter.write_str(", the largest namespace first"),
                    Spread::LargestLast => formatter.write_str(", the largest namespace last"),
                }
            }
        }
    }
}

fn install_charts(stage: &Stage) -> Result<(), Fault> {
    let namespace = format!("{PREFIX}charts");
    for chart in [Chart::Nginx, Chart::Redis, Chart::Mysql] {
        stage.cluster.install(stage.helm, chart, &namespace, chart.name(), &[])?;
    }
    // nginx has two pods.
    Ok(wait_until("the pods to run", || {
        let pods = stage.cluster.api().objects(Kind::POD, Some(&namespace))?;
        Ok((pods.iter().filter(|pod| pod["status"]["phase"] == "Running").count() == 4).then_some(()))
    })?)
}

fn release(number: u32, home: u32, revisions: u32) -> SeededRelease {
    // Sorted by name they are sorted by number.
    let namespace = format!("{PREFIX}{home:03}");
    let name = format!("app-{number}");
    let objects = objects(&name);
    let release = SeededRelease::new(&namespace, &name).revisions(1..=revisions);
    objects.into_iter().fold(release, SeededRelease::object)
}

/// The Service selects nothing and the Deployment is paused: no controller makes anything of them.
fn objects(name: &str) -> [Value; 4] {
    let metadata = json!({"name": name});
    let labels = json!({"app": name});
    [
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"setting": "value"}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"clusterIP": "None"}}),
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": {
                "paused": true,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "main", "image": "nginx:1.29.3"}]},
                },
            },
        }),
    ]
}
