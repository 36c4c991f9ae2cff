//! Whose is a lock? Pure.
//!
//! The times in a Lease are those of its holder's clock, which may be wrong, or ours is. So what counts is what was seen
//! here: a lock that has stayed the same for as long as it says is dead, whatever the clocks say, and this is how
//! Kubernetes' own components take leases over. The clocks only say whether it is worth to look for so long, and save
//! that where they would have to differ by more than any two clocks of one cluster do.

use std::time::Duration;

use jiff::Timestamp;

use super::DURATION;
use crate::cluster::ObservedLease;

/// No two clocks that reach one cluster differ by more: tokens and certificates would not be valid.
const SKEW: Duration = Duration::from_mins(5);

/// Nobody has to wait longer than this for a lock that is not renewed, whatever somebody wrote into its Lease.
const LONGEST: Duration = Duration::from_mins(10);

/// Whose a lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// Ours already: we wrote it, and did not hear the answer.
    Ours,
    /// Nobody's.
    Free,
    /// A dead run's: it may be taken over.
    Dead,
    /// Perhaps a dead run's: it has to be looked at for as long as it says.
    Silent,
    /// A run's that goes on.
    Alive,
}

/// Whose a lock is that has stayed the same for so long before our eyes.
pub fn claim(lease: &ObservedLease, us: &str, unchanged: Duration, now: Timestamp) -> LeaseState {
    match lease.holder.as_deref() {
        None => return LeaseState::Free,
        Some(holder) if holder == us => return LeaseState::Ours,
        Some(_) => {}
    }
    let duration = duration(lease);
    // A clock that is behind the holder's sees an age below zero.
    let age = lease.renewed.map(|renewed| Duration::try_from(now.duration_since(renewed)).unwrap_or_default());
    if unchanged >= duration || age.is_some_and(|age| age >= duration + SKEW) {
        LeaseState::Dead
    } else if age.is_none_or(|age| age >= duration) {
        LeaseState::Silent
    } else {
        LeaseState::Alive
    }
}

/// For how long a lock is held that is not renewed.
pub(super) fn duration(lease: &ObservedLease) -> Duration {
    lease.duration.unwrap_or(DURATION).min(LONGEST)
}

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
            claim(&lease(Some(HELD), Some(60), Some(renewed)), "us", Duration::from_secs(unchanged), now)
        };
        for (renewed, unchanged, expected) in [
            ("2026-11-25T19:09:58Z", 0, LeaseState::Alive),
            ("2026-11-25T19:09:58Z", 59, LeaseState::Alive),
            ("2026-11-25T19:09:58Z", 60, LeaseState::Dead),
            ("2026-11-25T19:09:00Z", 0, LeaseState::Silent),
            ("2026-11-25T19:05:00Z", 59, LeaseState::Silent),
            ("2026-11-25T19:04:01Z", 0, LeaseState::Silent),
            ("2026-11-25T19:04:00Z", 0, LeaseState::Dead),
            ("2026-11-24T19:10:00Z", 0, LeaseState::Dead),
            // Its holder's clock is an hour ahead: only what is seen here counts.
            ("2026-11-25T20:10:00Z", 59, LeaseState::Alive),
            ("2026-11-25T20:10:00Z", 60, LeaseState::Dead),
        ] {
            assert_eq!(held(renewed, unchanged), expected, "{renewed} {unchanged}");
        }
    }

    #[test]
    fn a_lock_that_nobody_holds_is_free_and_our_own_is_ours() {
        let now = "2026-11-25T19:10:00Z".parse().expect("a time");
        let claim = |lease: &ObservedLease, unchanged| claim(lease, HELD, Duration::from_secs(unchanged), now);
        assert_eq!(claim(&lease(None, Some(60), Some("2026-11-25T19:10:00Z")), 0), LeaseState::Free);
        assert_eq!(claim(&lease(Some(HELD), Some(60), Some("2026-11-24T19:10:00Z")), 99), LeaseState::Ours);
    }

    #[test]
    fn whatever_somebody_wrote_into_it_no_lock_is_held_for_ever() {
        let now = "2026-11-25T19:10:00Z".parse().expect("a time");
        let after = |lease: &ObservedLease, unchanged| claim(lease, "us", Duration::from_secs(unchanged), now);
        let for_years = lease(Some("x"), Some(1 << 31), Some("2099-01-01T00:00:00Z"));
        assert_eq!((after(&for_years, 599), after(&for_years, 600)), (LeaseState::Alive, LeaseState::Dead));
        let says_nothing = lease(Some("x"), None, None);
        assert_eq!((after(&says_nothing, 59), after(&says_nothing, 60)), (LeaseState::Silent, LeaseState::Dead));
    }
}
