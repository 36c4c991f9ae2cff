//! The API client and its runtime: the only holder of both.
//!
//! They live on a thread of their own. A login by a credential plugin blocks for as long as the plugin likes,
//! and nothing that blocks may keep this program from hearing a signal. Nothing async leaves this file.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use kube::config::{KubeConfigOptions, Kubeconfig};

use super::connection::Connection;
use crate::signal::{StopSignal, Urgency};

/// How long the server may take to answer. The client has no such bound of its own for one that stays silent.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a whole look may take, login included: somebody may have to type a password.
const LOOK_TIMEOUT: Duration = Duration::from_mins(2);
/// How often a look checks whether the run was told to end.
const STOP_CHECK: Duration = Duration::from_millis(20);

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

/// What the thread is asked to do.
type Job = Box<dyn FnOnce(&Ready) + Send>;

/// The client and its runtime, or why there is none.
struct Ready {
    runtime: tokio::runtime::Runtime,
    client: Result<kube::Client, LookError>,
}

/// A client for one connection.
pub struct Client {
    jobs: Sender<Job>,
    stop: StopSignal,
    /// A look did not come back: nothing else will.
    stuck: Cell<bool>,
}

impl Client {
    /// Makes a client. Connects and logs in with the first look, not before.
    ///
    /// # Errors
    /// Where there can be no thread for it.
    pub fn new(connection: &Connection, stop: StopSignal) -> Result<Self, LookError> {
        let (jobs, inbox) = channel();
        let kubeconfig = connection.pinned().clone();
        let thread = std::thread::Builder::new().name("client".to_owned()).spawn(move || work(kubeconfig, &inbox));
        thread.map_err(|error| LookError::Failed(error.to_string()))?;
        Ok(Self { jobs, stop, stuck: Cell::new(false) })
    }

    /// One look, to its end, its time limit, or the end of the run.
    ///
    /// # Errors
    /// Where it could not be made, or did not come back.
    pub(super) fn look<T, F>(&self, look: impl FnOnce(kube::Client) -> F + Send + 'static) -> Result<T, LookError>
    where
        T: Send + 'static,
        F: Future<Output = kube::Result<T>>,
    {
        let (answer, answers) = channel();
        let job: Job = Box::new(move |ready: &Ready| {
            // Nobody listens any more where the look took too long.
            let _ = answer.send(ready.look(look));
        });
        if self.stuck.get() || self.jobs.send(job).is_err() {
            return Err(LookError::NoConnection("an earlier look did not come back".to_owned()));
        }
        self.wait(&answers)
    }

    fn wait<T>(&self, answers: &Receiver<Result<T, LookError>>) -> Result<T, LookError> {
        let started = Instant::now();
        loop {
            match answers.recv_timeout(STOP_CHECK) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(LookError::Failed("the client ended without an answer".to_owned()));
                }
                Err(RecvTimeoutError::Timeout) if self.stop.urgency() >= Urgency::Terminate => {
                    return Err(LookError::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) if started.elapsed() > LOOK_TIMEOUT => {
                    self.stuck.set(true);
                    let seconds = LOOK_TIMEOUT.as_secs();
                    return Err(LookError::NoConnection(format!("login and answer took longer than {seconds} s")));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// The thread: makes the client when it is first needed, then does one job after the other.
fn work(kubeconfig: Kubeconfig, inbox: &Receiver<Job>) {
    let Ok(first) = inbox.recv() else { return };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let client = connect(&runtime, kubeconfig);
    let ready = Ready { runtime, client };
    first(&ready);
    while let Ok(job) = inbox.recv() {
        job(&ready);
    }
}

fn connect(runtime: &tokio::runtime::Runtime, kubeconfig: Kubeconfig) -> Result<kube::Client, LookError> {
    let no_connection = |error: &(dyn Error + 'static)| LookError::NoConnection(chain(error));
    let options = KubeConfigOptions::default();
    let configuration = kube::Config::from_custom_kubeconfig(kubeconfig, &options);
    let mut configuration = runtime.block_on(configuration).map_err(|error| no_connection(&error))?;
    configuration.connect_timeout = Some(CONNECT_TIMEOUT);
    configuration.read_timeout = Some(ANSWER_TIMEOUT);
    // The client starts a task of its own, which needs a runtime to belong to.
    let _inside = runtime.enter();
    kube::Client::try_from(configuration).map_err(|error| no_connection(&error))
}

impl Ready {
    fn look<T, F>(&self, look: impl FnOnce(kube::Client) -> F) -> Result<T, LookError>
    where
        F: Future<Output = kube::Result<T>>,
    {
        let answer = look(self.client.clone()?);
        self.runtime.block_on(async {
            tokio::select! {
                answer = answer => answer.map_err(|error| LookError::from(&error)),
                () = tokio::time::sleep(ANSWER_TIMEOUT) => {
                    Err(LookError::NoConnection(format!("no answer within {} s", ANSWER_TIMEOUT.as_secs())))
                }
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
