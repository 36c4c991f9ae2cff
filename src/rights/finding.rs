//! What was found when somebody asked whether a run can go well.

use crate::exit_code::ExitCode;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorCheck {
    /// What was looked at, in a word.
    pub about: &'static str,
    /// What it means.
    pub state: FindingState,
    /// What was found, in a sentence without its full stop.
    pub found: String,
    /// How to mend it, where there is something to mend.
    pub hint: Option<String>,
}

/// What a finding means for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingState {
    /// It is as it has to be.
    Good,
    /// A run goes on without it.
    Warning,
    /// A run would end with this exit code, or fail where this is needed.
    Missing(ExitCode),
}

impl DoctorCheck {
    /// All is well.
    pub fn good(about: &'static str, found: impl Into<String>) -> Self {
        Self { about, state: FindingState::Good, found: found.into(), hint: None }
    }

    /// A run goes on without it.
    pub fn warning(about: &'static str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { about, state: FindingState::Warning, found: found.into(), hint: Some(hint.into()) }
    }

    /// A run needs it.
    pub fn missing(about: &'static str, code: ExitCode, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { about, state: FindingState::Missing(code), found: found.into(), hint: Some(hint.into()) }
    }
}

/// The exit code of all of them: that of the first that is missing.
pub fn exit_code(findings: &[DoctorCheck]) -> ExitCode {
    let missing = findings.iter().find_map(|finding| match finding.state {
        FindingState::Missing(code) => Some(code),
        FindingState::Good | FindingState::Warning => None,
    });
    missing.unwrap_or(ExitCode::Done)
}
