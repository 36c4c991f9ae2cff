//! `validate`, as clap wants it described.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `validate`.
#[derive(Debug, Args)]
pub struct ValidateArguments {
    /// Policies, and folders of them (their *.helm-purge.yaml); `-` is standard input
    #[arg(value_name = "FILE|DIR", default_value = "helm-purge.yaml")]
    files: Vec<PathBuf>,
    /// The same, as other commands want them; repeatable
    #[arg(short = 'f', long = "file", value_name = "FILE|DIR", conflicts_with = "files")]
    named: Vec<PathBuf>,
    /// How what is found is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: DiagnosticsFormat,
}

impl ValidateArguments {
    /// The files and folders, in whichever way they were named.
    pub fn files(&self) -> &[PathBuf] {
        if self.named.is_empty() { &self.files } else { &self.named }
    }
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
