//! Locks taken, renewed, lost and given back, with Leases in memory that are as strict about what was seen as an API
//! server is.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use super::acquire::HeldLocks;
use super::leases::Leases;
use super::{AcquireError, DURATION, LockGuard, LockHeld, LockName, LostLock, acquire};
use crate::cluster::{ApiError, LeaseRequest, LeaseWriteResult, ObservedLease};
use crate::release::ObjectVersion;
use crate::signal::CancelToken;

const AN_HOUR: Option<Duration> = Some(Duration::from_hours(1));

#[derive(Default)]
struct MemoryState {
    leases: BTreeMap<String, ObservedLease>,
    writings: u64,
    /// Answers get lost, after the Lease was written.
    loses_answers: bool,
}

/// Leases in memory; a test can listen to each write.
#[derive(Clone)]
struct Memory(Arc<Mutex<MemoryState>>, Sender<String>);

impl Memory {
    fn new() -> (Self, Receiver<String>) {
        let (sender, written) = channel();
        (Self(Arc::default(), sender), written)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, MemoryState> {
        self.0.lock().expect("no test panics while it is held")
    }

    fn holder(&self, name: &str) -> Option<String> {
        self.state().leases.get(name)?.holder.clone()
    }

    /// Another run writes, without reading first.
    fn put(&self, name: &str, holder: Option<&str>, duration: Duration, age: Duration) {
        self.state().put(name, holder, duration, age);
    }
}

impl MemoryState {
    fn put(&mut self, name: &str, holder: Option<&str>, duration: Duration, age: Duration) {
        let renewed = Some(Timestamp::now() - jiff::SignedDuration::try_from(age).expect("a short time"));
        self.writings += 1;
        let writing = ObjectVersion { uid: name.into(), version: self.writings.to_string().into() };
        let (holder, duration) = (holder.map(str::to_owned), Some(duration));
        let lease = ObservedLease { holder, duration, acquired: renewed, renewed, transitions: 0, writing };
        self.leases.insert(name.to_owned(), lease);
    }
}

impl Leases for Memory {
    fn read(&self, name: &str) -> Result<Option<ObservedLease>, ApiError> {
        Ok(self.state().leases.get(name).cloned())
    }

    fn write(
        &self,
        name: &str,
        request: &LeaseRequest,
        over: Option<&ObservedLease>,
    ) -> Result<LeaseWriteResult, ApiError> {
        let mut state = self.state();
        if state.leases.get(name).map(|lease| &lease.writing) != over.map(|lease| &lease.writing) {
            return Ok(LeaseWriteResult::Outdated);
        }
        state.put(name, request.holder.as_deref(), request.duration, Duration::ZERO);
        // The test may have stopped listening.
        let _ = self.1.send(name.to_owned());
        let no_answer = || ApiError::NoConnection("no answer".to_owned());
        if state.loses_answers { Err(no_answer()) } else { Ok(LeaseWriteResult::Done(state.leases[name].clone())) }
    }
}

/// Somewhere where nothing may be written.
struct Forbidden;

impl Leases for Forbidden {
    fn read(&self, _: &str) -> Result<Option<ObservedLease>, ApiError> {
        Ok(None)
    }

