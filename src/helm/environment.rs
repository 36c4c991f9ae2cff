//! What a helm child finds in its environment that differs from this program's own.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Whether a child says in debug lines on stderr what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Debug {
    /// The cause of a failed uninstall is only there.
    On,
    /// `helm list` would print undecodable records whole, secret data included.
    Off,
}

/// How the runtime of a helm that uninstalls is set: it lives for a moment, and many of them share the machine. What
/// the user has set stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoRuntime {
    collector: Collector,
    threads: Threads,
}

/// How it collects its garbage. It is gone before collecting has paid off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Collector {
    /// Lazily, and within bounds.
    Lazy,
    /// Lazily, and within the bounds that the user has set.
    LazyWithin,
    /// As the user wants it.
    AsSet,
}

/// How many threads run its code. It waits most of the time, and others wait for the cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Threads {
    One,
    /// As the user wants it.
    AsSet,
}

impl GoRuntime {
    /// What is right where the user has set `GOGC`, `GOMEMLIMIT` or `GOMAXPROCS`, or none of them.
    pub fn beside(gogc: Option<&OsStr>, gomemlimit: Option<&OsStr>, gomaxprocs: Option<&OsStr>) -> Self {
        let collector = match (gogc, gomemlimit) {
            (Some(_), _) => Collector::AsSet,
            (None, Some(_)) => Collector::LazyWithin,
            (None, None) => Collector::Lazy,
        };
        Self { collector, threads: if gomaxprocs.is_some() { Threads::AsSet } else { Threads::One } }
    }

    /// The changes for one child.
    pub(super) fn changes(self) -> Vec<(OsString, Option<OsString>)> {
        const GOGC: (&str, &str) = ("GOGC", "400");
        // A release with a long history is downloaded whole: that must not be multiplied by the laziness.
        const GOMEMLIMIT: (&str, &str) = ("GOMEMLIMIT", "256MiB");
        let collector: &[(&str, &str)] = match self.collector {
            Collector::Lazy => &[GOGC, GOMEMLIMIT],
            Collector::LazyWithin => &[GOGC],
            Collector::AsSet => &[],
        };
        let threads: &[(&str, &str)] = match self.threads {
            Threads::One => &[("GOMAXPROCS", "1")],
            Threads::AsSet => &[],
        };
        collector.iter().chain(threads).map(|(name, value)| (name.into(), Some(value.into()))).collect()
    }
}

/// Variables that would point helm away from the pinned cluster: they have been resolved into it.
const RESOLVED: [&str; 10] = [
    "HELM_NAMESPACE",
    "HELM_KUBECONTEXT",
    "HELM_KUBETOKEN",
    "HELM_KUBEASUSER",
    "HELM_KUBEASGROUPS",
    "HELM_KUBEAPISERVER",
    "HELM_KUBECAFILE",
    "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
    "HELM_KUBETLS_SERVER_NAME",
    // A child is no plugin.
    "HELM_PLUGIN_DIR",
];

/// The changes for one child. `cache` is a folder for what kinds there are: where the usual one cannot be written to,
/// every child would fetch that anew.
pub(super) fn changes(
    kubeconfig: Option<&Path>,
    debug: Debug,
    cache: Option<&Path>,
) -> Vec<(OsString, Option<OsString>)> {
    let mut changes: Vec<(OsString, Option<OsString>)> =
        RESOLVED.iter().map(|name| (OsString::from(name), None)).collect();
    let mut set = |name: &str, value: &OsStr| changes.push((name.into(), Some(value.to_owned())));
    // Helm 3 prints warnings about other plugins on stdout, before the JSON. Only the value 1 works.
    set("HELM_NO_PLUGINS", OsStr::new("1"));
    set("HELM_DEBUG", OsStr::new(if debug == Debug::On { "true" } else { "false" }));
    set("HELM_COLOR", OsStr::new("never"));
    set("NO_COLOR", OsStr::new("1"));
    set("LC_ALL", OsStr::new("C"));
    if let Some(kubeconfig) = kubeconfig {
        set("KUBECONFIG", kubeconfig.as_os_str());
    }
    if let Some(cache) = cache {
        set("KUBECACHEDIR", cache.as_os_str());
    }
    changes
}
