//! One `go build`, with a sign of life every quarter of a minute.
//!
//! Must not know where the result is kept.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::go;
use super::recipe::{BUILD_FLAGS, Part};
use crate::progress::Event;
use crate::{Error, Progress};

const HEARTBEAT: Duration = Duration::from_secs(15);

/// Of a failed build's output; the first error is among them, as Go stops early.
const LINES_KEPT: usize = 20;

/// Builds `part` with `go` and writes the program to `target`.
pub(super) fn build(go: &Path, part: Part, target: &Path, progress: &dyn Progress) -> Result<(), Error> {
    progress.report(Event::Building(part));
    let start = Instant::now();
    let mut command = command(go, part, target);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(Error::spawn(go))?;
    let errors = child.stderr.take().expect("its stderr is a pipe");
    let tail = read_while_waiting(errors, || progress.report(Event::StillBuilding { part, since: start.elapsed() }));
    let exit = child.wait().map_err(Error::file("wait for", go))?;
    if !exit.success() {
        return Err(Error::BuildFailed {
            part,
            folder: part.family().folder(),
            command: as_typed(&command),
            exit: exit.to_string(),
            tail,
        });
    }
    progress.report(Event::Built { part, took: start.elapsed() });
    Ok(())
}

fn command(go: &Path, part: Part, target: &Path) -> Command {
    let mut command = go::command(go, part);
    command.arg("build").args(BUILD_FLAGS).arg("-ldflags").arg(part.linker_flags());
    command.arg("-o").arg(target).arg(part.package());
    command
}

/// The last lines of `errors`, once it ends.
fn read_while_waiting(errors: impl Read + Send + 'static, mut heartbeat: impl FnMut()) -> String {
    let (ended, end) = mpsc::channel::<()>();
    let reader: JoinHandle<VecDeque<String>> = thread::spawn(move || {
        let _tells_the_end_when_dropped = ended;
        let mut tail = VecDeque::new();
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            if tail.len() == LINES_KEPT {
                tail.pop_front();
            }
            tail.push_back(line);
        }
        tail
    });
    while end.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
        heartbeat();
    }
    let tail = reader.join().expect("reading lines does not panic");
    tail.into_iter().collect::<Vec<_>>().join("\n")
}

fn as_typed(command: &Command) -> String {
    let quoted = |word: &str| if word.contains(' ') { format!("'{word}'") } else { word.to_owned() };
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}
