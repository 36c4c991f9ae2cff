//! The process engine: one child process, from its start to the last process of its session.
//!
//! A child runs in its own session, so Ctrl-C at the terminal does not reach it: `helm uninstall` has no signal
//! handler and would die half-way. A credential plugin that wants to prompt fails at once instead of being stopped.
//! Only the thread that calls [`run`] waits for the child and signals it, so a pid cannot be reused between a check
//! and a signal.
//!
//! Nothing here knows which program the child is or what it prints, and nothing here prints.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::session::{ChildState, Session};
pub use super::session::{ExitKind, Invocation};
use crate::clock::Clock;
use crate::signal::{CancelLevel, CancelToken};

/// How long one wait for output may last before the child itself is checked.
const CHECK_EVERY: Duration = Duration::from_millis(50);
/// How long the end of stdout is awaited when the child is gone: a grandchild may hold the pipe open.
const LEAK_TIMEOUT: Duration = Duration::from_millis(200);
/// How long a child may live after KILL; if it takes longer, the kernel holds it.
const KILL_TIMEOUT: Duration = Duration::from_secs(10);

/// The bounds of one child.
#[derive(Debug, Clone, Copy)]
pub struct ChildLimits {
    /// Wall-clock time for each step until TERM is sent. Helm has no such bound.
    pub deadline: Duration,
    /// The same for a child that has done all its work.
    pub leaving: Duration,
    /// Time from TERM to KILL.
    pub grace: Duration,
    /// Bytes of stderr after which the child is terminated.
    pub stderr: u64,
    /// How many of the last bytes of stderr a [`ChildExit`] holds.
    pub stderr_limit: u64,
    /// Measures the deadline.
    pub clock: Clock,
}

/// Which work a child is doing. Its deadline starts again with each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChildStep {
    /// The piece of work with this number, counted from 0; more follow.
    More(usize),
    /// The last piece of work.
    Last,
    /// All its work is done, it only has to exit.
    Leaving,
}

/// Reads a child's stdout.
pub trait OutputSink {
    /// Gets all bytes, in order.
    fn write(&mut self, bytes: &[u8]);

    /// The child's step, according to its output so far.
    fn step(&self) -> ChildStep;
}

/// How a child ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildExit {
    pub kind: ExitKind,
    /// Why this program terminated it, if it did.
    pub cause: Option<StopCause>,
    /// This program closed the child's stdout before its end, so that the child starts nothing more.
    pub closed_output: bool,
    /// The child was gone, but a process that it had started still held its stdout and was killed too.
    pub left_a_process: bool,
    /// The last bytes of its stderr.
    pub stderr: Vec<u8>,
}

/// Why this program terminated a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopCause {
    /// The run was cancelled.
    Cancelled,
    /// The child took longer than this.
    Deadline(Duration),
    /// The child was stopped, for example because it tried to read from a terminal it does not have.
    StoppedItself,
    /// The child wrote more to stderr than helm ever does.
    TooMuchStderr,
}

/// The progress of TERM, grace period, KILL for one child.
struct Escalation {
    grace: Duration,
    cause: Option<StopCause>,
    terminated: Option<Instant>,
    killed: Option<Instant>,
}

/// The wall-clock bound of a child's current step.
struct StepDeadline {
    limits: ChildLimits,
    step: ChildStep,
    since: Instant,
}

/// Runs a child that does one thing to its end and returns the first `most` bytes of its stdout.
pub(super) fn run_for_output(
    invocation: &Invocation,
    limits: ChildLimits,
    stop: &CancelToken,
    most: usize,
) -> io::Result<(ChildExit, Vec<u8>)> {
    let mut stdout = Vec::new();
    let mut keep = |bytes: &[u8]| {
        let room = most.saturating_sub(stdout.len());
        stdout.extend_from_slice(&bytes[..bytes.len().min(room)]);
    };
    let exit = run(invocation, limits, stop, &mut keep)?;
    Ok((exit, stdout))
}

/// Runs a child to its end or, when the run drains, to the end of its current step: then its stdout is closed, and a
/// child in Go dies of the next line that it wants to write there.
///
/// # Errors
/// Only if the child could not be started. In all other cases `ChildExit` describes how it ended.
pub fn run(
    invocation: &Invocation,
    limits: ChildLimits,
    stop: &CancelToken,
    sink: &mut dyn OutputSink,
) -> io::Result<ChildExit> {
    let stderr = tempfile::tempfile()?;
    let mut session = Session::start(invocation, &stderr)?;
    let (cause, closed_output) = wait_for_exit(&mut session, &stderr, limits, stop, sink);
    let left_a_process = session.read_the_rest(LEAK_TIMEOUT, &mut |bytes| sink.write(bytes));
    let kind = session.close();
    Ok(ChildExit { kind, cause, closed_output, left_a_process, stderr: last_bytes(&stderr, limits.stderr_limit) })
}

