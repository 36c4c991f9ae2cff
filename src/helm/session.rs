//! A child process and everything in its session: start, output, state, signals, reaping.
//!
//! The child is reaped last: until then the kernel reserves its pid, and with it the number of its process group.
//! It is not started by `fork`: that would copy the page tables of this process for each child, and a plan of
//! thousands of releases has many pages and many children.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// What to start: an argv, never a shell line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The absolute path of the program.
    pub program: PathBuf,
    /// Without the program.
    pub arguments: Vec<OsString>,
    /// How the child's environment differs from that of this process: variables to set, or to remove if the value is
    /// `None`.
    pub environment: Vec<(OsString, Option<OsString>)>,
}

/// The end of a process as the system reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// It exited with this code.
    Code(i32),
    /// A signal of this number ended it.
    Signal(i32),
    /// It did not end, even after KILL: the kernel holds it.
    Held,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChildState {
    Running,
    Stopped,
    Gone,
}

pub(super) struct Session {
    /// The child; also the number of its session and of its process group.
    leader: Pid,
    stdout: Option<File>,
    /// When stdout was closed.
    closed: Option<Instant>,
    reaped: bool,
}

impl Session {
    pub(super) fn start(invocation: &Invocation, stderr: &File) -> io::Result<Self> {
        let (leader, stdout) = spawn(invocation, stderr)?;
        Ok(Self { leader, stdout: Some(stdout), closed: None, reaped: false })
    }

    /// Waits for output, for at most this time, and passes it on. Returns whether any came.
    pub(super) fn wait_for_output(&mut self, most: Duration, on_bytes: &mut dyn FnMut(&[u8])) -> bool {
        let Some(stdout) = &mut self.stdout else {
            std::thread::sleep(most.min(self.pause_without_output()));
            return false;
        };
        let wait = Timespec::try_from(most).ok();
        if let Ok(0) | Err(rustix::io::Errno::INTR) = poll(&mut [PollFd::new(stdout, PollFlags::IN)], wait.as_ref()) {
            return false;
        }
        let mut bytes = [0; 16 << 10];
        match stdout.read(&mut bytes) {
            Ok(length @ 1..) => {
                on_bytes(&bytes[..length]);
                return true;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => drop(self.close_output()),
        }
        false
    }

    /// When stdout is closed the end is near, and there is nothing to poll that every Unix has: short sleeps first,
    /// longer ones for the rare child that closes its stdout and lives on.
    fn pause_without_output(&self) -> Duration {
        let since = self.closed.map_or(Duration::ZERO, |at| at.elapsed());
        (since / 4).clamp(Duration::from_micros(500), Duration::from_millis(50))
    }

    /// Reads what is in the pipe already, but not more than fits into one: some children never stop writing.
    pub(super) fn read_pending(&mut self, on_bytes: &mut dyn FnMut(&[u8])) {
        const READS: usize = 64;
        for _ in 0..READS {
            if self.stdout.is_none() || !self.wait_for_output(Duration::ZERO, on_bytes) {
                return;
            }
        }
    }

    /// Stops reading. Returns `false` if the child had closed its stdout itself and all of it was read.
    pub(super) fn close_output(&mut self) -> bool {
        let was_open = self.stdout.take().is_some();
        if was_open {
            self.closed = Some(Instant::now());
        }
        was_open
    }

    /// Reads what is left in the pipe of a child that is gone. Returns whether the end did not come in time: then a process
    /// that the child had started still holds the other end.
    pub(super) fn read_the_rest(&mut self, most: Duration, on_bytes: &mut dyn FnMut(&[u8])) -> bool {
        let until = Instant::now() + most;
        while self.stdout.is_some() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            self.wait_for_output(left, on_bytes);
        }
        false
    }

    /// Does not reap the child.
    pub(super) fn poll(&self) -> ChildState {
        let options = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        match waitid(WaitId::Pid(self.leader), options) {
            Ok(Some(status)) if status.stopped() || status.trapped() => ChildState::Stopped,
            Ok(None) | Err(rustix::io::Errno::INTR) => ChildState::Running,
            // An error means that the child does not exist any more.
            Ok(Some(_)) | Err(_) => ChildState::Gone,
        }
    }

    pub(super) fn signal(&self, signal: Signal) {
        // The group may be gone already, and that is the purpose.
        let _ = kill_process_group(self.leader, signal);
    }

    /// Kills what is left of the session and reaps the child.
    ///
    /// A process that made its own session is a daemon (for example an agent that a credential plugin started) and
    /// is left alone.
    pub(super) fn close(mut self) -> ExitKind {
        self.signal(Signal::KILL);
        kill_other_groups(self.leader);
        self.reaped = true;
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG;
        let Ok(Some(status)) = waitid(WaitId::Pid(self.leader), options) else { return ExitKind::Held };
        match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => ExitKind::Code(code),
            (None, Some(signal)) => ExitKind::Signal(signal),
            (None, None) => ExitKind::Held,
        }
    }
}

/// The engine reaps every child that it starts; this is for a panic before that.
impl Drop for Session {
    fn drop(&mut self) {
        if !self.reaped {
            self.signal(Signal::KILL);
            let _ = waitid(WaitId::Pid(self.leader), WaitIdOptions::EXITED);
        }
    }
}

