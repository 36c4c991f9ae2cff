//! The locks that a run holds: a thread renews them, and they are released at the end of the run, however it ends.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::DURATION;
use super::acquire::HeldLocks;
use super::leases::{Leases, LockName};
use crate::cluster::{ApiError, LeaseRequest, LeaseWriteResult, ObservedLease};
use crate::signal::{CancelLevel, CancelToken};

/// How often a Lease is written again that another run keeps on writing to.
const MAX_WRITES: usize = 3;

/// The locks of a run.
pub(crate) struct LockGuard {
    state: Arc<LockState>,
    release: Box<dyn Leases>,
    /// Dropped to end the renewals.
    end: Option<Sender<()>>,
    /// Cancels a renewal that is in progress at the end.
    cancel: CancelToken,
    thread: Option<JoinHandle<()>>,
}

/// A lock that this run held, and that it does not hold any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LostLock {
    pub(crate) name: LockName,
    /// The run that holds it; none if the Lease was deleted. Untrusted text.
    pub(crate) by: Option<String>,
}

struct LockState {
    us: String,
    locks: Mutex<HeldLocks>,
    lost: Mutex<Vec<LostLock>>,
}

impl LockGuard {
    /// Starts to renew the locks, after every `interval`. `cancel` cancels the requests of `renew`. Those of `release` cannot
    /// be cancelled by a signal, and do not wait long.
    ///
    /// # Errors
    /// If the thread cannot be started. The locks are released then.
    pub(crate) fn new(
        us: String,
        locks: HeldLocks,
        interval: Duration,
        (renew, cancel): (Box<dyn Leases>, CancelToken),
        release: Box<dyn Leases>,
    ) -> std::io::Result<Self> {
        let state = Arc::new(LockState { us, locks: Mutex::new(locks), lost: Mutex::default() });
        let (end, ended) = channel();
        let shared = Arc::clone(&state);
        let mut guard = Self { state, release, end: Some(end), cancel, thread: None };
        let renew_all = move || shared.renew_until(&ended, interval, renew.as_ref());
        guard.thread = Some(std::thread::Builder::new().name("lock".to_owned()).spawn(renew_all)?);
        Ok(guard)
    }

    /// The locks that were lost since the last call.
    pub(crate) fn take_lost(&self) -> Vec<LostLock> {
        std::mem::take(&mut *lock(&self.state.lost))
    }

    /// Releases the locks. Returns those that turned out to be lost.
    pub(crate) fn release(mut self) -> Vec<LostLock> {
        self.end();
        self.take_lost()
    }

    fn end(&mut self) {
        self.end = None;
        self.cancel.raise(CancelLevel::Terminate);
        if let Some(thread) = self.thread.take() {
            // A panic of that thread does not matter here.
            let _ = thread.join();
        }
        self.state.write_all(self.release.as_ref(), None);
        lock(&self.state.locks).clear();
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.end();
    }
}

impl LockState {
    fn renew_until(&self, ended: &Receiver<()>, interval: Duration, leases: &dyn Leases) {
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(interval) {
            self.write_all(leases, Some(&self.us));
        }
    }

    /// Writes this holder into every Lease that is still ours; none releases them. If one Lease cannot be reached, the others
    /// cannot be reached either.
    fn write_all(&self, leases: &dyn Leases, holder: Option<&str>) {
        let mut held = Vec::new();
        let mut locks = std::mem::take(&mut *lock(&self.locks)).into_iter();
        for (name, seen) in locks.by_ref() {
            match self.write(leases, &name, seen.clone(), holder) {
                Ok(Ok(lease)) => held.push((name, lease)),
                // A free lock counts as released, because it does not matter which run released it.
                Ok(Err(None)) if holder.is_none() => {}
                Ok(Err(by)) => lock(&self.lost).push(LostLock { name, by }),
                Err(_) => {
                    held.push((name, seen));
                    break;
                }
            }
        }
        held.extend(locks);
        *lock(&self.locks) = held;
    }

    /// The Lease as it was written, or the run that holds it now.
    fn write(
        &self,
        leases: &dyn Leases,
        name: &LockName,
        mut seen: ObservedLease,
        holder: Option<&str>,
    ) -> Result<Result<ObservedLease, Option<String>>, ApiError> {
        for _ in 0..MAX_WRITES {
            let holder = holder.map(str::to_owned);
            let request = LeaseRequest { holder, duration: DURATION, now: leases.now() };
            if let LeaseWriteResult::Done(lease) = leases.write(&name.lease, &request, Some(&seen))? {
                return Ok(Ok(lease));
            }
            // Another process has written to it, or this run has and did not get the answer.
            match leases.read(&name.lease)? {
                Some(now) if now.holder.as_ref() == Some(&self.us) => seen = now,
                other => return Ok(Err(other.and_then(|lease| lease.holder))),
            }
        }
        Ok(Ok(seen))
    }
}

/// Code that holds the mutex does not panic, and if it did, the value would still be right.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
