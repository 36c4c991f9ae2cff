//! Ends a cluster when its owner goes, however it goes: drop, exit, panic or SIGKILL.
//!
//! A shell that leads a process group with all components in it, and reads from a pipe that only the owner holds. When
//! the owner is gone the pipe ends; then the shell removes the folder and kills its group, itself with it.
//!
//! Must not depend on the owner doing anything at its end, nor on signals reaching it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::{Error, environment};

/// A component may write a file while `rm` empties the folder around it: then `rm` fails, and the next one does not.
/// The folder goes before the components, as nobody is left to remove it after `kill -KILL 0`.
const SCRIPT: &str = r#"
trap "" INT TERM HUP
while read -r _; do :; done
tries=0
while [ -e "$1" ] && [ "$tries" -lt 100 ]; do
  rm -rf "$1" 2>/dev/null
  tries=$((tries + 1))
done
kill -KILL 0
"#;

/// While it lives, so does the cluster.
#[derive(Debug)]
pub(super) struct Keeper {
    shell: Child,
    /// Never written to. `None` once the end has started.
    pipe: Option<ChildStdin>,
    folder: PathBuf,
}

impl Keeper {
    /// From here on `folder`, and every process in [`group`](Self::group), goes with this process.
    pub(super) fn start(folder: &Path) -> Result<Self, Error> {
        let shell = Path::new("/bin/sh");
        let mut child = Command::new(shell)
            .args(["-c", SCRIPT, "throwaway-cluster-keeper"])
            .arg(folder)
            .env("PATH", path_with_rm())
            .process_group(0)
            .stdin(Stdio::piped())
            // An inherited stream would keep whoever reads our output waiting for its end.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Error::spawn(shell))?;
        let pipe = child.stdin.take();
        Ok(Self { shell: child, pipe, folder: folder.to_owned() })
    }

    /// The process group for the components.
    pub(super) fn group(&self) -> i32 {
        i32::try_from(self.shell.id()).expect("process ids are positive and fit")
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.pipe = None;
        // It kills itself at the end of its script; an error would mean that it is gone already.
        let _ = self.shell.wait();
        // Gone already, but for a machine on which the shell finds no `rm`.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The owner's PATH may hold nothing but what a test put there.
fn path_with_rm() -> OsString {
    let mut path = OsString::from("/usr/bin:/bin:");
    path.push(environment::search_path());
    path
}
