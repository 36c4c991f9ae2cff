//! Acquires the locks of a run, one after the other, or waits for them.
//!
//! The times in a Lease come from its holder's clock, and that clock or ours may be wrong. So this process observes the Lease:
//! if it has not changed for the whole duration in it, the lock is expired. Kubernetes' own components take over Leases in the
//! same way. The observation is skipped only if the times differ by more than the clocks of one cluster can.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::DURATION;
use super::leases::{Leases, LockMode, LockName};
use crate::cluster::{ApiError, LeaseRequest, LeaseWriteResult, ObservedLease};
use crate::release::{Namespace, ObjectVersion};

/// No two clocks that reach one cluster differ by more: tokens and certificates would not be valid.
const MAX_SKEW: Duration = Duration::from_mins(5);
/// No run waits longer than this for a lock that is not renewed, even if the duration in its Lease is longer.
const MAX_DURATION: Duration = Duration::from_mins(10);

/// Locks that this run holds, each with its Lease as it was written.
pub(crate) type HeldLocks = Vec<(LockName, ObservedLease)>;

/// Why a lock was not acquired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AcquireError {
    LockHeld(Box<LockHeld>),
    /// A Lease could not be read or written.
    NotWritten(ApiError),
    Interrupted,
}

/// Another run holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockHeld {
    name: LockName,
    lease: ObservedLease,
    /// When the Lease was read.
    now: Timestamp,
}

/// Acquires the locks for `us`. If another run holds one, it is read again after each `pause`, for as long as `wait`; `pause`
/// returns false to give up. Returns the locks that were acquired, and why not all of them were.
pub(crate) fn acquire(
    leases: &dyn Leases,
    names: Vec<LockName>,
    us: &str,
    wait: Option<Duration>,
    pause: &mut dyn FnMut(&LockHeld) -> bool,
) -> (HeldLocks, Result<(), AcquireError>) {
    let until = wait.and_then(|wait| Instant::now().checked_add(wait));
    let mut locks = Vec::new();
    for name in names {
        match acquire_one(leases, &name, us, until, pause) {
            Ok(lease) => locks.extend(lease.map(|lease| (name, lease))),
            Err(error) => return (locks, Err(error)),
        }
    }
    (locks, Ok(()))
}

/// The Lease as it was written. None if the lock only had to be free.
fn acquire_one(
    leases: &dyn Leases,
    name: &LockName,
    us: &str,
    until: Option<Instant>,
    pause: &mut dyn FnMut(&LockHeld) -> bool,
) -> Result<Option<ObservedLease>, AcquireError> {
    let mut observation: Option<Observation> = None;
    loop {
        let seen = leases.read(&name.lease).map_err(not_written)?;
        let now = Instant::now();
        observation = seen.as_ref().map(|lease| Observation::next(observation, lease, now));
        let held = seen.as_ref().zip(observation.as_ref()).and_then(|(lease, observation)| {
            let state = LeaseState::of(lease, us, now.duration_since(observation.since), leases.now());
            matches!(state, LeaseState::MaybeExpired | LeaseState::Active).then_some((lease, observation, state))
        });
        let Some((lease, observation, state)) = held else {
            if name.mode == LockMode::CheckFree {
                return Ok(None);
            }
            let request = LeaseRequest { holder: Some(us.to_owned()), duration: DURATION, now: leases.now() };
            match leases.write(&name.lease, &request, seen.as_ref()).map_err(not_written)? {
                LeaseWriteResult::Done(lease) => return Ok(Some(lease)),
                // Another run was faster, so the Lease is read again.
                LeaseWriteResult::Outdated => continue,
            }
        };
        // A lock that may be expired is observed for as long as it takes to find out, even if the run does not want to wait.
        let observed_until = (state == LeaseState::MaybeExpired && !observation.was_renewed)
            .then(|| observation.since.checked_add(duration(lease)));
        let held = LockHeld { name: name.clone(), lease: lease.clone(), now: leases.now() };
        if observed_until.flatten().max(until).is_none_or(|until| now >= until) {
            return Err(AcquireError::LockHeld(Box::new(held)));
        }
        if !pause(&held) {
            return Err(AcquireError::Interrupted);
        }
    }
}

fn not_written(error: ApiError) -> AcquireError {
    match error {
        ApiError::Cancelled => AcquireError::Interrupted,
        other => AcquireError::NotWritten(other),
    }
}

/// A Lease that is read repeatedly.
struct Observation {
    writing: ObjectVersion,
    /// When this version of it was read first.
    since: Instant,
    /// Whether it was written during the observation: if so, its holder is alive, even if its clock is wrong.
    was_renewed: bool,
}

impl Observation {
    fn next(before: Option<Self>, lease: &ObservedLease, now: Instant) -> Self {
        match before {
            Some(same) if same.writing == lease.writing => same,
            before => Self { writing: lease.writing.clone(), since: now, was_renewed: before.is_some() },
        }
    }
}

/// Who holds a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeaseState {
    /// This run: it wrote the Lease and did not get the answer.
    Ours,
    Free,
    /// A run that is dead: the lock can be taken over.
    Expired,
    /// Perhaps a run that is dead: the Lease must be observed for the duration in it.
    MaybeExpired,
    /// A run that goes on.
    Active,
}

