//! What a failure means beyond its release: whether another try may help, and who is in trouble.

use super::class::FailureClass;

/// Whether another try may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It may.
    MayHelp,
    /// It would end in the same way, or nobody knows what it would do.
    IsNoUse,
}

/// Who is in trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The release alone: the API server was there and answered.
    OfRelease,
    /// The API server, or the way to it: no other release will fare better.
    OfServer,
    /// The login: likewise.
    OfLogin,
    /// That cannot be told.
    Untold,
}

impl FailureClass {
    /// Whether another try may help. Only where the API server itself said so or was not there: anything else is
    /// somebody's to look at.
    pub fn again(self) -> Again {
        self.meaning().0
    }

    /// Who is in trouble.
    pub fn trouble(self) -> Trouble {
        self.meaning().1
    }

    fn meaning(self) -> (Again, Trouble) {
        use Again::{IsNoUse, MayHelp};
        match self {
            FailureClass::Transient => (MayHelp, Trouble::OfRelease),
            FailureClass::Unreachable => (MayHelp, Trouble::OfServer),
            FailureClass::Kubeconfig => (IsNoUse, Trouble::OfServer),
            // A credential plugin that asks a question stops its helm.
            FailureClass::Login | FailureClass::Stopped => (IsNoUse, Trouble::OfLogin),
            FailureClass::Gone
            | FailureClass::Rbac
            | FailureClass::Hook
            | FailureClass::Leftovers
            | FailureClass::MissingKind
            | FailureClass::Damaged
            | FailureClass::Busy
            | FailureClass::History
            | FailureClass::NotDeployed
            | FailureClass::StillListed => (IsNoUse, Trouble::OfRelease),
            FailureClass::TimedOut
            | FailureClass::Killed
            | FailureClass::Interrupted
            | FailureClass::CannotStart
            | FailureClass::Unclear
            | FailureClass::Internal
            | FailureClass::Other => (IsNoUse, Trouble::Untold),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_api_server_caused_is_tried_again_and_a_release_of_its_own_blames_nobody_else() {
        let again = FailureClass::ALL.into_iter().filter(|class| class.again() == Again::MayHelp);
        assert_eq!(again.collect::<Vec<_>>(), [FailureClass::Unreachable, FailureClass::Transient]);
        let all = FailureClass::ALL.into_iter();
        let blamed = all.filter(|class| matches!(class.trouble(), Trouble::OfServer | Trouble::OfLogin));
        let expected =
            [FailureClass::Login, FailureClass::Unreachable, FailureClass::Kubeconfig, FailureClass::Stopped];
        assert_eq!(blamed.collect::<Vec<_>>(), expected);
    }
}
