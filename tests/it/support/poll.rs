//! Waiting for what no event announces.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(2);

/// Asks until there is an answer; `None` if there is none for so long.
pub(crate) fn poll<T>(longest: Duration, mut probe: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + longest;
    loop {
        let answer = probe();
        if answer.is_some() || Instant::now() > until {
            return answer;
        }
        std::thread::sleep(PAUSE);
    }
}
