//! The child and everything in its session: started, looked at, signalled, reaped.
//!
//! The child is reaped last: until then its pid is reserved, and with it the number of its process group.

use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, waitid};

use super::start::{Started, start};
use super::sweep::kill_other_groups_of;
use super::{Ending, Invocation, Listen, Output};

/// What one look at the child showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Running,
    Stopped,
    Gone,
}

/// Whether more can come out of the child's stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutputState {
    /// Bytes came, and more may.
    Open,
    /// Nothing came for as long as was waited.
    Silent,
    /// The end of the output was reached.
    Closed,
}

pub(super) struct Session {
    leader: Pid,
    stdout: Option<File>,
    /// When stdout was found closed.
    closed: Option<Instant>,
    reaped: bool,
}

impl Session {
    pub(super) fn start(invocation: &Invocation, stderr: &File) -> io::Result<Self> {
        let Started { leader, stdout } = start(invocation, stderr)?;
        Ok(Self { leader, stdout: Some(stdout), closed: None, reaped: false })
    }

    /// Waits for output, at most so long, and hands it on.
    pub(super) fn wait_for_output(&mut self, most: Duration, listener: &mut dyn Listen) -> OutputState {
        let Some(stdout) = &mut self.stdout else {
            std::thread::sleep(most.min(self.pause_without_output()));
            return OutputState::Closed;
        };
        let wait = Timespec::try_from(most).ok();
        let ready = poll(&mut [PollFd::new(stdout, PollFlags::IN)], wait.as_ref());
        match ready {
            Ok(0) | Err(rustix::io::Errno::INTR) => OutputState::Silent,
            _ => self.read_once(listener),
        }
    }

    /// With stdout closed the end is near, and there is nothing to poll that every Unix has: short naps
    /// first, longer ones for the rare child that closes its stdout and lives on.
    fn pause_without_output(&self) -> Duration {
        let since = self.closed.map_or(Duration::ZERO, |at| at.elapsed());
        (since / 4).clamp(Duration::from_micros(500), Duration::from_millis(50))
    }

    fn read_once(&mut self, listener: &mut dyn Listen) -> OutputState {
        let Some(stdout) = &mut self.stdout else { return OutputState::Closed };
        let mut bytes = [0; 16 << 10];
        match stdout.read(&mut bytes) {
            Ok(length @ 1..) => {
                listener.hear(&bytes[..length]);
                OutputState::Open
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => OutputState::Silent,
            Ok(_) | Err(_) => {
                self.let_go_of_output();
                OutputState::Closed
            }
        }
    }

    fn let_go_of_output(&mut self) {
        self.stdout = None;
        self.closed = Some(Instant::now());
    }

    /// What is in the pipe already, but not more than fits into one: some children never stop talking.
    pub(super) fn take_what_is_there(&mut self, listener: &mut dyn Listen) {
        const READS: usize = 64;
        for _ in 0..READS {
            if self.stdout.is_none() || self.wait_for_output(Duration::ZERO, listener) != OutputState::Open {
                return;
            }
        }
    }

    /// Stops to listen. Output that the child had ended by itself was read to its end.
    pub(super) fn close_output(&mut self) -> Output {
        if self.stdout.is_none() {
            return Output::Whole;
        }
        self.let_go_of_output();
        Output::Closed
    }

    /// What is left in the pipe of a child that is gone. `Open` where its end did not come in time: something
    /// that the child had started still holds the other end.
    pub(super) fn read_the_rest(&mut self, most: Duration, listener: &mut dyn Listen) -> OutputState {
        let until = Instant::now() + most;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if self.stdout.is_none() {
                return OutputState::Closed;
            }
            if left.is_zero() {
                return OutputState::Open;
            }
            self.wait_for_output(left, listener);
        }
    }

    /// Looks at the child without reaping it.
    pub(super) fn look(&self) -> Look {
        let options = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        match waitid(WaitId::Pid(self.leader), options) {
            Ok(Some(status)) if status.stopped() || status.trapped() => Look::Stopped,
            Ok(None) | Err(rustix::io::Errno::INTR) => Look::Running,
            // An error means that there is no such child any more.
            Ok(Some(_)) | Err(_) => Look::Gone,
        }
    }

    pub(super) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    pub(super) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        // The group may be gone already; that is what was wanted.
        let _ = kill_process_group(self.leader, signal);
    }

    /// Ends what is left of the session and reaps the child.
    ///
    /// A process that made a session of its own is a daemon by its own wish (an agent that a credential
    /// plugin started, say) and is left alone.
    pub(super) fn close(mut self) -> Ending {
        self.kill();
        kill_other_groups_of(self.leader);
        self.stdout = None;
        self.reap()
    }

    fn reap(&mut self) -> Ending {
        self.reaped = true;
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        match waitid(WaitId::Pid(self.leader), options) {
            Ok(Some(status)) => ending_of(&status),
            _ => Ending::Held,
        }
    }
}

/// The engine reaps every child it starts; this is for a panic on the way.
impl Drop for Session {
    fn drop(&mut self) {
        if !self.reaped {
            self.kill();
            let _ = waitid(WaitId::Pid(self.leader), WaitIdOptions::EXITED);
        }
    }
}

fn ending_of(status: &WaitIdStatus) -> Ending {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Ending::Code(code),
        (None, Some(signal)) => Ending::Signal(signal),
        (None, None) => Ending::Held,
    }
}
