//! `schema`: the language of policies, for editors. Needs no cluster and reads no file.

use super::App;
use crate::exit_code::ExitCode;
use crate::policy::json_schema;

/// Prints the schema.
pub(super) fn schema(app: &App) -> ExitCode {
    app.printer.data(&json_schema());
    ExitCode::Done
}
