//! What ends a command early, with its exit code.

use std::error::Error;

use serde_json::json;

use crate::cluster::{ApiError, ConnectionError};
use crate::executor::PoolError;
use crate::exit_code::ExitCode;
use crate::guard::Refusal;
use crate::helm::{FailureClass, HelmError};
use crate::inventory::InventoryError;
use crate::journal::OperationKind;
use crate::policy::PolicyErrors;
use crate::report::{EarlyExit, Level, LogFormat, LogLine, PolicyDiagnostic, Printer, error_line};
use crate::saved_plan::SavedPlanError;
use crate::signal::Interruption;

/// Why a command ended early. It has not purged, restored or forgotten anything.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// Policies have errors: all those of all files.
    Policies(Vec<PolicyErrors>),
    /// The value of a flag has errors.
    Flag(Box<PolicyErrors>),
    Error {
        code: ExitCode,
        error: Box<dyn Error>,
        hint: Option<String>,
    },
    /// A guard refused.
    Refused(Vec<Refusal>),
    /// The answer to the question was no.
    Declined(String),
    /// A signal came.
    Interrupted(Interruption),
}

impl CommandError {
    /// A wrong command line, or something missing on it.
    pub(crate) fn usage(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::with_hint(ExitCode::Usage, Box::from(text.into()), hint)
    }

    /// A bug of this program.
    pub(crate) fn internal(text: String) -> Self {
        Self::with_hint(ExitCode::SomeFailed, Box::from(text), "please report this")
    }

    pub(crate) fn flag(errors: PolicyErrors) -> Self {
        CommandError::Flag(Box::new(errors))
    }

    pub(crate) fn with_hint(code: ExitCode, error: Box<dyn Error>, hint: impl Into<String>) -> Self {
        CommandError::Error { code, error, hint: Some(hint.into()) }
    }

    pub(crate) fn refused(refusal: Refusal) -> Self {
        CommandError::Refused(vec![refusal])
    }

    /// Something that a run needs is missing.
    pub(crate) fn preflight(error: impl Into<Box<dyn Error>>, hint: Option<String>) -> Self {
        CommandError::Error { code: ExitCode::Preflight, error: error.into(), hint }
    }

    pub(crate) fn code(&self) -> ExitCode {
        match self {
            CommandError::Policies(_) => ExitCode::PolicyInvalid,
            CommandError::Flag(_) => ExitCode::Usage,
            CommandError::Error { code, .. } => *code,
            CommandError::Refused(_) => ExitCode::Refused,
            CommandError::Declined(_) => ExitCode::Declined,
            CommandError::Interrupted(interruption) => ExitCode::Signal(interruption.signal),
        }
    }

    /// For a report.
    pub(crate) fn to_early_exit(&self, nothing_done: &str) -> EarlyExit {
        let lines =
            |errors: &PolicyErrors| PolicyDiagnostic::of_faults(errors).map(|error| error.line()).collect::<Vec<_>>();
        match self {
            CommandError::Policies(files) => {
                EarlyExit { messages: files.iter().flat_map(lines).collect(), ..EarlyExit::new("policy", "") }
            }
            CommandError::Flag(errors) => EarlyExit { messages: lines(errors), ..EarlyExit::new("usage", "") },
            CommandError::Error { code, error, hint } => {
                let why = if *code == ExitCode::Usage { "usage" } else { "error" };
                EarlyExit { hint: hint.clone(), ..EarlyExit::new(why, error.to_string()) }
            }
            CommandError::Refused(refusals) => EarlyExit::refused(refusals),
            CommandError::Declined(text) => EarlyExit::new("declined", text.trim()),
            CommandError::Interrupted(_) => EarlyExit::new("interrupted", format!("interrupted; {nothing_done}")),
        }
    }

    /// Prints why, and that nothing was done.
    pub(crate) fn report(&self, nothing_done: &str, printer: &Printer) {
        let (is_log, exit_code) = (printer.format == LogFormat::Json, self.code().number());
        let notice = |event, text: &str| {
            let fields = json!({"message": text.trim(), "exitCode": exit_code});
            let line = LogLine::new(Level::Warn, event, fields);
            if is_log { printer.log(&line) } else { printer.notice(text) }
        };
        match self {
            CommandError::Policies(files) => files.iter().for_each(|errors| printer.policy_errors(errors)),
            CommandError::Flag(errors) => printer.policy_errors(errors),
            CommandError::Error { error, hint, .. } if is_log => {
                printer.log(&error_line(error.as_ref(), hint.as_deref(), exit_code));
            }
            CommandError::Error { error, hint, .. } => printer.error_with_causes(error.as_ref(), hint.as_deref()),
            CommandError::Refused(refusals) => {
                for refusal in refusals {
                    printer.refusal(refusal, nothing_done);
                }
            }
            CommandError::Declined(text) => notice("declined", text),
            CommandError::Interrupted(_) => notice("interrupted", &format!("interrupted; {nothing_done}")),
        }
    }
}

/// The message that an operation ended before it changed anything.
pub(crate) fn nothing_done(operation: OperationKind) -> &'static str {
    match operation {
        OperationKind::Purge | OperationKind::Unknown => "nothing was purged",
        OperationKind::Restore => "nothing was restored",
        OperationKind::Forget => "nothing was forgotten",
    }
}

impl From<PolicyErrors> for CommandError {
    fn from(errors: PolicyErrors) -> Self {
        CommandError::Policies(vec![errors])
    }
}

impl From<ConnectionError> for CommandError {
    fn from(error: ConnectionError) -> Self {
        let hint = error.hint.clone();
        CommandError::preflight(error, hint)
    }
}

impl From<ApiError> for CommandError {
    fn from(error: ApiError) -> Self {
        CommandError::preflight(error, Some("raise the limits for processes and open files".to_owned()))
    }
}

impl From<HelmError> for CommandError {
    fn from(error: HelmError) -> Self {
        let hint = match &error {
            HelmError::Missing { .. } => "install Helm 3 or 4 on PATH, or set HELM_BIN to its path",
            HelmError::Silent { .. } => "check that `helm version` works",
            HelmError::Unsupported { .. } => "set HELM_BIN to the path of another helm",
        };
        CommandError::preflight(error, Some(hint.to_owned()))
    }
}

impl From<InventoryError> for CommandError {
    fn from(error: InventoryError) -> Self {
        let hint = match &error {
            InventoryError::Api(ApiError::Forbidden(_)) => FailureClass::Rbac.hint_for_listing(),
            InventoryError::Api(ApiError::NoAnswer(_)) => FailureClass::TimedOut.hint_for_listing(),
            InventoryError::Api(_) => FailureClass::Other.hint_for_listing(),
            InventoryError::Helm(failure) => failure.class.hint_for_listing(),
            InventoryError::Format(_) => "check what this prints: `helm list -A -o json`",
            InventoryError::Driver(_) => "unset HELM_DRIVER, or set it to secret or configmap",
        };
        CommandError::preflight(error, Some(hint.to_owned()))
    }
}

impl From<PoolError> for CommandError {
    fn from(error: PoolError) -> Self {
        CommandError::preflight(error, Some("raise the limit for processes, or use fewer --workers".to_owned()))
    }
}

impl From<SavedPlanError> for CommandError {
    fn from(error: SavedPlanError) -> Self {
        let hint = error.hint().to_owned();
        Self::with_hint(ExitCode::PolicyInvalid, Box::new(error), hint)
    }
}
