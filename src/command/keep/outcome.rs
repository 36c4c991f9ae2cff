//! What the cluster refused, how that is said, and the exit code of several attempts.

use std::error::Error;
use std::fmt;

use crate::cluster::ApiError;
use crate::command::{App, CommandError};
use crate::exit_code::ExitCode;

/// Something that was asked of the cluster and not done.
#[derive(Debug)]
pub(super) struct NotDone {
    what: String,
    why: ApiError,
}

/// How many attempts went well, and how many did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) done: usize,
    pub(super) refused: usize,
    /// There was nothing to do it with.
    pub(super) missing: usize,
}

impl NotDone {
    pub(super) fn new(what: String, why: ApiError) -> Self {
        Self { what, why }
    }

    fn hint(&self) -> Option<&'static str> {
        match &self.why {
            ApiError::Forbidden(_) => Some(
                "it takes the role `edit` in that namespace; an admin can annotate the namespace: helm-purge/keep=REASON",
            ),
            ApiError::Failed(words) if words.starts_with("namespaces ") => {
                Some("the namespace stands before the slash: NAMESPACE or NAMESPACE/RELEASE")
            }
            ApiError::Failed(_)
            | ApiError::NoConnection(_)
            | ApiError::NoAnswer(_)
            | ApiError::Unsupported(_)
            | ApiError::Cancelled => None,
        }
    }

    /// Says it, for one of several.
    pub(super) fn tell(&self, app: &App) {
        app.printer.error_with_causes(self, self.hint());
    }
}

impl Tally {
    /// A cluster that let nothing be done is told apart from one that let only a part be done.
    pub(super) fn code(self) -> ExitCode {
        match self {
            Tally { refused: 0, missing: 0, .. } => ExitCode::Done,
            Tally { done: 0, missing: 0, .. } => ExitCode::Preflight,
            _ => ExitCode::SomeFailed,
        }
    }
}

impl From<NotDone> for CommandError {
    fn from(not_done: NotDone) -> Self {
        let hint = not_done.hint().map(str::to_owned);
        CommandError::Error { code: ExitCode::Preflight, error: Box::new(not_done), hint }
    }
}

impl fmt::Display for NotDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl Error for NotDone {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_there_is_a_failure_and_a_cluster_that_refuses_everything_is_another() {
        let code = |done, refused, missing| Tally { done, refused, missing }.code();
        assert_eq!(code(2, 0, 0), ExitCode::Done);
        assert_eq!(
            (code(1, 1, 0), code(0, 0, 1), code(1, 0, 1)),
            (ExitCode::SomeFailed, ExitCode::SomeFailed, ExitCode::SomeFailed)
        );
        assert_eq!(code(0, 2, 0), ExitCode::Preflight);
    }
}