/// Returns why the child was terminated, if it was, and whether its stdout was closed before its end.
fn wait_for_exit(
    session: &mut Session,
    stderr: &File,
    limits: ChildLimits,
    stop: &CancelToken,
    sink: &mut dyn OutputSink,
) -> (Option<StopCause>, bool) {
    let mut deadline = StepDeadline::new(limits, sink.step(), limits.clock.instant());
    let mut escalation = Escalation::new(limits.grace);
    let mut closed_output = false;
    let mut last_check = None;
    loop {
        let has_written = session.wait_for_output(CHECK_EVERY, &mut |bytes| sink.write(bytes));
        // A child that never stops writing is checked too, but not after each piece.
        if has_written && last_check.is_some_and(|at: Instant| at.elapsed() < CHECK_EVERY) {
            continue;
        }
        last_check = Some(Instant::now());
        let level = stop.level();
        // After TERM there is no next step, and every line that is still written is evidence.
        if level == CancelLevel::Drain && escalation.cause.is_none() && !closed_output {
            closed_output = close_before_the_next_step(session, sink);
        }
        let state = session.poll();
        let is_held = escalation.killed.is_some_and(|at| at.elapsed() > KILL_TIMEOUT);
        if state == ChildState::Gone || is_held {
            return (escalation.cause, closed_output);
        }
        let passed = deadline.passed(sink.step(), limits.clock.instant());
        let reason = if state == ChildState::Stopped {
            Some(StopCause::StoppedItself)
        } else if level >= CancelLevel::Terminate {
            Some(StopCause::Cancelled)
        } else if let Some(bound) = passed {
            Some(StopCause::Deadline(bound))
        } else {
            let is_too_much = stderr.metadata().is_ok_and(|metadata| metadata.len() > limits.stderr);
            is_too_much.then_some(StopCause::TooMuchStderr)
        };
        escalation.step(reason, level, session);
    }
}

/// Reads what was written before: otherwise a child would seem to be at a step that it has done already.
fn close_before_the_next_step(session: &mut Session, sink: &mut dyn OutputSink) -> bool {
    let has_more = |sink: &dyn OutputSink| matches!(sink.step(), ChildStep::More(_));
    if has_more(sink) {
        session.read_pending(&mut |bytes| sink.write(bytes));
    }
    has_more(sink) && session.close_output()
}

/// The end of the child's stderr. Read by position: the child writes through the same file description, and seeking
/// here would move its write position.
fn last_bytes(file: &File, most: u64) -> Vec<u8> {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let from = length.saturating_sub(most);
    let mut bytes = vec![0; usize::try_from(length - from).unwrap_or_default()];
    let read = file.read_at(&mut bytes, from).unwrap_or_default();
    bytes.truncate(read);
    bytes
}

impl ChildLimits {
    /// The bounds for a given deadline; the others fit any helm process.
    pub fn with_deadline(deadline: Duration) -> Self {
        Self {
            deadline,
            leaving: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            stderr: 64 << 20,
            stderr_limit: 256 << 10,
            clock: Clock::System,
        }
    }
}

impl ChildExit {
    /// The child ended on its own, with code 0.
    pub fn succeeded(&self) -> bool {
        self.cause.is_none() && self.kind == ExitKind::Code(0)
    }
}

/// For a child that does one thing.
impl<F: FnMut(&[u8])> OutputSink for F {
    fn write(&mut self, bytes: &[u8]) {
        self(bytes);
    }

    fn step(&self) -> ChildStep {
        ChildStep::Last
    }
}

impl Escalation {
    fn new(grace: Duration) -> Self {
        Self { grace, cause: None, terminated: None, killed: None }
    }

    /// Sends the signal that is due now. The first reason stays: a child that is being terminated is terminated.
    fn step(&mut self, reason: Option<StopCause>, level: CancelLevel, session: &Session) {
        self.cause = self.cause.or(reason);
        let Some(cause) = self.cause else { return };
        if self.killed.is_some() {
            return;
        }
        // A stopped process does not act on TERM.
        let stopped = [reason, Some(cause)].contains(&Some(StopCause::StoppedItself));
        let out_of_grace = self.terminated.is_some_and(|at| at.elapsed() > self.grace);
        if stopped || out_of_grace || level == CancelLevel::Kill {
            session.signal(Signal::KILL);
            self.killed = Some(Instant::now());
        } else if self.terminated.is_none() {
            session.signal(Signal::TERM);
            self.terminated = Some(Instant::now());
        }
    }
}

impl StepDeadline {
    fn new(limits: ChildLimits, step: ChildStep, now: Instant) -> Self {
        Self { limits, step, since: now }
    }

    /// The bound that the child has exceeded, if it has.
    fn passed(&mut self, step: ChildStep, now: Instant) -> Option<Duration> {
        if step != self.step {
            (self.step, self.since) = (step, now);
        }
        let bound = match step {
            ChildStep::More(_) | ChildStep::Last => self.limits.deadline,
            ChildStep::Leaving => self.limits.leaving.min(self.limits.deadline),
        };
        (now.duration_since(self.since) > bound).then_some(bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Duration = Duration::from_secs(100);

    #[test]
    fn each_step_has_all_of_the_time() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut deadline = StepDeadline::new(ChildLimits::with_deadline(BOUND), ChildStep::More(0), start);
        assert_eq!(deadline.passed(ChildStep::More(0), at(100)), None);
        assert_eq!(deadline.passed(ChildStep::More(1), at(100)), None);
        assert_eq!(deadline.passed(ChildStep::More(1), at(200)), None);
        assert_eq!(deadline.passed(ChildStep::Last, at(201)), None);
        assert_eq!(deadline.passed(ChildStep::Last, at(301)), None);
        assert_eq!(deadline.passed(ChildStep::Last, at(302)), Some(BOUND));
    }

    #[test]
    fn a_child_that_has_done_everything_gets_little_time_to_end() {
        let start = Instant::now();
        let limits = ChildLimits::with_deadline(BOUND);
        let mut deadline = StepDeadline::new(limits, ChildStep::Last, start);
        assert_eq!(deadline.passed(ChildStep::Leaving, start), None);
        let bound = deadline.passed(ChildStep::Leaving, start + limits.leaving + Duration::from_millis(1));
        assert_eq!(bound, Some(limits.leaving));
        assert!(limits.leaving < BOUND);
    }
}
