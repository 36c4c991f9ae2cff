//! What a run has helm do to releases: in Helm's own word, an action.
//!
//! One run has one action: a purge uninstalls, a restore rolls back.

use super::failure::Failure;
use crate::options::UninstallOptions;
use crate::release::ReleaseId;
use crate::signal::CancelToken;

/// What came of one attempt at one release. Not yet its outcome: that needs a look at the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Helm says it is uninstalled.
    Uninstalled {
        /// Objects that Helm left because of `helm.sh/resource-policy: keep`, as `[Kind] name`.
        left_behind: Vec<String>,
        /// Anything else Helm had to say on stdout.
        remarks: Vec<String>,
    },
    /// Helm says it is rolled back, and what it made is there again.
    RolledBack,
    /// It was not begun: a release before it ended the batch, or nothing was to be begun any more.
    NotBegun,
    /// It was probably not begun, but helm was not listened to any more.
    Unseen {
        /// What it is where the cluster shows that it was.
        if_begun: Failure,
    },
    /// It cannot be told. Without a look at the cluster it is this failure.
    Unclear(Failure),
    /// It did not work.
    Failed(Failure),
}

/// What came of a batch, beyond what was told while it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether that still holds.
    pub told: Told,
    /// One for each release that nothing was told of, in the order of the batch.
    pub rest: Vec<Attempt>,
}

/// Whether what was told of releases while their batch ran still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It does.
    Holds,
    /// It proves nothing any more. Without a look at the cluster each of them is this failure.
    Revoked(Failure),
}

/// Whatever can carry out an action: helm, or a stand-in where helm is not the point.
pub trait Action: Send + Sync {
    /// Does it to releases of one namespace, one after the other and all with the same options, and tells of each as it ends;
    /// stops at the first that does not work, and before the next when told to. Never panics on what helm does.
    fn run(
        &self,
        batch: &[&ReleaseId],
        options: &UninstallOptions,
        stop: &CancelToken,
        on_release: &mut dyn FnMut(Attempt),
    ) -> Verdict;
}

impl Verdict {
    /// Nothing was told on the way, or it holds.
    pub fn of(rest: Vec<Attempt>) -> Self {
        Self { told: Told::Holds, rest }
    }
}
