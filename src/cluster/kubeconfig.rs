//! From the wish to one kubeconfig with exactly one cluster, one user and one context.
//!
//! Pure but for reading the files it is told of. Paths in the result are absolute.

use std::fmt;
use std::path::{Path, PathBuf};

use kube::config::{
    AuthInfo, Cluster, Context, Kubeconfig, KubeconfigError, NamedAuthInfo, NamedCluster, NamedContext,
};

use super::wish::{ConnectionWish, InCluster, KubeconfigFiles};

/// The context's name where no kubeconfig gives one.
const IN_CLUSTER: &str = "in-cluster";
const FROM_FLAGS: &str = "kube-apiserver";

/// Why no connection could be described.
#[derive(Debug)]
pub enum ConnectionError {
    /// The kubeconfig that was named is not there.
    NoSuchFile(Vec<PathBuf>),
    /// There is no kubeconfig, and this is no pod.
    NoKubeconfig(Option<PathBuf>),
    /// A file could not be read or understood.
    Unreadable(Box<KubeconfigError>),
    /// No context is current, and none was asked for.
    NoContext,
    /// The context that was asked for is not there.
    UnknownContext {
        /// What was asked for.
        wanted: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The context speaks of a cluster that is not there or has no address.
    NoServer {
        /// The context.
        context: String,
        /// The cluster it names.
        cluster: String,
    },
    /// The private copy for client and children could not be written.
    NotPinned(std::io::Error),
}

/// A kubeconfig with one context, and that context's parts.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) context: String,
    pub(super) server: String,
    pub(super) namespace: Option<String>,
    pub(super) in_cluster: bool,
    pub(super) kubeconfig: Kubeconfig,
}

struct Parts {
    context: String,
    cluster: Cluster,
    user: AuthInfo,
    namespace: Option<String>,
    in_cluster: bool,
}

/// Resolves a wish.
///
/// # Errors
/// Where files are missing or unreadable, or the context or its cluster is not among them.
pub(super) fn resolve(wish: &ConnectionWish) -> Result<Resolved, ConnectionError> {
    let mut parts = match read_files(&wish.kubeconfig)? {
        Some(kubeconfig) => parts_of_context(wish, kubeconfig)?,
        None => parts_without_kubeconfig(wish)?,
    };
    apply_overrides(wish, &mut parts);
    let server = parts.cluster.server.clone().filter(|server| !server.is_empty());
    let server = server
        .ok_or_else(|| ConnectionError::NoServer { context: parts.context.clone(), cluster: parts.context.clone() })?;
    let (context, namespace, in_cluster) = (parts.context.clone(), parts.namespace.clone(), parts.in_cluster);
    Ok(Resolved { context, server, namespace, in_cluster, kubeconfig: single(parts) })
}

/// The merged kubeconfig; none where the usual file does not exist or is empty.
fn read_files(files: &KubeconfigFiles) -> Result<Option<Kubeconfig>, ConnectionError> {
    let (paths, may_be_missing) = match files {
        KubeconfigFiles::Flag(path) => (std::slice::from_ref(path), false),
        KubeconfigFiles::Variable(paths) => (paths.as_slice(), false),
        KubeconfigFiles::Usual(path) => (path.as_slice(), true),
    };
    let existing = paths.iter().filter(|path| path.exists()).collect::<Vec<_>>();
    if existing.is_empty() {
        return if may_be_missing { Ok(None) } else { Err(ConnectionError::NoSuchFile(paths.to_vec())) };
    }
    let unreadable = |error| ConnectionError::Unreadable(Box::new(error));
    let mut merged = Kubeconfig::default();
    for path in existing {
        // Relative paths inside are taken from the file's folder, so that has to be absolute itself.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        merged = Kubeconfig::read_from(path).and_then(|next| merged.merge(next)).map_err(unreadable)?;
    }
    Ok((!merged.contexts.is_empty() || !may_be_missing).then_some(merged))
}

