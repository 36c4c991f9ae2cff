//! `validate`: are these files policies? Needs no cluster and starts nothing.

use super::Surroundings;
use crate::cli::ValidateArguments;
use crate::exit_code::ExitCode;
use crate::policy::Policy;
use crate::report::plural;
use crate::visible;

/// Checks every file, whatever the others are like.
pub(super) fn validate(arguments: &ValidateArguments, surroundings: &mut Surroundings) -> ExitCode {
    let mut invalid = 0;
    for file in &arguments.files {
        match Policy::read_named(file) {
            Ok(policy) => {
                let file = visible::line(&policy.file);
                surroundings.printer.say(&format!("{file}: policy `{}` is valid", policy.name));
            }
            Err(faults) => {
                invalid += 1;
                let paint = surroundings.printer.err();
                surroundings.printer.tell(&faults.render(paint.into()));
            }
        }
    }
    if invalid > 0 && arguments.files.len() > 1 {
        let files = plural(arguments.files.len(), "file");
        surroundings.printer.tell(&format!("{invalid} of {files} invalid"));
    }
    if invalid == 0 { ExitCode::Done } else { ExitCode::PolicyInvalid }
}
