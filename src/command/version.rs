//! `version`: of this program and of the helm it would use.

use super::Surroundings;
use crate::exit_code::ExitCode;
use crate::helm::Helm;

/// Prints both. A missing helm is said, not failed over: the question was which one.
pub(super) fn version(surroundings: &mut Surroundings) -> ExitCode {
    let wanted = surroundings.environment.helm_bin.as_deref();
    let helm = match Helm::find(wanted, None, surroundings.interrupts.stop()) {
        Ok(helm) => format!("helm v{} ({})", helm.version(), helm.path().display()),
        Err(error) => format!("helm: {error}"),
    };
    surroundings.printer.data(&format!("helm-purge v{}\n{helm}", env!("CARGO_PKG_VERSION")));
    ExitCode::Done
}
