//! Takes the locks of a run, one after the other, or waits for them.

use std::time::{Duration, Instant};

use super::claim::duration;
use super::{DURATION, LeaseState, Leases, LockHeld, LockName, Purpose, claim};
use crate::cluster::{ApiError, LeaseRequest, LeaseWriteResult, ObservedLease};
use crate::release::ObjectVersion;

/// How long to wait for locks that others hold, all of them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Not at all.
    None,
    /// At most so long.
    AtMost(Duration),
}

/// Whether to look once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// Some time has passed.
    Over,
    /// The run was told to end.
    Interrupted,
}

/// What came of it. Whatever was taken has to be given back.
#[derive(Debug)]
pub struct Taken {
    /// The locks that are held now, each as it was written.
    pub locks: Vec<(LockName, ObservedLease)>,
    /// Why there are no more of them.
    pub end: AcquireError,
}

/// Why no more locks were taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcquireError {
    /// These are all.
    All,
    /// Another run holds the next one.
    LockHeld(Box<LockHeld>),
    /// The next one cannot be looked at, or not be written.
    NotWritten(ApiError),
    /// The run was told to end.
    Interrupted,
}

/// Takes locks in their order. `pause` lets some time pass, and hears whose lock that is for.
pub fn acquire(
    leases: &dyn Leases,
    names: Vec<LockName>,
    us: &str,
    patience: Patience,
    pause: &mut dyn FnMut(&LockHeld) -> Pause,
) -> Taken {
    let until = match patience {
        Patience::None => None,
        Patience::AtMost(longest) => Instant::now().checked_add(longest),
    };
    let mut taken = Taken { locks: Vec::new(), end: AcquireError::All };
    for name in names {
        match take(leases, &name, us, until, pause) {
            Ok(Some(lease)) => taken.locks.push((name, lease)),
            Ok(None) => {}
            Err(end) => return Taken { end, ..taken },
        }
    }
    taken
}

/// The lock as it is held now; nothing where it only had to be free.
fn take(
    leases: &dyn Leases,
    name: &LockName,
    us: &str,
    until: Option<Instant>,
    pause: &mut dyn FnMut(&LockHeld) -> Pause,
) -> Result<Option<ObservedLease>, AcquireError> {
    let mut watched: Option<Watched> = None;
    loop {
        let seen = leases.read(&name.lease).map_err(not_written)?;
        let now = Instant::now();
        watched = seen.as_ref().map(|lease| Watched::next(watched, lease, now));
        let watch = watched.as_ref();
        let claim = |lease| {
            let unchanged = watch.map_or(Duration::ZERO, |watch| now.duration_since(watch.since));
            claim(lease, us, unchanged, leases.now())
        };
        let Some(busy) = seen.as_ref().filter(|lease| matches!(claim(lease), LeaseState::Silent | LeaseState::Alive))
        else {
            if name.purpose == Purpose::BeFree {
                return Ok(None);
            }
            let wish = LeaseRequest { holder: Some(us.to_owned()), duration: DURATION, now: leases.now() };
            match leases.write(&name.lease, &wish, seen.as_ref()).map_err(not_written)? {
                LeaseWriteResult::Done(lease) => return Ok(Some(lease)),
                // Somebody was faster: whose it is now has to be looked at.
                LeaseWriteResult::Outdated => continue,
            }
        };
        // What may be dead is looked at for as long as that takes to be told, whoever wants to wait for anything else.
        let silent = watch.filter(|watch| watch.renewals == Renewals::None && claim(busy) == LeaseState::Silent);
        let at_least = silent.and_then(|watch| watch.since.checked_add(duration(busy)));
        let busy = LockHeld { name: name.clone(), lease: busy.clone(), now: leases.now() };
        if at_least.max(until).is_none_or(|until| now >= until) {
            return Err(AcquireError::LockHeld(Box::new(busy)));
        }
        if pause(&busy) == Pause::Interrupted {
            return Err(AcquireError::Interrupted);
        }
    }
}

/// A lock that is looked at again and again.
struct Watched {
    writing: ObjectVersion,
    /// Since when it is this writing of it.
    since: Instant,
    renewals: Renewals,
}

/// Whether somebody has written to a lock before our eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Renewals {
    None,
    /// Whoever holds it is not dead, whatever its clock says.
    Seen,
}

impl Watched {
    fn next(before: Option<Self>, lease: &ObservedLease, now: Instant) -> Self {
        let new = |renewals| Self { writing: lease.writing.clone(), since: now, renewals };
        match before {
            Some(same) if same.writing == lease.writing => same,
            Some(_) => new(Renewals::Seen),
            None => new(Renewals::None),
        }
    }
}

fn not_written(error: ApiError) -> AcquireError {
    match error {
        ApiError::Cancelled => AcquireError::Interrupted,
        other => AcquireError::NotWritten(other),
    }
}
