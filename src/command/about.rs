//! What this program says about itself: `version`, `schema`, `completion`, and `__complete`, which all scripts of
//! `completion` and Helm's `plugin.complete` call.

use crate::app::{App, CommandError};
use crate::cli::{self, CompleteArguments, CompletionArguments, ConnectionArguments};
use crate::completion::{Completion, CompletionRequest, CompletionResponse, NameLookup, completion_script};
use crate::exit_code::ExitCode;
use crate::helm::Helm;
use crate::operation::connection_options;
use crate::policy::json_schema;

/// Prints the versions of this program and of the helm that it would use. A missing helm is no error: the question was
/// which one.
pub(super) fn version(app: &App) -> Result<ExitCode, CommandError> {
    app.listen()?;
    let wanted = app.environment.helm_bin.clone();
    let found = Helm::find(wanted.as_deref(), None, app.interrupts.stop());
    app.unless_interrupted(Ok(()))?;
    let helm = match found {
        Ok(helm) => format!("helm v{} ({})", helm.version(), helm.path().display()),
        Err(error) => format!("helm: {error}"),
    };
    app.printer.data(&format!("helm-purge v{}\n{helm}", env!("CARGO_PKG_VERSION")));
    Ok(ExitCode::Done)
}

/// Prints the JSON Schema of policies, for editors.
pub(super) fn schema(app: &App) -> ExitCode {
    app.printer.data(&json_schema());
    ExitCode::Done
}

/// Prints a script.
pub(super) fn completion(arguments: &CompletionArguments, app: &App) -> ExitCode {
    app.printer.data(completion_script(arguments.script));
    ExitCode::Done
}

/// Prints what can be typed at the end of a line, and no message, because the user is typing.
pub(super) fn complete(arguments: &CompleteArguments, app: &App) -> ExitCode {
    let words = arguments.words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>();
    let mut tree = cli::command(app.entry_point);
    let CompletionRequest { completion, partial, context } =
        CompletionRequest::read(&mut tree, &words, app.entry_point);
    let response = match completion {
        Completion::Known(response) => response,
        // Without this variable, the names could be those of another cluster.
        Completion::Names(_) if app.environment.not_text.is_some() => CompletionResponse::nothing(),
        Completion::Names(names) => {
            let flags =
                ConnectionArguments { kubeconfig: context.kubeconfig.clone(), context: context.context.clone() };
            let lookup = NameLookup {
                options: &connection_options(&app.environment, &flags),
                line: &context,
                environment: &app.environment,
                entry_point: app.entry_point,
                cancel: app.interrupts.stop(),
            };
            let found = lookup.find(names, &partial);
            found.map_or_else(CompletionResponse::nothing, |found| found.response(&partial, &context.values))
        }
    };
    app.printer.data(&response.print());
    ExitCode::Done
}
