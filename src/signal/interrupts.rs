//! INT, TERM and HUP, counted.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::getppid;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::{CancelLevel, CancelToken};

/// A signal that comes again within this time is the same one.
const SAME_SIGNAL: Duration = Duration::from_millis(150);
/// When a terminal closes under a helm that dies of it, HUP arrives twice.
const SAME_HANGUP: Duration = Duration::from_secs(1);

/// How often the parent is looked at.
const PARENT_LOOK: Duration = Duration::from_millis(200);

/// What a first signal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has been changed yet: everything ends at once.
    Looking,
    /// Releases are being uninstalled: those that have begun are finished.
    Purging,
}

/// The first signal, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interruption {
    /// Its number.
    pub signal: i32,
}

/// The signals so far, and what they do to children. Clones share one state.
#[derive(Debug, Clone)]
pub struct Interrupts {
    state: Arc<Mutex<State>>,
    stop: CancelToken,
}

#[derive(Debug)]
struct State {
    stage: Stage,
    first: Option<Interruption>,
    count: usize,
    last: Option<(i32, Instant)>,
    parent_gone: Option<Instant>,
}

impl Interrupts {
    /// Starts to listen. From here on no signal ends this process by itself.
    ///
    /// # Errors
    /// Where the handlers cannot be installed.
    pub fn listen(&self) -> io::Result<()> {
        // Where it is ignored, as some starters leave it, children vanish before anyone has waited for them.
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

    /// Watches the parent process as well: a helm that is ended takes no plugin with it and tells it nothing, but
    /// whoever ended it meant both.
    ///
    /// `parent` is its pid at the start of this process.
    ///
    /// # Errors
    /// Where there can be no thread for it.
    pub fn watch_parent(&self, parent: i32) -> io::Result<()> {
        let watcher = self.clone();
        let is_there = move || getppid().is_some_and(|now| now.as_raw_nonzero().get() == parent);
        std::thread::Builder::new().name("parent".to_owned()).spawn(move || {
            while is_there() {
                std::thread::sleep(PARENT_LOOK);
            }
            watcher.on_parent_gone(Instant::now());
        })?;
        Ok(())
    }

    /// Hears nothing before [`Interrupts::listen`], other than by [`Interrupts::on_signal`].
    pub fn silent() -> Self {
        let state = State { stage: Stage::Looking, first: None, count: 0, last: None, parent_gone: None };
        Self { state: Arc::new(Mutex::new(state)), stop: CancelToken::default() }
    }

    /// What children listen to.
    pub fn stop(&self) -> &CancelToken {
        &self.stop
    }

    /// The first signal, where there was one.
    pub fn interruption(&self) -> Option<Interruption> {
        self.lock().first
    }

    /// Whether children were told to end.
    pub fn has_ended_all(&self) -> bool {
        self.stop.urgency() >= CancelLevel::Terminate
    }

    /// From here on a first signal lets what has begun finish.
    pub fn enter(&self, stage: Stage) {
        self.lock().stage = stage;
    }

    /// One signal has come.
    pub fn on_signal(&self, signal: i32, now: Instant) {
        let mut state = self.lock();
        let window = if signal == SIGHUP { SAME_HANGUP } else { SAME_SIGNAL };
        let again = state.last.is_some_and(|(last, at)| last == signal && now.duration_since(at) < window);
        let told_before = state.parent_gone.is_some_and(|at| now.duration_since(at) < SAME_HANGUP);
        state.last = Some((signal, now));
        if again || (told_before && state.count == 1) {
            return;
        }
        self.count(&mut state, signal);
    }

    /// The parent has ended: like a first signal, never like a second one.
    pub fn on_parent_gone(&self, now: Instant) {
        let mut state = self.lock();
        if state.count == 0 {
            state.parent_gone = Some(now);
            self.count(&mut state, SIGTERM);
        }
    }

    fn count(&self, state: &mut State, signal: i32) {
        state.first.get_or_insert(Interruption { signal });
        state.count += 1;
        let step = state.count + usize::from(state.stage == Stage::Looking);
        match step {
            0 => {}
            1 => self.stop.raise(CancelLevel::Drain),
            2 => self.stop.raise(CancelLevel::Terminate),
            _ => self.stop.raise(CancelLevel::Kill),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing panics while it is held, and a count is right even if something did.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever starts this with `nohup` wants it to go on when the terminal is closed.
#[cfg(target_os = "linux")]
fn hangups_are_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask & (1 << (SIGHUP - 1)) != 0
}

/// Where that cannot be told without a handler of its own in the way, a hangup drains.
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
        let interrupts = Interrupts::silent();
        interrupts.enter(Stage::Purging);
        interrupts.on_signal(SIGINT, start);
        assert_eq!(interrupts.stop().urgency(), CancelLevel::Drain);
        assert!(!interrupts.has_ended_all(), "what looks at the cluster goes on");
        interrupts.on_signal(SIGTERM, after(10, start));
        assert_eq!(interrupts.stop().urgency(), CancelLevel::Terminate);
        interrupts.on_signal(SIGINT, after(1000, start));
        assert_eq!(interrupts.stop().urgency(), CancelLevel::Kill);
        assert_eq!(interrupts.interruption(), Some(Interruption { signal: SIGINT }));
    }

    #[test]
    fn while_looking_the_first_signal_ends_everything() {
        let interrupts = Interrupts::silent();
        interrupts.on_signal(SIGTERM, Instant::now());
        assert_eq!(interrupts.stop().urgency(), CancelLevel::Terminate);
    }

    #[test]
    fn a_parent_that_ends_is_a_first_signal_and_the_one_that_ended_both_counts_with_it() {
        let start = Instant::now();
        for parent_first in [true, false] {
            let interrupts = Interrupts::silent();
            interrupts.enter(Stage::Purging);
            if parent_first {
                interrupts.on_parent_gone(start);
                interrupts.on_signal(SIGINT, after(10, start));
            } else {
                interrupts.on_signal(SIGINT, start);
                interrupts.on_parent_gone(after(200, start));
            }
            assert!(interrupts.interruption().is_some());
            assert_eq!(interrupts.stop().urgency(), CancelLevel::Drain);
            interrupts.on_signal(SIGTERM, after(2000, start));
            assert_eq!(interrupts.stop().urgency(), CancelLevel::Terminate);
        }
    }

    #[test]
    fn one_signal_that_is_delivered_twice_counts_once() {
        let start = Instant::now();
        let interrupts = Interrupts::silent();
        interrupts.enter(Stage::Purging);
        interrupts.on_signal(SIGHUP, start);
        interrupts.on_signal(SIGHUP, after(20, start));
        assert_eq!(interrupts.stop().urgency(), CancelLevel::Drain);
        interrupts.on_signal(SIGHUP, after(5000, start));
        assert_eq!(interrupts.stop().urgency(), CancelLevel::Terminate);
    }
}
