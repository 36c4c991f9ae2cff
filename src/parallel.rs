//! Work on several threads, or on fewer if the system cannot start so many.
//!
//! The standard library's scope would panic then. Queries run at the same time only to be done sooner, so they can also run
//! one after the other.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder};

/// Does two things at the same time: one on a thread of its own, one on this thread. A panic of either is passed on.
pub(crate) fn join<A: Send, B>(there: impl FnOnce() -> A + Send, here: impl FnOnce() -> B) -> (A, B) {
    // The new thread takes and calls it, or this thread if no other could be started.
    let waiting = Mutex::new(Some(there));
    let take = || waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (there, here) = thread::scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, || take().map(|there| there()));
        let here = here();
        (thread.map(thread::ScopedJoinHandle::join), here)
    });
    let there = match there {
        Ok(joined) => joined.unwrap_or_else(|panic| resume_unwind(panic)),
        Err(_) => take().map(|there| there()),
    };
    (there.expect("only one of them ever takes it"), here)
}

/// Calls `work` on up to so many threads, of which this is one. Each call takes a share of what is to be done.
pub(crate) fn run_workers(most: usize, work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 1..most {
            if Builder::new().spawn_scoped(scope, &work).is_err() {
                break;
            }
        }
        work();
    });
}

/// Whether so many more threads can be started now.
pub(crate) fn can_spawn(threads: usize) -> bool {
    let gate = Mutex::new(());
    thread::scope(|scope| {
        let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = || drop(gate.lock());
        let all = (0..threads).all(|_| Builder::new().spawn_scoped(scope, wait).is_ok());
        drop(closed);
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn both_are_done_and_a_panic_of_the_other_one_goes_on() {
        assert_eq!(join(|| 1, || 2), (1, 2));
        let done = AtomicUsize::new(0);
        let panicked =
            catch_unwind(AssertUnwindSafe(|| join(|| panic!("no luck"), || done.store(2, Ordering::SeqCst))));
        assert_eq!((panicked.map(|((), ())| 0).is_err(), done.into_inner()), (true, 2));
    }

    #[test]
    fn what_there_is_to_do_is_done_once_whatever_the_number_of_hands() {
        for hands in [0, 1, 4] {
            let (left, done) = (AtomicUsize::new(100), AtomicUsize::new(0));
            let one_less = |left: usize| left.checked_sub(1);
            run_workers(hands, || {
                while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
                    done.fetch_add(1, Ordering::SeqCst);
                }
            });
            assert_eq!(done.into_inner(), 100, "{hands}");
        }
        assert!(can_spawn(4));
    }
}
