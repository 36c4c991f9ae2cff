//! The processes of a session that have left its leader's group.

use rustix::process::Pid;
#[cfg(target_os = "linux")]
use rustix::process::Signal;

/// KILLs every process of the session that has left the leader's group. Costs a look at each process of the
/// machine (3 µs each where it was measured), and only before the leader is reaped is the number its own.
#[cfg(target_os = "linux")]
pub(super) fn kill_other_groups_of(session: Pid) {
    let Ok(processes) = std::fs::read_dir("/proc") else { return };
    for process in processes.flatten() {
        let pid = process.file_name().to_str().and_then(|name| name.parse().ok()).and_then(positive);
        let Some(pid) = pid.filter(|pid| *pid != session) else { continue };
        if session_of(pid) == Some(session) {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}

/// The fourth number behind the command's name in `/proc/PID/stat`. Kernel threads have session 0, which the
/// safe `getsid` does not expect.
#[cfg(target_os = "linux")]
fn session_of(pid: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    let (_, behind_the_name) = stat.rsplit_once(')')?;
    behind_the_name.split_whitespace().nth(3)?.parse().ok().and_then(positive)
}

/// A pid, where the number can be one: a process that is just ending shows -1.
#[cfg(target_os = "linux")]
fn positive(number: i32) -> Option<Pid> {
    if number > 0 { Pid::from_raw(number) } else { None }
}

/// Where processes cannot be enumerated without a helper, the group is all that can be ended.
#[cfg(not(target_os = "linux"))]
pub(super) fn kill_other_groups_of(_session: Pid) {}
