//! What a call of the fake helm does instead of the usual, and how.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use crate::variable;

/// What a call does instead of the usual.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "a scenario is JSON that a test writes: each is a switch of its own")]
pub(crate) struct Behaviour {
    /// Printed first.
    pub(crate) stdout: Option<String>,
    /// Printed first, too.
    pub(crate) stderr: Option<String>,
    /// The exit code.
    pub(crate) exit: u8,
    /// The release stays although the exit code is 0, or goes although it is not.
    pub(crate) removes: Option<bool>,
    /// Connects to this address, says which release it is, and goes on when it gets an answer.
    pub(crate) gate: Option<String>,
    /// TERM does nothing.
    pub(crate) ignores_term: bool,
    /// Stops like a process that reads from a terminal it may not have.
    pub(crate) stops_itself: bool,
    /// Leaves a process behind that holds stdout open.
    pub(crate) leaves_grandchild: bool,
    /// So many bytes on stdout, without a line break.
    pub(crate) floods_stdout: usize,
    /// So many bytes on stderr.
    pub(crate) floods_stderr: usize,
    /// Never ends.
    pub(crate) hangs: bool,
    /// How often it says that the release is uninstalled, where it is.
    pub(crate) says_so: Option<usize>,
    /// Never ends, but for having said that the release is uninstalled.
    pub(crate) hangs_afterwards: bool,
    /// Ends as if by somebody's `kill -9`.
    pub(crate) kills_itself: bool,
    /// A closed stdout is no reason to die, from here on.
    pub(crate) survives_closed_stdout: bool,
    /// Leaves the kubeconfig that it was given in the scenario's folder.
    pub(crate) copies_kubeconfig: bool,
    /// Leaves a process behind in a group of its own that holds nothing open.
    pub(crate) leaves_quiet_grandchild: bool,
    /// Only the first time; after it, what it does is the usual.
    pub(crate) once: bool,
}

pub(crate) fn behaviour(file: &Path) -> Option<Behaviour> {
    let text = fs::read_to_string(file).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

pub(crate) fn perform(behaviour: &Behaviour, who: &str) -> u8 {
    if behaviour.ignores_term {
        signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::new(AtomicBool::new(false)))
            .expect("TERM can be handled");
    }
    if behaviour.leaves_grandchild {
        let program = std::env::current_exe().expect("this program has a path");
        let held = Command::new(program).arg("hold").stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        drop(held.expect("a grandchild can be started"));
    }
    if behaviour.leaves_quiet_grandchild {
        let program = std::env::current_exe().expect("this program has a path");
        let mut quiet = Command::new(program);
        quiet.arg("hold").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        drop(quiet.spawn().expect("a grandchild can be started"));
    }
    if let Some(gate) = &behaviour.gate {
        pass(gate, who);
    }
    if behaviour.copies_kubeconfig {
        let folder = variable("FAKE_HELM").expect("it was there before");
        let given = variable("KUBECONFIG").expect("a child is told which cluster is meant");
        fs::copy(given, Path::new(&folder).join("kubeconfig")).expect("it can be read");
    }
    if behaviour.kills_itself {
        signal_hook::low_level::raise(signal_hook::consts::SIGKILL).expect("a process may kill itself");
    }
    if behaviour.stops_itself {
        let myself = rustix::process::getpid();
        rustix::process::kill_process(myself, rustix::process::Signal::STOP).expect("a process may stop itself");
    }
    flood(&mut std::io::stdout(), behaviour.floods_stdout);
    flood(&mut std::io::stderr(), behaviour.floods_stderr);
    write(&mut std::io::stdout(), behaviour.stdout.as_deref().unwrap_or_default());
    write(&mut std::io::stderr(), behaviour.stderr.as_deref().unwrap_or_default());
    if behaviour.hangs {
        wait_for_ever();
    }
    behaviour.exit
}

/// Waits until the test lets it go on. A test that is gone does.
fn pass(gate: &str, who: &str) {
    let mut stream = TcpStream::connect(gate).expect("the test listens at the gate");
    writeln!(stream, "{who} {}", std::process::id()).expect("the test reads who is there");
    let mut answer = [0];
    let _ = stream.read(&mut answer);
}

fn flood(stream: &mut dyn Write, mut bytes: usize) {
    let piece = vec![b'x'; 64 << 10];
    while bytes > 0 {
        let length = bytes.min(piece.len());
        if stream.write_all(&piece[..length]).is_err() {
            return;
        }
        bytes -= length;
    }
}

pub(crate) fn write(stream: &mut dyn Write, text: &str) {
    // Whoever closed the other end does not want to know.
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

pub(crate) fn wait_for_ever() -> ! {
    loop {
        std::thread::park();
    }
}
