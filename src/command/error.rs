//! Everything that ends a command before its work is done, with its exit code.

use std::error::Error;

use super::App;
use crate::cluster::{ApiError, ConnectionError};
use crate::executor::PoolError;
use crate::exit_code::ExitCode;
use crate::guard::{Refusal, ScopeError};
use crate::helm::{FailureClass, HelmError};
use crate::inventory::InventoryError;
use crate::policy::PolicyErrors;
use crate::report::{DiagnosticJson, EarlyExit, Level, LogFormat, LogLine, Printer, error_line, refusal_line};
use crate::saved_plan::SavedPlanError;
use crate::signal::Interruption;

/// Why a command ended early. Nothing has been purged then, nor restored or pruned.
#[derive(Debug)]
pub enum CommandError {
    /// Policies have faults: all those of all files.
    PolicySet(Vec<PolicyErrors>),
    /// The value of a flag has faults.
    Flag(Box<PolicyErrors>),
    /// Something went wrong, with the exit code that stands for it.
    Error {
        /// What the exit code says.
        code: ExitCode,
        /// What went wrong.
        error: Box<dyn Error>,
        /// How to go on.
        hint: Option<String>,
    },
    /// A guard refused.
    Refused(Vec<Refusal>),
    /// Somebody said no.
    Declined(String),
    /// A signal came.
    Interrupted(Interruption),
}

impl CommandError {
    /// A wrong command line, or something missing on it.
    pub(super) fn usage(text: impl Into<String>, hint: impl Into<String>) -> Self {
        let error: Box<dyn Error> = Box::from(text.into());
        CommandError::Error { code: ExitCode::Usage, error, hint: Some(hint.into()) }
    }

    /// A fault of this program.
    pub(super) fn internal(text: String) -> Self {
        let hint = Some("please report this".to_owned());
        CommandError::Error { code: ExitCode::SomeFailed, error: Box::from(text), hint }
    }

    /// The value of a flag has faults.
    pub(super) fn flag(faults: PolicyErrors) -> Self {
        CommandError::Flag(Box::new(faults))
    }

    fn preflight(error: impl Error + 'static, hint: Option<String>) -> Self {
        CommandError::Error { code: ExitCode::Preflight, error: Box::new(error), hint }
    }

    /// The exit code that stands for it.
    pub(super) fn code(&self) -> ExitCode {
        match self {
            CommandError::PolicySet(_) => ExitCode::PolicyInvalid,
            CommandError::Flag(_) => ExitCode::Usage,
            CommandError::Error { code, .. } => *code,
            CommandError::Refused(_) => ExitCode::Refused,
            CommandError::Declined(_) => ExitCode::Declined,
            CommandError::Interrupted(interruption) => ExitCode::Signal(interruption.signal),
        }
    }

    /// The same for a report, with what is said of what was not done.
    pub(super) fn early_end(&self, nothing_done: &str) -> EarlyExit {
        let lines =
            |faults: &PolicyErrors| DiagnosticJson::of_faults(faults).map(|fault| fault.line()).collect::<Vec<_>>();
        match self {
            CommandError::PolicySet(files) => {
                EarlyExit { messages: files.iter().flat_map(lines).collect(), ..EarlyExit::new("policy", "") }
            }
            CommandError::Flag(faults) => EarlyExit { messages: lines(faults), ..EarlyExit::new("usage", "") },
            CommandError::Error { code, error, hint } => {
                let why = if *code == ExitCode::Usage { "usage" } else { "error" };
                EarlyExit { hint: hint.clone(), ..EarlyExit::new(why, error.to_string()) }
            }
            CommandError::Refused(refusals) => EarlyExit::refused(refusals),
            CommandError::Declined(text) => EarlyExit::new("declined", text.trim()),
            CommandError::Interrupted(_) => EarlyExit::new("interrupted", interrupted(nothing_done)),
        }
    }

