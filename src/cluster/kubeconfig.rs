//! From the user's options to one kubeconfig with exactly one cluster, one user and one context.
//!
//! Paths in the result are absolute.

use std::error::Error;
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

/// One cluster, one user and one context.
#[derive(Debug, Clone, Default)]
pub(super) struct ResolvedConnection {
    pub(super) context: String,
    pub(super) namespace: Option<String>,
    pub(super) in_cluster: bool,
    cluster: Cluster,
    user: AuthInfo,
}

/// # Errors
/// If files are missing or unreadable, or do not have the context or its cluster.
pub(super) fn resolve(options: &ConnectionOptions) -> Result<ResolvedConnection, ConnectionError> {
    let mut resolved = match read_files(&options.kubeconfig)? {
        Some(kubeconfig) => from_context(options, kubeconfig)?,
        None => without_kubeconfig(options)?,
    };
    apply_flags(options, &mut resolved);
    if resolved.server().is_empty() { Err(ConnectionError::no_server(&resolved.context)) } else { Ok(resolved) }
}

impl ResolvedConnection {
    pub(super) fn server(&self) -> &str {
        self.cluster.server.as_deref().unwrap_or_default()
    }

    /// A kubeconfig in which cluster, user and context all have the context's name.
    pub(super) fn kubeconfig(&self) -> Kubeconfig {
        let name = self.context.clone();
        let context = Context {
            cluster: name.clone(),
            user: Some(name.clone()),
            namespace: self.namespace.clone(),
            ..Context::default()
        };
        let (cluster, user) = (Some(self.cluster.clone()), Some(self.user.clone()));
        Kubeconfig {
            kind: Some("Config".to_owned()),
            api_version: Some("v1".to_owned()),
            current_context: Some(name.clone()),
            clusters: vec![NamedCluster { name: name.clone(), cluster, ..NamedCluster::default() }],
            auth_infos: vec![NamedAuthInfo { name: name.clone(), auth_info: user, ..NamedAuthInfo::default() }],
            contexts: vec![NamedContext { name, context: Some(context), ..NamedContext::default() }],
            ..Kubeconfig::default()
        }
    }
}

/// The names of a kubeconfig's contexts, which are untrusted text. Empty without a readable kubeconfig.
pub(crate) fn context_names(options: &ConnectionOptions) -> Vec<String> {
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
        let named = || joined(paths.iter().map(|path| format!("`{}`", path.display())));
        let missing = || format!("no kubeconfig at {}", named());
        let hint = "check `KUBECONFIG` and `--kubeconfig`";
        return if may_be_missing { Ok(None) } else { Err(ConnectionError::new(missing(), hint)) };
    }
    let mut merged = Kubeconfig::default();
    for path in existing {
        // Paths inside a kubeconfig are relative to its folder, which must be absolute for that.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let unreadable = |error| ConnectionError::unreadable(&path, &error);
        check_utf16(&path).map_err(unreadable)?;
        let mut next = Kubeconfig::read_from(&path).map_err(unreadable)?;
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
    path.try_exists().map_err(|error| {
        let text = format!("cannot access the kubeconfig `{}`", path.display());
        ConnectionError { text, hint: None, source: Some(error.into()) }
    })
}

fn from_context(options: &ConnectionOptions, kubeconfig: Kubeconfig) -> Result<ResolvedConnection, ConnectionError> {
    let Some(name) = options.context.clone().or_else(|| kubeconfig.current_context.clone()) else {
        // Flags alone can describe a connection, too.
        options.api_server.as_ref().ok_or_else(ConnectionError::no_current_context)?;
        return without_kubeconfig(options);
    };
    let context = find_context(&kubeconfig, &name)?;
    let named = kubeconfig.clusters.into_iter().find(|cluster| cluster.name == context.cluster);
    let cluster = match (named.and_then(|cluster| cluster.cluster), &options.api_server) {
        (Some(cluster), _) => cluster,
        (None, Some(_)) => Cluster::default(),
        (None, None) => return Err(ConnectionError::no_server(&name)),
    };
    let user = find_user(kubeconfig.auth_infos, &name, context.user)?;
    Ok(ResolvedConnection { context: name, cluster, user, namespace: context.namespace, in_cluster: false })
}

fn find_context(kubeconfig: &Kubeconfig, name: &str) -> Result<Context, ConnectionError> {
    let named = kubeconfig.contexts.iter().find(|context| context.name == name);
    let unknown = || ConnectionError::unknown_context(name, &kubeconfig.contexts);
    named.and_then(|context| context.context.clone()).ok_or_else(unknown)
}

/// A context that names no user is anonymous. A context that names a missing user is an error.
fn find_user(users: Vec<NamedAuthInfo>, context: &str, user: Option<String>) -> Result<AuthInfo, ConnectionError> {
    let Some(wanted) = user.filter(|name| !name.is_empty()) else { return Ok(AuthInfo::default()) };
    let named = users.into_iter().find(|user| user.name == wanted);
    let missing = || {
        let text = format!("context `{context}` refers to user `{wanted}`, which is not in the kubeconfig");
        ConnectionError::new(text, "check `users` in the kubeconfig")
    };
    named.map(|user| user.auth_info.unwrap_or_default()).ok_or_else(missing)
}

