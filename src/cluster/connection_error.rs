//! Why no connection could be described, and how to go on.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use kube::config::KubeconfigError;

/// Why no connection could be described.
#[derive(Debug)]
pub enum ConnectionError {
    /// The kubeconfig that was named is not there.
    NoSuchFile(Vec<PathBuf>),
    /// There is no kubeconfig, and this is no pod.
    NoKubeconfig(Option<PathBuf>),
    /// It cannot be told whether a file is there: it may be the one that was meant.
    NotSeen(PathBuf, io::Error),
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
    },
    /// The context speaks of a user that is not there.
    NoUser {
        /// The context.
        context: String,
        /// The user it names.
        user: String,
    },
    /// The private copy for client and children could not be written.
    NotPinned(io::Error),
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