impl LeaseState {
    /// The state of a lock that has not changed for so long during the observation. Pure.
    fn of(lease: &ObservedLease, us: &str, unchanged: Duration, now: Timestamp) -> Self {
        match lease.holder.as_deref() {
            None => return LeaseState::Free,
            Some(holder) if holder == us => return LeaseState::Ours,
            Some(_) => {}
        }
        let duration = duration(lease);
        // If this clock is behind the holder's clock, the age is below zero.
        let age = lease.renewed.map(|renewed| Duration::try_from(now.duration_since(renewed)).unwrap_or_default());
        if unchanged >= duration || age.is_some_and(|age| age >= duration + MAX_SKEW) {
            LeaseState::Expired
        } else if age.is_none_or(|age| age >= duration) {
            LeaseState::MaybeExpired
        } else {
            LeaseState::Active
        }
    }
}

/// For how long a lock is held that is not renewed.
fn duration(lease: &ObservedLease) -> Duration {
    lease.duration.unwrap_or(DURATION).min(MAX_DURATION)
}

impl LockHeld {
    /// How to go on.
    pub(crate) fn hint(&self, namespace: &Namespace) -> String {
        let (lease, seconds) = (&self.name.lease, duration(&self.lease).as_secs());
        format!(
            "wait for it with --lock-wait 10m. If that run was killed, its lock expires {seconds} s after its last \
                renewal; to remove it now: kubectl delete lease {lease} --namespace {namespace}"
        )
    }
}

impl fmt::Display for LockHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holder = self.lease.holder.as_deref().unwrap_or("nobody");
        let shard = self.name.shard.map_or_else(String::new, |shard| format!("shard {shard} of "));
        write!(f, "another run holds the lock of {shard}the policy {}: {holder}", self.name.policy)?;
        if let Some(since) = self.lease.acquired {
            write!(f, ", since {}", since.strftime("%Y-%m-%dT%H:%M:%SZ"))?;
        }
        if let Some(renewed) = self.lease.renewed {
            let ago = Duration::try_from(self.now.duration_since(renewed)).unwrap_or_default();
            write!(f, ", last renewed {} s ago", ago.as_secs())?;
        }
        Ok(())
    }
}

impl Error for LockHeld {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::ObjectVersion;

    const HELD: &str = "20261125-190000-aaaaaa bob@laptop";

    fn lease(holder: Option<&str>, duration: Option<u64>, renewed: Option<&str>) -> ObservedLease {
        ObservedLease {
            holder: holder.map(str::to_owned),
            duration: duration.map(Duration::from_secs),
            acquired: None,
            renewed: renewed.map(|text| text.parse().expect("a time")),
            transitions: 0,
            writing: ObjectVersion { uid: "u".into(), version: "1".into() },
        }
    }

    #[test]
    fn a_lock_is_taken_over_once_it_has_not_been_renewed_for_as_long_as_it_says() {
        let now = "2026-11-25T19:10:00Z".parse().expect("a time");
        let held = |renewed: &str, unchanged| {
            LeaseState::of(&lease(Some(HELD), Some(60), Some(renewed)), "us", Duration::from_secs(unchanged), now)
        };
        for (renewed, unchanged, expected) in [
            ("2026-11-25T19:09:58Z", 0, LeaseState::Active),
            ("2026-11-25T19:09:58Z", 59, LeaseState::Active),
            ("2026-11-25T19:09:58Z", 60, LeaseState::Expired),
            ("2026-11-25T19:09:00Z", 0, LeaseState::MaybeExpired),
            ("2026-11-25T19:05:00Z", 59, LeaseState::MaybeExpired),
            ("2026-11-25T19:04:01Z", 0, LeaseState::MaybeExpired),
            ("2026-11-25T19:04:00Z", 0, LeaseState::Expired),
            ("2026-11-24T19:10:00Z", 0, LeaseState::Expired),
            // Its holder's clock is an hour ahead: only what is seen here counts.
            ("2026-11-25T20:10:00Z", 59, LeaseState::Active),
            ("2026-11-25T20:10:00Z", 60, LeaseState::Expired),
        ] {
            assert_eq!(held(renewed, unchanged), expected, "{renewed} {unchanged}");
        }
    }

    #[test]
    fn a_lock_that_no_process_holds_is_free_and_our_own_is_ours() {
        let now = "2026-11-25T19:10:00Z".parse().expect("a time");
        let state = |lease: &ObservedLease, unchanged| LeaseState::of(lease, HELD, Duration::from_secs(unchanged), now);
        assert_eq!(state(&lease(None, Some(60), Some("2026-11-25T19:10:00Z")), 0), LeaseState::Free);
        assert_eq!(state(&lease(Some(HELD), Some(60), Some("2026-11-24T19:10:00Z")), 99), LeaseState::Ours);
    }

    #[test]
    fn whatever_a_user_wrote_into_it_no_lock_is_held_for_ever() {
        let now = "2026-11-25T19:10:00Z".parse().expect("a time");
        let after = |lease: &ObservedLease, unchanged| LeaseState::of(lease, "us", Duration::from_secs(unchanged), now);
        let for_years = lease(Some("x"), Some(1 << 31), Some("2099-01-01T00:00:00Z"));
        assert_eq!((after(&for_years, 599), after(&for_years, 600)), (LeaseState::Active, LeaseState::Expired));
        let says_nothing = lease(Some("x"), None, None);
        assert_eq!(
            (after(&says_nothing, 59), after(&says_nothing, 60)),
            (LeaseState::MaybeExpired, LeaseState::Expired)
        );
    }
}