    /// Says why, and what was not done, and gives the exit code.
    pub(super) fn tell(self, nothing_done: &str, app: &mut App) -> ExitCode {
        let code = self.code();
        let printer = &app.printer;
        if printer.log_format() == LogFormat::Json {
            self.log(nothing_done, printer);
            return code;
        }
        match self {
            CommandError::PolicySet(files) => files.iter().for_each(|faults| printer.policy_errors(faults)),
            CommandError::Flag(faults) => printer.policy_errors(&faults),
            CommandError::Error { error, hint, .. } => {
                printer.error_with_causes(error.as_ref(), hint.as_deref());
            }
            CommandError::Refused(refusals) => {
                for refusal in &refusals {
                    printer.refusal(refusal, nothing_done, refusal.hint());
                }
            }
            CommandError::Declined(text) => printer.notice(text),
            CommandError::Interrupted(_) => printer.notice(interrupted(nothing_done)),
        }
        code
    }

    fn log(self, nothing_done: &str, printer: &Printer) {
        let exit_code = self.code().number();
        let line =
            |level, event, text: &str| LogLine::new(level, event).with("message", text).with("exitCode", exit_code);
        match self {
            CommandError::PolicySet(files) => files.iter().for_each(|faults| printer.policy_errors(faults)),
            CommandError::Flag(faults) => printer.policy_errors(&faults),
            CommandError::Error { error, hint, .. } => {
                printer.log(&error_line(error.as_ref(), hint.as_deref(), exit_code));
            }
            CommandError::Refused(refusals) => refusals.iter().map(refusal_line).for_each(|line| printer.log(&line)),
            CommandError::Declined(text) => printer.log(&line(Level::Warn, "declined", text.trim())),
            CommandError::Interrupted(_) => printer.log(&line(Level::Warn, "interrupted", &interrupted(nothing_done))),
        }
    }
}

fn interrupted(nothing_done: &str) -> String {
    format!("interrupted; {nothing_done}")
}

impl From<PolicyErrors> for CommandError {
    fn from(faults: PolicyErrors) -> Self {
        CommandError::PolicySet(vec![faults])
    }
}

impl From<ConnectionError> for CommandError {
    fn from(error: ConnectionError) -> Self {
        let hint = error.hint();
        CommandError::preflight(error, hint)
    }
}

impl From<ApiError> for CommandError {
    fn from(error: ApiError) -> Self {
        CommandError::preflight(error, Some("raise the limits of processes and of open files".to_owned()))
    }
}

impl From<HelmError> for CommandError {
    fn from(error: HelmError) -> Self {
        let hint = match &error {
            HelmError::Missing { .. } => "install Helm 3 or 4 and put it on PATH, or name it with HELM_BIN",
            HelmError::Silent { .. } => "run it by hand: `helm version`",
            HelmError::Unsupported { .. } => "name another helm with HELM_BIN",
        };
        CommandError::preflight(error, Some(hint.to_owned()))
    }
}

impl From<InventoryError> for CommandError {
    fn from(error: InventoryError) -> Self {
        let hint = match &error {
            InventoryError::Look(ApiError::Forbidden(_)) => FailureClass::Rbac.hint_for_listing(),
            InventoryError::Look(ApiError::NoAnswer(_)) => FailureClass::TimedOut.hint_for_listing(),
            InventoryError::Look(_) => FailureClass::Other.hint_for_listing(),
            InventoryError::List(list) => list.failure.class.hint_for_listing(),
            InventoryError::Format(_) => "look at what it prints: `helm list -A -o json`",
            InventoryError::Driver(_) => "unset HELM_DRIVER, or set it to secret or configmap",
        };
        CommandError::preflight(error, Some(hint.to_owned()))
    }
}

impl From<PoolError> for CommandError {
    fn from(error: PoolError) -> Self {
        CommandError::preflight(error, Some("raise the limit of processes, or ask for fewer --workers".to_owned()))
    }
}

impl From<SavedPlanError> for CommandError {
    fn from(error: SavedPlanError) -> Self {
        let hint = Some(error.hint().to_owned());
        CommandError::Error { code: ExitCode::PolicyInvalid, error: Box::new(error), hint }
    }
}

impl From<ScopeError> for CommandError {
    fn from(error: ScopeError) -> Self {
        CommandError::Error { code: ExitCode::Usage, error: Box::new(error), hint: None }
    }
}
