//! `version`: of this program and of the helm it would use.

use super::{App, CommandError};
use crate::exit_code::ExitCode;
use crate::helm::Helm;

/// Prints both. A missing helm is said, not failed over: the question was which one.
pub(super) fn version(app: &App) -> Result<ExitCode, CommandError> {
    app.listen()?;
    let wanted = app.environment.helm_bin.clone();
    let found = Helm::find(wanted.as_deref(), None, app.interrupts.stop());
    app.unless_interrupted(Ok(()))?;
    let helm = match found {
        Ok(helm) => format!("helm v{} ({})", helm.version(), helm.path().display()),
        Err(error) => format!("helm: {}", error),
    };
    app.printer.data(&format!("helm-purge v{}\n{helm}", env!("CARGO_PKG_VERSION")));
    Ok(ExitCode::Done)
}
