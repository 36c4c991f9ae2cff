//! `init`: writes a commented policy for this cluster, and never over an existing file.
//!
//! If a cluster can be reached, the policy names it by server and uid, and proposes entries for its namespaces and
//! releases. Otherwise the policy has examples to replace. The policy is always valid.

mod cluster;
mod proposals;
mod suggestions;

use std::io::ErrorKind;
use std::path::Path;

use crate::app::{App, CommandError};
use crate::cli::InitArguments;
use crate::exit_code::ExitCode;
use crate::operation::DEFAULT_FILE;
use crate::policy::Policy;
use crate::report::write_new;
use crate::sanitize;
use crate::settings::ConnectionOptions;
use proposals::policy_text;

/// Writes or prints the policy.
pub(super) fn init(
    arguments: &InitArguments,
    options: &ConnectionOptions,
    app: &App,
) -> Result<ExitCode, CommandError> {
    if !arguments.stdout && arguments.file.symlink_metadata().is_ok() {
        return Err(already_there(&arguments.file));
    }
    app.listen()?;
    let found = cluster::find(options, app);
    app.unless_interrupted(Ok(()))?;
    let text = policy_text(&arguments.name, &found);
    // An illegal name is an error now, not at the first `validate`.
    Policy::read("init", text.as_bytes()).map_err(|faults| {
        let first = faults.errors.first().map(|fault| fault.message.clone()).unwrap_or_default();
        CommandError::usage(format!("cannot make a policy: {first}"), "choose another --name")
    })?;
    if arguments.stdout {
        app.printer.data(&text);
        return Ok(ExitCode::Done);
    }
    write_new(&arguments.file, &text).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => already_there(&arguments.file),
        kind => {
            let why =
                if kind == ErrorKind::NotFound { "there is no such folder".to_owned() } else { error.to_string() };
            let text = format!("cannot write {}: {why}", name_of(&arguments.file));
            CommandError::usage(text, "name another file with -f")
        }
    })?;
    app.printer.info(next_steps(&arguments.file, app));
    Ok(ExitCode::Done)
}

fn already_there(file: &Path) -> CommandError {
    let text = format!("{} exists already; `init` never overwrites a file", name_of(file));
    CommandError::usage(text, "name another file with -f, or print the policy with --stdout")
}

fn name_of(file: &Path) -> String {
    sanitize::line(&file.display().to_string())
}

fn next_steps(file: &Path, app: &App) -> String {
    let (file, command) = (name_of(file), app.entry_point.command());
    let named = if file == DEFAULT_FILE { String::new() } else { format!(" -f {file}") };
    let line = |step: &str, what: &str| format!("\n  {:<44}{what}", format!("{command} {step}{named}"));
    format!(
        "wrote {file}. Next: check `namespaces` and `keep` in it, then{}{}{}",
        line("validate", "check the file"),
        line("plan", "show what would be purged or kept (read-only)"),
        line("run", "show the plan, ask for confirmation, purge"),
    )
}
