//! The command line of the parent process: where a flag that Helm swallowed can be found again.

/// The arguments of the parent process, its program first. None where they cannot be read.
#[cfg(target_os = "linux")]
pub fn parent_command_line() -> Option<Vec<String>> {
    let parent = rustix::process::getppid()?;
    let raw = std::fs::read(format!("/proc/{}/cmdline", parent.as_raw_nonzero())).ok()?;
    let text = String::from_utf8_lossy(&raw).into_owned();
    let arguments = text.strip_suffix('\0').unwrap_or(&text);
    (!arguments.is_empty()).then(|| arguments.split('\0').map(str::to_owned).collect())
}

/// The arguments of the parent process, its program first. None where they cannot be read.
///
/// `ps` joins arguments with spaces, so one that contains a space comes apart; the flags looked for do not.
#[cfg(not(target_os = "linux"))]
pub fn parent_command_line() -> Option<Vec<String>> {
    let parent = rustix::process::getppid()?;
    let parent = parent.as_raw_nonzero().to_string();
    let said = std::process::Command::new("ps").args(["-ww", "-o", "args=", "-p", &parent]).output().ok()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let arguments = text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    (said.status.success() && !arguments.is_empty()).then_some(arguments)
}
