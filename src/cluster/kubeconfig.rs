//! From the user's options to one kubeconfig with exactly one cluster, one user and one context.
//!
//! Paths in the result are absolute.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use kube::config::{
    AuthInfo, Cluster, Context, Kubeconfig, KubeconfigError, NamedAuthInfo, NamedCluster, NamedContext,
};

use crate::settings::{ConnectionOptions, InCluster, KubeconfigFiles};

/// The context's name if no kubeconfig gives one.
const IN_CLUSTER: &str = "in-cluster";
/// The context's name if flags name the server: what a kubeconfig calls its own cluster does not describe that server.
const FROM_FLAGS: &str = "kube-apiserver";

/// A kubeconfig with one context, and what it says.
#[derive(Debug, Clone)]
pub(super) struct ResolvedConnection {
    pub(super) context: String,
    pub(super) server: String,
    pub(super) namespace: Option<String>,
    pub(super) in_cluster: bool,
    pub(super) kubeconfig: Kubeconfig,
}

/// What a kubeconfig, a pod or flags say, before it becomes one kubeconfig again.
struct ConnectionParts {
    context: String,
    cluster: Cluster,
    user: AuthInfo,
    namespace: Option<String>,
    in_cluster: bool,
}

/// # Errors
/// If files are missing or unreadable, or do not have the context or its cluster.
pub(super) fn resolve(options: &ConnectionOptions) -> Result<ResolvedConnection, ConnectionError> {
    let mut parts = match read_files(&options.kubeconfig)? {
        Some(kubeconfig) => parts_of_context(options, kubeconfig)?,
        None => parts_without_kubeconfig(options)?,
    };
    apply_flags(options, &mut parts);
    let server = parts.cluster.server.clone().filter(|server| !server.is_empty());
    let server = server.ok_or_else(|| ConnectionError::NoServer { context: parts.context.clone() })?;
    let (context, namespace, in_cluster) = (parts.context.clone(), parts.namespace.clone(), parts.in_cluster);
    Ok(ResolvedConnection { context, server, namespace, in_cluster, kubeconfig: single(parts) })
}

/// The names of a kubeconfig's contexts, which are untrusted text. None if there is no readable kubeconfig.
pub fn context_names(options: &ConnectionOptions) -> Vec<String> {
    let read = read_files(&options.kubeconfig).ok().flatten();
    read.map(|read| read.contexts.into_iter().map(|context| context.name).collect()).unwrap_or_default()
}

/// The merged kubeconfig. None if the default file does not exist or is empty.
fn read_files(files: &KubeconfigFiles) -> Result<Option<Kubeconfig>, ConnectionError> {
    let (paths, may_be_missing) = match files {
        KubeconfigFiles::Flag(path) => (std::slice::from_ref(path), false),
        KubeconfigFiles::Variable(paths) => (paths.as_slice(), false),
        KubeconfigFiles::Default(path) => (path.as_slice(), true),
    };
    let mut existing = Vec::new();
    for path in paths {
        if exists(path)? {
            existing.push(path);
        }
    }
    if existing.is_empty() {
        return if may_be_missing { Ok(None) } else { Err(ConnectionError::NoSuchFile(paths.to_vec())) };
    }
    let unreadable = |error| ConnectionError::Unreadable(Box::new(error));
    let mut merged = Kubeconfig::default();
    for path in existing {
        // Paths inside a kubeconfig are relative to its folder, which must be absolute for that.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        check_utf16(&path).map_err(unreadable)?;
        let mut next = Kubeconfig::read_from(path).map_err(unreadable)?;
        // `kubectl config unset current-context` leaves an empty name behind.
        next.current_context = next.current_context.filter(|name| !name.is_empty());
        merged = merged.merge(next).map_err(unreadable)?;
    }
    Ok((!merged.contexts.is_empty() || !may_be_missing).then_some(merged))
}

/// UTF-16 with an odd number of bytes is an error, because kube panics over it. A file that can be read only once, as
/// `<(…)` of a shell, is not checked.
fn check_utf16(path: &Path) -> Result<(), KubeconfigError> {
    if !path.is_file() {
        return Ok(());
    }
    let refused = |error| KubeconfigError::ReadConfig(error, path.to_owned());
    let bytes = std::fs::read(path).map_err(refused)?;
    let is_wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    if is_wide && bytes.len() % 2 == 1 {
        return Err(refused(io::Error::new(io::ErrorKind::InvalidData, "UTF-16 that ends within a character")));
    }
    Ok(())
}

/// A missing file is skipped. A file that cannot be examined is an error: the user may mean it.
fn exists(path: &Path) -> Result<bool, ConnectionError> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(ConnectionError::NotSeen(path.to_owned(), error)),
    }
}

fn parts_of_context(options: &ConnectionOptions, kubeconfig: Kubeconfig) -> Result<ConnectionParts, ConnectionError> {
    let Some(name) = options.context.clone().or_else(|| kubeconfig.current_context.clone()) else {
        // Flags alone can describe a connection, too.
        return if options.api_server.is_some() {
            parts_without_kubeconfig(options)
        } else {
            Err(ConnectionError::NoContext)
        };
    };
    let context = find_context(&kubeconfig, &name)?;
    let named = kubeconfig.clusters.into_iter().find(|cluster| cluster.name == context.cluster);
    let cluster = match (named.and_then(|cluster| cluster.cluster), &options.api_server) {
        (Some(cluster), _) => cluster,
        (None, Some(_)) => Cluster::default(),
        (None, None) => return Err(ConnectionError::NoServer { context: name }),
    };
    let user = find_user(kubeconfig.auth_infos, &name, context.user)?;
    Ok(ConnectionParts { context: name, cluster, user, namespace: context.namespace, in_cluster: false })
}

