//! The process engine: one child process, from its start to the last of its group.
//!
//! A child runs in a session of its own: Ctrl-C at the terminal does not reach it (`helm uninstall` has no
//! handler and would die half-way), and a credential plugin that wants to prompt fails at once instead of
//! being stopped. The thread that calls [`run`] is the only one that waits for the child or signals it, so a
//! pid can never be reused between a look and a signal.
//!
//! Nothing here knows what the child is or what it says; nothing here prints.

mod deadline;
mod ending;
mod escalation;
mod session;
mod start;
mod step;
mod sweep;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use ending::{Cause, Ended, Ending, Output};
pub use step::{Listen, Step};

use crate::signal::{CancelLevel, CancelToken};
use deadline::Deadline;
use escalation::Escalation;
use session::{OutputState, Session};
use step::OneStep;

/// How long one wait for output may last before the child itself is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long the end of stdout is awaited once the child is gone: a grandchild may hold the pipe open.
const LEAK_TIMEOUT: Duration = Duration::from_millis(200);
/// How long a child that was sent KILL may take to go; longer means the kernel holds it.
const KILL_TIMEOUT: Duration = Duration::from_secs(10);

/// What to start: an argv, never a shell line, and what differs from the environment of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program, absolute.
    pub program: PathBuf,
    /// Its arguments, without the program.
    pub arguments: Vec<OsString>,
    /// Variables to set, or to remove where there is no value.
    pub environment: Vec<(OsString, Option<OsString>)>,
}

/// The bounds of one child.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wall-clock time for each step until TERM is sent. Helm has no such bound of its own.
    pub deadline: Duration,
    /// The same for a child that has done all its work.
    pub leaving: Duration,
    /// Time from TERM to KILL.
    pub grace: Duration,
    /// Bytes of stderr after which the child is ended.
    pub stderr: u64,
    /// How many of the last bytes of stderr are kept.
    pub stderr_kept: u64,
}

impl Limits {
    /// The bounds for a given deadline, with what is right for any helm in the rest.
    pub fn with_deadline(deadline: Duration) -> Self {
        Self {
            deadline,
            leaving: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            stderr: 64 << 20,
            stderr_kept: 256 << 10,
        }
    }
}

/// Runs a child that does one thing to its end. `on_stdout` gets the bytes of its stdout as they come; all are
/// read, whatever it keeps of them.
///
/// # Errors
/// Only where the child could not be started. However it ended, `Ended` says how.
pub fn run(
    invocation: &Invocation,
    limits: Limits,
    stop: &CancelToken,
    on_stdout: &mut dyn FnMut(&[u8]),
) -> io::Result<Ended> {
    run_in_steps(invocation, limits, stop, &mut OneStep(on_stdout))
}

/// Runs a child that does one thing after the other to its end, or, once the run drains, to the end of the step
/// that it is at: then its stdout is closed, and a child in Go dies of the next line that it wants to write there.
///
/// # Errors
/// As for [`run`].
pub fn run_in_steps(
    invocation: &Invocation,
    limits: Limits,
    stop: &CancelToken,
    listener: &mut dyn Listen,
) -> io::Result<Ended> {
    let stderr = tempfile::tempfile()?;
    let mut session = Session::start(invocation, &stderr)?;
    let (cause, output) = wait_for_the_end(&mut session, &stderr, limits, stop, listener);
    let left_a_process = session.read_the_rest(LEAK_TIMEOUT, listener) == OutputState::Open;
    let ending = session.close();
    Ok(Ended { ending, cause, output, left_a_process, stderr: last_bytes(&stderr, limits.stderr_kept) })
}

/// Until the child has ended; says why it was made to, if it was.
fn wait_for_the_end(
    session: &mut Session,
    stderr: &File,
    limits: Limits,
    stop: &CancelToken,
    listener: &mut dyn Listen,
) -> (Option<Cause>, Output) {
    let mut deadline = Deadline::new(limits, listener.step(), Instant::now());
    let mut escalation = Escalation::new(limits.grace);
    let mut output = Output::Whole;
    let mut last_look = None;
    loop {
        let state = session.wait_for_output(LOOK_EVERY, listener);
        // A child that never stops talking is looked at all the same, but not after each piece.
        if state == OutputState::Open && last_look.is_some_and(|at: Instant| at.elapsed() < LOOK_EVERY) {
            continue;
        }
        last_look = Some(Instant::now());
        let urgency = stop.urgency();
        // From TERM on there is no next step, and every line that was still written tells more.
        if urgency == CancelLevel::Drain && escalation.cause().is_none() && output == Output::Whole {
            output = close_before_the_next_step(session, listener);
        }
        let looked = session.look();
        if looked == session::Look::Gone || escalation.killed_since().is_some_and(|since| since > KILL_TIMEOUT) {
            return (escalation.cause(), output);
        }
        let passed = deadline.passed(listener.step(), Instant::now());
        let reason = reason_to_end(looked, stderr, passed, limits, urgency);
        escalation.step(reason, urgency, session);
    }
}

/// What was written before counts, or a child would seem to be at a step that it has done.
fn close_before_the_next_step(session: &mut Session, listener: &mut dyn Listen) -> Output {
    let has_more = |listener: &dyn Listen| matches!(listener.step(), Step::More(_));
    if has_more(listener) {
        session.take_what_is_there(listener);
    }
    if has_more(listener) { session.close_output() } else { Output::Whole }
}

fn reason_to_end(
    looked: session::Look,
    stderr: &File,
    passed: Option<Duration>,
    limits: Limits,
    urgency: CancelLevel,
) -> Option<Cause> {
    if looked == session::Look::Stopped {
        Some(Cause::StoppedItself)
    } else if urgency >= CancelLevel::Terminate {
        Some(Cause::Asked)
    } else if let Some(bound) = passed {
        Some(Cause::Deadline(bound))
    } else if stderr.metadata().is_ok_and(|facts| facts.len() > limits.stderr) {
        Some(Cause::TooMuchStderr)
    } else {
        None
    }
}

/// The end of the child's stderr. Read by position: the child writes through the same file description, and
/// seeking here would move its pen.
fn last_bytes(file: &File, most: u64) -> Vec<u8> {
    let length = file.metadata().map_or(0, |facts| facts.len());
    let from = length.saturating_sub(most);
    let mut bytes = vec![0; usize::try_from(length - from).unwrap_or_default()];
    let read = file.read_at(&mut bytes, from).unwrap_or_default();
    bytes.truncate(read);
    bytes
}