/// Starts a child in its own session, with an empty stdin, and returns its stdout. From this process the child inherits
/// only `stderr`, the environment and the working directory.
#[cfg(target_os = "linux")]
fn spawn(invocation: &Invocation, stderr: &File) -> io::Result<(Pid, File)> {
    use std::os::fd::AsRawFd;

    use nix::spawn::{PosixSpawnFileActions, posix_spawn};

    let (stdout, their_stdout) = io::pipe()?;
    let stdin = File::open("/dev/null")?;
    let mut files = PosixSpawnFileActions::init()?;
    for (theirs, number) in [(stdin.as_raw_fd(), 0), (their_stdout.as_raw_fd(), 1), (stderr.as_raw_fd(), 2)] {
        files.add_dup2(theirs, number)?;
    }
    let arguments = argument_strings(invocation)?;
    let environment = environment_strings(invocation)?;
    let pid = posix_spawn(invocation.program.as_path(), &files, &attributes()?, &arguments, &environment)?;
    let leader = Pid::from_raw(pid.as_raw()).expect("a child's pid is a positive number");
    Ok((leader, std::os::fd::OwnedFd::from(stdout).into()))
}

/// Its own session, and signals as every program expects them: none is blocked, and a closed pipe ends it.
#[cfg(target_os = "linux")]
fn attributes() -> nix::Result<nix::spawn::PosixSpawnAttr> {
    use nix::spawn::{PosixSpawnAttr, PosixSpawnFlags};
    use nix::sys::signal::{SigSet, Signal};

    let mut attributes = PosixSpawnAttr::init()?;
    // nix has no name for this flag.
    let session = PosixSpawnFlags::from_bits_retain(nix::libc::POSIX_SPAWN_SETSID.into());
    let signals = PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF | PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK;
    attributes.set_flags(session | signals)?;
    attributes.set_sigdefault(&SigSet::from(Signal::SIGPIPE))?;
    attributes.set_sigmask(&SigSet::empty())?;
    Ok(attributes)
}

/// On other systems there is no safe way without `fork`.
#[cfg(not(target_os = "linux"))]
fn spawn(invocation: &Invocation, stderr: &File) -> io::Result<(Pid, File)> {
    use std::os::fd::OwnedFd;
    use std::process::{Command, Stdio};

    use process_wrap::std::{CommandWrap, ProcessSession};

    let mut command = Command::new(&invocation.program);
    command.args(&invocation.arguments);
    for (name, value) in &invocation.environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr.try_clone()?);
    let mut child = CommandWrap::from(command).wrap(ProcessSession).spawn()?;
    let stdout = child.stdout().take().expect("its stdout is a pipe");
    let leader = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a child's pid is a positive number");
    Ok((leader, OwnedFd::from(stdout).into()))
}

/// The program's name and its arguments, as the system expects them.
#[cfg(target_os = "linux")]
fn argument_strings(invocation: &Invocation) -> Result<Vec<std::ffi::CString>, std::ffi::NulError> {
    use std::os::unix::ffi::OsStrExt;

    let program = invocation.program.as_os_str();
    let all = std::iter::once(program).chain(invocation.arguments.iter().map(OsString::as_os_str));
    all.map(|argument| std::ffi::CString::new(argument.as_bytes())).collect()
}

/// The variables of this process with the changes for the child.
#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "nothing is read here: the child inherits the environment")]
fn environment_strings(invocation: &Invocation) -> Result<Vec<std::ffi::CString>, std::ffi::NulError> {
    use std::os::unix::ffi::OsStringExt;

    let mut variables = std::env::vars_os().collect::<std::collections::BTreeMap<_, _>>();
    for (name, value) in &invocation.environment {
        match value {
            Some(value) => variables.insert(name.clone(), value.clone()),
            None => variables.remove(name),
        };
    }
    let pair = |(mut name, value): (OsString, OsString)| {
        name.push("=");
        name.push(value);
        std::ffi::CString::new(name.into_vec())
    };
    variables.into_iter().map(pair).collect()
}

/// KILLs every process of the session that has left the leader's group. This reads the session of each process of
/// the machine, and works only before the leader is reaped: afterwards its number can belong to another process.
#[cfg(target_os = "linux")]
fn kill_other_groups(session: Pid) {
    let Ok(processes) = std::fs::read_dir("/proc") else { return };
    for process in processes.flatten() {
        let number = process.file_name().to_str().and_then(|name| name.parse().ok()).filter(|number| *number > 0);
        let Some(pid) = number.and_then(Pid::from_raw).filter(|pid| *pid != session) else { continue };
        if is_in(session, pid) {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}

/// Not with the `getsid` of `rustix`: kernel threads have session 0, which it does not expect.
#[cfg(target_os = "linux")]
fn is_in(session: Pid, process: Pid) -> bool {
    let process = nix::unistd::Pid::from_raw(process.as_raw_nonzero().get());
    nix::unistd::getsid(Some(process)).is_ok_and(|found| found.as_raw() == session.as_raw_nonzero().get())
}

/// On systems that need a helper to enumerate processes, only the group can be killed.
#[cfg(not(target_os = "linux"))]
fn kill_other_groups(_session: Pid) {}
