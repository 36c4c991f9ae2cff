//! The environment variables that this program reads, as they were at the start.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::clock::Clock;
#[cfg(feature = "fake-helm")]
use crate::run_id::RunId;

/// Where every pod finds its service account.
const SERVICE_ACCOUNT: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Every variable that is read. Empty ones count as not set: Helm exports some of them empty.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `HELM_BIN`: the helm that runs this program as a plugin, as it was typed.
    pub helm_bin: Option<String>,
    /// `HELM_PLUGIN_NAME`: what this plugin is called.
    pub helm_plugin_name: Option<String>,
    /// `HELM_NAMESPACE`: under Helm always set, to the kubeconfig's default if nothing else.
    pub helm_namespace: Option<String>,
    /// `HELM_DRIVER`: where releases are stored.
    pub helm_driver: Option<String>,
    /// `HELM_DEBUG` is true.
    pub helm_debug: bool,
    /// `HELM_PURGE_SELF`: this program's own release, as `namespace/name`.
    pub own_release: Option<String>,
    /// `JOB_COMPLETION_INDEX`: which pod of an Indexed Job this is, counted from 0, as it was written.
    pub completion_index: Option<String>,
    /// `GITHUB_ACTIONS` is true: what is printed in GitHub's format becomes an annotation of a change.
    pub github_actions: bool,
    /// `NO_COLOR` is set.
    pub no_colour: bool,
    /// `TERM`.
    pub term: Option<String>,
    pub connection: ConnectionOptions,
    /// `USER`, or `LOGNAME`. Untrusted text, and nothing depends on it.
    pub user: Option<String>,
    /// The host name; in a pod the pod's name. Untrusted text, and nothing depends on it.
    pub machine: String,
    /// The time for everything that is printed and written.
    pub clock: Clock,
    /// `HELM_PURGE_TEST_RUN_ID`: the ID of the next run, so that tests know what is printed and written.
    #[cfg(feature = "fake-helm")]
    pub run_id: Option<RunId>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// The folder for data that outlives a program: `XDG_STATE_HOME`, or `.local/state` in the home folder.
    pub state_home: Option<PathBuf>,
    /// `KUBECACHEDIR`: the discovery cache of kubectl and helm.
    pub kube_cache: Option<PathBuf>,
    /// `GOGC`: how lazy the garbage collector of a program in Go is, such as helm.
    pub go_collector: Option<OsString>,
    /// `GOMEMLIMIT`: how much memory each may use before its collector is not lazy any more.
    pub go_memory: Option<OsString>,
    /// `GOMAXPROCS`: how many threads of each run at the same time.
    pub go_threads: Option<OsString>,
    /// The name of the first variable that is not UTF-8, if there is one. To ignore it could mean another cluster, or more
    /// namespaces.
    pub not_text: Option<String>,
}

/// Every setting that decides which cluster is meant, and which user. Nothing is resolved yet.
///
/// The fields from `token` on are those that Helm takes as flags and hands to a plugin as `HELM_KUBE*`.
#[derive(Debug, Clone, Default)]
pub struct ConnectionOptions {
    pub kubeconfig: KubeconfigFiles,
    /// Without one, the current context of the kubeconfig.
    pub context: Option<String>,
    /// A bearer token. It replaces any other login except a client certificate, which Helm sends as well.
    pub token: Option<String>,
    /// The user to act as.
    pub as_user: Option<String>,
    /// The groups to act as.
    pub as_groups: Vec<String>,
    /// Replaces the address in the kubeconfig.
    pub api_server: Option<String>,
    /// A file with the certificates of the API server's authority.
    pub certificate_authority: Option<String>,
    pub skip_tls_verify: bool,
    /// The name that the API server's certificate must have.
    pub tls_server_name: Option<String>,
    /// In a pod: its own cluster.
    pub in_cluster: Option<InCluster>,
}

/// The files that make up the kubeconfig.
#[derive(Debug, Clone)]
pub enum KubeconfigFiles {
    /// The file that a flag names: it must exist.
    Flag(PathBuf),
    /// The list in `KUBECONFIG`: the files that exist are merged, and the first value of each setting wins.
    Variable(Vec<PathBuf>),
    /// `~/.kube/config`, if there is a home folder.
    Default(Option<PathBuf>),
}