fn parts_of_context(wish: &ConnectionWish, kubeconfig: Kubeconfig) -> Result<Parts, ConnectionError> {
    let current = kubeconfig.current_context.filter(|name| !name.is_empty());
    let Some(name) = wish.context.clone().or(current) else {
        // Flags alone can describe a connection as well.
        return if wish.api_server.is_some() {
            parts_without_kubeconfig(wish)
        } else {
            Err(ConnectionError::NoContext)
        };
    };
    let known = || kubeconfig.contexts.iter().map(|context| context.name.clone()).collect::<Vec<_>>();
    let context = kubeconfig
        .contexts
        .iter()
        .find(|context| context.name == name)
        .and_then(|context| context.context.clone())
        .ok_or_else(|| ConnectionError::UnknownContext { wanted: name.clone(), known: known() })?;
    let named = kubeconfig.clusters.into_iter().find(|cluster| cluster.name == context.cluster);
    let cluster = match (named.and_then(|cluster| cluster.cluster), &wish.api_server) {
        (Some(cluster), _) => cluster,
        (None, Some(_)) => Cluster::default(),
        (None, None) => return Err(ConnectionError::NoServer { context: name, cluster: context.cluster }),
    };
    let user = kubeconfig.auth_infos.into_iter().find(|user| Some(&user.name) == context.user.as_ref());
    let user = user.and_then(|user| user.auth_info).unwrap_or_default();
    Ok(Parts { context: name, cluster, user, namespace: context.namespace, in_cluster: false })
}

fn parts_without_kubeconfig(wish: &ConnectionWish) -> Result<Parts, ConnectionError> {
    if let Some(wanted) = &wish.context {
        return Err(ConnectionError::UnknownContext { wanted: wanted.clone(), known: Vec::new() });
    }
    if let Some(pod) = wish.in_cluster.as_ref().filter(|pod| pod.service_account.join("token").exists()) {
        return Ok(parts_of_pod(pod));
    }
    if wish.api_server.is_some() {
        return Ok(Parts {
            context: FROM_FLAGS.to_owned(),
            cluster: Cluster::default(),
            user: AuthInfo::default(),
            namespace: None,
            in_cluster: false,
        });
    }
    match &wish.kubeconfig {
        KubeconfigFiles::Usual(path) => Err(ConnectionError::NoKubeconfig(path.clone())),
        KubeconfigFiles::Flag(_) | KubeconfigFiles::Variable(_) => Err(ConnectionError::NoContext),
    }
}

/// What a pod knows of its cluster, in the words of a kubeconfig: the token stays a file, for it is renewed.
fn parts_of_pod(pod: &InCluster) -> Parts {
    let file = |name: &str| pod.service_account.join(name).display().to_string();
    let host = if pod.host.contains(':') { format!("[{}]", pod.host) } else { pod.host.clone() };
    let namespace = std::fs::read_to_string(pod.service_account.join("namespace")).ok();
    Parts {
        context: IN_CLUSTER.to_owned(),
        cluster: Cluster {
            server: Some(format!("https://{host}:{}", pod.port)),
            certificate_authority: Some(file("ca.crt")),
            ..Cluster::default()
        },
        user: AuthInfo { token_file: Some(file("token")), ..AuthInfo::default() },
        namespace: namespace.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
        in_cluster: true,
    }
}

/// Helm's connection flags, with the precedence they have in Helm: over the kubeconfig.
fn apply_overrides(wish: &ConnectionWish, parts: &mut Parts) {
    if let Some(server) = &wish.api_server {
        parts.cluster.server = Some(server.clone());
    }
    if let Some(file) = &wish.certificate_authority {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        parts.cluster.certificate_authority = Some(absolute.display().to_string());
        parts.cluster.certificate_authority_data = None;
    }
    if wish.skip_tls_verify {
        parts.cluster.insecure_skip_tls_verify = Some(true);
        // Both together are refused by Helm's client.
        parts.cluster.certificate_authority = None;
        parts.cluster.certificate_authority_data = None;
    }
    if let Some(name) = &wish.tls_server_name {
        parts.cluster.tls_server_name = Some(name.clone());
    }
    if let Some(token) = &wish.token {
        parts.user.token = Some(token.clone().into());
        // Other ways to log in would compete with it, not in the same order everywhere.
        parts.user.token_file = None;
        parts.user.exec = None;
        parts.user.auth_provider = None;
        parts.user.username = None;
        parts.user.password = None;
    }
    if let Some(user) = &wish.as_user {
        parts.user.impersonate = Some(user.clone());
    }
    if !wish.as_groups.is_empty() {
        parts.user.impersonate_groups = Some(wish.as_groups.clone());
    }
}

