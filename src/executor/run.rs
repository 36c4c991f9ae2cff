//! How a plan is carried out: the settings, and the pool of workers.

use std::fmt;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::mpsc::channel;

use threadpool::ThreadPool;

use super::drive::Drive;
use super::event::Event;
use super::execution::ExecutorConfig;
use super::journal::Journal;
use super::outcome::Run;
use super::phase::ObjectProbe;
use super::planned::Task;
use super::worker::{Recheck, WorkerContext};
use crate::helm::Action;
use crate::parallel::can_spawn;
use crate::signal::Interrupts;

/// Who does the work of a run, and who is asked about the cluster meanwhile.
#[derive(Clone)]
pub struct Backends {
    /// Uninstalls releases, or rolls them back.
    pub action: Arc<dyn Action>,
    /// Is asked about releases right before they are given to it.
    pub still: Arc<dyn Recheck>,
    /// Is asked about objects before the next phase begins.
    pub remaining: Arc<dyn ObjectProbe>,
    /// Takes down what is begun, before it is, and what comes of it.
    pub journal: Arc<dyn Journal>,
}

/// The threads of the pool could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolError {
    /// How many were wanted.
    pub workers: usize,
}

/// Carries out a plan and waits for everything that was begun.
///
/// # Errors
/// Where the pool cannot be built; nothing has been begun then. Once something has, there is a result for
/// every release, whatever happens.
pub fn execute(
    plan: Vec<Task>,
    execution: ExecutorConfig,
    means: Backends,
    interrupts: &Interrupts,
    on_event: &mut dyn FnMut(&Event<'_>),
) -> Result<Run, PoolError> {
    let workers = execution.workers.clamp(1, plan.len().max(1));
    let pool = build_pool(workers)?;
    let (sender, receiver) = channel();
    let plan = Arc::new(plan);
    let stop = interrupts.stop().clone();
    let journal = Arc::clone(&means.journal);
    let tools = WorkerContext { plan: Arc::clone(&plan), means, stop, messages: sender, clock: execution.clock };
    let drive = Drive::new(plan, ExecutorConfig { workers, ..execution }, journal, interrupts, on_event);
    Ok(drive.drive(&pool, &tools, &receiver))
}

/// A thread that cannot be had makes the pool panic, with words that nobody has to see: whether they can be had is
/// tried before.
fn build_pool(workers: usize) -> Result<ThreadPool, PoolError> {
    if !can_spawn(workers) {
        return Err(PoolError { workers });
    }
    let build = || threadpool::Builder::new().num_threads(workers).thread_name("purge".to_owned()).build();
    catch_unwind(build).map_err(|_| PoolError { workers })
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} worker threads could not be had; nothing was begun", self.workers)
    }
}

impl std::error::Error for PoolError {}