/// The address in a pod's environment, and the folder with its service account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InCluster {
    /// `KUBERNETES_SERVICE_HOST`.
    pub host: String,
    /// `KUBERNETES_SERVICE_PORT`.
    pub port: String,
    /// The folder with `token`, `ca.crt` and `namespace`.
    pub service_account: PathBuf,
}

impl Default for KubeconfigFiles {
    fn default() -> Self {
        KubeconfigFiles::Default(None)
    }
}

impl Environment {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn read() -> Self {
        Self::from_lookup(&|name| std::env::var_os(name))
    }

    /// Reads an environment given as a function: for tests.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let not_text = RefCell::new(None);
        let raw = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &str| {
            let value = raw(name)?.into_string();
            value.map_err(|_| not_text.borrow_mut().get_or_insert_with(|| name.to_owned()).clone()).ok()
        };
        let truth = |name: &str| text(name).is_some_and(|value| value.parse().unwrap_or(value == "1"));
        let home = raw("HOME").map(PathBuf::from);
        let environment = Self {
            helm_bin: text("HELM_BIN"),
            helm_plugin_name: text("HELM_PLUGIN_NAME"),
            // An empty one is not one that is not set: a variable of a CI job was.
            helm_namespace: text("HELM_NAMESPACE").or_else(|| lookup("HELM_NAMESPACE").map(|_| String::new())),
            helm_driver: text("HELM_DRIVER"),
            helm_debug: truth("HELM_DEBUG"),
            own_release: text("HELM_PURGE_SELF"),
            completion_index: text("JOB_COMPLETION_INDEX"),
            github_actions: truth("GITHUB_ACTIONS"),
            no_colour: raw("NO_COLOR").is_some(),
            term: text("TERM"),
            connection: connection(&raw, &text, truth("HELM_KUBEINSECURE_SKIP_TLS_VERIFY"), home.as_deref()),
            user: raw("USER").or_else(|| raw("LOGNAME")).map(|name| name.to_string_lossy().into_owned()),
            machine: machine(&text),
            clock: clock(&text),
            #[cfg(feature = "fake-helm")]
            run_id: text("HELM_PURGE_TEST_RUN_ID").and_then(|id| id.parse().ok()),
            state_home: state_home(raw("XDG_STATE_HOME"), home.as_deref()),
            home,
            kube_cache: raw("KUBECACHEDIR").map(PathBuf::from),
            go_collector: raw("GOGC"),
            go_memory: raw("GOMEMLIMIT"),
            go_threads: raw("GOMAXPROCS"),
            not_text: None,
        };
        Self { not_text: not_text.into_inner(), ..environment }
    }
}

fn connection(
    raw: &dyn Fn(&str) -> Option<OsString>,
    text: &dyn Fn(&str) -> Option<String>,
    skip_tls_verify: bool,
    home: Option<&Path>,
) -> ConnectionOptions {
    let groups = text("HELM_KUBEASGROUPS").unwrap_or_default();
    let groups = groups.split(',').filter(|group| !group.is_empty()).map(str::to_owned);
    ConnectionOptions {
        kubeconfig: kubeconfig_files(raw("KUBECONFIG"), home),
        context: text("HELM_KUBECONTEXT"),
        token: text("HELM_KUBETOKEN"),
        as_user: text("HELM_KUBEASUSER"),
        as_groups: groups.collect(),
        api_server: text("HELM_KUBEAPISERVER"),
        certificate_authority: text("HELM_KUBECAFILE"),
        skip_tls_verify,
        tls_server_name: text("HELM_KUBETLS_SERVER_NAME"),
        in_cluster: text("KUBERNETES_SERVICE_HOST")
            .zip(text("KUBERNETES_SERVICE_PORT"))
            .map(|(host, port)| InCluster { host, port, service_account: PathBuf::from(SERVICE_ACCOUNT) }),
    }
}

