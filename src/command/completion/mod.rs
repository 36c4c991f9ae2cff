//! `completion`, and `__complete`, which all its scripts and Helm's `plugin.complete` ask.

mod look;

use super::App;
use crate::cli::{CompleteArguments, CompletionArguments, CompletionScript, ConnectionArguments, command};
use crate::completion::{Answer, Question, Script, Wanted};
use crate::exit_code::ExitCode;
use crate::operation::connection_options;
use look::Looks;

/// Prints a script.
pub(super) fn script(arguments: &CompletionArguments, app: &App) -> ExitCode {
    let script = match arguments.script {
        CompletionScript::Bash => Script::Bash,
        CompletionScript::Zsh => Script::Zsh,
        CompletionScript::Fish => Script::Fish,
        CompletionScript::Kubectl => Script::Kubectl,
    };
    app.printer.data(script.text());
    ExitCode::Done
}

/// Prints what can be typed at the end of a line. Says nothing besides, whatever happens: somebody is typing.
pub(super) fn complete(arguments: &CompleteArguments, app: &App) -> ExitCode {
    let words = arguments.words.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>();
    let mut tree = command(app.entry_point);
    let Question { wanted, partial, typed } = Question::read(&mut tree, &words, app.entry_point);
    let answer = match wanted {
        Wanted::Known(answer) => answer,
        // To leave such a variable out could mean the names of another cluster.
        Wanted::Names(_) if app.environment.not_text.is_some() => Answer::nothing(),
        Wanted::Names(names) => {
            let flags = ConnectionArguments { kubeconfig: typed.kubeconfig.clone(), context: typed.context.clone() };
            let wish = connection_options(&app.environment, &flags);
            let looks = Looks { wish: &wish, typed: &typed, app };
            let found = looks.find(names, &partial);
            found.map_or_else(Answer::nothing, |found| found.answer(&partial, &typed.values))
        }
    };
    app.printer.data(&answer.print());
    ExitCode::Done
}
