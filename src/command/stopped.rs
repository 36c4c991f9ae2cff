//! Everything that ends a command before its work is done, with its exit code.

use std::error::Error;

use super::Surroundings;
use crate::cluster::{ConnectionError, LookError};
use crate::executor::PoolError;
use crate::exit_code::ExitCode;
use crate::guard::{Refusal, ScopeError};
use crate::helm::{FailureClass, HelmError};
use crate::inventory::InventoryError;
use crate::policy::Faults;
use crate::report::{
    Diagnostic, EarlyEnd, Level, LogFormat, LogLine, Printer, error_line, refusal_line, render_error, render_refusal,
};
use crate::saved_plan::SavedPlanError;
use crate::signal::Interruption;

/// Why a command ended early. Nothing has been purged then, nor restored or pruned.
#[derive(Debug)]
pub enum Stopped {
    /// Policies have faults: all those of all files.
    Policies(Vec<Faults>),
    /// The value of a flag has faults.
    Flag(Box<Faults>),
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

impl Stopped {
    /// A wrong command line, or something missing on it.
    pub(super) fn usage(text: impl Into<String>, hint: impl Into<String>) -> Self {
        let error: Box<dyn Error> = Box::from(text.into());
        Stopped::Error { code: ExitCode::Usage, error, hint: Some(hint.into()) }
    }

    /// A fault of this program.
    pub(super) fn internal(text: String) -> Self {
        let hint = Some("please report this".to_owned());
        Stopped::Error { code: ExitCode::SomeFailed, error: Box::from(text), hint }
    }

    /// The value of a flag has faults.
    pub(super) fn flag(faults: Faults) -> Self {
        Stopped::Flag(Box::new(faults))
    }

    fn preflight(error: impl Error + 'static, hint: Option<String>) -> Self {
        Stopped::Error { code: ExitCode::Preflight, error: Box::new(error), hint }
    }

    /// The exit code that stands for it.
    pub(super) fn code(&self) -> ExitCode {
        match self {
            Stopped::Policies(_) => ExitCode::PolicyInvalid,
            Stopped::Flag(_) => ExitCode::Usage,
            Stopped::Error { code, .. } => *code,
            Stopped::Refused(_) => ExitCode::Refused,
            Stopped::Declined(_) => ExitCode::Declined,
            Stopped::Interrupted(interruption) => ExitCode::Signal(interruption.signal),
        }
    }

    /// The same for a report, with what is said of what was not done.
    pub(super) fn early_end(&self, nothing_done: &str) -> EarlyEnd {
        let lines = |faults: &Faults| Diagnostic::of_faults(faults).map(|fault| fault.line()).collect::<Vec<_>>();
        match self {
            Stopped::Policies(files) => {
                EarlyEnd { messages: files.iter().flat_map(lines).collect(), ..EarlyEnd::new("policy", "") }
            }
            Stopped::Flag(faults) => EarlyEnd { messages: lines(faults), ..EarlyEnd::new("usage", "") },
            Stopped::Error { code, error, hint } => {
                let why = if *code == ExitCode::Usage { "usage" } else { "error" };
                EarlyEnd { hint: hint.clone(), ..EarlyEnd::new(why, error.to_string()) }
            }
            Stopped::Refused(refusals) => EarlyEnd::refused(refusals),
            Stopped::Declined(text) => EarlyEnd::new("declined", text.trim()),
            Stopped::Interrupted(_) => EarlyEnd::new("interrupted", interrupted(nothing_done)),
        }
    }

