//! `version`: of this program and of the helm it would use.

use super::{Stopped, Surroundings};
use crate::exit_code::ExitCode;
use crate::helm::Helm;
use crate::visible;

/// Prints both. A missing helm is said, not failed over: the question was which one.
pub(super) fn version(surroundings: &mut Surroundings) -> Result<ExitCode, Stopped> {
    surroundings.listen()?;
    let wanted = surroundings.environment.helm_bin.clone();
    let found = Helm::find(wanted.as_deref(), None, surroundings.interrupts.stop());
    surroundings.unless_interrupted(Ok(()))?;
    let helm = match found {
        Ok(helm) => format!("helm v{} ({})", helm.version(), helm.path().display()),
        Err(error) => format!("helm: {}", visible::sentence(&error.to_string())),
    };
    surroundings.printer.data(&format!("helm-purge v{}\n{helm}", env!("CARGO_PKG_VERSION")));
    Ok(ExitCode::Done)
}
