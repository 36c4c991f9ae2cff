//! `validate`: are these files policies? Needs no cluster and starts nothing.

use crate::app::{App, CommandError};
use crate::cli::{OutputFormat, ValidateArguments};
use crate::exit_code::ExitCode;
use crate::policy::{LoadedPolicies, Policy, overruled_values, shared_namespaces};
use crate::report::{LogFormat, PolicyDiagnostic, diagnostics_document, plural};
use crate::sanitize;

/// Checks every file, whatever the others are like, and what the policies are to each other.
pub(super) fn validate(arguments: &ValidateArguments, app: &App) -> Result<ExitCode, CommandError> {
    let read = Policy::read_each(arguments.files());
    let valid = valid(&read);
    let shared = shared_namespaces(&read.policies);
    let notes = shared.iter().map(PolicyDiagnostic::of_shared);
    let overruled = overruled_values(&read.policies);
    let notes = notes.chain(overruled.iter().map(PolicyDiagnostic::of_overruled)).collect::<Vec<_>>();
    let for_people = arguments.output == OutputFormat::Text;
    if for_people {
        print_text(&read, &valid, &notes, app);
    }
    let diagnostics = read.faults.iter().flat_map(PolicyDiagnostic::of_faults).chain(notes).collect::<Vec<_>>();
    // In a log they would be no annotations.
    if app.environment.github_actions && app.printer.format == LogFormat::Text {
        for diagnostic in &diagnostics {
            app.printer.notice(diagnostic.annotation());
        }
    }
    if !for_people {
        app.emit(arguments.output, || diagnostics_document(&valid, diagnostics), |_| String::new())?;
    }
    Ok(if read.faults.is_empty() { ExitCode::Done } else { ExitCode::PolicyInvalid })
}

/// Those that nothing is wrong with, their names included.
fn valid(read: &LoadedPolicies) -> Vec<&Policy> {
    let has_faults = |policy: &Policy| read.faults.iter().any(|faults| faults.source.file == policy.file);
    read.policies.iter().filter(|policy| !has_faults(policy)).collect()
}

fn print_text(read: &LoadedPolicies, valid: &[&Policy], notes: &[PolicyDiagnostic], app: &App) {
    let printer = &app.printer;
    for policy in valid {
        printer.info(format_args!("{}: policy `{}` is valid", sanitize::line(&policy.file), policy.name));
    }
    for faults in &read.faults {
        printer.policy_errors(faults);
    }
    for note in notes {
        printer.note(note.render_note());
    }
    let (invalid, all) = (read.faults.len(), read.faults.len() + valid.len());
    if invalid > 0 && all > 1 {
        printer.notice(format_args!("{invalid} of {} invalid", plural(all, "file")));
    }
}
