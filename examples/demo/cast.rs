//! Who lives in the demo's cluster.

use throwaway_cluster::Chart;

/// A release of a real chart.
pub(crate) struct Part {
    pub(crate) namespace: &'static str,
    pub(crate) release: &'static str,
    pub(crate) chart: Chart,
    pub(crate) fate: Fate,
}

/// What the policy makes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Goes,
    Stays,
}

const fn part(namespace: &'static str, release: &'static str, chart: Chart, fate: Fate) -> Part {
    Part { namespace, release, chart, fate }
}

/// Installed with real helm.
pub(crate) const INSTALLED: [Part; 9] = [
    part("default", "my-nginx", Chart::Nginx, Fate::Goes),
    part("default", "my-redis", Chart::Redis, Fate::Goes),
    part("default", "my-mysql", Chart::Mysql, Fate::Goes),
    part("dev-alice", "web", Chart::Nginx, Fate::Goes),
    part("dev-alice", "cache", Chart::Redis, Fate::Goes),
    part("dev-alice", "vault", Chart::Tiny, Fate::Stays),
    part("dev-bob", "database", Chart::Mysql, Fate::Goes),
    part("dev-bob", "web", Chart::Nginx, Fate::Goes),
    part("dev-shared", "metrics", Chart::Tiny, Fate::Stays),
];

/// Developers whose small releases are written straight into the cluster: installing takes longer than purging.
pub(crate) const DEVELOPERS: usize = 12;
/// Small releases of each of them.
pub(crate) const RELEASES_EACH: usize = 3;

/// The policy of the demo; the cluster's server and UID are filled in.
pub(crate) fn policy(server: &str, uid: &str) -> String {
    format!(
        "\
apiVersion: helm-purge/v1
kind: PurgePolicy
metadata:
  name: end-of-day
clusters:
  - {{context: throwaway, server: \"{server}\", uid: {uid}}}
namespaces: [default, \"dev-*\"]
keep:
  - \"*/vault\"
  - namespaces: [dev-shared]
    reason: shared services
workers: 8
defaults: {{keepHistory: true}}
limits: {{maxReleases: 100}}
"
    )
}
