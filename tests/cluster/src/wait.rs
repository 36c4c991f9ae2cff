//! Waiting for an event that can only be asked for.
//!
//! Must not hide how a wait ended: what did not come within the ceiling is an error that names it.

use std::thread;
use std::time::{Duration, Instant};

use crate::Error;

/// No event of a throwaway cluster takes longer on a machine that is not broken.
pub const CEILING: Duration = Duration::from_mins(1);

/// Between two questions: short beside what is waited for, long beside what a question costs.
const PAUSE: Duration = Duration::from_millis(30);

/// Asks `probe` until it has an answer, for a minute at most. `what` completes the sentence "waited a minute for …".
///
/// # Errors
/// The first error of `probe`, or [`Error::NotInTime`].
pub fn wait_until<T>(what: &str, mut probe: impl FnMut() -> Result<Option<T>, Error>) -> Result<T, Error> {
    let start = Instant::now();
    loop {
        if let Some(answer) = probe()? {
            return Ok(answer);
        }
        if start.elapsed() > CEILING {
            return Err(Error::NotInTime { what: what.to_owned(), ceiling: CEILING });
        }
        thread::sleep(PAUSE);
    }
}
