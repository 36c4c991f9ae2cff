//! In what manner helm uninstalls a release.

use std::time::Duration;

/// What helm is told about an uninstall. Only releases that share it can go with one helm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Manner {
    /// What helm gets as `--timeout`, in whole seconds: its bound for each hook and each wait in turn.
    pub timeout: Duration,
    /// Whether the release's hooks run.
    pub hooks: Hooks,
    /// What helm waits for.
    pub wait: Wait,
    /// What becomes of what the release's objects own.
    pub cascade: Cascade,
    /// What becomes of the release's records.
    pub history: History,
}

/// Whether the hooks of a release run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hooks {
    /// They do.
    Run,
    /// They do not.
    Skip,
}

/// What helm waits for before it is done with a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// For its hooks only.
    Hooks,
    /// For its objects to be gone as well. Such a release has a helm to itself.
    Objects,
}

/// What becomes of what the objects of a release own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cascade {
    /// It goes after its owner.
    Background,
    /// It goes before its owner.
    Foreground,
    /// It stays.
    Orphan,
}

/// What becomes of the records of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum History {
    /// They go with it.
    Drop,
    /// They stay. The newest gets that one of the run's marks as its description, counted from 0: one for each policy.
    Keep(usize),
}

impl Manner {
    /// As helm does it when it is told nothing else.
    pub fn usual(timeout: Duration) -> Self {
        Self { timeout, hooks: Hooks::Run, wait: Wait::Hooks, cascade: Cascade::Background, history: History::Drop }
    }

    /// The wall-clock bound of one release, which helm does not have: room for several of its own bounds.
    pub(super) fn deadline(&self) -> Duration {
        let bounds = match self.wait {
            Wait::Hooks => 3,
            Wait::Objects => 4,
        };
        self.timeout * bounds + Duration::from_mins(1)
    }
}