fn find_context(kubeconfig: &Kubeconfig, name: &str) -> Result<Context, ConnectionError> {
    let named = kubeconfig.contexts.iter().find(|context| context.name == name);
    named.and_then(|context| context.context.clone()).ok_or_else(|| ConnectionError::UnknownContext {
        wanted: name.to_owned(),
        known: kubeconfig.contexts.iter().map(|context| context.name.clone()).collect(),
    })
}

/// A context that names no user is anonymous. A context that names a missing user is an error.
fn find_user(users: Vec<NamedAuthInfo>, context: &str, user: Option<String>) -> Result<AuthInfo, ConnectionError> {
    let Some(wanted) = user.filter(|name| !name.is_empty()) else { return Ok(AuthInfo::default()) };
    let named = users.into_iter().find(|user| user.name == wanted);
    let missing = || ConnectionError::NoUser { context: context.to_owned(), user: wanted };
    named.map(|user| user.auth_info.unwrap_or_default()).ok_or_else(missing)
}

fn parts_without_kubeconfig(options: &ConnectionOptions) -> Result<ConnectionParts, ConnectionError> {
    if let Some(wanted) = &options.context {
        return Err(ConnectionError::UnknownContext { wanted: wanted.clone(), known: Vec::new() });
    }
    if let Some(pod) = options.in_cluster.as_ref().filter(|pod| pod.service_account.join("token").exists()) {
        return Ok(parts_of_pod(pod));
    }
    if options.api_server.is_some() {
        return Ok(ConnectionParts {
            context: FROM_FLAGS.to_owned(),
            cluster: Cluster::default(),
            user: AuthInfo::default(),
            namespace: None,
            in_cluster: false,
        });
    }
    match &options.kubeconfig {
        KubeconfigFiles::Default(path) => Err(ConnectionError::NoKubeconfig(path.clone())),
        KubeconfigFiles::Flag(_) | KubeconfigFiles::Variable(_) => Err(ConnectionError::NoContext),
    }
}

/// The pod's own cluster as a kubeconfig. The token stays a file, because it is renewed.
fn parts_of_pod(pod: &InCluster) -> ConnectionParts {
    let file = |name: &str| pod.service_account.join(name).display().to_string();
    let host = if pod.host.contains(':') { format!("[{}]", pod.host) } else { pod.host.clone() };
    let namespace = std::fs::read_to_string(pod.service_account.join("namespace")).ok();
    ConnectionParts {
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

/// Helm's connection flags take precedence over the kubeconfig, as in Helm.
fn apply_flags(options: &ConnectionOptions, parts: &mut ConnectionParts) {
    if let Some(server) = &options.api_server {
        parts.cluster.server = Some(server.clone());
        FROM_FLAGS.clone_into(&mut parts.context);
    }
    if let Some(file) = &options.certificate_authority {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        parts.cluster.certificate_authority = Some(absolute.display().to_string());
        parts.cluster.certificate_authority_data = None;
    }
    if options.skip_tls_verify {
        parts.cluster.insecure_skip_tls_verify = Some(true);
        // Helm's client refuses both together.
        parts.cluster.certificate_authority = None;
        parts.cluster.certificate_authority_data = None;
    }
    if let Some(name) = &options.tls_server_name {
        parts.cluster.tls_server_name = Some(name.clone());
    }
    if let Some(token) = &options.token {
        parts.user.token = Some(token.clone().into());
        // Clients differ in which of several ways to log in they prefer.
        parts.user.token_file = None;
        parts.user.exec = None;
        parts.user.auth_provider = None;
        parts.user.username = None;
        parts.user.password = None;
    }
    if let Some(user) = &options.as_user {
        parts.user.impersonate = Some(user.clone());
    }
    if !options.as_groups.is_empty() {
        parts.user.impersonate_groups = Some(options.as_groups.clone());
    }
}

/// Cluster, user and context all get the context's name.
fn single(parts: ConnectionParts) -> Kubeconfig {
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

/// Why no connection could be described.
#[derive(Debug)]
pub enum ConnectionError {
    /// The named kubeconfig does not exist.
    NoSuchFile(Vec<PathBuf>),
    /// There is no kubeconfig, and this process is not in a pod.
    NoKubeconfig(Option<PathBuf>),
    /// Whether a file exists cannot be determined, and the user may mean it.
    NotSeen(PathBuf, io::Error),
    /// A file could not be read or parsed.
    Unreadable(Box<KubeconfigError>),
    /// There is no current context, and no flag names one.
    NoContext,
    /// The requested context does not exist.
    UnknownContext {
        /// The requested name.
        wanted: String,
        /// The names of all contexts.
        known: Vec<String>,
    },
    /// The context names a cluster that does not exist or has no address.
    NoServer {
        /// The context.
        context: String,
    },
    /// The context names a user that does not exist.
    NoUser {
        /// The context.
        context: String,
        /// The user it names.
        user: String,
    },
    /// The private copy for the client and the helm processes could not be written.
    NotPinned(io::Error),
}

impl ConnectionError {
    /// What the user can do.
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
            ConnectionError::NoUser { .. } => Some("look at its `users` entry".to_owned()),
            ConnectionError::Unreadable(_) | ConnectionError::NotSeen(..) => None,
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
            ConnectionError::NoServer { context } => {
                write!(f, "the context `{context}` names a cluster that is not there, or that has no server")
            }
            ConnectionError::NoUser { context, user } => {
                write!(f, "the context `{context}` names the user `{user}`, who is not there")
            }
            ConnectionError::NotSeen(path, _) => write!(f, "the kubeconfig `{}` cannot be looked at", path.display()),
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
            ConnectionError::NotPinned(error) | ConnectionError::NotSeen(_, error) => Some(error),
            _ => None,
        }
    }
}