    fn write(&self, _: &str, _: &LeaseRequest, _: Option<&ObservedLease>) -> Result<LeaseWriteResult, ApiError> {
        Err(ApiError::Forbidden("no".to_owned()))
    }
}

fn names(policies: &[&str]) -> Vec<LockName> {
    LockName::of(policies.iter().copied(), None)
}

fn never(busy: &LockHeld) -> bool {
    panic!("there is nothing to wait for: {busy}")
}

fn take(memory: &Memory, policies: &[&str], us: &str) -> (HeldLocks, Result<(), AcquireError>) {
    acquire(memory, names(policies), us, None, &mut never)
}

fn hold(memory: &Memory, locks: HeldLocks, us: &str, interval: Duration) -> LockGuard {
    let (renew, release) = (Box::new(memory.clone()), Box::new(memory.clone()));
    let renew = (renew as Box<dyn Leases>, CancelToken::default());
    LockGuard::new(us.to_owned(), locks, interval, renew, release).expect("a thread can be started")
}

#[test]
fn a_lock_that_is_free_is_taken_and_given_back_at_the_end() {
    let (memory, _written) = Memory::new();
    memory.put("helm-purge-b", None, DURATION, Duration::ZERO);
    let taken = take(&memory, &["b", "a"], "us");
    assert_eq!(taken.1, Ok(()));
    let held = hold(&memory, taken.0, "us", DURATION);
    assert_eq!(
        ["helm-purge-a", "helm-purge-b"].map(|name| memory.holder(name)),
        [Some("us".into()), Some("us".into())]
    );
    assert_eq!(held.release(), []);
    assert_eq!(["helm-purge-a", "helm-purge-b"].map(|name| memory.holder(name)), [None, None]);
}

#[test]
fn a_run_that_ends_early_gives_back_as_well() {
    let (memory, _written) = Memory::new();
    drop(hold(&memory, take(&memory, &["a"], "us").0, "us", DURATION));
    assert_eq!(memory.holder("helm-purge-a"), None);
}

#[test]
fn sixteen_shards_of_a_policy_hold_their_locks_side_by_side_and_a_second_run_of_one_does_not() {
    let (memory, _written) = Memory::new();
    let shard = |number: u32| LockName::of(["end-of-day"], format!("{number}/16").parse().ok());
    let shards = std::thread::scope(|scope| {
        let take = |number| acquire(&memory, shard(number), &format!("run {number}"), None, &mut never);
        let takers = (1..=16).map(|number| scope.spawn(move || take(number))).collect::<Vec<_>>();
        takers.into_iter().map(|taker| taker.join().expect("it does not panic")).collect::<Vec<_>>()
    });
    assert!(shards.iter().all(|taken| matches!(taken.1, Ok(())) && taken.0.len() == 1));
    let again = acquire(&memory, shard(16), "another run", None, &mut |_| false);
    assert!(again.0.is_empty() && !matches!(again.1, Ok(())));
}

#[test]
fn a_shard_does_not_begin_beside_a_run_over_the_whole_scope_and_is_no_other_policys_business() {
    let (memory, _written) = Memory::new();
    let shard = || LockName::of(["a"], "3/16".parse().ok());
    let whole = hold(&memory, take(&memory, &["a"], "whole").0, "whole", DURATION);
    let refused = acquire(&memory, shard(), "shard", None, &mut never);
    let Err(AcquireError::LockHeld(busy)) = &refused.1 else { panic!("{refused:?}") };
    assert!(busy.to_string().starts_with("another run holds the lock of the policy a: whole"), "{busy}");
    assert!(refused.0.is_empty());
    assert_eq!(whole.release(), []);
    let other = take(&memory, &["a-3", "a-shard-3-of-16"], "another policy");
    assert_eq!(other.1, Ok(()));
    let taken = acquire(&memory, shard(), "shard", None, &mut never);
    assert_eq!((taken.1, taken.0.len()), (Ok(()), 1));
    assert_eq!(memory.holder("helm-purge-a"), None, "that of the whole scope is only looked at");
    let again = acquire(&memory, shard(), "again", None, &mut never);
    let Err(AcquireError::LockHeld(busy)) = &again.1 else { panic!("{again:?}") };
    assert!(busy.to_string().starts_with("another run holds the lock of shard 3/16 of the policy a: shard"), "{busy}");
}

#[test]
fn another_runs_lock_is_named_and_what_was_taken_before_can_be_given_back() {
    let (memory, _written) = Memory::new();
    memory.put("helm-purge-b", Some("20261125-190000-aaaaaa bob@laptop"), DURATION, Duration::from_secs(5));
    let taken = take(&memory, &["c", "b", "a"], "us");
    let Err(AcquireError::LockHeld(busy)) = &taken.1 else { panic!("{taken:?}") };
    let message = busy.to_string();
    assert!(
        message.starts_with("another run holds the lock of the policy b: 20261125-190000-aaaaaa bob@laptop, since 2")
    );
    assert!(message.contains("last renewed 5 s ago"), "{message}");
    let hint = busy.hint(&"ops".parse().expect("a legal name"));
    assert!(hint.ends_with("kubectl delete lease helm-purge-b --namespace ops"), "{hint}");
    assert_eq!(memory.holder("helm-purge-c"), None, "no later one is taken");
    drop(hold(&memory, taken.0, "us", DURATION));
    assert_eq!(memory.holder("helm-purge-a"), None);
    assert!(memory.holder("helm-purge-b").is_some(), "it is not ours to give back");
}

#[test]
fn who_waits_gets_the_lock_when_it_is_given_back() {
    let (memory, _written) = Memory::new();
    memory.put("helm-purge-a", Some("other"), DURATION, Duration::ZERO);
    let mut pauses = 0;
    let mut pause = |_: &LockHeld| {
        pauses += 1;
        let holder = (pauses < 3).then_some("other");
        memory.put("helm-purge-a", holder, DURATION, Duration::ZERO);
        true
    };
    let taken = acquire(&memory, names(&["a"]), "us", AN_HOUR, &mut pause);
    assert_eq!((taken.1, pauses, memory.holder("helm-purge-a")), (Ok(()), 3, Some("us".to_owned())));
}

#[test]
fn who_waits_waits_no_longer_than_asked_and_not_when_told_to_end() {
    let (memory, _written) = Memory::new();
    memory.put("helm-purge-a", Some("other"), DURATION, Duration::ZERO);
    let wait = |wait, answer| {
        let mut pause = |_: &LockHeld| answer;
        acquire(&memory, names(&["a"]), "us", wait, &mut pause).1
    };
    assert!(matches!(wait(Some(Duration::from_millis(5)), true), Err(AcquireError::LockHeld(_))));
    assert_eq!(wait(AN_HOUR, false), Err(AcquireError::Interrupted));
}

#[test]
fn a_silent_lock_is_checked_for_as_long_as_it_says_and_then_taken_over_whatever_the_patience() {
    let (memory, _written) = Memory::new();
    memory.put("helm-purge-a", Some("killed"), Duration::from_millis(20), Duration::from_secs(10));
    let mut pauses = 0;
    let mut pause = |_: &LockHeld| {
        pauses += 1;
        true
    };
    let taken = acquire(&memory, names(&["a"]), "us", None, &mut pause);
    assert_eq!((taken.1, memory.holder("helm-purge-a")), (Ok(()), Some("us".to_owned())));
    assert!(pauses > 0, "not before it was looked at");
}

#[test]
fn a_holder_whose_clock_is_behind_is_not_taken_for_dead() {
    let (memory, _written) = Memory::new();
    let renew = || memory.put("helm-purge-a", Some("other"), DURATION, Duration::from_secs(90));
    renew();
    let mut pauses = 0;
    let mut pause = |_: &LockHeld| {
        pauses += 1;
        renew();
        true
    };
    let taken = acquire(&memory, names(&["a"]), "us", None, &mut pause);
    assert!(
        matches!(taken.1, Err(AcquireError::LockHeld(_))) && pauses == 1,
        "one renewal shows that it is alive: {pauses}"
    );
}

#[test]
fn of_two_that_see_the_same_free_lock_one_gets_it() {
    let (memory, _written) = Memory::new();
    let taken = std::thread::scope(|scope| {
        let take = |us: &'static str| {
            let memory = memory.clone();
            scope.spawn(move || acquire(&memory, names(&["a", "b"]), us, None, &mut |_| false))
        };
        [take("one"), take("two"), take("three")].map(|taking| taking.join().expect("it does not panic"))
    });
    let have = |name: &LockName| taken.iter().filter(|taken| taken.0.iter().any(|(taken, _)| taken == name)).count();
    assert_eq!(names(&["a", "b"]).iter().map(have).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn where_nothing_may_be_written_it_says_so() {
    let taken = acquire(&Forbidden, names(&["a", "b"]), "us", AN_HOUR, &mut never);
    assert_eq!(taken.1, Err(AcquireError::NotWritten(ApiError::Forbidden("no".to_owned()))));
    assert!(taken.0.is_empty());
}

#[test]
fn an_answer_that_was_not_heard_costs_no_lock() {
    let (memory, _written) = Memory::new();
    memory.state().loses_answers = true;
    assert!(matches!(take(&memory, &["a"], "us").1, Err(AcquireError::NotWritten(_))));
    memory.state().loses_answers = false;
    assert_eq!(take(&memory, &["a"], "us").1, Ok(()), "it is ours");
}

#[test]
fn a_lock_is_renewed_and_one_that_another_user_holds_by_then_is_reported_and_left_to_them() {
    let (memory, written) = Memory::new();
    let taken = take(&memory, &["a", "b"], "us");
    let held = hold(&memory, taken.0, "us", Duration::from_millis(1));
    // Each by being taken, and by two renewals.
    for _ in 0..6 {
        written.recv_timeout(Duration::from_mins(1)).expect("it is renewed");
    }
    memory.put("helm-purge-a", Some("other"), DURATION, Duration::ZERO);
    let until = std::time::Instant::now() + Duration::from_mins(1);
    let mut lost = held.take_lost();
    while lost.is_empty() && std::time::Instant::now() < until {
        std::thread::yield_now();
        lost = held.take_lost();
    }
    assert_eq!(lost, [LostLock { name: names(&["a"]).remove(0), by: Some("other".to_owned()) }]);
    assert_eq!(held.release(), [], "it is told once");
    assert_eq!((memory.holder("helm-purge-a"), memory.holder("helm-purge-b")), (Some("other".to_owned()), None));
}

#[test]
fn at_the_end_a_lock_that_was_lost_is_reported_and_one_that_was_removed_is_not() {
    let (memory, _written) = Memory::new();
    let held = hold(&memory, take(&memory, &["a", "b"], "us").0, "us", DURATION);
    memory.put("helm-purge-a", Some("other"), DURATION, Duration::ZERO);
    memory.state().leases.remove("helm-purge-b");
    assert_eq!(held.release(), [LostLock { name: names(&["a"]).remove(0), by: Some("other".to_owned()) }]);
}
