//! The kinds of failure, and what a person can do about each.

use std::fmt;

/// The kind of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureClass {
    /// The release was not there.
    Gone,
    /// A right is missing.
    Rbac,
    /// The login was not accepted, or could not be had.
    Login,
    /// The API server could not be reached.
    Unreachable,
    /// The kubeconfig does not lead there: its context is not known, or the server's certificate is not accepted.
    Kubeconfig,
    /// The API server was there but in trouble; trying again may help.
    Transient,
    /// A hook failed or did not finish.
    Hook,
    /// The record is gone, but not everything it described.
    Leftovers,
    /// A kind in the manifest is unknown to the cluster: its definition is gone.
    MissingKind,
    /// Helm cannot read the release's record.
    Damaged,
    /// Somebody installs, upgrades or rolls back the release.
    Busy,
    /// It took longer than the deadline and was ended.
    TimedOut,
    /// A signal from outside ended helm.
    Killed,
    /// Helm was stopped, as a program is that reads from a terminal it does not have.
    Stopped,
    /// It was ended because the run was told to end at once.
    Interrupted,
    /// Helm could not be started.
    CannotStart,
    /// It is uninstalled, but not as a release that can be restored.
    History,
    /// Helm reported success, but the release is not deployed.
    NotDeployed,
    /// Helm reported success, but the cluster still lists the release.
    StillListed,
    /// What helm said cannot be right, or is not whole, or its last step found no record: whether the release is gone,
    /// only the cluster can tell.
    Unclear,
    /// A fault of this program.
    Internal,
    /// Anything else: Helm's words have to do.
    Other,
}

impl FailureClass {
    /// All of them.
    pub const ALL: [Self; 22] = [
        FailureClass::Gone,
        FailureClass::Rbac,
        FailureClass::Login,
        FailureClass::Unreachable,
        FailureClass::Kubeconfig,
        FailureClass::Transient,
        FailureClass::Hook,
        FailureClass::Leftovers,
        FailureClass::MissingKind,
        FailureClass::Damaged,
        FailureClass::Busy,
        FailureClass::TimedOut,
        FailureClass::Killed,
        FailureClass::Stopped,
        FailureClass::Interrupted,
        FailureClass::CannotStart,
        FailureClass::History,
        FailureClass::NotDeployed,
        FailureClass::StillListed,
        FailureClass::Unclear,
        FailureClass::Internal,
        FailureClass::Other,
    ];

    /// The word that plans, summaries and reports use for it.
    pub fn as_str(self) -> &'static str {
        match self {
            FailureClass::Gone => "gone",
            FailureClass::Rbac => "rbac",
            FailureClass::Login => "login",
            FailureClass::Unreachable => "unreachable",
            FailureClass::Kubeconfig => "kubeconfig",
            FailureClass::Transient => "transient",
            FailureClass::Hook => "hook",
            FailureClass::Leftovers => "leftovers",
            FailureClass::MissingKind => "missing-kind",
            FailureClass::Damaged => "damaged",
            FailureClass::Busy => "busy",
            FailureClass::TimedOut => "timed-out",
            FailureClass::Killed => "killed",
            FailureClass::Stopped => "stopped",
            FailureClass::Interrupted => "interrupted",
            FailureClass::CannotStart => "cannot-start",
            FailureClass::History => "history",
            FailureClass::NotDeployed => "not-deployed",
            FailureClass::StillListed => "still-listed",
            FailureClass::Unclear => "unclear",
            FailureClass::Internal => "internal",
            FailureClass::Other => "other",
        }
    }

    /// What a person can do where releases could not even be listed.
    pub fn hint_for_listing(self) -> &'static str {
        match self {
            FailureClass::Rbac => {
                "the user has to be allowed to list Secrets in the namespaces of the fence, and to list namespaces"
            }
            FailureClass::Login => "log in to the cluster again",
            FailureClass::Kubeconfig => "mend the kubeconfig: `kubectl version` has to work with it",
            FailureClass::Unreachable => "check the cluster's address and the way to it: `kubectl version`",
            FailureClass::TimedOut => "the API server does not answer; try again",
            _ => "try it by hand: `helm list -A`",
        }
    }

    /// What a person can do about it.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            FailureClass::Rbac => Some("give the user that right, or leave the release to someone who has it"),
            FailureClass::Login => Some("log in again; a second run goes on where this one ended"),
            FailureClass::Unreachable | FailureClass::Transient => Some("a second run goes on where this one ended"),
            FailureClass::Kubeconfig => Some("mend the kubeconfig: `kubectl version` has to work with it"),
            FailureClass::Busy => Some("a second run tries again, once whoever is at work on it is done"),
            FailureClass::Hook => {
                Some("mend the hook (its Job and Pods are in the namespace); a second run tries again")
            }
            FailureClass::Leftovers => Some("the release is gone from helm's list; look for what is named above"),
            FailureClass::MissingKind => {
                Some("install the missing definition again, then run again; uninstall operators after what they serve")
            }
            FailureClass::Damaged => Some("delete its Secret `sh.helm.release.v1.…` by hand once its objects are gone"),
            FailureClass::TimedOut => {
                Some("raise `defaults.timeout`, or look for what does not end; a second run tries again")
            }
            FailureClass::Stopped => Some("log in first: a credential plugin that asks questions cannot ask them here"),
            FailureClass::Killed | FailureClass::Interrupted => {
                Some("the release may be half uninstalled; a second run finishes it")
            }
            FailureClass::Unclear => Some("look whether the release is still there; a second run tries again"),
            FailureClass::History => Some(
                "its objects are gone; the user has to be allowed to update Secrets. `helm rollback` by hand may still work",
            ),
            FailureClass::CannotStart => Some("look at the limits for processes and open files"),
            FailureClass::Internal => Some("please report this"),
            FailureClass::Gone | FailureClass::NotDeployed | FailureClass::StillListed | FailureClass::Other => None,
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