/// The name of the host; tests choose it.
fn machine(text: &dyn Fn(&str) -> Option<String>) -> String {
    let chosen = cfg!(feature = "fake-helm").then(|| text("HELM_PURGE_TEST_HOST")).flatten();
    chosen.unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned())
}

#[cfg(not(feature = "fake-helm"))]
fn clock(_: &dyn Fn(&str) -> Option<String>) -> Clock {
    Clock::System
}

/// Tests can make the clock stand still, or put it ahead. The path lives as long as the program.
#[cfg(feature = "fake-helm")]
fn clock(text: &dyn Fn(&str) -> Option<String>) -> Clock {
    let at = text("HELM_PURGE_TEST_NOW").and_then(|time| time.parse().ok());
    let ahead = text("HELM_PURGE_TEST_AHEAD").map(|file| Clock::Ahead(Box::leak(PathBuf::from(file).into())));
    at.map(Clock::StandsStill).or(ahead).unwrap_or_default()
}

/// A relative path is ignored, as the specification of these folders demands.
fn state_home(variable: Option<OsString>, home: Option<&Path>) -> Option<PathBuf> {
    let named = variable.map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| home.map(|home| home.join(".local").join("state")))
}

fn kubeconfig_files(variable: Option<OsString>, home: Option<&Path>) -> KubeconfigFiles {
    let listed = variable.map(|list| std::env::split_paths(&list).collect::<Vec<_>>()).unwrap_or_default();
    let listed = listed.into_iter().filter(|path| !path.as_os_str().is_empty()).collect::<Vec<_>>();
    if listed.is_empty() {
        KubeconfigFiles::Default(home.map(|home| home.join(".kube").join("config")))
    } else {
        KubeconfigFiles::Variable(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value));
        Environment::from_lookup(&find)
    }

    #[test]
    fn variables_that_helm_exports_empty_count_as_not_set() {
        let read = environment(&[
            ("HELM_KUBECONTEXT", ""),
            ("HELM_KUBETOKEN", ""),
            ("HELM_DEBUG", "false"),
            ("KUBECONFIG", ""),
        ]);
        assert!(read.connection.context.is_none() && read.connection.token.is_none() && !read.helm_debug);
        assert!(matches!(read.connection.kubeconfig, KubeconfigFiles::Default(None)));
    }

    #[test]
    fn a_variable_that_is_not_text_is_remembered_and_no_gap() {
        let broken = |name: &str| (name == "HELM_KUBECONTEXT").then(|| OsString::from_vec(vec![0xff]));
        assert_eq!(Environment::from_lookup(&broken).not_text, Some("HELM_KUBECONTEXT".to_owned()));
    }

    #[test]
    fn state_is_kept_where_the_variable_says_or_in_the_home_folder() {
        let kept = |variables: &[(&str, &str)]| environment(variables).state_home;
        assert_eq!(kept(&[("XDG_STATE_HOME", "/state"), ("HOME", "/home/x")]), Some(PathBuf::from("/state")));
        for relative in ["", "state"] {
            let kept = kept(&[("XDG_STATE_HOME", relative), ("HOME", "/home/x")]);
            assert_eq!(kept, Some(PathBuf::from("/home/x/.local/state")));
        }
        assert_eq!(kept(&[]), None);
    }

    #[test]
    fn a_list_of_kubeconfigs_is_taken_apart_and_its_gaps_are_left_out() {
        let read = environment(&[("KUBECONFIG", ":/a::/b:"), ("HOME", "/home/x")]);
        match read.connection.kubeconfig {
            KubeconfigFiles::Variable(paths) => assert_eq!(paths, [PathBuf::from("/a"), PathBuf::from("/b")]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn impersonation_and_flags_of_helm_arrive() {
        let read = environment(&[
            ("HELM_KUBEASUSER", "bob"),
            ("HELM_KUBEASGROUPS", "a,b"),
            ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", "true"),
            ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
            ("KUBERNETES_SERVICE_PORT", "443"),
        ]);
        assert_eq!(read.connection.as_groups, ["a", "b"]);
        assert!(read.connection.skip_tls_verify && read.connection.in_cluster.is_some());
    }
}
