//! What this program prints about itself: `version`, `schema`, `completion`, and `__complete`, which all scripts of
//! `completion` and Helm's `plugin.complete` call.

use crate::app::{App, CommandError};
use crate::cli::{self, CompleteArguments, CompletionArguments, ConnectionArguments};
use crate::completion::{Completion, CompletionRequest, CompletionResponse, NameLookup, completion_script};
use crate::exit_code::ExitCode;
use crate::helm::Helm;
use crate::operation::connection_options;
use crate::policy::json_schema;

/// Prints the versions of this program and of helm. A missing helm is not an error here, because the command shows whether
/// there is one.
pub(super) fn version(app: &App) -> Result<ExitCode, CommandError> {
    app.listen()?;
    let found = Helm::find(app.environment.helm_bin.as_deref(), None, app.interrupts.stop());
    app.unless_interrupted(Ok(()))?;
    let helm = match found {
        Ok(helm) => format!("helm v{} ({})", helm.version, helm.path.display()),
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

pub(super) fn completion(arguments: &CompletionArguments, app: &App) -> ExitCode {
    app.printer.data(completion_script(arguments.script));
    ExitCode::Done
}

/// Prints the completions of a line, and no message, because the user is typing.
pub(super) fn complete(arguments: &CompleteArguments, app: &App) -> ExitCode {
    let words = arguments.words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>();
    let request = CompletionRequest::read(&mut cli::command(app.entry_point), &words, app.entry_point);
    let response = match &request.completion {
        Completion::Known(response) => response.clone(),
        // Without this variable, the names could be those of another cluster.
        Completion::Names(_) if app.environment.not_text.is_some() => CompletionResponse::nothing(),
        Completion::Names(names) => {
            let (kubeconfig, context) = (request.context.kubeconfig.clone(), request.context.context.clone());
            let options = connection_options(&app.environment, &ConnectionArguments { kubeconfig, context });
            let lookup = NameLookup { options: &options, request: &request, app };
            lookup.find(*names).unwrap_or_else(CompletionResponse::nothing)
        }
    };
    app.printer.data(&response.print());
    ExitCode::Done
}
