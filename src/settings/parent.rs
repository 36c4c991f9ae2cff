//! The parent process: where a flag that Helm swallowed can be found again.

/// What can be seen of the parent, as it was at the start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parent {
    /// Its pid; 1 where the real one had ended before, or in a container.
    pub pid: i32,
    /// Its command line, the program first, where it can be read.
    pub arguments: Option<Vec<String>>,
    /// Whether somebody set `HELM_NAMESPACE` for it, where that can be read.
    pub has_namespace: Option<bool>,
}

impl Parent {
    /// Looks at the parent.
    pub fn look() -> Self {
        let pid = rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get());
        Self { pid, arguments: arguments_of(pid), has_namespace: has_namespace(pid) }
    }

    /// Whether it is the helm that started this plugin, not a shell, nor a process that took us over when helm
    /// had died: our plugin's name is among its arguments.
    pub fn is_helm_with(&self, plugin: Option<&str>) -> bool {
        let arguments = self.arguments.iter().flatten().skip(1);
        plugin.is_some_and(|plugin| arguments.into_iter().any(|argument| argument == plugin))
    }
}

#[cfg(target_os = "linux")]
fn arguments_of(pid: i32) -> Option<Vec<String>> {
    let raw = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let text = String::from_utf8_lossy(&raw).into_owned();
    let arguments = text.strip_suffix('\0').unwrap_or(&text);
    (!arguments.is_empty()).then(|| arguments.split('\0').map(str::to_owned).collect())
}

/// What the process was started with; Helm changes its own copy only for its children.
#[cfg(target_os = "linux")]
fn has_namespace(pid: i32) -> Option<bool> {
    let raw = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let set = |variable: &[u8]| variable.strip_prefix(b"HELM_NAMESPACE=").is_some_and(|value| !value.is_empty());
    Some(raw.split(|byte| *byte == 0).any(set))
}

/// `ps` joins arguments with spaces, so one that contains a space comes apart; the flags looked for do not.
#[cfg(not(target_os = "linux"))]
fn arguments_of(pid: i32) -> Option<Vec<String>> {
    let said = std::process::Command::new("ps").args(["-ww", "-o", "args=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let arguments = text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    (said.status.success() && !arguments.is_empty()).then_some(arguments)
}

#[cfg(not(target_os = "linux"))]
fn has_namespace(_pid: i32) -> Option<bool> {
    None
}
