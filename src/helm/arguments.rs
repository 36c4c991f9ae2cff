//! Every argument and flag that helm is ever given: the only place that spells them.
//!
//! Only what Helm 3 and Helm 4 both understand. Never `-a` (gone in Helm 4). Never `--ignore-not-found`: with it, any
//! error on the way to the release's history, a missing permission among them, becomes "uninstalled" and exit code 0.
//! Always `--max 0`: otherwise Helm silently cuts a list at 256.

use std::ffi::OsString;

use crate::cluster::Connection;
use crate::history_tag::HistoryTag;
use crate::release::{Namespace, ReleaseId, ReleaseName, Revision};
use crate::uninstall_options::{Cascade, Hooks, UninstallOptions, Wait};

/// Asks only for the version; does not contact a cluster.
pub(super) fn version() -> Vec<OsString> {
    ["version", "--template", "{{.Version}}"].map(OsString::from).to_vec()
}

/// Lists every release of the cluster in every stored state. Times are in RFC 3339 and as exact as they are stored: two
/// deployments may be less than a second apart.
pub(super) fn list(connection: &Connection) -> Vec<OsString> {
    let mut arguments = ["list", "--all-namespaces", "--max", "0", "--output", "json"].map(OsString::from).to_vec();
    arguments.extend(["--time-format", "2006-01-02T15:04:05.999999999Z07:00"].map(OsString::from));
    arguments.extend(
        ["--deployed", "--failed", "--pending", "--uninstalling", "--superseded", "--uninstalled"].map(OsString::from),
    );
    arguments.extend(connection_flags(connection));
    arguments
}

/// Shows a release with its objects, for which helm has to look up every kind. Helm 3 does so only with the flag;
/// Helm 4 always does, and does not know the flag.
pub(super) fn status(connection: &Connection, release: &ReleaseId, version: &semver::Version) -> Vec<OsString> {
    let flags = if version.major == 3 { vec!["--show-resources".to_owned()] } else { Vec::new() };
    command("status", &release.namespace, flags, connection, [release.name.to_string()])
}

/// Shows a release's newest revision as it is stored, except its chart.
pub(super) fn record(connection: &Connection, release: &ReleaseId) -> Vec<OsString> {
    command("status", &release.namespace, vec!["--output=json".to_owned()], connection, [release.name.to_string()])
}

/// Uninstalls releases of one namespace, in this order. With a tag their records stay, and the newest of each gets it
/// as its description.
pub(super) fn uninstall<'a>(
    connection: &Connection,
    namespace: &Namespace,
    releases: impl IntoIterator<Item = &'a ReleaseName>,
    options: &UninstallOptions,
    tag: Option<&HistoryTag>,
    version: &semver::Version,
) -> Vec<OsString> {
    let mut flags = hook_flags(options);
    match options.cascade {
        Cascade::Background => {}
        Cascade::Foreground => flags.push("--cascade=foreground".to_owned()),
        Cascade::Orphan => flags.push("--cascade=orphan".to_owned()),
    }
    flags.extend(wait_flag(options, version));
    if let Some(tag) = tag {
        flags.extend(["--keep-history".to_owned(), format!("--description={tag}")]);
    }
    command("uninstall", namespace, flags, connection, releases.into_iter().map(ToString::to_string))
}

/// Rolls a release back to a revision. Its history is never cut, however long it is: that could remove the very revision.
pub(super) fn rollback(
    connection: &Connection,
    release: &ReleaseId,
    revision: Revision,
    options: &UninstallOptions,
    version: &semver::Version,
) -> Vec<OsString> {
    let mut flags = vec!["--history-max=0".to_owned()];
    flags.extend(hook_flags(options));
    flags.extend(wait_flag(options, version));
    command("rollback", &release.namespace, flags, connection, [release.name.to_string(), revision.to_string()])
}

fn command(
    command: &str,
    namespace: &Namespace,
    flags: Vec<String>,
    connection: &Connection,
    names: impl IntoIterator<Item = String>,
) -> Vec<OsString> {
    let mut arguments = vec![OsString::from(command), format!("--namespace={namespace}").into()];
    arguments.extend(flags.into_iter().map(OsString::from));
    arguments.extend(connection_flags(connection));
    // No name can be taken for a flag: names are checked when they are read, and this stands before them.
    arguments.push("--".into());
    arguments.extend(names.into_iter().map(OsString::from));
    arguments
}

fn hook_flags(options: &UninstallOptions) -> Vec<String> {
    let mut flags = vec![format!("--timeout={}s", options.timeout.as_secs())];
    if options.hooks == Hooks::Skip {
        flags.push("--no-hooks".to_owned());
    }
    flags
}

/// A value after a space would be the name of a release. A bare `--wait` is Helm 4's watcher, which may hang or end too
/// early, and Helm 3 accepts no value.
fn wait_flag(options: &UninstallOptions, version: &semver::Version) -> Option<String> {
    match options.wait {
        Wait::Hooks => None,
        Wait::Objects if version.major == 3 => Some("--wait".to_owned()),
        Wait::Objects => Some("--wait=legacy".to_owned()),
    }
}

/// The pinned cluster, as flags: they win over any variable.
fn connection_flags(connection: &Connection) -> [OsString; 2] {
    let mut kubeconfig = OsString::from("--kubeconfig=");
    kubeconfig.push(connection.kubeconfig());
    [kubeconfig, format!("--kube-context={}", connection.context).into()]
}
