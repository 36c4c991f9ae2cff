//! The start of a child, in a session of its own.
//!
//! Not by `fork`: that would copy the page tables of this process for each child, and a plan of thousands of releases
//! has many pages and many children.

use std::fs::File;
use std::io;

use rustix::process::Pid;

use super::Invocation;

/// A child that runs. Nobody but the session waits for it.
pub(super) struct Started {
    /// The child, and the number of its session and of its process group.
    pub(super) leader: Pid,
    /// What it says on stdout.
    pub(super) stdout: File,
}

/// Starts a child whose stdin is empty. Of this process it gets nothing but `stderr`, its environment and its folder.
#[cfg(target_os = "linux")]
pub(super) fn start(invocation: &Invocation, stderr: &File) -> io::Result<Started> {
    use std::os::fd::AsRawFd;

    use nix::spawn::{PosixSpawnFileActions, posix_spawn};

    let (stdout, their_stdout) = io::pipe()?;
    let stdin = File::open("/dev/null")?;
    let mut files = PosixSpawnFileActions::init()?;
    for (theirs, number) in [(stdin.as_raw_fd(), 0), (their_stdout.as_raw_fd(), 1), (stderr.as_raw_fd(), 2)] {
        files.add_dup2(theirs, number)?;
    }
    let arguments = words::arguments(invocation)?;
    let environment = words::environment(invocation)?;
    let pid = posix_spawn(invocation.program.as_path(), &files, &attributes()?, &arguments, &environment)?;
    let leader = Pid::from_raw(pid.as_raw()).expect("a child's pid is a positive number");
    Ok(Started { leader, stdout: std::os::fd::OwnedFd::from(stdout).into() })
}

/// A session of its own, and signals as every program expects them: none is blocked, and a closed pipe ends it.
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

/// Elsewhere there is no safe way around `fork`.
#[cfg(not(target_os = "linux"))]
pub(super) fn start(invocation: &Invocation, stderr: &File) -> io::Result<Started> {
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
    Ok(Started { leader, stdout: OwnedFd::from(stdout).into() })
}

/// What a program is given, as the system wants it.
#[cfg(target_os = "linux")]
mod words {
    use std::collections::BTreeMap;
    use std::ffi::{CString, NulError, OsStr, OsString};
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    use super::Invocation;

    /// The program's name and its arguments.
    pub(super) fn arguments(invocation: &Invocation) -> Result<Vec<CString>, NulError> {
        let program = invocation.program.as_os_str();
        std::iter::once(program).chain(invocation.arguments.iter().map(OsString::as_os_str)).map(word).collect()
    }

    /// This program's variables with the changes that belong to the child.
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing is read here: a child inherits what it is not told otherwise"
    )]
    pub(super) fn environment(invocation: &Invocation) -> Result<Vec<CString>, NulError> {
        let mut variables = std::env::vars_os().collect::<BTreeMap<_, _>>();
        for (name, value) in &invocation.environment {
            match value {
                Some(value) => variables.insert(name.clone(), value.clone()),
                None => variables.remove(name),
            };
        }
        let pair = |(mut name, value): (OsString, OsString)| {
            name.push("=");
            name.push(value);
            CString::new(name.into_vec())
        };
        variables.into_iter().map(pair).collect()
    }

    fn word(text: &OsStr) -> Result<CString, NulError> {
        CString::new(text.as_bytes())
    }
}
