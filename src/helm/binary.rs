//! The helm binary: found once, asked for its version once, and started with the same environment for every child.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::arguments;
use super::child::{ChildLimits, Invocation, run_for_output};
use super::failure_message::HelmMessage;
use crate::cluster::Connection;
use crate::signal::CancelToken;

/// The oldest Helm that stops before it removes the record when an object could not be deleted.
const OLDEST: semver::Version = semver::Version::new(3, 10, 0);
/// The first Helm whose behaviour is not known.
const TOO_NEW: u64 = 5;
/// How much is shown of a text that is not a version.
const LONGEST_VERSION: usize = 100;
/// `helm version` needs no cluster, so this is generous.
const VERSION_DEADLINE: Duration = Duration::from_secs(30);

/// Variables that would point helm away from the pinned cluster: they are resolved into its kubeconfig.
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
    // A child is not a plugin.
    "HELM_PLUGIN_DIR",
];

/// Variables of a child: to set, or to remove if the value is `None`.
type Variables = Vec<(OsString, Option<OsString>)>;

/// A helm process that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helm {
    /// The absolute path of the program.
    pub(crate) path: PathBuf,
    pub(crate) version: semver::Version,
    /// A folder for its discovery cache, if not the default one.
    cache: Option<PathBuf>,
}

/// Why there is no usable helm.
#[derive(Debug, thiserror::Error)]
pub enum HelmError {
    #[error("`{name}` was not found")]
    Missing {
        /// The value of `HELM_BIN`, or `helm`.
        name: String,
        source: which::Error,
    },
    /// It could not be started, or it failed.
    #[error("`{}` does not print its version: {what}", path.display())]
    Silent { path: PathBuf, what: String },
    /// It is not a Helm whose behaviour is known.
    #[error("`{}` is version {version:?}; Helm {OLDEST} or later, 3 or 4, is needed", path.display())]
    Unsupported {
        path: PathBuf,
        /// Its answer.
        version: String,
    },
}

/// The settings of the Go runtime of a helm process that changes releases. It lives for a moment, and many of them share the
/// machine. What the user has set stays.
#[derive(Debug, Clone)]
pub struct GoRuntime(Vec<(&'static str, &'static str)>);

impl Helm {
    /// Finds helm, at the path or under the name `wanted` (`HELM_BIN`, which may be a bare name or relative), else
    /// `helm` on PATH. Asks it for its version.
    ///
    /// # Errors
    /// If there is none, it does not answer, or its version is not supported.
    pub fn find(wanted: Option<&str>, cache: Option<PathBuf>, stop: &CancelToken) -> Result<Self, HelmError> {
        let name = wanted.filter(|name| !name.is_empty()).unwrap_or("helm");
        let missing = |source| HelmError::Missing { name: name.to_owned(), source };
        let found = which::which(name).map_err(missing)?;
        let path = std::path::absolute(&found).unwrap_or(found);
        let text = query_version(&path, stop)?;
        match supported(&text) {
            Some(version) => Ok(Self { path, version, cache }),
            None => Err(HelmError::Unsupported { path, version: text.chars().take(LONGEST_VERSION).collect() }),
        }
    }

    /// The same helm with this folder for its discovery cache.
    #[must_use]
    pub fn with_discovery_cache(self, folder: PathBuf) -> Self {
        Self { cache: Some(folder), ..self }
    }

    /// To read from a cluster. Without debug lines: `helm list` would print whole records in them that it cannot decode,
    /// secret data included.
    pub(super) fn query(&self, arguments: Vec<OsString>, connection: &Connection) -> Invocation {
        self.invocation(arguments, connection, false)
    }

    /// To change a release. With debug lines on stderr: the cause of a failed uninstall is only there.
    pub(super) fn action(&self, arguments: Vec<OsString>, connection: &Connection, runtime: &GoRuntime) -> Invocation {
        let mut invocation = self.invocation(arguments, connection, true);
        invocation.environment.extend(runtime.0.iter().map(|(name, value)| (name.into(), Some(value.into()))));
        invocation
    }

