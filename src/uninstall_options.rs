//! How one release is uninstalled. The policy decodes these options, and `helm` makes its flags from them.

use std::time::Duration;

/// The options of one `helm uninstall`. Only releases that share them can go with one helm process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UninstallOptions {
    /// Helm's `--timeout`, in whole seconds: its bound for each hook of a release, and for each wait.
    pub timeout: Duration,
    pub hooks: Hooks,
    pub wait: Wait,
    pub cascade: Cascade,
    pub history: History,
}

/// Whether the release's hooks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hooks {
    Run,
    /// `--no-hooks`.
    Skip,
}

/// What helm waits for before it is done with a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// Only for its hooks.
    Hooks,
    /// Also until its objects are gone. Such a release gets its own helm process.
    Objects,
}

/// Deletion mode for what the objects of a release own, as in `helm uninstall --cascade`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cascade {
    /// Kubernetes deletes it after its owner.
    Background,
    /// Kubernetes deletes it before its owner.
    Foreground,
    /// It is not deleted.
    Orphan,
}

/// Whether the records of a release outlive it. The smaller one loses less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum History {
    /// `--keep-history`: the newest record stays, so that the release can be restored. Its description becomes the
    /// run's history tag with this index. A run has one tag for each policy; a policy that is read alone has the index 0.
    Keep(usize),
    /// Helm deletes them with the release.
    Drop,
}

impl Hooks {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Hooks::Run => "run",
            Hooks::Skip => "skip",
        }
    }
}

impl Cascade {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Cascade::Background => "background",
            Cascade::Foreground => "foreground",
            Cascade::Orphan => "orphan",
        }
    }
}

impl UninstallOptions {
    /// Helm's own behaviour without any other flag.
    pub fn with_timeout(timeout: Duration) -> Self {
        Self { timeout, hooks: Hooks::Run, wait: Wait::Hooks, cascade: Cascade::Background, history: History::Drop }
    }

    pub(crate) fn keeps_history(&self) -> bool {
        matches!(self.history, History::Keep(_))
    }

    /// The wall-clock bound of one release, which helm does not have: room for several of its own bounds.
    pub(crate) fn deadline(&self) -> Duration {
        let bounds = match self.wait {
            Wait::Hooks => 3,
            Wait::Objects => 4,
        };
        self.timeout * bounds + Duration::from_mins(1)
    }
}

impl Default for UninstallOptions {
    fn default() -> Self {
        Self::with_timeout(Duration::from_mins(5))
    }
}
