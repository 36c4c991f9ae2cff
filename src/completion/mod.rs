//! What can be typed at the end of a line: for shells, for Helm and for kubectl alike.
//!
//! All of them call the same hidden command, `__complete`, and read the same response, in the protocol of cobra, the
//! library that Helm and kubectl are made with. The name of a value in the help decides what its candidates are.

mod candidates;
mod line;
mod lookup;
#[cfg(test)]
mod request_test;

pub(crate) use candidates::{Completion, CompletionResponse, Directive, NameKind};
pub(crate) use line::LineContext;
pub(crate) use lookup::NameLookup;

use clap::Command;

use crate::cli::CompletionScript;
use crate::settings::EntryPoint;
use candidates::{commands, flags, value};
use line::{Cursor, PartialLine};

/// What can complete a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompletionRequest {
    /// What can be typed.
    pub completion: Completion,
    /// The part that is typed already, without the flag's name.
    pub partial: String,
    /// Other flags of the line that a query for names needs.
    pub context: LineContext,
}

impl CompletionRequest {
    /// Reads a line: the words behind the program's own name, of which the last one is being typed and may be empty.
    pub(crate) fn read(root: &mut Command, words: &[String], entry_point: EntryPoint) -> Self {
        // Only then does each command know its flags.
        root.build();
        let line = PartialLine::read(root, words);
        let known = |words| Completion::Known(CompletionResponse::new(Directive::Words, words));
        let completion = match line.cursor {
            Cursor::Command => known(commands(&line)),
            Cursor::Flag => known(flags(&line, entry_point)),
            Cursor::Nowhere => known(Vec::new()),
            Cursor::Value(argument) => value(line.command, argument, line.partial),
        };
        Self { completion, partial: line.partial.to_owned(), context: line.context() }
    }
}

/// What is installed so that a shell, or kubectl from 1.26 on, calls `__complete`.
pub(crate) fn completion_script(script: CompletionScript) -> &'static str {
    match script {
        CompletionScript::Bash => include_str!("scripts/helm-purge.bash"),
        CompletionScript::Zsh => include_str!("scripts/_helm-purge"),
        CompletionScript::Fish => include_str!("scripts/helm-purge.fish"),
        CompletionScript::Kubectl => include_str!("scripts/kubectl_complete-helm_purge"),
    }
}
