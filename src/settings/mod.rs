//! The facts of the outside world, read once: the environment, the terminal, the parent process.
//!
//! This is the only reader of all three. The rest of the program gets plain data.

mod environment;
mod terminal;

pub use environment::{ConnectionOptions, Environment, InCluster, KubeconfigFiles};
pub(crate) use terminal::{ColorChoice, Stream};
pub use terminal::{Colour, Terminal};

/// By which of its three names this program was called. All three do the same; they differ in what the user typed, and
/// in which flags the caller consumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryPoint {
    /// `helm purge`: Helm removes its own flags from the command line and passes them as variables.
    Helm,
    /// `kubectl helm-purge`.
    Kubectl,
    /// `helm-purge`.
    Direct,
}

impl EntryPoint {
    /// From the name of the program and Helm's name for the plugin.
    pub fn from_call(program: &str, helm_plugin_name: Option<&str>) -> Self {
        let file = program.rsplit('/').next().unwrap_or(program);
        if file.starts_with("kubectl-") {
            EntryPoint::Kubectl
        } else if helm_plugin_name.is_some() {
            EntryPoint::Helm
        } else {
            EntryPoint::Direct
        }
    }

    /// What the user types.
    pub fn command(self) -> &'static str {
        match self {
            EntryPoint::Helm => "helm purge",
            EntryPoint::Kubectl => "kubectl helm-purge",
            EntryPoint::Direct => "helm-purge",
        }
    }
}

/// The parent process, as it was at the start: a flag that Helm consumed can be found again in its command line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParentProcess {
    /// Its pid; 1 if the real parent had ended before, or in a container.
    pub pid: i32,
    /// Its command line, the program first, if it can be read.
    pub arguments: Option<Vec<String>>,
    /// Whether `HELM_NAMESPACE` was set for it, if that can be read and is not empty.
    pub has_namespace: Option<bool>,
}

impl ParentProcess {
    pub fn read() -> Self {
        let pid = rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get());
        Self { pid, arguments: arguments_of(pid), has_namespace: has_namespace(pid) }
    }

    /// Whether it is the helm that started this plugin: the name of this plugin is among its arguments. Otherwise it is
    /// a shell, or the process that adopted this one when helm had died.
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

/// The variables that the process was started with; Helm changes its own copy only for its children.
#[cfg(target_os = "linux")]
fn has_namespace(pid: i32) -> Option<bool> {
    let raw = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let value = raw.split(|byte| *byte == 0).find_map(|variable| variable.strip_prefix(b"HELM_NAMESPACE="));
    // With an empty one it is not known what the user meant.
    value.map_or(Some(false), |value| (!value.is_empty()).then_some(true))
}

/// `ps` joins arguments with spaces, so an argument that contains a space is split; the flags that matter here contain none.
#[cfg(not(target_os = "linux"))]
fn arguments_of(pid: i32) -> Option<Vec<String>> {
    let output = std::process::Command::new("ps").args(["-ww", "-o", "args=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let arguments = text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    (output.status.success() && !arguments.is_empty()).then_some(arguments)
}

#[cfg(not(target_os = "linux"))]
fn has_namespace(_pid: i32) -> Option<bool> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_point_is_known_from_the_call() {
        assert_eq!(EntryPoint::from_call("/p/bin/helm-purge", Some("purge")), EntryPoint::Helm);
        assert_eq!(EntryPoint::from_call("/usr/bin/kubectl-helm_purge", None), EntryPoint::Kubectl);
        assert_eq!(EntryPoint::from_call("helm-purge", None), EntryPoint::Direct);
    }
}
