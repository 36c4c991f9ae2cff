//! `init`: a commented policy for this cluster, on stdout.
//!
//! Where a cluster can be reached, the policy names it by server and uid, and proposes what its namespaces and releases
//! suggest; where none can, it says what to fill in. What it prints is a valid policy either way.

mod fence;
mod look;
mod shared;
mod text;

use super::{App, CommandError};
use crate::cli::InitArguments;
use crate::exit_code::ExitCode;
use crate::policy::Policy;
use crate::settings::ConnectionOptions;

/// Prints the policy.
pub(super) fn init(arguments: &InitArguments, wish: &ConnectionOptions, app: &App) -> Result<ExitCode, CommandError> {
    app.listen()?;
    let found = look::look(wish, app);
    app.unless_interrupted(Ok(()))?;
    let text = text::policy_text(&arguments.name, &found);
    // A name that makes no policy is better told here than by the first `validate`.
    Policy::read("init", text.as_bytes()).map_err(|faults| {
        let first = faults.as_slice().first().map(|fault| fault.message.clone()).unwrap_or_default();
        CommandError::usage(format!("no policy can be made of this: {first}"), "choose another --name")
    })?;
    app.printer.data(&text);
    Ok(ExitCode::Done)
}
