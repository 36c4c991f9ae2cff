//! Every argument and every flag that is ever given to helm: the only place that spells them.
//!
//! Only what Helm 3 and Helm 4 both understand: never `-a` (gone in Helm 4), never `--ignore-not-found`
//! (any error on the way to the release's history, a missing right among them, becomes "uninstalled", exit
//! code 0), and always `--max 0` (a list is otherwise cut at 256 without a word).

use std::ffi::OsString;

use crate::cluster::Connection;
use crate::history_tag::HistoryTag;
use crate::options::{Cascade, Hooks, UninstallOptions, Wait};
use crate::release::{Namespace, ReleaseId, ReleaseName, Revision};

/// Asks for the version alone; does not contact a cluster.
pub(super) fn version() -> Vec<OsString> {
    ["version", "--template", "{{.Version}}"].map(OsString::from).to_vec()
}

/// Lists every release of the cluster in every state that is stored, times in RFC 3339 and as exact as they are
/// stored: two deployments may be less than a second apart.
pub(super) fn list(connection: &Connection) -> Vec<OsString> {
    let mut arguments = ["list", "--all-namespaces", "--max", "0", "--output", "json"].map(OsString::from).to_vec();
    arguments.extend(["--time-format", "2006-01-02T15:04:05.999999999Z07:00"].map(OsString::from));
    arguments.extend(
        ["--deployed", "--failed", "--pending", "--uninstalling", "--superseded", "--uninstalled"].map(OsString::from),
    );
    arguments.extend(of_connection(connection));
    arguments
}

/// Shows a release with its objects, for which helm has to look up every kind. Helm 3 does so only when asked,
/// Helm 4 always and knows no such flag.
pub(super) fn status(connection: &Connection, release: &ReleaseId, version: &semver::Version) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("status")];
    arguments.push(format!("--namespace={}", release.namespace).into());
    if version.major == 3 {
        arguments.push("--show-resources".into());
    }
    arguments.extend(of_connection(connection));
    arguments.extend(["--", release.name.as_str()].map(OsString::from));
    arguments
}

/// Shows a release's newest revision as it is stored, but for its chart.
pub(super) fn record(connection: &Connection, release: &ReleaseId) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("status")];
    arguments.push(format!("--namespace={}", release.namespace).into());
    arguments.push("--output=json".into());
    arguments.extend(of_connection(connection));
    arguments.extend(["--", release.name.as_str()].map(OsString::from));
    arguments
}

/// Uninstalls releases of one namespace, in this order. With a mark their records stay, and the newest of each gets it
/// as its description.
pub(super) fn uninstall<'a>(
    connection: &Connection,
    namespace: &Namespace,
    releases: impl IntoIterator<Item = &'a ReleaseName>,
    options: &UninstallOptions,
    mark: Option<&HistoryTag>,
    version: &semver::Version,
) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("uninstall")];
    arguments.push(format!("--namespace={namespace}").into());
    arguments.extend(of_manner(options, version).into_iter().map(OsString::from));
    if let Some(mark) = mark {
        arguments.extend(["--keep-history".into(), format!("--description={mark}").into()]);
    }
    arguments.extend(of_connection(connection));
    // No name can be taken for a flag: names are checked when they are read, and this stands before them.
    arguments.push("--".into());
    arguments.extend(releases.into_iter().map(|release| OsString::from(release.as_str())));
    arguments
}

/// Rolls a release back to a revision. However long its history is, nothing of it is cut: the very revision could be.
pub(super) fn rollback(
    connection: &Connection,
    release: &ReleaseId,
    revision: Revision,
    options: &UninstallOptions,
    version: &semver::Version,
) -> Vec<OsString> {
    let mut arguments = vec![OsString::from("rollback")];
    arguments.push(format!("--namespace={}", release.namespace).into());
    arguments.push("--history-max=0".into());
    arguments.extend(of_time(options).into_iter().map(OsString::from));
    arguments.extend(of_wait(options, version).map(OsString::from));
    arguments.extend(of_connection(connection));
    arguments.extend(["--".into(), OsString::from(release.name.as_str()), revision.to_string().into()]);
    arguments
}

/// What differs from what helm does by itself.
fn of_manner(options: &UninstallOptions, version: &semver::Version) -> Vec<String> {
    let mut flags = of_time(options);
    match options.cascade {
        Cascade::Background => {}
        Cascade::Foreground => flags.push("--cascade=foreground".to_owned()),
        Cascade::Orphan => flags.push("--cascade=orphan".to_owned()),
    }
    flags.extend(of_wait(options, version).map(str::to_owned));
    flags
}

fn of_time(options: &UninstallOptions) -> Vec<String> {
    let mut flags = vec![format!("--timeout={}s", options.timeout.as_secs())];
    if options.hooks == Hooks::Skip {
        flags.push("--no-hooks".to_owned());
    }
    flags
}

/// A value behind a space is a release of that name. A bare `--wait` is Helm 4's watcher, which may hang or be content
/// too early, and Helm 3 knows no values.
fn of_wait(options: &UninstallOptions, version: &semver::Version) -> Option<&'static str> {
    match options.wait {
        Wait::Hooks => None,
        Wait::Objects if version.major == 3 => Some("--wait"),
        Wait::Objects => Some("--wait=legacy"),
    }
}

/// The pinned cluster, as flags: they win over any variable.
fn of_connection(connection: &Connection) -> [OsString; 2] {
    let mut kubeconfig = OsString::from("--kubeconfig=");
    kubeconfig.push(connection.kubeconfig());
    [kubeconfig, format!("--kube-context={}", connection.context()).into()]
}
