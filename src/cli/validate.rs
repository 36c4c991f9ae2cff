//! `validate`, as clap wants it described.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `validate`.
#[derive(Debug, Args)]
pub struct ValidateArguments {
    /// Policies, and folders of them (their *.helm-purge.yaml); `-` is standard input
    #[arg(value_name = "FILE|DIR", default_value = "helm-purge.yaml")]
    pub files: Vec<PathBuf>,
    /// How what is found is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: DiagnosticsFormat,
}

/// How diagnostics are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiagnosticsFormat {
    /// For people, on stderr
    Text,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
}
