//! What can go wrong, one variant for each place where a person can act.
//!
//! Must not hold what only a debugger wants: every text says what to do, or carries the words of the one who knows.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Part;

/// Why there is no cluster, or why it did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A part must be built and there is nothing to build it with.
    #[error(
        "Go {needed} or newer is needed to build {part}, and there is no `go` on PATH: \
         install it (https://go.dev/doc/install) and run this again"
    )]
    GoMissing {
        /// The first part that had to be built.
        part: Part,
        /// The oldest version that will do.
        needed: &'static str,
    },
    /// There is a `go`, and it cannot build this.
    #[error(
        "Go {needed} or newer is needed to build {part}, and `{go}` is not that ({said}): \
         install it (https://go.dev/doc/install) and run this again"
    )]
    GoTooOld {
        /// The first part that had to be built.
        part: Part,
        /// The oldest version that will do.
        needed: &'static str,
        /// The `go` that was found.
        go: PathBuf,
        /// What it said about itself.
        said: String,
    },
    /// A build ended with an error; mostly the network between this machine and the Go modules.
    #[error("building {part} failed\n  in: {folder}\n  command: {command}\n  ended with: {exit}\n{tail}")]
    BuildFailed {
        /// What was built.
        part: Part,
        /// Where.
        folder: PathBuf,
        /// The command, as it can be typed.
        command: String,
        /// How it ended.
        exit: String,
        /// The last lines of its output.
        tail: String,
    },
    /// There is no place for what is built.
    #[error("no folder to keep the built parts in: set HOME, or XDG_CACHE_HOME to a folder that can be written")]
    NoCacheFolder,
    /// A file or folder that must be read or written can't be.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A program is there and cannot be started.
    #[error("cannot start {program}: {source}")]
    Spawn {
        /// The program.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A component of the cluster gave up.
    #[error("{component} ended ({exit}) while the cluster needed it; its last words:\n{tail}")]
    ComponentEnded {
        /// Its name.
        component: &'static str,
        /// How it ended.
        exit: String,
        /// The last lines of its log.
        tail: String,
    },
    /// An event did not come.
    #[error("waited {} s for {what}, in vain", ceiling.as_secs())]
    NotInTime {
        /// The event.
        what: String,
        /// How long it was waited for.
        ceiling: Duration,
    },
    /// The cluster did not become ready, and nobody gave up.
    #[error("{cause}; what the components said last:\n{words}")]
    NotReady {
        /// What was waited for.
        cause: Box<Error>,
        /// The last lines of each log; the folder with the logs is gone.
        words: String,
    },
    /// The API server refused, or could not be talked to.
    #[error("cannot {action}: {}", words(source))]
    Api {
        /// What was asked for.
        action: String,
        /// What came back.
        source: Box<kube::Error>,
    },
    /// A JSON object that is no Kubernetes object: the caller's mistake.
    #[error("not a Kubernetes object ({reason}): {object}")]
    NotAnObject {
        /// What it lacks.
        reason: String,
        /// The beginning of it.
        object: String,
    },
    /// A certificate could not be made: a name that no certificate can hold.
    #[error("cannot make a certificate for {subject}: {source}")]
    Certificate {
        /// Whose.
        subject: String,
        /// Why not.
        source: rcgen::Error,
    },
    /// The kubeconfig just written is not one that the API client understands.
    #[error("cannot use {path}: {source}")]
    Kubeconfig {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: Box<kube::config::KubeconfigError>,
    },
    /// helm or kubectl ended with an error.
    #[error("`{command}` ended with {exit}:\n{said}")]
    ToolFailed {
        /// The command, as it can be typed.
        command: String,
        /// How it ended.
        exit: String,
        /// Its standard error.
        said: String,
    },
}

impl Error {
    /// For `map_err` behind a file operation.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }

    /// For `map_err` behind the start of a program.
    pub(crate) fn spawn(program: &Path) -> impl FnOnce(io::Error) -> Self {
        let program = program.to_owned();
        move |source| Self::Spawn { program, source }
    }

    /// For `map_err` behind a request.
    pub(crate) fn api(action: impl Into<String>) -> impl FnOnce(kube::Error) -> Self {
        let action = action.into();
        move |source| Self::Api { action, source: Box::new(source) }
    }
}

/// The API server's own sentence; the client's rendering of it adds the whole answer in Rust's notation.
fn words(fault: &kube::Error) -> String {
    match fault {
        kube::Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    }
}