fn without_kubeconfig(options: &ConnectionOptions) -> Result<ResolvedConnection, ConnectionError> {
    if let Some(wanted) = &options.context {
        return Err(ConnectionError::unknown_context(wanted, &[]));
    }
    if let Some(pod) = options.in_cluster.as_ref().filter(|pod| pod.service_account.join("token").exists()) {
        return Ok(from_pod(pod));
    }
    if options.api_server.is_some() {
        return Ok(ResolvedConnection { context: FROM_FLAGS.to_owned(), ..ResolvedConnection::default() });
    }
    let KubeconfigFiles::Default(path) = &options.kubeconfig else { return Err(ConnectionError::no_current_context()) };
    let at = path.as_ref().map(|path| format!(" at `{}`", path.display())).unwrap_or_default();
    let hint = "log in to the cluster, or pass a kubeconfig with `KUBECONFIG` or `--kubeconfig`";
    Err(ConnectionError::new(format!("no kubeconfig{at} (and not running in a pod)"), hint))
}

/// The pod's own cluster as a kubeconfig. The token stays a file, because it is renewed.
fn from_pod(pod: &InCluster) -> ResolvedConnection {
    let file = |name: &str| pod.service_account.join(name).display().to_string();
    let host = if pod.host.contains(':') { format!("[{}]", pod.host) } else { pod.host.clone() };
    let namespace = std::fs::read_to_string(pod.service_account.join("namespace")).ok();
    ResolvedConnection {
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
fn apply_flags(options: &ConnectionOptions, connection: &mut ResolvedConnection) {
    if let Some(server) = &options.api_server {
        connection.cluster.server = Some(server.clone());
        FROM_FLAGS.clone_into(&mut connection.context);
    }
    if let Some(file) = &options.certificate_authority {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file));
        connection.cluster.certificate_authority = Some(absolute.display().to_string());
        connection.cluster.certificate_authority_data = None;
    }
    if options.skip_tls_verify {
        connection.cluster.insecure_skip_tls_verify = Some(true);
        // Helm's client refuses both together.
        connection.cluster.certificate_authority = None;
        connection.cluster.certificate_authority_data = None;
    }
    if let Some(name) = &options.tls_server_name {
        connection.cluster.tls_server_name = Some(name.clone());
    }
    if let Some(token) = &options.token {
        connection.user.token = Some(token.clone().into());
        // Clients differ in which of several ways to log in they prefer.
        connection.user.token_file = None;
        connection.user.exec = None;
        connection.user.auth_provider = None;
        connection.user.username = None;
        connection.user.password = None;
    }
    if let Some(user) = &options.as_user {
        connection.user.impersonate = Some(user.clone());
    }
    if !options.as_groups.is_empty() {
        connection.user.impersonate_groups = Some(options.as_groups.clone());
    }
}

/// Why no connection could be resolved.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub struct ConnectionError {
    text: String,
    /// What the user can do.
    pub(crate) hint: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl ConnectionError {
    fn new(text: impl Into<String>, hint: &str) -> Self {
        Self { text: text.into(), hint: Some(hint.to_owned()), source: None }
    }

    /// Never with the content of the file, which holds tokens.
    fn unreadable(path: &Path, error: &KubeconfigError) -> Self {
        let (place, why) = match error {
            KubeconfigError::Parse(error) => {
                let place = error.location().map(|at| format!(":{}:{}", at.line(), at.column()));
                (place.unwrap_or_default(), parse_error(&error.without_snippet().to_string()))
            }
            KubeconfigError::ReadConfig(error, _) => (String::new(), error.to_string()),
            other => (String::new(), other.to_string()),
        };
        Self::new(
            format!("cannot read the kubeconfig {}{place}: {why}", path.display()),
            "fix the file: `kubectl config view` must work with it",
        )
    }

    fn unknown_context(wanted: &str, known: &[NamedContext]) -> Self {
        let close = known.iter().find(|context| strsim::jaro_winkler(wanted, &context.name) > 0.8);
        let hint = match close {
            Some(close) => Some(format!("did you mean `{}`?", close.name)),
            None if known.is_empty() => None,
            None => Some(format!(
                "contexts in the kubeconfig: {}",
                joined(known.iter().map(|context| context.name.clone()))
            )),
        };
        Self { text: format!("the kubeconfig has no context `{wanted}`"), hint, source: None }
    }

    fn no_server(context: &str) -> Self {
        let text =
            format!("context `{context}` refers to a cluster that is not in the kubeconfig, or that has no server");
        Self::new(text, "check `clusters` in the kubeconfig")
    }

    fn no_current_context() -> Self {
        let hint = "choose a context: `kubectl config use-context NAME`, or `--kube-context NAME`";
        Self::new("the kubeconfig has no current context", hint)
    }

    pub(super) fn not_pinned(error: io::Error) -> Self {
        let hint = "set `TMPDIR` to a writable folder";
        let error = Some(error.into());
        Self { source: error, ..Self::new("cannot write the connection to a private file", hint) }
    }
}

/// The first sentence of a parser's message, without what it quotes of the file.
fn parse_error(message: &str) -> String {
    let sentence = message.lines().next().unwrap_or_default();
    let quote = sentence.find(['"', '`', '\'']).unwrap_or(sentence.len());
    let ends = [sentence.find(": "), sentence.find(" at line ")].into_iter().flatten();
    sentence[..ends.fold(quote, usize::min)].trim_end().to_owned()
}

fn joined(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
