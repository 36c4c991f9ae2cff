//! The processes of a session that have left its leader's group.

use rustix::process::Pid;

/// KILLs every process of the session that has left the leader's group. Costs a question about each process of the
/// machine, and only before the leader is reaped is the number its own.
#[cfg(target_os = "linux")]
pub(super) fn kill_other_groups_of(session: Pid) {
    let Ok(processes) = std::fs::read_dir("/proc") else { return };
    for process in processes.flatten() {
        let pid = process.file_name().to_str().and_then(|name| name.parse().ok()).and_then(positive);
        let Some(pid) = pid.filter(|pid| *pid != session) else { continue };
        if is_in(session, pid) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
}

/// Kernel threads have session 0, which the `getsid` of `rustix` does not expect.
#[cfg(target_os = "linux")]
fn is_in(session: Pid, process: Pid) -> bool {
    let process = nix::unistd::Pid::from_raw(process.as_raw_nonzero().get());
    nix::unistd::getsid(Some(process)).is_ok_and(|found| found.as_raw() == session.as_raw_nonzero().get())
}

#[cfg(target_os = "linux")]
fn positive(number: i32) -> Option<Pid> {
    if number > 0 { Pid::from_raw(number) } else { None }
}

/// Where processes cannot be enumerated without a helper, the group is all that can be ended.
#[cfg(not(target_os = "linux"))]
pub(super) fn kill_other_groups_of(_session: Pid) {}
