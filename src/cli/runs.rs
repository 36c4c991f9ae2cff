//! `runs`, as clap wants it described. The doc comments are the help.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `runs`.
#[derive(Debug, Args)]
pub struct RunsArguments {
    /// One run, by its name, with what became of each of its releases
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// Where runs in pods have left their ConfigMaps [default: the context's namespace]
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Only the journals on this machine; the cluster is not asked
    #[arg(long)]
    pub local: bool,
    /// The journals in this folder, or the one in this file, and no others
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "namespace")]
    pub journal: Option<PathBuf>,
    /// How runs are printed
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: RunsFormat,
}

/// How runs are printed on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunsFormat {
    /// For people
    Table,
    /// For people with wide terminals: where the journal is, as well
    Wide,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
    /// The names of runs, a line each; of one run, NAMESPACE/RELEASE of its releases
    Name,
}