    /// Says why, and what was not done, and gives the exit code.
    pub(super) fn tell(self, nothing_done: &str, surroundings: &mut Surroundings) -> ExitCode {
        let code = self.code();
        let printer = &mut surroundings.printer;
        if printer.log_format() == LogFormat::Json {
            self.log(nothing_done, printer);
            return code;
        }
        let paint = printer.err();
        match self {
            Stopped::Policies(files) => files.iter().for_each(|faults| printer.tell_faults(faults)),
            Stopped::Flag(faults) => printer.tell_faults(&faults),
            Stopped::Error { error, hint, .. } => {
                printer.tell(&render_error(error.as_ref(), hint.as_deref(), paint));
            }
            Stopped::Refused(refusals) => {
                for refusal in &refusals {
                    printer.tell(&render_refusal(&refusal.to_string(), nothing_done, Some(refusal.hint()), paint));
                }
            }
            Stopped::Declined(text) => printer.tell(&text),
            Stopped::Interrupted(_) => printer.tell(&interrupted(nothing_done)),
        }
        code
    }

    fn log(self, nothing_done: &str, printer: &mut Printer) {
        let exit_code = self.code().number();
        let line =
            |level, event, text: &str| LogLine::new(level, event).with("message", text).with("exitCode", exit_code);
        match self {
            Stopped::Policies(files) => files.iter().for_each(|faults| printer.tell_faults(faults)),
            Stopped::Flag(faults) => printer.tell_faults(&faults),
            Stopped::Error { error, hint, .. } => {
                printer.log(&error_line(error.as_ref(), hint.as_deref(), exit_code));
            }
            Stopped::Refused(refusals) => refusals.iter().map(refusal_line).for_each(|line| printer.log(&line)),
            Stopped::Declined(text) => printer.log(&line(Level::Warn, "declined", text.trim())),
            Stopped::Interrupted(_) => printer.log(&line(Level::Warn, "interrupted", &interrupted(nothing_done))),
        }
    }
}

fn interrupted(nothing_done: &str) -> String {
    format!("interrupted; {nothing_done}")
}

impl From<Faults> for Stopped {
    fn from(faults: Faults) -> Self {
        Stopped::Policies(vec![faults])
    }
}

impl From<ConnectionError> for Stopped {
    fn from(error: ConnectionError) -> Self {
        let hint = error.hint();
        Stopped::preflight(error, hint)
    }
}

impl From<LookError> for Stopped {
    fn from(error: LookError) -> Self {
        Stopped::preflight(error, Some("raise the limits of processes and of open files".to_owned()))
    }
}

impl From<HelmError> for Stopped {
    fn from(error: HelmError) -> Self {
        let hint = match &error {
            HelmError::Missing { .. } => "install Helm 3 or 4 and put it on PATH, or name it with HELM_BIN",
            HelmError::Silent { .. } => "run it by hand: `helm version`",
            HelmError::Unsupported { .. } => "name another helm with HELM_BIN",
        };
        Stopped::preflight(error, Some(hint.to_owned()))
    }
}

impl From<InventoryError> for Stopped {
    fn from(error: InventoryError) -> Self {
        let hint = match &error {
            InventoryError::Look(LookError::Forbidden(_)) => FailureClass::Rbac.hint_for_listing(),
            InventoryError::Look(LookError::NoAnswer(_)) => FailureClass::TimedOut.hint_for_listing(),
            InventoryError::Look(_) => FailureClass::Other.hint_for_listing(),
            InventoryError::List(list) => list.failure.class.hint_for_listing(),
            InventoryError::Format(_) => "look at what it prints: `helm list -A -o json`",
            InventoryError::Driver(_) => "unset HELM_DRIVER, or set it to secret or configmap",
        };
        Stopped::preflight(error, Some(hint.to_owned()))
    }
}

impl From<PoolError> for Stopped {
    fn from(error: PoolError) -> Self {
        Stopped::preflight(error, Some("raise the limit of processes, or ask for fewer --workers".to_owned()))
    }
}

impl From<SavedPlanError> for Stopped {
    fn from(error: SavedPlanError) -> Self {
        let hint = Some(error.hint().to_owned());
        Stopped::Error { code: ExitCode::PolicyInvalid, error: Box::new(error), hint }
    }
}

impl From<ScopeError> for Stopped {
    fn from(error: ScopeError) -> Self {
        Stopped::Error { code: ExitCode::Usage, error: Box::new(error), hint: None }
    }
}