/// One cluster, one user, one context, all under the context's name.
fn single(parts: Parts) -> Kubeconfig {
    let name = parts.context;
    let context =
        Context { cluster: name.clone(), user: Some(name.clone()), namespace: parts.namespace, ..Context::default() };
    Kubeconfig {
        kind: Some("Config".to_owned()),
        api_version: Some("v1".to_owned()),
        current_context: Some(name.clone()),
        clusters: vec![NamedCluster { name: name.clone(), cluster: Some(parts.cluster), ..NamedCluster::default() }],
        auth_infos: vec![NamedAuthInfo { name: name.clone(), auth_info: Some(parts.user), ..NamedAuthInfo::default() }],
        contexts: vec![NamedContext { name, context: Some(context), ..NamedContext::default() }],
        ..Kubeconfig::default()
    }
}

impl ConnectionError {
    /// How to go on.
    pub fn hint(&self) -> Option<String> {
        match self {
            ConnectionError::NoSuchFile(_) => Some("check `KUBECONFIG` and `--kubeconfig`".to_owned()),
            ConnectionError::NoKubeconfig(_) => {
                Some("log in to the cluster, or name a kubeconfig with `KUBECONFIG` or `--kubeconfig`".to_owned())
            }
            ConnectionError::NoContext => {
                Some("choose one: `kubectl config use-context NAME`, or `--kube-context NAME`".to_owned())
            }
            ConnectionError::UnknownContext { wanted, known } => known_contexts(wanted, known),
            ConnectionError::NoServer { .. } => Some("look at its `clusters` entry".to_owned()),
            ConnectionError::Unreadable(_) => None,
            ConnectionError::NotPinned(_) => Some("set `TMPDIR` to a folder that can be written to".to_owned()),
        }
    }
}

fn known_contexts(wanted: &str, known: &[String]) -> Option<String> {
    let close = |name: &&String| strsim::jaro_winkler(wanted, name) > 0.8;
    match (known.iter().find(close), known.is_empty()) {
        (Some(name), _) => Some(format!("did you mean `{name}`?")),
        (None, false) => Some(format!("there are: {}", known.join(", "))),
        (None, true) => None,
    }
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectionError::NoSuchFile(paths) => write!(f, "there is no kubeconfig at {}", listed(paths)),
            ConnectionError::NoKubeconfig(Some(path)) => {
                write!(f, "there is no kubeconfig at {}, and this is no pod", listed(std::slice::from_ref(path)))
            }
            ConnectionError::NoKubeconfig(None) => f.write_str("there is no kubeconfig, and this is no pod"),
            ConnectionError::Unreadable(_) => f.write_str("the kubeconfig could not be read"),
            ConnectionError::NoContext => f.write_str("the kubeconfig has no current context"),
            ConnectionError::UnknownContext { wanted, .. } => write!(f, "the kubeconfig has no context `{wanted}`"),
            ConnectionError::NoServer { context, cluster } => {
                write!(f, "the context `{context}` names the cluster `{cluster}`, which has no server")
            }
            ConnectionError::NotPinned(_) => f.write_str("the connection could not be written to a private file"),
        }
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let quoted = |path: &PathBuf| format!("`{}`", Path::display(path));
    paths.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

impl std::error::Error for ConnectionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ConnectionError::Unreadable(error) => Some(error),
            ConnectionError::NotPinned(error) => Some(error),
            _ => None,
        }
    }
}
