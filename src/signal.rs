//! Signals from outside, counted, and the token by which they cancel children.
//!
//! `helm uninstall` has no handler: a signal kills it half-way. So the first signal only stops new work, also within a
//! child that has several releases to uninstall; the second terminates what runs, the third kills it.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::getppid;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::clock::Clock;

/// How soon children must end; it only rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CancelLevel {
    Run,
    /// After the release that each has in progress. Requests that only read from the cluster go on.
    Drain,
    /// TERM, and KILL after the grace period.
    Terminate,
    /// KILL.
    Kill,
}

/// Shared by everything that can cancel and everything that can be cancelled.
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    level: Arc<AtomicU8>,
    drain_from: Option<(Instant, Clock)>,
}

impl CancelToken {
    pub fn level(&self) -> CancelLevel {
        match self.level.load(Ordering::SeqCst) {
            0 if self.drain_from.is_some_and(|(from, clock)| from <= clock.instant()) => CancelLevel::Drain,
            0 => CancelLevel::Run,
            1 => CancelLevel::Drain,
            2 => CancelLevel::Terminate,
            _ => CancelLevel::Kill,
        }
    }

    /// The same token, which drains from this time on in any case.
    #[must_use]
    pub fn draining_from(&self, drain_from: Instant, clock: Clock) -> Self {
        Self { level: Arc::clone(&self.level), drain_from: Some((drain_from, clock)) }
    }

    /// A lower level than the present one changes nothing.
    pub fn raise(&self, level: CancelLevel) {
        self.level.fetch_max(level as u8, Ordering::SeqCst);
    }
}

/// A signal that comes again within this time is the same signal.
const SAME_SIGNAL: Duration = Duration::from_millis(150);
/// When a terminal closes under a helm process that dies of it, HUP arrives twice.
const SAME_HANGUP: Duration = Duration::from_secs(1);
/// How often the parent process is checked.
const PARENT_CHECK: Duration = Duration::from_millis(200);

/// What the run is doing; it decides what a first signal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// Nothing is being changed: everything ends at once.
    #[default]
    Reading,
    /// Releases are being changed: those in progress are finished.
    Changing,
}

/// The first signal, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    pub signal: i32,
}

/// The signals so far. Clones share one state. Before [`Interrupts::listen`], signals come only from
/// [`Interrupts::on_signal`].
#[derive(Debug, Clone, Default)]
pub struct Interrupts {
    state: Arc<Mutex<InterruptState>>,
    stop: CancelToken,
}

#[derive(Debug, Default)]
struct InterruptState {
    stage: Stage,
    first: Option<Interruption>,
    count: usize,
    last: Option<(i32, Instant)>,
    parent_gone: Option<Instant>,
}

impl Interrupts {
    /// Installs the handlers. After this no signal ends this process on its own.
    ///
    /// # Errors
    /// If the handlers cannot be installed.
    pub fn listen(&self) -> io::Result<()> {
        // If SIGCHLD is ignored, as some parents leave it, the kernel reaps children before this program has waited for
        // them.
        signal_hook::flag::register(SIGCHLD, Arc::default())?;
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        if !hangups_are_ignored() {
            signals.add_signal(SIGHUP)?;
        }
        let listener = self.clone();
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                listener.on_signal(signal, Instant::now());
            }
        })?;
        Ok(())
    }

    /// Watches the parent process as well: a helm process that is killed does not kill or notify its plugin, but the user who
    /// killed it meant both.
    ///
    /// `parent` is its pid at the start of this process.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub fn watch_parent(&self, parent: i32) -> io::Result<()> {
        let watcher = self.clone();
        let is_there = move || getppid().is_some_and(|now| now.as_raw_nonzero().get() == parent);
        std::thread::Builder::new().name("parent".to_owned()).spawn(move || {
            while is_there() {
                std::thread::sleep(PARENT_CHECK);
            }
            watcher.on_parent_gone(Instant::now());
        })?;
        Ok(())
    }

    /// Cancels children.
    pub fn stop(&self) -> &CancelToken {
        &self.stop
    }

    /// The first signal, if there was one.
    pub fn interruption(&self) -> Option<Interruption> {
        self.lock().first
    }

    /// Whether children are being terminated.
    pub fn has_ended_all(&self) -> bool {
        self.stop.level() >= CancelLevel::Terminate
    }

    pub fn enter(&self, stage: Stage) {
        self.lock().stage = stage;
    }

    pub fn on_signal(&self, signal: i32, now: Instant) {
        let mut state = self.lock();
        let window = if signal == SIGHUP { SAME_HANGUP } else { SAME_SIGNAL };
        let again = state.last.is_some_and(|(last, at)| last == signal && now.duration_since(at) < window);
        let was_counted = state.parent_gone.is_some_and(|at| now.duration_since(at) < SAME_HANGUP);
        state.last = Some((signal, now));
        if again || (was_counted && state.count == 1) {
            return;
        }
        self.count(&mut state, signal);
    }

    /// The parent has ended. This counts as a first signal, never as a second one.
    pub fn on_parent_gone(&self, now: Instant) {
        let mut state = self.lock();
        if state.count == 0 {
            state.parent_gone = Some(now);
            self.count(&mut state, SIGTERM);
        }
    }

    fn count(&self, state: &mut InterruptState, signal: i32) {
        state.first.get_or_insert(Interruption { signal });
        state.count += 1;
        self.stop.raise(match state.count + usize::from(state.stage == Stage::Reading) {
            0 | 1 => CancelLevel::Drain,
            2 => CancelLevel::Terminate,
            _ => CancelLevel::Kill,
        });
    }

    fn lock(&self) -> MutexGuard<'_, InterruptState> {
        // Nothing panics while the lock is held, and a count would be right even then.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run under `nohup` goes on when the terminal is closed.
