//! Locks that are held: renewed by a thread of their own, and given back at the end, however that comes.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{DURATION, Leases, LockName};
use crate::cluster::{ApiError, LeaseRequest, LeaseWriteResult, ObservedLease};
use crate::signal::{CancelLevel, CancelToken};

/// How often a Lease is written anew that somebody else keeps on writing to.
const TRIES: usize = 3;

/// The locks of a run.
pub struct LockGuard {
    state: Arc<State>,
    giving_back: Box<dyn Leases>,
    /// Dropped for the renewals to end.
    end: Option<Sender<()>>,
    /// What a renewal listens to that is under way by then.
    stop: CancelToken,
    thread: Option<JoinHandle<()>>,
}

/// A lock that was held, and is somebody else's by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Which one.
    pub name: LockName,
    /// Who holds it; nobody, where it was removed. Foreign text.
    pub by: Option<String>,
}

/// How locks that are held reach their Leases.
pub struct Reach {
    /// For renewals: it gives up when `stop` is raised.
    pub renewing: Box<dyn Leases>,
    /// What `renewing` listens to.
    pub stop: CancelToken,
    /// For giving them back: it listens to no signal, and waits for nothing for long.
    pub giving_back: Box<dyn Leases>,
}

/// What a lock that is held is written to for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Renew,
    GiveBack,
}

struct State {
    us: String,
    locks: Mutex<Vec<(LockName, ObservedLease)>>,
    lost: Mutex<Vec<Lost>>,
}

impl LockGuard {
    /// Begins to renew what was taken.
    ///
    /// # Errors
    /// Where there can be no thread for it; everything has been given back then.
    pub fn new(
        us: String,
        locks: Vec<(LockName, ObservedLease)>,
        reach: Reach,
        every: Duration,
    ) -> std::io::Result<Self> {
        let Reach { renewing, stop, giving_back } = reach;
        let state = Arc::new(State { us, locks: Mutex::new(locks), lost: Mutex::default() });
        let (end, ended) = channel();
        let shared = Arc::clone(&state);
        let mut held = Self { state, giving_back, end: Some(end), stop, thread: None };
        let renew = move || shared.renew_until(&ended, every, renewing.as_ref());
        held.thread = Some(std::thread::Builder::new().name("lock".to_owned()).spawn(renew)?);
        Ok(held)
    }

    /// The locks that turned out to be lost since the last call.
    pub fn news(&self) -> Vec<Lost> {
        std::mem::take(&mut *lock(&self.state.lost))
    }

    /// Gives everything back, and says what turned out to be lost.
    pub fn give_back(mut self) -> Vec<Lost> {
        self.end();
        self.news()
    }

    fn end(&mut self) {
        self.end = None;
        self.stop.raise(CancelLevel::Terminate);
        if let Some(thread) = self.thread.take() {
            // It could only have panicked, and there is nothing left to renew.
            let _ = thread.join();
        }
        self.state.each(self.giving_back.as_ref(), Purpose::GiveBack);
        lock(&self.state.locks).clear();
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.end();
    }
}

impl State {
    fn renew_until(&self, ended: &Receiver<()>, every: Duration, leases: &dyn Leases) {
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(every) {
            self.each(leases, Purpose::Renew);
        }
    }

    /// Writes to every Lease that is still ours. Where one cannot be reached, the others cannot be either.
    fn each(&self, leases: &dyn Leases, purpose: Purpose) {
        let mut kept = Vec::new();
        let mut locks = std::mem::take(&mut *lock(&self.locks)).into_iter();
        for (name, seen) in locks.by_ref() {
            match self.write(leases, &name, seen.clone(), purpose) {
                Ok(Ok(lease)) => kept.push((name, lease)),
                // Given back is given back, whoever did it.
                Ok(Err(None)) if purpose == Purpose::GiveBack => {}
                Ok(Err(by)) => lock(&self.lost).push(Lost { name, by }),
                Err(_) => {
                    kept.push((name, seen));
                    break;
                }
            }
        }
        kept.extend(locks);
        *lock(&self.locks) = kept;
    }

    /// The Lease as it was written, or whose it is by now.
    fn write(
        &self,
        leases: &dyn Leases,
        name: &LockName,
        mut seen: ObservedLease,
        purpose: Purpose,
    ) -> Result<Result<ObservedLease, Option<String>>, ApiError> {
        for _ in 0..TRIES {
            let holder = (purpose == Purpose::Renew).then(|| self.us.clone());
            let wish = LeaseRequest { holder, duration: DURATION, now: leases.now() };
            if let LeaseWriteResult::Done(lease) = leases.write(&name.lease, &wish, Some(&seen))? {
                return Ok(Ok(lease));
            }
            // Somebody has written to it; perhaps we have, and did not hear the answer.
            match leases.read(&name.lease)? {
                Some(now) if now.holder.as_ref() == Some(&self.us) => seen = now,
                other => return Ok(Err(other.and_then(|lease| lease.holder))),
            }
        }
        Ok(Ok(seen))
    }
}

/// Nothing panics while it is held, and what is in it is right even if something did.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