    fn invocation(&self, arguments: Vec<OsString>, connection: &Connection, debug: bool) -> Invocation {
        let environment = variables(Some(connection.kubeconfig()), debug, self.cache.as_deref());
        Invocation { program: self.path.clone(), arguments, environment }
    }
}

/// The version that helm reports, if it is supported.
fn supported(text: &str) -> Option<semver::Version> {
    let version = semver::Version::parse(text.trim().trim_start_matches('v')).ok()?;
    (version >= OLDEST && version.major < TOO_NEW).then_some(version)
}

fn query_version(path: &Path, stop: &CancelToken) -> Result<String, HelmError> {
    let environment = variables(None, false, None);
    let invocation = Invocation { program: path.to_owned(), arguments: arguments::version(), environment };
    let silent = |what| HelmError::Silent { path: path.to_owned(), what };
    let (exit, stdout) = run_for_output(&invocation, ChildLimits::with_deadline(VERSION_DEADLINE), stop, 4 << 10)
        .map_err(|error| silent(error.to_string()))?;
    if exit.succeeded() {
        Ok(String::from_utf8_lossy(&stdout).trim().to_owned())
    } else {
        Err(silent(HelmMessage::from_stderr(&exit.stderr).error))
    }
}

/// Without a `cache` that it can write to, every child would fetch the kinds of the cluster again.
fn variables(kubeconfig: Option<&Path>, debug: bool, cache: Option<&Path>) -> Variables {
    let mut variables = RESOLVED.iter().map(|name| (OsString::from(name), None)).collect::<Variables>();
    let mut set = |name: &str, value: &OsStr| variables.push((name.into(), Some(value.to_owned())));
    // Helm 3 prints warnings about other plugins on stdout, before the JSON. Only the value 1 works.
    set("HELM_NO_PLUGINS", OsStr::new("1"));
    set("HELM_DEBUG", OsStr::new(if debug { "true" } else { "false" }));
    set("HELM_COLOR", OsStr::new("never"));
    set("NO_COLOR", OsStr::new("1"));
    set("LC_ALL", OsStr::new("C"));
    if let Some(kubeconfig) = kubeconfig {
        set("KUBECONFIG", kubeconfig.as_os_str());
    }
    if let Some(cache) = cache {
        set("KUBECACHEDIR", cache.as_os_str());
    }
    variables
}

impl GoRuntime {
    /// What to set beside the user's `GOGC`, `GOMEMLIMIT` and `GOMAXPROCS`.
    pub fn beside(gogc: Option<&OsStr>, gomemlimit: Option<&OsStr>, gomaxprocs: Option<&OsStr>) -> Self {
        let variables = [
            // Helm is gone before a collection has paid off.
            (gogc.is_none(), ("GOGC", "400")),
            // Helm downloads the whole of a long history: a lazy collector must not multiply that.
            (gogc.is_none() && gomemlimit.is_none(), ("GOMEMLIMIT", "256MiB")),
            // Helm waits most of the time, and other processes wait for the cores.
            (gomaxprocs.is_none(), ("GOMAXPROCS", "1")),
        ];
        Self(variables.into_iter().filter_map(|(is_set, variable)| is_set.then_some(variable)).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fuzz_input_test::any_like;

    proptest! {
        #[test]
        fn whatever_helm_says_of_itself_only_a_version_that_is_known_is_taken(
            bytes in any_like(["v3.21.4", "v4.3.0-rc.1+build", "3.10.0", "v18446744073709551616.0.0"].map(Into::into).into()),
        ) {
            let text = String::from_utf8_lossy(&bytes);
            if let Some(version) = supported(&text) {
                prop_assert!((3..5).contains(&version.major) && version >= OLDEST);
                prop_assert_eq!(text.trim().trim_start_matches('v'), version.to_string());
            }
        }
    }
}