#[cfg(target_os = "linux")]
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (SIGHUP - 1)) != 0
}

/// On systems where this cannot be read without installing a handler, a hangup drains.
#[cfg(not(target_os = "linux"))]
fn hangups_are_ignored() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: u64, start: Instant) -> Instant {
        start + Duration::from_millis(milliseconds)
    }

    #[test]
    fn while_purging_the_first_signal_drains_the_second_terminates_the_third_kills() {
        let start = Instant::now();
        let interrupts = Interrupts::default();
        interrupts.enter(Stage::Changing);
        interrupts.on_signal(SIGINT, start);
        assert_eq!(interrupts.stop().level(), CancelLevel::Drain);
        assert!(!interrupts.has_ended_all(), "requests to the cluster go on");
        interrupts.on_signal(SIGTERM, after(10, start));
        assert_eq!(interrupts.stop().level(), CancelLevel::Terminate);
        interrupts.on_signal(SIGINT, after(1000, start));
        assert_eq!(interrupts.stop().level(), CancelLevel::Kill);
        assert_eq!(interrupts.interruption(), Some(Interruption { signal: SIGINT }));
    }

    #[test]
    fn while_looking_the_first_signal_ends_everything() {
        let interrupts = Interrupts::default();
        interrupts.on_signal(SIGTERM, Instant::now());
        assert_eq!(interrupts.stop().level(), CancelLevel::Terminate);
    }

    #[test]
    fn a_parent_that_ends_is_a_first_signal_and_the_one_that_ended_both_counts_with_it() {
        let start = Instant::now();
        for parent_first in [true, false] {
            let interrupts = Interrupts::default();
            interrupts.enter(Stage::Changing);
            if parent_first {
                interrupts.on_parent_gone(start);
                interrupts.on_signal(SIGINT, after(10, start));
            } else {
                interrupts.on_signal(SIGINT, start);
                interrupts.on_parent_gone(after(200, start));
            }
            assert!(interrupts.interruption().is_some());
            assert_eq!(interrupts.stop().level(), CancelLevel::Drain);
            interrupts.on_signal(SIGTERM, after(2000, start));
            assert_eq!(interrupts.stop().level(), CancelLevel::Terminate);
        }
    }

    #[test]
    fn one_signal_that_is_delivered_twice_counts_once() {
        let start = Instant::now();
        let interrupts = Interrupts::default();
        interrupts.enter(Stage::Changing);
        interrupts.on_signal(SIGHUP, start);
        interrupts.on_signal(SIGHUP, after(20, start));
        assert_eq!(interrupts.stop().level(), CancelLevel::Drain);
        interrupts.on_signal(SIGHUP, after(5000, start));
        assert_eq!(interrupts.stop().level(), CancelLevel::Terminate);
    }

    #[test]
    fn the_level_only_rises() {
        let signal = CancelToken::default();
        assert_eq!(signal.level(), CancelLevel::Run);
        for level in [CancelLevel::Drain, CancelLevel::Terminate, CancelLevel::Kill] {
            signal.raise(level);
            signal.raise(CancelLevel::Drain);
            assert_eq!(signal.level(), level);
        }
    }

    #[test]
    fn who_has_to_drain_from_some_time_on_still_hears_what_is_more_urgent() {
        let all = CancelToken::default();
        let (now, later) = (Instant::now(), Instant::now() + std::time::Duration::from_hours(1));
        let (late, in_time) = (all.draining_from(now, Clock::System), all.draining_from(later, Clock::System));
        assert_eq!(
            [&late, &in_time, &all].map(CancelToken::level),
            [CancelLevel::Drain, CancelLevel::Run, CancelLevel::Run]
        );
        all.raise(CancelLevel::Terminate);
        assert_eq!([&late, &in_time].map(CancelToken::level), [CancelLevel::Terminate; 2]);
    }
}
