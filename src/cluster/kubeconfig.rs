//! From the wish to one kubeconfig with exactly one cluster, one user and one context.
//!
//! Pure but for reading the files it is told of. Paths in the result are absolute.

use std::io;
use std::path::Path;

use kube::config::{
    AuthInfo, Cluster, Context, Kubeconfig, KubeconfigError, NamedAuthInfo, NamedCluster, NamedContext,
};

use super::connection_error::ConnectionError;
use super::overrides::{self, FROM_FLAGS};
use super::parts::Parts;
use crate::settings::{ConnectionOptions, InCluster, KubeconfigFiles};

/// The context's name where no kubeconfig gives one.
const IN_CLUSTER: &str = "in-cluster";

/// A kubeconfig with one context, and that context's parts.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) context: String,
    pub(super) server: String,
    pub(super) namespace: Option<String>,
    pub(super) in_cluster: bool,
    pub(super) kubeconfig: Kubeconfig,
}

/// Resolves a wish.
///
/// # Errors
/// Where files are missing or unreadable, or the context or its cluster is not among them.
pub(super) fn resolve(wish: &ConnectionOptions) -> Result<Resolved, ConnectionError> {
    let mut parts = match read_files(&wish.kubeconfig)? {
        Some(kubeconfig) => parts_of_context(wish, kubeconfig)?,
        None => parts_without_kubeconfig(wish)?,
    };
    overrides::apply(wish, &mut parts);
    let server = parts.cluster.server.clone().filter(|server| !server.is_empty());
    let server = server.ok_or_else(|| ConnectionError::NoServer { context: parts.context.clone() })?;
    let (context, namespace, in_cluster) = (parts.context.clone(), parts.namespace.clone(), parts.in_cluster);
    Ok(Resolved { context, server, namespace, in_cluster, kubeconfig: single(parts) })
}

/// The merged kubeconfig; none where the usual file does not exist or is empty.
pub(super) fn read_files(files: &KubeconfigFiles) -> Result<Option<Kubeconfig>, ConnectionError> {
    let (paths, may_be_missing) = match files {
        KubeconfigFiles::Flag(path) => (std::slice::from_ref(path), false),
        KubeconfigFiles::Variable(paths) => (paths.as_slice(), false),
        KubeconfigFiles::Usual(path) => (path.as_slice(), true),
    };
    let mut existing = Vec::new();
    for path in paths {
        if is_there(path)? {
            existing.push(path);
        }
    }
    if existing.is_empty() {
        return if may_be_missing { Ok(None) } else { Err(ConnectionError::NoSuchFile(paths.to_vec())) };
    }
    let unreadable = |error| ConnectionError::Unreadable(Box::new(error));
    let mut merged = Kubeconfig::default();
    for path in existing {
        // Relative paths inside are taken from the file's folder, so that has to be absolute itself.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        whole_characters(&path).map_err(unreadable)?;
        let mut next = Kubeconfig::read_from(path).map_err(unreadable)?;
        // What `kubectl config unset current-context` leaves behind is no word on it.
        next.current_context = next.current_context.filter(|name| !name.is_empty());
        merged = merged.merge(next).map_err(unreadable)?;
    }
    Ok((!merged.contexts.is_empty() || !may_be_missing).then_some(merged))
}

/// An error where text in units of two bytes ends within one: the client would panic over it. What can be read only once,
/// as from `<(…)` of a shell, is left to the client.
fn whole_characters(path: &Path) -> Result<(), KubeconfigError> {
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

/// A file that is missing is a gap in the list; one that cannot be looked at may be the one that was meant.
fn is_there(path: &Path) -> Result<bool, ConnectionError> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(ConnectionError::NotSeen(path.to_owned(), error)),
    }
}

fn parts_of_context(wish: &ConnectionOptions, kubeconfig: Kubeconfig) -> Result<Parts, ConnectionError> {
    let Some(name) = wish.context.clone().or_else(|| kubeconfig.current_context.clone()) else {
        // Flags alone can describe a connection as well.
        return if wish.api_server.is_some() {
            parts_without_kubeconfig(wish)
        } else {
            Err(ConnectionError::NoContext)
        };
    };
    let context = find_context(&kubeconfig, &name)?;
    let named = kubeconfig.clusters.into_iter().find(|cluster| cluster.name == context.cluster);
    let cluster = match (named.and_then(|cluster| cluster.cluster), &wish.api_server) {
        (Some(cluster), _) => cluster,
        (None, Some(_)) => Cluster::default(),
        (None, None) => return Err(ConnectionError::NoServer { context: name }),
    };
    let user = find_user(kubeconfig.auth_infos, &name, context.user)?;
    Ok(Parts { context: name, cluster, user, namespace: context.namespace, in_cluster: false })
}

fn find_context(kubeconfig: &Kubeconfig, name: &str) -> Result<Context, ConnectionError> {
    let named = kubeconfig.contexts.iter().find(|context| context.name == name);
    named.and_then(|context| context.context.clone()).ok_or_else(|| ConnectionError::UnknownContext {
        wanted: name.to_owned(),
        known: kubeconfig.contexts.iter().map(|context| context.name.clone()).collect(),
    })
}

/// A context without a user is anonymous by its own word; one whose user is missing is a mistake.
fn find_user(users: Vec<NamedAuthInfo>, context: &str, user: Option<String>) -> Result<AuthInfo, ConnectionError> {
    let Some(wanted) = user.filter(|name| !name.is_empty()) else { return Ok(AuthInfo::default()) };
    let named = users.into_iter().find(|user| user.name == wanted);
    let missing = || ConnectionError::NoUser { context: context.to_owned(), user: wanted };
    named.map(|user| user.auth_info.unwrap_or_default()).ok_or_else(missing)
}

fn parts_without_kubeconfig(wish: &ConnectionOptions) -> Result<Parts, ConnectionError> {
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
