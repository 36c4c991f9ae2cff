//! What `init` finds in the cluster. It prints a note for what cannot be read, and leaves it out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use super::suggestions::{FoundRelease, personal_groups};
use crate::app::App;
use crate::cluster::{Client, Connection};
use crate::inventory::{ObjectLists, ReleaseSource, record_store};
use crate::journal::ClusterRef;
use crate::policy::PolicyScope;
use crate::release::{Namespace, Release};
use crate::settings::ConnectionOptions;

/// Records are downloaded whole to learn a chart's name: of no more releases than this.
const MAX_READ: usize = 40;

/// Empty if there is no cluster.
#[derive(Debug, Default)]
pub(super) struct InitFindings {
    pub(super) cluster: Option<ClusterRef>,
    pub(super) namespaces: Vec<Namespace>,
    /// How many releases each namespace holds; None if they could not be listed.
    pub(super) counts: Option<BTreeMap<Namespace, usize>>,
    /// The releases in the namespaces of the personal groups.
    pub(super) releases: Vec<FoundRelease>,
}

impl InitFindings {
    pub(super) fn count(&self, namespace: &Namespace) -> usize {
        self.counts.as_ref().and_then(|counts| counts.get(namespace)).copied().unwrap_or_default()
    }
}

/// Reads as much of the cluster as it can.
pub(super) fn find(options: &ConnectionOptions, app: &App) -> InitFindings {
    let connection = match Connection::resolve(options) {
        Ok(connection) => connection,
        Err(error) => {
            app.printer.note(format_args!("no cluster to read: {error}; fill in `clusters` by hand"));
            return InitFindings::default();
        }
    };
    let (context, server) = (connection.context.as_str().to_owned(), connection.server.clone());
    let mut cluster = ClusterRef { context, server, uid: None };
    let (mut namespaces, mut counts, mut releases) = (Vec::new(), None, Vec::new());
    match Client::new(&connection, app.interrupts.stop().clone()) {
        Ok(client) => {
            match client.identity() {
                Ok(identity) => cluster.uid = Some(identity.0),
                Err(error) => note("the uid of namespace kube-system", &error, app),
            }
            match client.namespaces() {
                Ok(found) => {
                    namespaces = found.into_keys().collect();
                    (counts, releases) = find_releases(&client, &namespaces, app);
                }
                Err(error) => note("the namespaces", &error, app),
            }
        }
        Err(error) => note("the cluster", &error, app),
    }
    InitFindings { cluster: Some(cluster), namespaces, counts, releases }
}

/// How many releases are where, and those in the proposed namespaces. Each name once: the same stack is in many
/// namespaces.
fn find_releases(
    client: &Client,
    namespaces: &[Namespace],
    app: &App,
) -> (Option<BTreeMap<Namespace, usize>>, Vec<FoundRelease>) {
    let proposed = personal_groups(namespaces).iter().flat_map(|group| group.members.clone()).collect::<BTreeSet<_>>();
    let listed = record_store(app.environment.helm_driver.as_deref()).and_then(|store| {
        let inventory = ReleaseSource::new(client.clone(), store, PolicyScope::around(std::iter::empty()));
        inventory.list().map(|listing| (inventory, listing))
    });
    let (inventory, listing) = match listed {
        Ok(listed) => listed,
        Err(error) => {
            note("the releases", &error, app);
            return (None, Vec::new());
        }
    };
    let mut counts = BTreeMap::new();
    for release in &listing.releases {
        *counts.entry(release.id.namespace.clone()).or_default() += 1;
    }
    let mut by_name: BTreeMap<&str, &Release> = BTreeMap::new();
    for release in listing.releases.iter().filter(|release| proposed.contains(&release.id.namespace)) {
        by_name.entry(release.id.name.as_str()).or_insert(release);
    }
    let to_read = by_name.values().copied().take(MAX_READ).collect::<Vec<_>>();
    let contents = inventory.contents(&to_read, ObjectLists::NotWanted).unwrap_or_else(|error| {
        note("the charts of the releases", &error, app);
        BTreeMap::new()
    });
    let chart = |release: &Release| Some(contents.get(&release.id)?.as_ref().ok()?.chart.as_known()?.name.to_string());
    let found = |release: &&Release| FoundRelease { name: release.id.name.to_string(), chart: chart(release) };
    (Some(counts), by_name.values().map(found).collect())
}

fn note(what: &str, error: &dyn Display, app: &App) {
    app.printer.note(format_args!("cannot read {what}: {error}"));
}
