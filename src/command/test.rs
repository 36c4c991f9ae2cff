//! `test`: compares what a policy decides with what its cases expect. It needs no cluster and starts no process.

use std::path::{Path, PathBuf};

use crate::app::{App, CommandError};
use crate::cli::TestArguments;
use crate::exit_code::ExitCode;
use crate::policy_tests::{self, CASE_FILE, LoadedTest, TestResult};
use crate::report::{render_case, render_cases};
use crate::sanitize;

/// Runs all cases, or none of them if one cannot be read.
pub(super) fn test(arguments: &TestArguments, app: &App) -> Result<ExitCode, CommandError> {
    let loaded = load_all(arguments, app)?;
    let tried = loaded.iter().map(policy_tests::try_case).collect::<Vec<_>>();
    let printer = &app.printer;
    for case in &tried {
        printer.data(&render_case(case, printer.out));
    }
    printer.data(&render_cases(&tried, printer.out));
    let is_well = |case: &TestResult| case.differences.is_empty();
    Ok(if tried.iter().all(is_well) { ExitCode::Done } else { ExitCode::SomeFailed })
}

/// The cases of all folders, or the errors of all files. If several cases share a file, its errors are listed once.
fn load_all(arguments: &TestArguments, app: &App) -> Result<Vec<LoadedTest>, CommandError> {
    let (mut loaded, mut faults) = (Vec::new(), Vec::new());
    for root in &arguments.folders {
        for case in find(root, app)? {
            match policy_tests::load(&case, root) {
                Ok(case) => loaded.push(case),
                Err(found) => found.into_iter().for_each(|found| {
                    if !faults.contains(&found) {
                        faults.push(found);
                    }
                }),
            }
        }
    }
    if faults.is_empty() { Ok(loaded) } else { Err(CommandError::Policies(faults)) }
}

fn find(root: &Path, app: &App) -> Result<Vec<PathBuf>, CommandError> {
    let name = sanitize::line(&root.display().to_string());
    let hint = format!("a case is a folder with a `{CASE_FILE}`; name it, or the folder that holds it");
    let found = policy_tests::find(root)
        .map_err(|error| CommandError::usage(format!("`{name}` cannot be looked into: {error}"), &hint))?;
    if found.cases.is_empty() {
        return Err(CommandError::usage(format!("there is no case in `{name}`"), hint));
    }
    for other in &found.others {
        let other = sanitize::line(&other.display().to_string());
        app.printer.note(format_args!("{other} has no `{CASE_FILE}` and is passed over"));
    }
    Ok(found.cases)
}
