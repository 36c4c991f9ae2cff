//! The API client on a thread of its own.
//!
//! A login by a credential plugin may block for any time, and this program must react to signals during that time. Operations of several threads run concurrently. Nothing async leaves this folder.

use std::fs::File;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use kube::Api;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};
use kube::core::{NamespaceResourceScope, Resource};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_local};

use super::connection::Connection;
use super::kubeconfig;
use super::request::{ApiError, CONCURRENT_REQUESTS, concurrently, with_causes};
use crate::settings::ConnectionOptions;
use crate::signal::{CancelLevel, CancelToken};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an operation may take, login included: the user may have to type a password.
const OPERATION_TIMEOUT: Duration = Duration::from_mins(2);
/// How long an operation may take that has no use for everything a large cluster may hold.
const BOUNDED_OPERATION_TIMEOUT: Duration = Duration::from_secs(45);
/// How many items one operation of [`Client::query_each`] covers, so that it ends in time even if each request is slow.
const BATCH: usize = 5 * CONCURRENT_REQUESTS;
/// Open files that the runtime, a few connections and the first helm need.
const FILES: usize = 20;
/// How often a waiting caller checks whether the run was cancelled.
const CANCEL_CHECK: Duration = Duration::from_millis(20);

type Connected = Result<kube::Client, ApiError>;
type Job = Box<dyn FnOnce(Connected) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

enum ClientMessage {
    Run(Job),
    /// Make a new client before the next job.
    Reconnect,
}

/// A client for one connection. Clones share it.
#[derive(Debug, Clone)]
pub struct Client {
    messages: UnboundedSender<ClientMessage>,
    cancel: CancelToken,
    timeout: Duration,
    /// An operation did not end, so no other one will.
    is_stuck: Arc<AtomicBool>,
}

impl Client {
    /// Makes a client. It connects and logs in with the first operation.
    ///
    /// # Errors
    /// If there can be no thread for it, or too few files can be opened: its runtime would panic.
    pub fn new(connection: &Connection, cancel: CancelToken) -> Result<Self, ApiError> {
        Self::from_kubeconfig(connection.pinned().clone(), cancel)
    }

    fn from_kubeconfig(kubeconfig: Kubeconfig, cancel: CancelToken) -> Result<Self, ApiError> {
        open_files(FILES).map_err(|error| ApiError::Failed(error.to_string()))?;
        let (messages, inbox) = unbounded_channel();
        let thread = std::thread::Builder::new().name("client".to_owned()).spawn(move || work(&kubeconfig, inbox));
        thread.map_err(|error| ApiError::Failed(error.to_string()))?;
        Ok(Self { messages, cancel, timeout: OPERATION_TIMEOUT, is_stuck: Arc::default() })
    }

    /// The same client with another cancel token and a shorter timeout. An operation that exceeds this timeout does not
    /// count as stuck for other users of the client.
    #[must_use]
    pub fn with_cancel(&self, cancel: CancelToken, timeout: Duration) -> Self {
        let messages = self.messages.clone();
        Self { messages, cancel, timeout: timeout.min(OPERATION_TIMEOUT), is_stuck: Arc::default() }
    }

    /// Makes the next operations use new connections, as each helm process does: an open connection leads to the server
    /// that had the address when it was made. Operations in progress keep their connections.
    pub fn reconnect(&self) {
        // If the thread has ended, the next operation reports it.
        let _ = self.messages.send(ClientMessage::Reconnect);
    }

