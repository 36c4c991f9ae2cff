//! Looks at the cluster through its API: the only holder of the client and of its runtime.
//!
//! The runtime has one thread, this one, and runs only inside a call; nothing async leaves this file.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace as NamespaceObject;
use kube::Api;
use kube::api::ListParams;
use kube::config::KubeConfigOptions;

use super::connection::Connection;
use crate::release::Namespace;
use crate::signal::{StopSignal, Urgency};

/// A look that takes longer has failed. The client has no such bound of its own for a server that accepts a
/// connection and stays silent.
const LOOK_TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a look checks whether the run was told to end.
const STOP_CHECK: Duration = Duration::from_millis(50);

/// What tells a cluster from every other: the UID of its namespace `kube-system`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity(pub String);

/// Why a look at the cluster failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookError {
    /// The right to look is missing.
    Forbidden(String),
    /// The client cannot connect or log in; helm still may, for it is less strict about certificates.
    NoConnection(String),
    /// Anything else.
    Failed(String),
    /// The run was told to end.
    Interrupted,
}

/// A client for one connection.
pub struct Client {
    runtime: tokio::runtime::Runtime,
    api: kube::Client,
    stop: StopSignal,
}

impl Client {
    /// Makes a client; does not connect yet.
    ///
    /// # Errors
    /// Where the connection's certificates, keys or login cannot be used.
    pub fn new(connection: &Connection, stop: StopSignal) -> Result<Self, LookError> {
        let no_connection = |error: &(dyn Error + 'static)| LookError::NoConnection(chain(error));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| LookError::Failed(error.to_string()))?;
        let options = KubeConfigOptions::default();
        let configuration = kube::Config::from_custom_kubeconfig(connection.pinned().clone(), &options);
        let mut configuration = runtime.block_on(configuration).map_err(|error| no_connection(&error))?;
        configuration.connect_timeout = Some(CONNECT_TIMEOUT);
        configuration.read_timeout = Some(LOOK_TIMEOUT);
        let api = {
            // The client starts a task of its own, which needs a runtime to belong to.
            let _inside = runtime.enter();
            kube::Client::try_from(configuration).map_err(|error| no_connection(&error))?
        };
        Ok(Self { runtime, api, stop })
    }

    /// The cluster's identity.
    ///
    /// # Errors
    /// Where the namespace `kube-system` cannot be read.
    pub fn identity(&self) -> Result<Identity, LookError> {
        let namespaces: Api<NamespaceObject> = Api::all(self.api.clone());
        let namespace = self.look(async { namespaces.get_metadata("kube-system").await })?;
        let uid = namespace.metadata.uid.filter(|uid| !uid.is_empty());
        uid.map(Identity).ok_or_else(|| LookError::Failed("the namespace kube-system has no UID".to_owned()))
    }

    /// The names of all namespaces, sorted.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn namespaces(&self) -> Result<Vec<Namespace>, LookError> {
        let namespaces: Api<NamespaceObject> = Api::all(self.api.clone());
        let list = self.look(async { namespaces.list_metadata(&ListParams::default()).await })?;
        let names = list.items.into_iter().filter_map(|namespace| namespace.metadata.name);
        let mut names = names.filter_map(|name| name.parse().ok()).collect::<Vec<_>>();
        names.sort();
        Ok(names)
    }

    /// Runs one look to its end, its time limit, or the end of the run.
    fn look<T>(&self, look: impl Future<Output = kube::Result<T>>) -> Result<T, LookError> {
        let stop = self.stop.clone();
        let stopped = async {
            while stop.urgency() < Urgency::Terminate {
                tokio::time::sleep(STOP_CHECK).await;
            }
        };
        self.runtime.block_on(async {
            tokio::select! {
                answer = look => answer.map_err(|error| LookError::from(&error)),
                () = tokio::time::sleep(LOOK_TIMEOUT) => {
                    Err(LookError::NoConnection(format!("no answer within {} s", LOOK_TIMEOUT.as_secs())))
                }
                () = stopped => Err(LookError::Interrupted),
            }
        })
    }
}

impl From<&kube::Error> for LookError {
    fn from(error: &kube::Error) -> Self {
        match error {
            kube::Error::Api(status) if status.code == 403 => LookError::Forbidden(status.message.clone()),
            kube::Error::Api(status) if status.code == 401 => LookError::NoConnection(status.message.clone()),
            kube::Error::Api(status) => LookError::Failed(status.message.clone()),
            kube::Error::Auth(_) | kube::Error::HyperError(_) | kube::Error::Service(_) => {
                LookError::NoConnection(chain(error))
            }
            other => LookError::Failed(chain(other)),
        }
    }
}

/// An error with its causes, in one line, each text once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        next = cause.source();
    }
    text
}

impl fmt::Display for LookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LookError::Forbidden(text) | LookError::NoConnection(text) | LookError::Failed(text) => f.write_str(text),
            LookError::Interrupted => f.write_str("interrupted"),
        }
    }
}

impl Error for LookError {}
