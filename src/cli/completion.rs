//! `completion` and `__complete`, as clap wants them described. The doc comments are the help.

use std::ffi::OsString;

use clap::{Args, ValueEnum};

/// `completion`.
#[derive(Debug, Args)]
pub struct CompletionArguments {
    /// What is to complete
    #[arg(value_name = "SHELL")]
    pub script: CompletionScript,
}

/// For what a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletionScript {
    /// `helm-purge` in bash
    Bash,
    /// `helm-purge` in zsh
    Zsh,
    /// `helm-purge` in fish
    Fish,
    /// `kubectl helm-purge`, in whatever shell kubectl itself is completed in
    Kubectl,
}

/// `__complete`.
#[derive(Debug, Args)]
pub struct CompleteArguments {
    /// The words of the line behind the program's own name, up to the cursor; the last one may be empty
    #[arg(last = true, value_name = "WORD")]
    pub words: Vec<OsString>,
}