    /// Runs an operation until it ends, its timeout passes, or the run is cancelled.
    ///
    /// # Errors
    /// Those of the operation, or that it did not end.
    pub(super) fn query<T: Send + 'static>(
        &self,
        operation: impl AsyncFnOnce(kube::Client) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (sender, answers) = channel();
        self.spawn(async move |client| {
            let answer = async { operation(client?).await }.await;
            // The caller may have stopped waiting.
            let _ = sender.send(answer);
        })?;
        self.wait(&answers)
    }

    /// The same with the timeout of [`bounded`].
    pub(super) fn bounded_query<T: Send + 'static>(
        &self,
        operation: impl AsyncFnOnce(kube::Client) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.query(async move |client| bounded(operation(client)).await)
    }

    /// Runs an operation on the objects of a kind in one namespace.
    pub(super) fn query_in<K, T: Send + 'static>(
        &self,
        namespace: &str,
        operation: impl AsyncFnOnce(Api<K>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
    {
        let namespace = namespace.to_owned();
        self.query(async move |client| operation(Api::namespaced(client, &namespace)).await)
    }

    /// Sends a request for each item; the answers have the order of the items. If an operation does not end, its items
    /// and all that follow have its error.
    pub(super) fn query_each<I, T>(
        &self,
        items: &[I],
        request: &(impl AsyncFn(&kube::Client, I) -> Result<T, ApiError> + Clone + Send + 'static),
    ) -> Vec<Result<T, ApiError>>
    where
        I: Clone + Send + 'static,
        T: Clone + Send + 'static,
    {
        let mut answers = Vec::with_capacity(items.len());
        for batch in items.chunks(BATCH) {
            let (batch, request) = (batch.to_vec(), request.clone());
            let operation =
                async move |client| Ok(concurrently(batch, async |item| request(&client, item).await).await);
            match self.query(operation) {
                Ok(found) => answers.extend(found),
                Err(error) => {
                    answers.resize(items.len(), Err(error));
                    break;
                }
            }
        }
        answers
    }

    /// Starts a job that runs beside all others, without a timeout.
    ///
    /// # Errors
    /// If the thread has ended or is stuck.
    pub(super) fn spawn(&self, job: impl AsyncFnOnce(Connected) + Send + 'static) -> Result<(), ApiError> {
        let job: Job = Box::new(move |client| Box::pin(async move { job(client).await }));
        if self.is_stuck.load(Ordering::Relaxed) || self.messages.send(ClientMessage::Run(job)).is_err() {
            return Err(ApiError::NoConnection("an earlier request has not returned".to_owned()));
        }
        Ok(())
    }

    /// Whether the run was cancelled, which ends every operation early.
    pub fn is_cancelled(&self) -> bool {
        is_cancelled(&self.cancel)
    }

    /// Returns when the run is cancelled.
    pub(super) fn cancelled(&self) -> impl Future<Output = ()> + use<> {
        let cancel = self.cancel.clone();
        async move {
            while !is_cancelled(&cancel) {
                tokio::time::sleep(CANCEL_CHECK).await;
            }
        }
    }

    fn wait<T>(&self, answers: &Receiver<Result<T, ApiError>>) -> Result<T, ApiError> {
        let started = Instant::now();
        loop {
            match answers.recv_timeout(CANCEL_CHECK) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(ApiError::Failed("the client stopped without an answer".to_owned()));
                }
                Err(RecvTimeoutError::Timeout) if self.is_cancelled() => return Err(ApiError::Cancelled),
                Err(RecvTimeoutError::Timeout) if started.elapsed() > self.timeout => {
                    self.is_stuck.store(true, Ordering::Relaxed);
                    let seconds = self.timeout.as_secs();
                    return Err(ApiError::NoConnection(format!("login and answer took longer than {seconds} s")));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

fn is_cancelled(cancel: &CancelToken) -> bool {
    cancel.level() >= CancelLevel::Terminate
}

/// Limits the time of a whole operation: a cluster may hold a lot, and a run cannot wait for all of it.
pub(super) async fn bounded<T>(operation: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let seconds = BOUNDED_OPERATION_TIMEOUT.as_secs();
    let late = |_| ApiError::Failed(format!("the answer was incomplete after {seconds} s"));
    tokio::time::timeout(BOUNDED_OPERATION_TIMEOUT, operation).await.map_err(late)?
}

/// Whether so many files can be open at the same time.
fn open_files(count: usize) -> io::Result<()> {
    (0..count).map(|_| File::open("/dev/null")).collect::<io::Result<Vec<_>>>().map(drop)
}

/// The thread: makes the client for the first job, and starts each job as it comes.
fn work(kubeconfig: &Kubeconfig, mut inbox: UnboundedReceiver<ClientMessage>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    LocalSet::new().block_on(&runtime, async {
        let mut client = None;
        while let Some(message) = inbox.recv().await {
            let ClientMessage::Run(job) = message else {
                client = None;
                continue;
            };
            let connected = match client.take() {
                Some(connected) => connected,
                None => connect(kubeconfig.clone()).await,
            };
            client = Some(connected.clone());
            spawn_local(job(connected));
        }
    });
}

async fn connect(kubeconfig: Kubeconfig) -> Connected {
    let configuration = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    let mut configuration = configuration.map_err(|error| ApiError::NoConnection(with_causes(&error)))?;
    configuration.connect_timeout = Some(CONNECT_TIMEOUT);
    // Each request has its own timeout and its own retries.
    configuration.read_timeout = None;
    configuration.default_retry = false;
    kube::Client::try_from(configuration).map_err(|error| match error {
        // Its text has the address with its password.
        kube::Error::ProxyProtocolUnsupported { .. } => {
            ApiError::NoConnection("the scheme of the proxy's address is not http, https or socks5".to_owned())
        }
        error => ApiError::NoConnection(with_causes(&error)),
    })
}

/// A client for a few quick requests while the user types, and the kubeconfig's default namespace.
#[derive(Debug)]
pub(crate) struct QuickClient {
    client: Client,
    deadline: Instant,
    namespace: Option<String>,
}

impl QuickClient {
    /// A client whose operations take no longer than `timeout`, all of them together. Nothing is requested yet, and no
    /// file is written.
    ///
    /// None if the connection cannot be resolved, or its login would prompt the user.
    pub(crate) fn new(options: &ConnectionOptions, cancel: &CancelToken, timeout: Duration) -> Option<Self> {
        let deadline = Instant::now() + timeout;
        let resolved = kubeconfig::resolve(options).ok()?;
        let mut kubeconfig = resolved.kubeconfig();
        forbid_interaction(&mut kubeconfig)?;
        let client = Client::from_kubeconfig(kubeconfig, cancel.clone()).ok()?;
        Some(Self { client, deadline, namespace: resolved.namespace })
    }

    /// The client, for the time that is left.
    pub(crate) fn client(&self) -> Client {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.client.with_cancel(self.client.cancel.clone(), left)
    }

    /// The namespace of commands without `-n`.
    pub(crate) fn default_namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or("default")
    }
}

/// Tells credential plugins that they cannot ask the user. None if one of them has to.
fn forbid_interaction(kubeconfig: &mut Kubeconfig) -> Option<()> {
    for user in kubeconfig.auth_infos.iter_mut().filter_map(|user| user.auth_info.as_mut()) {
        let Some(plugin) = &mut user.exec else { continue };
        if plugin.interactive_mode == Some(ExecInteractiveMode::Always) {
            return None;
        }
        plugin.interactive_mode = Some(ExecInteractiveMode::Never);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_plugin(interactive_mode: &str) -> Kubeconfig {
        let text = serde_json::json!({"users": [{"name": "x", "user": {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "login", "interactiveMode": interactive_mode,
        }}}]});
        serde_json::from_value(text).expect("a kubeconfig")
    }

    #[test]
    fn a_plugin_that_logs_in_learns_that_there_is_no_terminal_or_is_not_started() {
        for (mode, is_fine) in [("Never", true), ("IfAvailable", true), ("Always", false)] {
            let mut kubeconfig = with_plugin(mode);
            assert_eq!(forbid_interaction(&mut kubeconfig).is_some(), is_fine, "{mode}");
            let plugin = kubeconfig.auth_infos[0].auth_info.as_ref().and_then(|user| user.exec.as_ref());
            let told = plugin.and_then(|plugin| plugin.interactive_mode.clone());
            assert!(!is_fine || told == Some(ExecInteractiveMode::Never), "{told:?}");
        }
    }
}
