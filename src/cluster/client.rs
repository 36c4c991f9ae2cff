//! The API client and its runtime: the only holder of both.
//!
//! They live on a thread of their own. A login by a credential plugin blocks for as long as the plugin likes,
//! and nothing that blocks may keep this program from hearing a signal. Looks from several threads are made
//! side by side. Nothing async leaves this folder.

use std::error::Error;
use std::fs::File;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use kube::config::{KubeConfigOptions, Kubeconfig};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_local};

use super::connection::Connection;
use super::look_error::{ApiError, chain};
use crate::signal::{CancelLevel, CancelToken};

/// How long the server may take to answer. The client has no such bound of its own for one that stays silent.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a whole look may take, login included: somebody may have to type a password.
const LOOK_TIMEOUT: Duration = Duration::from_mins(2);
/// Open files that the runtime, a few connections and the first helm need.
const FILES: usize = 20;
/// How often a look checks whether the run was told to end.
const STOP_CHECK: Duration = Duration::from_millis(20);

/// The client, or why there is none.
type Connected = Result<kube::Client, ApiError>;
/// What the thread is asked to do.
type Job = Box<dyn FnOnce(Connected) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// What comes to the thread.
enum Order {
    /// To do something with the client.
    Do(Job),
    /// To make a new client before anything else is done.
    Reconnect,
}

/// A client for one connection. Clones share it.
#[derive(Debug, Clone)]
pub struct Client {
    orders: UnboundedSender<Order>,
    stop: CancelToken,
    /// How long a whole look may take.
    patience: Duration,
    /// A look did not come back: nothing else will.
    stuck: Arc<AtomicBool>,
}

impl Client {
    /// Makes a client. Connects and logs in with the first look, not before.
    ///
    /// # Errors
    /// Where there can be no thread for it, or hardly a file may be opened: its runtime panics then.
    pub fn new(connection: &Connection, stop: CancelToken) -> Result<Self, ApiError> {
        Self::with(connection.pinned().clone(), stop)
    }

    /// The same for a kubeconfig with one context.
    ///
    /// # Errors
    /// As above.
    pub(super) fn with(kubeconfig: Kubeconfig, stop: CancelToken) -> Result<Self, ApiError> {
        open_files(FILES).map_err(|error| ApiError::Failed(error.to_string()))?;
        let (orders, inbox) = unbounded_channel();
        let thread = std::thread::Builder::new().name("client".to_owned()).spawn(move || work(&kubeconfig, inbox));
        thread.map_err(|error| ApiError::Failed(error.to_string()))?;
        Ok(Self { orders, stop, patience: LOOK_TIMEOUT, stuck: Arc::default() })
    }

    /// The same client for somebody who listens to another word, and does not wait for longer than this. What does not
    /// come back in that time says nothing about the looks of others.
    #[must_use]
    pub fn listening_to(&self, stop: CancelToken, patience: Duration) -> Self {
        Self { orders: self.orders.clone(), stop, patience: patience.min(LOOK_TIMEOUT), stuck: Arc::default() }
    }

    /// From here on looks are made over new connections. One that is open leads to where it led, whatever the address
    /// leads to by now; and each helm makes its own. What is under way stays where it is.
    pub fn reconnect(&self) {
        // Where the thread does nothing any more, the next look says so.
        let _ = self.orders.send(Order::Reconnect);
    }

    /// One look, to its end, its time limit, or the end of the run. It bounds each of its requests by [`in_time`].
    ///
    /// # Errors
    /// Where it could not be made, or did not come back.
    pub(super) fn look<T, F>(&self, look: impl FnOnce(kube::Client) -> F + Send + 'static) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let (answer, answers) = channel();
        self.start(move |client| async move {
            let looked = match client {
                Err(error) => Err(error),
                Ok(client) => look(client).await,
            };
            // Nobody listens any more where the look took too long.
            let _ = answer.send(looked);
        })?;
        self.wait(&answers)
    }

    /// Has the thread do something beside everything else, for as long as it likes.
    ///
    /// # Errors
    /// Where the thread does nothing any more.
    pub(super) fn start<F>(&self, job: impl FnOnce(Connected) -> F + Send + 'static) -> Result<(), ApiError>
    where
        F: Future<Output = ()> + 'static,
    {
        let job: Job = Box::new(move |client| Box::pin(job(client)));
        if self.stuck.load(Ordering::Relaxed) || self.orders.send(Order::Do(job)).is_err() {
            return Err(ApiError::NoConnection("an earlier look did not come back".to_owned()));
        }
        Ok(())
    }

    /// Whether the run was told to end, which ends every look early.
    pub fn is_told_to_end(&self) -> bool {
        self.stop.urgency() >= CancelLevel::Terminate
    }

    /// What ends every look early.
    pub(super) fn stop(&self) -> &CancelToken {
        &self.stop
    }

    fn wait<T>(&self, answers: &Receiver<Result<T, ApiError>>) -> Result<T, ApiError> {
        let started = Instant::now();
        loop {
            match answers.recv_timeout(STOP_CHECK) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(ApiError::Failed("the client ended without an answer".to_owned()));
                }
                Err(RecvTimeoutError::Timeout) if self.is_told_to_end() => {
                    return Err(ApiError::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) if started.elapsed() > self.patience => {
                    self.stuck.store(true, Ordering::Relaxed);
                    let seconds = self.patience.as_secs();
                    return Err(ApiError::NoConnection(format!("login and answer took longer than {seconds} s")));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// Whether so many files can be open at the same time.
fn open_files(count: usize) -> io::Result<()> {
    (0..count).map(|_| File::open("/dev/null")).collect::<io::Result<Vec<_>>>().map(drop)
}

/// The thread: makes the client when it is first needed, then does what it is asked to, side by side.
fn work(kubeconfig: &Kubeconfig, mut inbox: UnboundedReceiver<Order>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    LocalSet::new().block_on(&runtime, async {
        let mut client = None;
        while let Some(order) = inbox.recv().await {
            let Order::Do(job) = order else {
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
    let no_connection = |error: &(dyn Error + 'static)| ApiError::NoConnection(chain(error));
    let configuration = kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    let mut configuration = configuration.map_err(|error| no_connection(&error))?;
    configuration.connect_timeout = Some(CONNECT_TIMEOUT);
    // Each request is bounded by itself.
    configuration.read_timeout = None;
    // What may be asked again is asked again by `answered`, which is done before nobody waits any more.
    configuration.default_retry = false;
    kube::Client::try_from(configuration).map_err(|error| no_connection(&error))
}

/// The answer to one request, or the news that none came in time. For what is sent once: a question is
/// [`answered`](super::question::answered).
pub(super) async fn in_time<T>(answer: impl Future<Output = kube::Result<T>>) -> Result<T, ApiError> {
    match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
        Ok(answer) => answer.map_err(|error| ApiError::from(&error)),
        Err(_) => Err(ApiError::NoAnswer(format!("no answer within {} s", ANSWER_TIMEOUT.as_secs()))),
    }
}

/// Comes when the run is told to end.
pub(super) async fn told_to_end(stop: CancelToken) {
    while stop.urgency() < CancelLevel::Terminate {
        tokio::time::sleep(STOP_CHECK).await;
    }
}
